package dev.millrace.nn;

import java.util.Locale;

/** How wrong one prediction is. */
public enum Loss {
  MSE,
  MAE,
  HUBER,
  BINARY_CROSSENTROPY,
  CATEGORICAL_CROSSENTROPY;

  /** Whether it is of probabilities, and fused with the activation that gives them. */
  public boolean isCrossEntropy() {
    return this == BINARY_CROSSENTROPY || this == CATEGORICAL_CROSSENTROPY;
  }

  /** The name in pipeline files, as Keras spells it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
