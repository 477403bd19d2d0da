package dev.millrace.nn;

import java.io.Serializable;

/**
 * A fully connected layer: its number of neurons and their activation.
 *
 * @param dropout share of the neurons left out at random while learning, 0 (off) to below 1; hidden
 *     layers only
 * @param layerNorm whether the weighted sums of an example are brought to mean 0 and variance 1,
 *     then to a learned gain and shift, before the activation; hidden layers only
 */
public record LayerSpec(int units, Activation activation, float dropout, boolean layerNorm)
    implements Serializable {

  /** Without dropout and layer normalization. */
  public LayerSpec(int units, Activation activation) {
    this(units, activation, 0f, false);
  }

  /** What decides which numbers it consists of and how it predicts, in words. */
  String shape() {
    return units + " " + activation.id() + (layerNorm ? " with layer norm" : "");
  }
}
