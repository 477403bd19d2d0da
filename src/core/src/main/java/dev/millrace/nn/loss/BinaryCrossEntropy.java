package dev.millrace.nn.loss;

/**
 * Computes the cross-entropy of one output, the probability of the second of two classes.
 *
 * <p>Fused with sigmoid: the gradient with respect to the weighted sum is p - target, finite for
 * weighted sums of any size.
 */
public final class BinaryCrossEntropy implements Objective {
  private final Settings settings;

  public BinaryCrossEntropy(Settings settings) {
    this.settings = settings;
  }

  @Override
  public boolean isFused() {
    return true;
  }

  @Override
  public float loss(float[] y, int offset, int outputs, float target) {
    float loss = Probability.negativeLogLikelihood(probability(y[offset], target));
    float smoothing = settings.smoothing();
    if (smoothing == 0f) {
      return loss;
    }
    float other = Probability.negativeLogLikelihood(probability(y[offset], 1f - target));
    return loss + 0.5f * smoothing * (other - loss);
  }

  @Override
  public boolean gradient(
      float[] y, int offset, int outputs, float target, float factor, float[] delta, int to) {
    delta[to] = (y[offset] - settings.smoothed(target, 2)) * factor;
    return false;
  }

  @Override
  public float maxCurvature(int outputs) {
    return 0.25f;
  }

  @Override
  public boolean isImplausible(float[] y, int offset, int outputs, float target, float maxOutput) {
    return Probability.isImplausible(probability(y[offset], target));
  }

  private static float probability(float secondProbability, float target) {
    return target == 1f ? secondProbability : 1f - secondProbability;
  }
}
