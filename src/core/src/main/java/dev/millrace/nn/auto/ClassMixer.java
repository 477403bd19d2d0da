package dev.millrace.nn.auto;

import dev.millrace.nn.auto.members.MemberPlan;
import dev.millrace.nn.auto.members.MixtureConstant;
import dev.millrace.nn.auto.rows.ClassTarget;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.loss.Probability;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.simd.LayerShape;
import dev.millrace.simd.MixtureKernels;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Mixes class probabilities in the logistic domain (Mattern, 2012): q = softmax(b + Σ w_k·l_k),
 * with l_k the logarithms of prediction k, learned by gradient descent on -ln q of the label. A
 * weight may become negative, and the weights need not sum to 1.
 */
final class ClassMixer extends Mixer {

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

  /** Scratch that the mixers of a thread share. */
  private static final class Scratch {
    // [predictions x columns], then the bias.
    float[] logs = {};
    float[] delta = {};
    float[] transposed = {};
    final float[] gradient = new float[2 * MixerWeights.MAX_PREDICTIONS];
    // Weights before a step.
    final float[] before = new float[MixerWeights.MAX_PREDICTIONS];

    void fit(int predictions, int stride) {
      logs = Row.grown(logs, (predictions + 1) * stride);
      delta = Row.grown(delta, 2 * stride);
    }
  }

  private final float[] meanSquares;
  // [classes]
  private float[] bias;
  // From the logarithms of each prediction to the mixture.
  private LayerShape layer;

  ClassMixer(AutoShape shape) {
    this(
        new MixerWeights(shape.starts(), shape.kind().hasIds()),
        shape.predictionOf(MemberPlan.Part.LINEAR),
        shape.predictionOf(MemberPlan.Part.PREVIOUS),
        shape.classes());
  }

  ClassMixer(MixerWeights weights, int linear, int previous, int classes) {
    super(weights, FixedShare.withPreviousLabel(), linear, previous);
    meanSquares = new float[MixerWeights.MAX_PREDICTIONS];
    bias = new float[classes];
    layer = layer();
  }

  @Override
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

  @Override
  void mix(Row row, float[] out, int at) {
    if (row.classes == 1) {
      out[at] = 1f;
      return;
    }
    mixPredictions(row, scratch(row));
    float[] all = row.predictions;
    int linearAt = row.at(linear);
    int previousAt = row.at(previous);
    for (int j = 0; j < bias.length; j++) {
      out[at + j] =
          (float)
              answer.average(
                  row.mixed[j], all[linearAt + j], row.frequencies[j], all[previousAt + j]);
    }
  }

  private Scratch scratch(Row row) {
    Scratch scratch = row.workspace.shared(Scratch.class, Scratch::new);
    scratch.fit(weights.predictions, row.stride);
    return scratch;
  }

  private void mixPredictions(Row row, Scratch scratch) {
    int classes = bias.length;
    int biasOffset = layer.biasOffset();
    float[] logs = scratch.logs;
    MIXTURES.flooredLog(
        row.predictions,
        row.stride,
        logs,
        layer.stride(),
        weights.predictions,
        classes,
        1f - SPREAD,
        SPREAD / classes);
    System.arraycopy(bias, 0, logs, biasOffset, classes);
    Arrays.fill(logs, biasOffset + classes, biasOffset + Kernels.outputStride(layer.columns()), 0f);
    KERNELS.dense(layer, weights.weights, 0, 1, logs, row.mixed, 0);
    KERNELS.softmax(row.mixed, 0, 1, classes, row.columns);
  }

  /**
   * Learns how much each prediction counts: from those made when the features came, if the label
   * came later. A member that has just learned the labels of similar records predicts this one
   * better than it did when these labels were not known.
   *
   * <p>Labels that come after each other were not known to each other's predictions either, so what
   * they say of the weights repeats itself: with d examples between features and label, losses
   * count less for the answer by √(1 + d) (Quanrud and Khashabi, 2015), and the mixer's steps are
   * shorter by the root of that, or it would follow a stream too slowly.
   */
  @Override
  float learn(Row row, float[] out, int at) {
    if (row.classes == 1) {
      return 0f; // nothing to tell apart yet
    }
    Scratch scratch = scratch(row);
    if (row.memory == null) {
      learnAnswer(row, 1f);
      learn(row, 1f, scratch);
    } else {
      Row then = row.then();
      long since = ClassTarget.recall(row.memory, row.memoryAt, then);
      float rate = (float) (1 / Math.sqrt(1.0 + since));
      learnAnswer(then, rate);
      mixPredictions(then, scratch); // with the weights of now: they are what learns
      learn(then, (float) Math.sqrt(rate), scratch);
    }
    return Probability.negativeLogLikelihood(out[at + row.label()]);
  }

  private void learnAnswer(Row row, float rate) {
    int label = row.label();
    float baselineLoss = -row.logFrequencies[label];
    answer.learn(
        Probability.negativeLogLikelihood(row.mixed[label]),
        Probability.negativeLogLikelihood(row.predictions[row.at(linear) + label]),
        baselineLoss,
        Probability.negativeLogLikelihood(row.predictions[row.at(previous) + label]),
        row.weight,
        rate,
        row.examples);
    weights.addLoss(weights.predictions, baselineLoss);
  }

  /**
   * Learns the label of the last mixture.
   *
   * @param factor of the steps, 1 or less
   */
  private void learn(Row row, float factor, Scratch scratch) {
    int classes = bias.length;
    int label = row.label();
    float[] delta = scratch.delta;
    System.arraycopy(row.mixed, 0, delta, 0, row.stride);
    delta[label] -= 1f;
    float biasRate = factor * Math.min(BIAS_RATE * row.weight, MAX_BIAS_STEP);
    for (int j = 0; j < classes; j++) {
      bias[j] = BIAS_KEPT * (bias[j] - biasRate * delta[j]);
      delta[j] *= row.weight;
    }
    for (int k = 0; k < weights.predictions; k++) {
      weights.addLoss(k, -scratch.logs[k * layer.stride() + label]);
    }
    weights.countExample();
    // With late labels long steps follow each burst of one class, which costs more than it gains
    // without ids.
    float first = factor == 1f || weights.hasIds() ? weights.rateFactor(row.examples) : 1f;
    scratch.transposed = Row.grown(scratch.transposed, Kernels.transposedLength(classes));
    System.arraycopy(weights.weights, 0, scratch.before, 0, weights.predictions);
    KERNELS.inputGradient(
        layer, delta, 0, 1, scratch.logs, scratch.gradient, 0, scratch.transposed);
    KERNELS.rmsProp(
        weights.weights,
        meanSquares,
        scratch.gradient,
        0,
        MixerWeights.MAX_PREDICTIONS,
        factor
            * (weights.hasIds() ? ID_LEARNING_RATE : MixtureConstant.CLASS_MIXER_RATE.value)
            * first,
        BETA2,
        EPSILON,
        weights.correction());
    shortenCommonStep(scratch.before);
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
  void visitRest(StateVisitor v) throws IOException {
    v.numbers(meanSquares, 0, weights.predictions);
    v.numbers(bias);
  }
}
