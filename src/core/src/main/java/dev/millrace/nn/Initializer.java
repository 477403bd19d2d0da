package dev.millrace.nn;

/** How spread the initial weights are; all are normal numbers around 0, biases start at 0. */
public enum Initializer {
  /**
   * By each layer's activation: He for relu, leaky_relu, elu, gelu and silu, LeCun for selu, Glorot
   * for the others.
   */
  BY_ACTIVATION,
  /** Variance 1/inputs in every layer: wider than Glorot where a layer has few inputs. */
  LECUN_NORMAL;
}
