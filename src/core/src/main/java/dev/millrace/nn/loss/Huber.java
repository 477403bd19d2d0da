package dev.millrace.nn.loss;

/** Computes the loss of Huber (1964) with δ = 1: squares of small errors, sizes of large ones. */
public final class Huber extends ErrorLoss {

  public Huber(Settings settings) {
    super(settings, Float.POSITIVE_INFINITY);
  }

  /** Returns the loss of an error: error² / 2 up to an error of 1, then |error| - 1/2. */
  public static float of(double error) {
    double size = Math.abs(error);
    return (float) (size <= 1 ? 0.5 * error * error : size - 0.5);
  }

  @Override
  float lossOf(float error) {
    return of(error);
  }

  @Override
  float slopeOf(float error) {
    return Math.max(-1f, Math.min(1f, error));
  }

  @Override
  float maxCurvature() {
    return 1f;
  }
}
