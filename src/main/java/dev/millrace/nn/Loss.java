package dev.millrace.nn;

import java.util.Locale;

/** How wrong one prediction is. */
public enum Loss {
  MSE,
  HUBER,
  BINARY_CROSSENTROPY,
  CATEGORICAL_CROSSENTROPY;

  /** The name in pipeline files, as Keras spells it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
