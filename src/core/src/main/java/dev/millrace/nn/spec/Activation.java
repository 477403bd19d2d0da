package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import java.util.Locale;

/** Activation functions of neurons. */
@PublicApi
public enum Activation {
  SIGMOID,
  TANH,
  RELU,
  LEAKY_RELU,
  ELU,
  SELU,
  GELU,
  SILU,
  SOFTPLUS,
  SOFTMAX,
  LINEAR;

  /** Returns true if the derivative is computed from the input, which must then be kept. */
  public boolean isDerivedFromInput() {
    return this == GELU || this == SILU || this == SOFTPLUS;
  }

  /** The name in pipeline files, as Keras spells it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
