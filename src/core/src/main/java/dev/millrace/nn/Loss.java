package dev.millrace.nn;

import dev.millrace.data.PublicApi;
import dev.millrace.simd.Elementary;
import java.util.Locale;

/** Loss functions of one prediction. */
@PublicApi
public enum Loss {
  MSE,
  MAE,
  HUBER,
  BINARY_CROSSENTROPY,
  CATEGORICAL_CROSSENTROPY;

  /** Keras' epsilon: no reported cross-entropy exceeds 16.1. */
  private static final float MIN_PROBABILITY = 1e-7f;

  /** Returns -ln p, with p cut to 1e-7 to 1 - 1e-7. */
  public static float negativeLogLikelihood(float p) {
    float positive = p < MIN_PROBABILITY ? MIN_PROBABILITY : p;
    return -Elementary.log(positive > 1f - MIN_PROBABILITY ? 1f - MIN_PROBABILITY : positive);
  }

  /** Returns true if the loss is of probabilities and fused with their activation. */
  public boolean isCrossEntropy() {
    return this == BINARY_CROSSENTROPY || this == CATEGORICAL_CROSSENTROPY;
  }

  /** The name in pipeline files, as Keras spells it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
