package dev.millrace.nn;

/**
 * Computes the loss of one row of outputs and its gradient.
 *
 * <p>The target is the index of the class, or the scaled value for regression. Cross-entropies are
 * fused with their activation: the gradient with respect to the weighted sums is p - target, finite
 * for weighted sums of any size. Label smoothing ε (Szegedy et al., 2016) distributes the fraction
 * ε of the target evenly over all classes: (1 - ε)·target + ε/classes.
 */
final class Objective {

  private static final float IMPLAUSIBLE_PROBABILITY = 1e-6f;

  private final Loss loss;
  private final boolean classification;
  private final float smoothing;
  private final float maxError;

  /**
   * @param maxError limit of errors in gradients of mse
   */
  Objective(Loss loss, boolean classification, float smoothing, float maxError) {
    this.loss = loss;
    this.classification = classification;
    this.smoothing = smoothing;
    this.maxError = maxError;
  }

  /** Returns true if the gradient is with respect to the weighted sums instead of the outputs. */
  boolean fused() {
    return loss.isCrossEntropy();
  }

  float loss(float[] y, int offset, int outputs, float target) {
    return switch (loss) {
      case CATEGORICAL_CROSSENTROPY -> {
        float own = Loss.negativeLogLikelihood(y[offset + (int) target]);
        yield smoothing == 0f ? own : smoothed(own, y, offset, outputs);
      }
      case BINARY_CROSSENTROPY -> {
        float own = Loss.negativeLogLikelihood(target == 1f ? y[offset] : 1f - y[offset]);
        float other =
            smoothing == 0f
                ? 0f
                : Loss.negativeLogLikelihood(target == 1f ? 1f - y[offset] : y[offset]);
        yield smoothing == 0f ? own : own + 0.5f * smoothing * (other - own);
      }
      case MSE, MAE, HUBER -> meanOfErrors(y, offset, outputs, target);
    };
  }

  private float smoothed(float own, float[] y, int offset, int outputs) {
    float sum = 0f;
    for (int o = 0; o < outputs; o++) {
      sum += Loss.negativeLogLikelihood(y[offset + o]);
    }
    return (1f - smoothing) * own + smoothing / outputs * sum;
  }

  private float meanOfErrors(float[] y, int offset, int outputs, float target) {
    float sum = 0f;
    for (int o = 0; o < outputs; o++) {
      float error = y[offset + o] - expected(o, target);
      float size = Math.abs(error);
      sum +=
          switch (loss) {
            case MAE -> size;
            case HUBER -> size <= 1f ? 0.5f * error * error : size - 0.5f;
            default -> error * error;
          };
    }
    return sum / outputs;
  }

  /**
   * Returns the largest second derivative of the loss with respect to the weighted sums of the
   * output layer; for mae, which has none, the value that limits a step to the size of its
   * gradient.
   */
  float maxCurvature(int outputs) {
    return switch (loss) {
      case BINARY_CROSSENTROPY -> 0.25f;
      case CATEGORICAL_CROSSENTROPY -> 0.5f;
      case MSE -> 2f / outputs;
      case MAE, HUBER -> 1f / outputs;
    };
  }

  /**
   * Returns true if trained models rarely predict these outputs: the probability of the class is at
   * most 1e-6, or an output is NaN, or both output and error exceed the limit.
   */
  boolean isImplausible(float[] y, int offset, int outputs, float target, float maxOutput) {
    // Written so that NaN is implausible as well.
    if (loss == Loss.CATEGORICAL_CROSSENTROPY) {
      return !(y[offset + (int) target] > IMPLAUSIBLE_PROBABILITY);
    }
    if (loss == Loss.BINARY_CROSSENTROPY) {
      return !((target == 1f ? y[offset] : 1f - y[offset]) > IMPLAUSIBLE_PROBABILITY);
    }
    for (int o = 0; o < outputs; o++) {
      float output = y[offset + o];
      float error = output - expected(o, target);
      if (!(Math.abs(output) <= maxOutput) && !(Math.abs(error) <= maxOutput)) {
        return true;
      }
    }
    return false;
  }

  /** Writes the gradient times {@code factor}; returns true if an error was limited. */
  boolean gradient(
      float[] y, int offset, int outputs, float target, float factor, float[] delta, int to) {
    boolean isLimited = false;
    for (int o = 0; o < outputs; o++) {
      float error = y[offset + o] - smoothed(expected(o, target), outputs);
      float gradient =
          switch (loss) {
            case BINARY_CROSSENTROPY, CATEGORICAL_CROSSENTROPY -> error;
            case MSE -> 2f * Math.max(-maxError, Math.min(maxError, error)) / outputs;
            case MAE -> Math.signum(error) / outputs;
            case HUBER -> Math.max(-1f, Math.min(1f, error)) / outputs;
          };
      isLimited |= loss == Loss.MSE && Math.abs(error) > maxError;
      delta[to + o] = gradient * factor;
    }
    return isLimited;
  }

  private float smoothed(float expected, int outputs) {
    if (smoothing == 0f) {
      return expected;
    }
    int classes = loss == Loss.BINARY_CROSSENTROPY ? 2 : outputs;
    return (1f - smoothing) * expected + smoothing / classes;
  }

  /** Returns the target of a neuron: one-hot for several neurons of a classifier. */
  private float expected(int output, float target) {
    if (!classification || loss == Loss.BINARY_CROSSENTROPY) {
      return target;
    }
    return output == (int) target ? 1f : 0f;
  }
}
