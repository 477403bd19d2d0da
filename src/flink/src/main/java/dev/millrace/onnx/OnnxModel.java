package dev.millrace.onnx;

import dev.millrace.data.Task;
import dev.millrace.nn.ModelWeights;
import java.util.List;

/**
 * What an ONNX file holds as a model's start.
 *
 * @param weights with the statistics, if Millrace wrote the file; an output layer without
 *     activation is linear
 * @param task null if the file does not say, which is so unless Millrace wrote it
 * @param classes in the order of the outputs; empty if they have no names
 * @param features that it was trained on, in the order of its inputs, as {@link
 *     FeatureSpec#spelled}; empty if the file does not say
 */
public record OnnxModel(
    ModelWeights weights, Task task, List<String> classes, List<String> features) {
  public OnnxModel {
    classes = List.copyOf(classes);
    features = List.copyOf(features);
  }

  /** Whether Millrace wrote the file. */
  public boolean isOurs() {
    return task != null;
  }
}
