package dev.millrace.nn;

import dev.millrace.data.Task;
import java.io.Serializable;
import java.util.List;

/**
 * A model that new ones start from.
 *
 * @param task what the models learn
 * @param classes of its outputs in their order; empty for regression, or if they have no names
 * @param hash names the weights in the configuration's fingerprint
 */
public record ModelStart(ModelWeights weights, Task task, List<String> classes, String hash)
    implements Serializable {
  public ModelStart {
    classes = List.copyOf(classes);
  }
}
