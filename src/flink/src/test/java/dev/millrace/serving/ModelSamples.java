package dev.millrace.serving;

import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.codec.models.ModelAssembler.Place;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.Task;
import dev.millrace.nn.Learner;
import dev.millrace.nn.LearnerSummary;
import dev.millrace.nn.spec.NetworkSpec;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Small models as they come from a models topic. */
public final class ModelSamples {
  public static final Settings SETTINGS =
      PipelineFile.parse(
          "samples",
          """
          pipeline: samples
          kafka: { bootstrap.servers: "localhost:1" }
          input:
            label: class
            format: json
            features: [a, { name: b, nullable: true }, { name: c, type: one-hot, values: [x, y] }]
          model: { layers: [{ units: 4 }] }
          """,
          Path.of(""));

  /** Features of {@link #SETTINGS}, once {@code b} has its indicator and {@code c} two values. */
  public static final int INPUTS = 5;

  private ModelSamples() {}

  /** Returns the record of a model of two classes after a number of examples. */
  public static Arrival arrival(String key, int examples, Place place) {
    return new Arrival(key, "samples", "config", bytes(examples), List.of(place));
  }

  /** Returns the bytes of a model of two classes after a number of examples. */
  public static byte[] bytes(int examples) {
    return bytes(Task.BINARY, List.of("no", "yes"), examples);
  }

  /** Returns what is published of a model that has learned each class in turn. */
  public static byte[] bytes(Task task, List<String> classes, int examples) {
    int count = classes.size();
    NetworkSpec model = (NetworkSpec) SETTINGS.model();
    Learner learner = new Learner(model, task, INPUTS, count, 1);
    float[] out = new float[count];
    for (int i = 0; i < examples; i++) {
      float[] features = {i % 3, i % 5, 0, i % 2, 1 - i % 2};
      learner.learnClass(features, 0, i % count, 1f, out);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream data = new DataOutputStream(bytes)) {
      data.writeInt(1);
      data.writeUTF(task.name());
      data.writeInt(List.of().toString().hashCode()); // no names of features
      data.writeInt(count);
      for (String name : classes) {
        data.writeUTF(name);
      }
      data.writeInt(1); // neither bounds nor derived features
      data.writeByte(0);
      LearnerSummary.writeCounts(learner, data);
      learner.write(data);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }
}
