package dev.millrace.nn;

import dev.millrace.simd.Elementary;

/**
 * The loss of one row of outputs against its target, and its gradient.
 *
 * <p>The target is the index of the class, or the scaled value for regression. Cross-entropies are
 * fused with their activation: the gradient with respect to the weighted sums is p - target, finite
 * for weighted sums of any size.
 */
final class Objective {

  /** Keras' epsilon: no reported cross-entropy exceeds 16.1. */
  private static final float LEAST_PROBABILITY = 1e-7f;

  private final Loss loss;
  private final boolean classification;

  Objective(Loss loss, boolean classification) {
    this.loss = loss;
    this.classification = classification;
  }

  /** Whether the gradient is that of the weighted sums rather than of the outputs. */
  boolean fused() {
    return loss == Loss.BINARY_CROSSENTROPY || loss == Loss.CATEGORICAL_CROSSENTROPY;
  }

  float loss(float[] y, int offset, int outputs, float target) {
    return switch (loss) {
      case CATEGORICAL_CROSSENTROPY -> surprise(y[offset + (int) target]);
      case BINARY_CROSSENTROPY -> surprise(target == 1f ? y[offset] : 1f - y[offset]);
      case MSE, HUBER -> meanOfErrors(y, offset, outputs, target);
    };
  }

  private static float surprise(float p) {
    float least = p < LEAST_PROBABILITY ? LEAST_PROBABILITY : p;
    return -Elementary.log(least > 1f - LEAST_PROBABILITY ? 1f - LEAST_PROBABILITY : least);
  }

  private float meanOfErrors(float[] y, int offset, int outputs, float target) {
    float sum = 0f;
    for (int o = 0; o < outputs; o++) {
      float error = y[offset + o] - expected(o, target);
      float size = Math.abs(error);
      sum += loss == Loss.HUBER ? size <= 1f ? 0.5f * error * error : size - 0.5f : error * error;
    }
    return sum / outputs;
  }

  /** Writes the gradient times {@code factor}. */
  void gradient(
      float[] y, int offset, int outputs, float target, float factor, float[] delta, int to) {
    for (int o = 0; o < outputs; o++) {
      float error = y[offset + o] - expected(o, target);
      float gradient =
          switch (loss) {
            case BINARY_CROSSENTROPY, CATEGORICAL_CROSSENTROPY -> error;
            case MSE -> 2f * error / outputs;
            case HUBER -> Math.max(-1f, Math.min(1f, error)) / outputs;
          };
      delta[to + o] = gradient * factor;
    }
  }

  /** One-hot for several neurons of a classifier; its only neuron is the second class. */
  private float expected(int output, float target) {
    if (!classification || loss == Loss.BINARY_CROSSENTROPY) {
      return target;
    }
    return output == (int) target ? 1f : 0f;
  }
}
