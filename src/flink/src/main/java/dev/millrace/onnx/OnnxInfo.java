package dev.millrace.onnx;

import dev.millrace.data.Task;
import java.util.List;

/**
 * What an ONNX file says about the model beside its graph.
 *
 * @param config fingerprint of the configuration, as metrics records have it
 * @param classes in the order of the outputs; empty for regression
 * @param features declared ones in the order of the inputs, as {@code FeatureSpec.spelled}; empty
 *     if the pipeline declares none
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
