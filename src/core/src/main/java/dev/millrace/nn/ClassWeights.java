package dev.millrace.nn;

import java.io.Serializable;
import java.util.Map;

/**
 * What the weight of an example in learning is multiplied by, for its class.
 *
 * @param balanced whether that is such that all classes weigh the same, by their shares so far
 * @param byName the weights of the classes that are named; 1 for the others. Empty if balanced
 */
public record ClassWeights(boolean balanced, Map<String, Float> byName) implements Serializable {

  /** 1 for every class. */
  public static final ClassWeights NONE = new ClassWeights(false, Map.of());

  /** By the shares of the classes so far. */
  public static final ClassWeights BALANCED = new ClassWeights(true, Map.of());

  public ClassWeights {
    byName = Map.copyOf(byName);
  }

  /** Weights by name. */
  public static ClassWeights of(Map<String, Float> byName) {
    return new ClassWeights(false, byName);
  }
}
