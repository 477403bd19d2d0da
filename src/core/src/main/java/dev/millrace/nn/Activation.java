package dev.millrace.nn;

import java.util.Locale;

/** What a neuron does with its weighted sum. */
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

  /** Whether its derivative is computed from its input, which has to be kept. */
  boolean isDerivedFromInput() {
    return this == GELU || this == SILU || this == SOFTPLUS;
  }

  /** The name in pipeline files, as Keras spells it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
