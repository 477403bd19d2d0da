package dev.millrace.nn.loss;

/**
 * Computes the cross-entropy of the probabilities of all classes.
 *
 * <p>Fused with softmax: the gradient with respect to the weighted sums is p - target, finite for
 * weighted sums of any size.
 */
public final class CategoricalCrossEntropy implements Objective {
  private final Settings settings;

  public CategoricalCrossEntropy(Settings settings) {
    this.settings = settings;
  }

  @Override
  public boolean isFused() {
    return true;
  }

  @Override
  public float loss(float[] y, int offset, int outputs, float target) {
    float own = Probability.negativeLogLikelihood(y[offset + (int) target]);
    float smoothing = settings.smoothing();
    if (smoothing == 0f) {
      return own;
    }
    float sum = 0f;
    for (int o = 0; o < outputs; o++) {
      sum += Probability.negativeLogLikelihood(y[offset + o]);
    }
    return (1f - smoothing) * own + smoothing / outputs * sum;
  }

  @Override
  public boolean gradient(
      float[] y, int offset, int outputs, float target, float factor, float[] delta, int to) {
    for (int o = 0; o < outputs; o++) {
      float expected = settings.smoothed(o == (int) target ? 1f : 0f, outputs);
      delta[to + o] = (y[offset + o] - expected) * factor;
    }
    return false;
  }

  @Override
  public float maxCurvature(int outputs) {
    return 0.5f;
  }

  @Override
  public boolean isImplausible(float[] y, int offset, int outputs, float target, float maxOutput) {
    return Probability.isImplausible(y[offset + (int) target]);
  }
}
