package dev.millrace.nn.loss;

/**
 * Computes the focal loss with γ = 2 (Lin et al., Focal Loss for Dense Object Detection, 2017): the
 * cross-entropy of the probabilities of all classes, times (1 - p)², so that examples that are
 * predicted well count less.
 *
 * <p>Fused with softmax: the gradient with respect to the weighted sums is that of the
 * cross-entropy times (1 - p)² - 2·p·(1 - p)·ln p of the class that occurred.
 */
public final class CategoricalFocalCrossEntropy extends CategoricalLoss {

  public CategoricalFocalCrossEntropy(Settings settings) {
    super(settings);
  }

  @Override
  public float loss(float[] y, int offset, int outputs, float target) {
    float sum = 0f;
    for (int o = 0; o < outputs; o++) {
      float expected = expected(o, outputs, target);
      float rest = 1f - y[offset + o];
      sum +=
          expected == 0f
              ? 0f
              : expected * rest * rest * Probability.negativeLogLikelihood(y[offset + o]);
    }
    return sum;
  }

  @Override
  public boolean gradient(
      float[] y, int offset, int outputs, float target, float factor, float[] delta, int to) {
    float sum = 0f;
    for (int o = 0; o < outputs; o++) {
      delta[to + o] = slope(expected(o, outputs, target), y[offset + o]);
      sum += delta[to + o];
    }
    for (int o = 0; o < outputs; o++) {
      delta[to + o] = (y[offset + o] * sum - delta[to + o]) * factor;
    }
    return false;
  }

  /** Returns the max over two classes, at p = 0.354, which more classes do not exceed. */
  @Override
  public float maxCurvature(int outputs) {
    return 0.9924f;
  }

  private static float slope(float expected, float p) {
    float rest = 1f - p;
    return expected == 0f
        ? 0f
        : expected * rest * (rest + 2f * p * Probability.negativeLogLikelihood(p));
  }
}
