package dev.millrace.nn;

import dev.millrace.data.Task;
import java.io.Serializable;
import java.util.List;

/**
 * A model that new ones start from: a network, or the mixture that {@code model: auto} means.
 *
 * @param weights of the network; null for a mixture
 * @param mixture what {@link OnlineModel#write} wrote; null for a network
 * @param inputs features
 * @param task what the models learn
 * @param classes of its outputs in their order; empty for regression, or if they have no names
 * @param hash names the weights in the configuration's fingerprint
 */
public record ModelStart(
    ModelWeights weights, byte[] mixture, int inputs, Task task, List<String> classes, String hash)
    implements Serializable {
  public ModelStart {
    classes = List.copyOf(classes);
  }

  /** A network to start from. */
  public static ModelStart of(ModelWeights weights, Task task, List<String> classes, String hash) {
    return new ModelStart(weights, null, weights.inputs(), task, classes, hash);
  }

  /** A mixture to start from. */
  public static ModelStart of(
      byte[] mixture, int inputs, Task task, List<String> classes, String hash) {
    return new ModelStart(null, mixture, inputs, task, classes, hash);
  }
}
