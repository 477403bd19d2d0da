package dev.millrace.nn;

import dev.millrace.data.Task;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model that new models start from: a network, or a mixture of {@code model: auto}.
 *
 * @param weights weights of a network; null for a mixture
 * @param mixture stored mixture, see {@link OnlineModel#write}; null for a network
 * @param inputs number of features
 * @param task task of the models
 * @param classes names of the outputs in order; empty for regression or unnamed classes
 * @param hash identifies the weights in the fingerprint of the settings
 */
public record ModelStart(
    @Nullable ModelWeights weights,
    byte @Nullable [] mixture,
    int inputs,
    Task task,
    List<String> classes,
    String hash)
    implements Serializable {
  /** Returns a network to start from. */
  public static ModelStart of(ModelWeights weights, Task task, List<String> classes, String hash) {
    return new ModelStart(weights, null, weights.inputs(), task, List.copyOf(classes), hash);
  }

  /** Returns a mixture to start from. */
  public static ModelStart of(
      byte[] mixture, int inputs, Task task, List<String> classes, String hash) {
    return new ModelStart(null, mixture, inputs, task, List.copyOf(classes), hash);
  }
}
