package dev.millrace.onnx;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.ModelWeights;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The initial model in an ONNX file.
 *
 * @param weights with the statistics, if Millrace wrote the file; an output layer without
 *     activation is linear
 * @param task null unless Millrace wrote the file
 * @param classes in the order of the outputs; empty if they have no names
 * @param features features in the order of the inputs, as {@link
 *     dev.millrace.data.FeatureSpec#spelled}; empty if the file has none
 */
public record OnnxModel(
    ModelWeights weights, @Nullable Task task, List<String> classes, List<String> features) {
  public OnnxModel {
    classes = List.copyOf(classes);
    features = List.copyOf(features);
  }

  /** Returns true if Millrace wrote the file. */
  public boolean isOurs() {
    return task != null;
  }
}
