package dev.millrace.nn.loss;

/** Computes the mean squared error, with errors in gradients limited. */
public final class SquaredError extends ErrorLoss {
  public SquaredError(Settings settings) {
    super(settings, settings.maxError());
  }

  @Override
  float lossOf(float error) {
    return error * error;
  }

  @Override
  float slopeOf(float error) {
    return 2f * Math.max(-maxError, Math.min(maxError, error));
  }

  @Override
  float maxCurvature() {
    return 2f;
  }
}
