package dev.millrace.onnx;

import dev.millrace.data.Task;
import java.util.List;

/**
 * The properties of an ONNX file that come from the pipeline.
 *
 * @param config hash of the configuration, as in metrics records
 * @param classes in the order of the outputs; empty for regression
 * @param features declared features in the order of the inputs, as {@code FeatureSpec.spelled};
 *     empty if the pipeline declares none
 */
public record OnnxInfo(
    String pipeline,
    String key,
    String config,
    Task task,
    List<String> classes,
    List<String> features) {
  public OnnxInfo {
    classes = List.copyOf(classes);
    features = List.copyOf(features);
  }
}
