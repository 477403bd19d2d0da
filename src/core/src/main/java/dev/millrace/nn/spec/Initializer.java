package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;

/** Variance of the initial weights, which are normal with mean 0; biases start at 0. */
@PublicApi
public enum Initializer {
  /**
   * Depends on each layer's activation: He for relu, leaky_relu, elu, gelu and silu, LeCun for
   * selu, Glorot for the others.
   */
  BY_ACTIVATION,
  /** Variance 1/inputs in every layer, larger than Glorot's in layers of few inputs. */
  LECUN_NORMAL;
}
