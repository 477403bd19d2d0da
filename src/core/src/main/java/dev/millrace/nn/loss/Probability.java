package dev.millrace.nn.loss;

import dev.millrace.simd.Elementary;

/** Judges the probability that was predicted for the class that occurred. */
public final class Probability {
  /** Keras' epsilon: no reported cross-entropy exceeds 16.1. */
  private static final float MIN = 1e-7f;

  private static final float IMPLAUSIBLE = 1e-6f;

  private Probability() {}

  /** Returns -ln p, with p cut to 1e-7 to 1 - 1e-7. */
  public static float negativeLogLikelihood(float p) {
    float positive = p < MIN ? MIN : p;
    return -Elementary.log(positive > 1f - MIN ? 1f - MIN : positive);
  }

  /** Returns true if trained models rarely predict this probability, or it is NaN. */
  static boolean isImplausible(float p) {
    return !(p > IMPLAUSIBLE);
  }
}
