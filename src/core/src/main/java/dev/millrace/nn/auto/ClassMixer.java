package dev.millrace.nn.auto;

import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.simd.LayerShape;
import dev.millrace.simd.MixtureKernels;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Mixes class probabilities in the logistic domain (Mattern, 2012): q = softmax(b + Σ w_k·l_k),
 * with l_k the logarithms of prediction k, learned by gradient descent on -ln q of the label. A
 * weight may become negative, and the weights need not sum to 1.
 */
final class ClassMixer implements State {

  private static final Kernels KERNELS = KernelProvider.kernels();
  private static final MixtureKernels MIXTURES = KernelProvider.mixtures();

  /** Share of a prediction that is spread over all classes, so that no logarithm is infinite. */
  private static final float SPREAD = 1e-4f;

  /** With ids: means of few records are noisy, and so is what a mixer learns of rare classes. */
  private static final float ID_LEARNING_RATE = 0.002f;

  private static final float BETA2 = 0.999f;

  /** Max number of equal steps that add up, however many predictions have the same gradient. */
  private static final float MAX_EQUAL_STEPS = 2f;

  private static final float EPSILON = 1e-8f;
  private static final float BIAS_RATE = 0.02f;
  private static final float BIAS_KEPT = 0.99f;

  /** Max step of a bias, whatever an example weighs. */
  private static final float MAX_BIAS_STEP = 1f;

  private final MixerWeights weights;
  private final float[] meanSquares;
  // [classes]
  private float[] bias;
  // From the logarithms of each prediction to the mixture.
  private LayerShape layer;

  ClassMixer(MixerWeights weights, int classes) {
    this.weights = weights;
    meanSquares = new float[MixerWeights.MAX_PREDICTIONS];
    bias = new float[classes];
    layer = layer();
  }

  void addClass() {
    bias = Arrays.copyOf(bias, bias.length + 1);
    layer = layer();
  }

  /** Few logarithms are computed one by one, in narrow rows. */
  private LayerShape layer() {
    int classes = bias.length;
    int columns = classes <= Kernels.NARROW ? Kernels.NARROW : Kernels.padded(classes);
    return LayerShape.of(weights.predictions, MixerWeights.MAX_PREDICTIONS, classes, columns, 0);
  }

  /**
   * Mixes {@code scratch.predictions}, [predictions x columns], into {@code scratch.mixed}.
   *
   * @param columns padded number of classes
   */
  void mix(AutoScratch scratch, int columns) {
    int classes = bias.length;
    int biasOffset = layer.biasOffset();
    float[] logs = scratch.logs;
    MIXTURES.flooredLog(
        scratch.predictions,
        Kernels.stride(columns),
        logs,
        layer.stride(),
        weights.predictions,
        classes,
        1f - SPREAD,
        SPREAD / classes);
    System.arraycopy(bias, 0, logs, biasOffset, classes);
    Arrays.fill(logs, biasOffset + classes, biasOffset + Kernels.outputStride(layer.columns()), 0f);
    KERNELS.dense(layer, weights.weights, 0, 1, logs, scratch.mixed, 0);
    KERNELS.softmax(scratch.mixed, 0, 1, classes, columns);
  }

  /**
   * Learns the label of the last mixture, and overwrites that mixture in {@code scratch}.
   *
   * @param factor of the steps, 1 or less
   * @param examples before this one
   */
  void learn(AutoScratch scratch, int label, float weight, float factor, long examples) {
    int classes = bias.length;
    int stride = layer.stride();
    float[] delta = scratch.mixed;
    delta[label] -= 1f;
    float biasRate = factor * Math.min(BIAS_RATE * weight, MAX_BIAS_STEP);
    for (int j = 0; j < classes; j++) {
      bias[j] = BIAS_KEPT * (bias[j] - biasRate * delta[j]);
      delta[j] *= weight;
    }
    for (int k = 0; k < weights.predictions; k++) {
      weights.addLoss(k, -scratch.logs[k * stride + label]);
    }
    weights.countExample();
    // With late labels long steps follow each burst of one class, which costs more than it gains
    // without ids.
    float first = factor == 1f || weights.hasIds() ? weights.rateFactor(examples) : 1f;
    float[] gradient = scratch.mixerGradient;
    float[] before = scratch.mixerWeights;
    System.arraycopy(weights.weights, 0, before, 0, weights.predictions);
    KERNELS.inputGradient(layer, delta, 0, 1, scratch.logs, gradient, 0, scratch.transposed);
    KERNELS.rmsProp(
        weights.weights,
        meanSquares,
        gradient,
        0,
        MixerWeights.MAX_PREDICTIONS,
        factor
            * (weights.hasIds() ? ID_LEARNING_RATE : MixtureConstant.CLASS_MIXER_RATE.value)
            * first,
        BETA2,
        EPSILON,
        weights.correction());
    shortenCommonStep(before);
  }

  /**
   * Shortens the mean of the weights' steps to what it would be with two predictions.
   *
   * <p>Predictions resemble each other, so most steps have the same sign. The sum of the weights is
   * how confident the mixture is; with many predictions it would move too far to converge. The
   * differences between steps stay.
   */
  private void shortenCommonStep(float[] before) {
    int predictions = weights.predictions;
    if (predictions <= MAX_EQUAL_STEPS) {
      return;
    }
    float[] after = weights.weights;
    float moved = 0f;
    for (int k = 0; k < predictions; k++) {
      moved += after[k] - before[k];
    }
    float tooFar = (1f - MAX_EQUAL_STEPS / predictions) * (moved / predictions);
    for (int k = 0; k < predictions; k++) {
      after[k] -= tooFar;
    }
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    v.numbers(meanSquares, 0, weights.predictions);
    v.numbers(bias);
  }
}
