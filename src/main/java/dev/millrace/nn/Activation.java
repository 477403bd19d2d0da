package dev.millrace.nn;

import java.util.Locale;

/** What a neuron does with its weighted sum. */
public enum Activation {
  SIGMOID,
  TANH,
  RELU,
  SELU,
  SOFTMAX,
  LINEAR;

  /** The name in pipeline files, as Keras spells it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
