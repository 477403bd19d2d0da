package dev.millrace.nn.loss;

/**
 * Computes a mean of functions of the errors: output minus value, or minus the one-hot class. The
 * gradient is with respect to the outputs.
 */
abstract class ErrorLoss implements Objective {
  private final boolean classification;
  final float maxError;

  /**
   * @param maxError error beyond which the gradient is reported as limited
   */
  ErrorLoss(Settings settings, float maxError) {
    classification = settings.classification();
    this.maxError = maxError;
  }

  /** Returns the loss of one output. */
  abstract float lossOf(float error);

  /** Returns the derivative of {@link #lossOf}. */
  abstract float slopeOf(float error);

  /** Returns the largest second derivative of {@link #lossOf}, 1 if it has none. */
  abstract float maxCurvature();

  @Override
  public final boolean isFused() {
    return false;
  }

  @Override
  public final float loss(float[] y, int offset, int outputs, float target) {
    float sum = 0f;
    for (int o = 0; o < outputs; o++) {
      sum += lossOf(y[offset + o] - expected(o, target));
    }
    return sum / outputs;
  }

  @Override
  public final boolean gradient(
      float[] y, int offset, int outputs, float target, float factor, float[] delta, int to) {
    boolean isLimited = false;
    for (int o = 0; o < outputs; o++) {
      float error = y[offset + o] - expected(o, target);
      isLimited |= Math.abs(error) > maxError;
      delta[to + o] = slopeOf(error) / outputs * factor;
    }
    return isLimited;
  }

  @Override
  public final float maxCurvature(int outputs) {
    return maxCurvature() / outputs;
  }

  @Override
  public final boolean isImplausible(
      float[] y, int offset, int outputs, float target, float maxOutput) {
    for (int o = 0; o < outputs; o++) {
      float output = y[offset + o];
      float error = output - expected(o, target);
      // Written so that NaN is implausible as well.
      if (!(Math.abs(output) <= maxOutput) && !(Math.abs(error) <= maxOutput)) {
        return true;
      }
    }
    return false;
  }

  private float expected(int output, float target) {
    if (!classification) {
      return target;
    }
    return output == (int) target ? 1f : 0f;
  }
}
