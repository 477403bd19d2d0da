package dev.millrace.flink;

import dev.millrace.data.OutputRecord;
import dev.millrace.data.Task;
import dev.millrace.nn.Learner;
import dev.millrace.nn.LearnerSummary;
import dev.millrace.nn.ModelSpec;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A record of the models topic: one model as it was at a time.
 *
 * <p>Its value is what {@link TrainState#modelBytes} writes; two headers say which pipeline and
 * which configuration it is of.
 *
 * @param pipeline null if the record does not say
 * @param config fingerprint of the configuration; null if the record does not say
 * @param classes in the order of the outputs; empty for regression
 * @param bytes the record's value
 */
public record ModelSnapshot(
    String pipeline,
    String config,
    String key,
    Task task,
    List<String> classes,
    LearnerSummary learner,
    byte[] bytes) {

  /** Header that names the pipeline. */
  public static final String PIPELINE_HEADER = "millrace.pipeline";

  /** Header that names the configuration. */
  public static final String CONFIG_HEADER = "millrace.config";

  public ModelSnapshot {
    classes = List.copyOf(classes);
  }

  /**
   * The record of a model.
   *
   * @param model what {@link TrainState#modelBytes} wrote; null if the key has been forgotten
   */
  static OutputRecord encode(TrainSpec spec, String key, long timestamp, byte[] model) {
    return new OutputRecord(
        timestamp,
        key.getBytes(StandardCharsets.UTF_8),
        model,
        new String[] {PIPELINE_HEADER, CONFIG_HEADER},
        new byte[][] {
          spec.pipeline().getBytes(StandardCharsets.UTF_8),
          spec.config().getBytes(StandardCharsets.UTF_8)
        });
  }

  /**
   * Reads a record's value, with what its headers said.
   *
   * @throws IOException if it is no model, or of a newer release
   */
  public static ModelSnapshot decode(String pipeline, String config, String key, byte[] value)
      throws IOException {
    ByteArrayInputStream bytes = new ByteArrayInputStream(value);
    Head head = Head.read(new DataInputStream(bytes));
    LearnerSummary learner = LearnerSummary.read(value, value.length - bytes.available());
    return new ModelSnapshot(
        pipeline, config, key, head.task(), head.classes().list(), learner, value);
  }

  /**
   * The model itself, where it is a single network.
   *
   * @param model the settings it was trained with
   * @throws IOException if it was trained with others, naming both, or is a mixture
   */
  public Learner learner(ModelSpec model) throws IOException {
    if (model.auto() != null) {
      throw new IOException(
          "model: auto is a mixture of networks, not one that ONNX could hold; use --format"
              + " millrace, or write a network out");
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    Head head = Head.read(in);
    return Learner.read(in, model.forTask(head.task()), head.task());
  }

  /** What stands in front of the learner. */
  private record Head(Task task, ClassNames classes) {
    static Head read(DataInputStream in) throws IOException {
      TrainState.requireVersion(in.readInt());
      String task = in.readUTF();
      try {
        return new Head(Task.valueOf(task), ClassNames.read(in));
      } catch (IllegalArgumentException e) {
        throw new IOException("it is a model of the unknown task " + task, e);
      }
    }
  }
}
