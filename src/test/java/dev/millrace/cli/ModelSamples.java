package dev.millrace.cli;

import dev.millrace.PipelineFile;
import dev.millrace.Settings;
import dev.millrace.data.Task;
import dev.millrace.flink.ModelAssembler.Arrival;
import dev.millrace.flink.ModelAssembler.Place;
import dev.millrace.nn.Learner;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Small models as they come from a models topic. */
final class ModelSamples {
  static final Settings SETTINGS =
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
  static final int INPUTS = 5;

  private ModelSamples() {}

  /** What the topic says once a model of two classes has learned so many examples. */
  static Arrival arrival(String key, int examples, Place place) {
    return new Arrival(key, "samples", "config", bytes(examples), List.of(place));
  }

  static byte[] bytes(int examples) {
    Task task = Task.BINARY;
    Learner learner = new Learner(SETTINGS.model().forTask(task), task, INPUTS, 2, 1);
    float[] out = new float[2];
    for (int i = 0; i < examples; i++) {
      float[] features = {i % 3, i % 5, 0, i % 2, 1 - i % 2};
      learner.learnClass(features, 0, i % 2, 1f, out);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream data = new DataOutputStream(bytes)) {
      data.writeInt(1);
      data.writeUTF(task.name());
      data.writeInt(2);
      data.writeUTF("no");
      data.writeUTF("yes");
      learner.write(data);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }
}
