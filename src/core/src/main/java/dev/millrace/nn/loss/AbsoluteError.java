package dev.millrace.nn.loss;

/** Computes the mean absolute error. */
public final class AbsoluteError extends ErrorLoss {

  public AbsoluteError(Settings settings) {
    super(settings, Float.POSITIVE_INFINITY);
  }

  @Override
  float lossOf(float error) {
    return Math.abs(error);
  }

  @Override
  float slopeOf(float error) {
    return Math.signum(error);
  }

  @Override
  float maxCurvature() {
    return 1f;
  }
}
