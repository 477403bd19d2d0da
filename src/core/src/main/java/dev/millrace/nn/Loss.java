package dev.millrace.nn;

import java.util.Locale;

/** Loss functions of one prediction. */
public enum Loss {
  MSE,
  MAE,
  HUBER,
  BINARY_CROSSENTROPY,
  CATEGORICAL_CROSSENTROPY;

  /** Returns true if the loss is of probabilities and fused with their activation. */
  public boolean isCrossEntropy() {
    return this == BINARY_CROSSENTROPY || this == CATEGORICAL_CROSSENTROPY;
  }

  /** The name in pipeline files, as Keras spells it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
