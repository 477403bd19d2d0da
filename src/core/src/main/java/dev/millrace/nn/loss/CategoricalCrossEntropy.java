package dev.millrace.nn.loss;

/**
 * Computes the cross-entropy of the probabilities of all classes.
 *
 * <p>Fused with softmax: the gradient with respect to the weighted sums is p - target, finite for
 * weighted sums of any size.
 */
public final class CategoricalCrossEntropy extends CategoricalLoss {

  public CategoricalCrossEntropy(Settings settings) {
    super(settings);
  }

  @Override
  public float loss(float[] y, int offset, int outputs, float target) {
    float loss = Probability.negativeLogLikelihood(y[offset + (int) target]);
    float smoothing = smoothing();
    if (smoothing == 0f) {
      return loss;
    }
    float sum = 0f;
    for (int o = 0; o < outputs; o++) {
      sum += Probability.negativeLogLikelihood(y[offset + o]);
    }
    return (1f - smoothing) * loss + smoothing / outputs * sum;
  }

  @Override
  public boolean gradient(
      float[] y, int offset, int outputs, float target, float factor, float[] delta, int to) {
    for (int o = 0; o < outputs; o++) {
      delta[to + o] = (y[offset + o] - expected(o, outputs, target)) * factor;
    }
    return false;
  }

  @Override
  public float maxCurvature(int outputs) {
    return 0.5f;
  }
}
