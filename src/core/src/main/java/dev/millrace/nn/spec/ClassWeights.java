package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import java.io.Serializable;
import java.util.Map;

/**
 * Factors of the example weights, by class.
 *
 * @param balanced true to give all classes the same total weight, by their observed shares
 * @param byName weights of the named classes, 1 for the others; empty if balanced
 */
@PublicApi
public record ClassWeights(boolean balanced, Map<String, Float> byName) implements Serializable {

  /** Weight 1 for every class. */
  public static final ClassWeights NONE = new ClassWeights(false, Map.of());

  /** Weights by the observed shares of the classes. */
  public static final ClassWeights BALANCED = new ClassWeights(true, Map.of());

  public ClassWeights {
    byName = Map.copyOf(byName);
  }

  /** Returns weights by class name. */
  public static ClassWeights of(Map<String, Float> byName) {
    return new ClassWeights(false, byName);
  }
}
