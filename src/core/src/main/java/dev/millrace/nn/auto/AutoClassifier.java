package dev.millrace.nn.auto;

import dev.millrace.nn.AutoSpec.Extra;
import dev.millrace.nn.FloatCount;
import dev.millrace.nn.Indicators;
import dev.millrace.nn.loss.Probability;
import dev.millrace.simd.Elementary;
import dev.millrace.simd.Kernels;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The mixture that predicts classes. */
final class AutoClassifier extends AutoLearner {

  /** Max number of floats remembered of features whose label comes later. */
  private static final int MAX_REMEMBERED = 512;

  private final ClassFrequencies frequencies;
  private final PreviousLabel previousLabel;
  private final ClassMixer mixer;
  // Null if there are no indicators, or ids.
  private final @Nullable NaiveBayesMember naiveBayes;

  AutoClassifier(
      AutoShape shape,
      Indicators indicators,
      long keySeed,
      @Nullable AutoScratch scratch,
      Members members) {
    super(shape, indicators, keySeed, scratch, members);
    frequencies = new ClassFrequencies(shape.classes());
    previousLabel = new PreviousLabel(shape.classes());
    mixer = new ClassMixer(weights, shape.classes());
    naiveBayes =
        shape.hasNaiveBayes() ? new NaiveBayesMember(indicators.columns(), shape.classes()) : null;
  }

  @Override
  public int outputs() {
    return classes();
  }

  /**
   * Returns the number of floats of all predictions, of their mixture and of the frequencies, the
   * number of examples and the previous label; 0 if they are too many.
   */
  @Override
  public int remembered() {
    if (classes() < 2) {
      return 0;
    }
    long floats = (weights.predictions + 2L) * classes() + 2;
    return floats > MAX_REMEMBERED ? 0 : (int) floats;
  }

  @Override
  public void predictPending(float[] features, int offset, float[] out, float[] memory, int at) {
    predictNext(features, offset, out);
    if (remembered() == 0) {
      return;
    }
    AutoScratch own = scratch();
    int classes = classes();
    int stride = Kernels.stride(columns());
    int to = at;
    for (int k = 0; k < weights.predictions; k++, to += classes) {
      System.arraycopy(own.predictions, k * stride, memory, to, classes);
    }
    System.arraycopy(own.mixed, 0, memory, to, classes);
    System.arraycopy(own.frequencies, 0, memory, to + classes, classes);
    to += 2 * classes;
    memory[to] = FloatCount.of(examples());
    memory[to + 1] = previousLabel.previous();
  }

  @Override
  float scaledTarget(double label) {
    return (float) label;
  }

  @Override
  void mix(AutoScratch own, float[] out) {
    predictByOthers(own);
    mix(own, out, 0);
  }

  private void mix(AutoScratch own, float[] out, int outOffset) {
    if (classes() == 1) {
      out[outOffset] = 1f;
      return;
    }
    mixer.mix(own, columns());
    int linear = linearAt();
    int previous = previousAt();
    float[] all = own.predictions;
    for (int j = 0; j < classes(); j++) {
      out[outOffset + j] =
          (float)
              answer.average(own.mixed[j], all[linear + j], own.frequencies[j], all[previous + j]);
    }
  }

  /** Writes the predictions of all members but the networks to the scratch. */
  private void predictByOthers(AutoScratch own) {
    int stride = Kernels.stride(columns());
    int at = linearAt();
    predictBaseline(own);
    linear.predictClasses(scaled(own), own.logFrequencies, own.predictions, at, columns());
    at += stride;
    ferns.predictClasses(own, at, columns());
    at += stride;
    if (naiveBayes != null) {
      naiveBayes.predict(own, at, columns());
      at += stride;
    }
    if (ids != null) {
      ids.predictClasses(own, shape(), at, columns());
      at += shape().kind().idPredictions() * stride;
    }
    if (shape().has(Extra.KNN)) {
      own.neighbours.find(own.encoded, own.encodedOffset, scaler, CLIP, buffer);
      Arrays.fill(own.predictions, at, at + stride, 0f);
      own.neighbours.vote(buffer, own.predictions, at, classes());
      at += stride;
    }
    Arrays.fill(own.predictions, at, at + stride, 0f);
    previousLabel.predict(own.frequencies, own.predictions, at);
  }

  /** Index of what the previous label predicts, the last prediction. */
  private int previousAt() {
    return (weights.predictions - 1) * Kernels.stride(columns());
  }

  @Override
  protected float learnClass(
      float[] features, int offset, int label, float weight, float[] out, int outOffset) {
    AutoScratch own = scratch();
    float limited = limited(weight);
    boolean replays = prepare(features, offset, limited, own);
    float loss = 0f;
    if (classes() == 1) {
      out[outOffset] = 1f; // nothing to tell apart yet
    } else {
      learnMembers(label, replays, own);
      predictByOthers(own);
      mix(own, out, outOffset);
      loss = Probability.negativeLogLikelihood(out[outOffset + label]);
      linear.learnClass(
          scaled(own), own.predictions, linearAt(), label, limited, recalled() != null);
      ferns.learnClass(own, fernsAt(), label, limited);
    }
    if (naiveBayes != null) {
      naiveBayes.learn(own, label, limited);
    }
    if (ids != null) {
      int stride = Kernels.stride(columns());
      ids.learnClass(own, shape(), fernsAt() + stride, stride, label, limited);
    }
    if (classes() > 1) {
      learnWeights(label, limited, own);
    }
    frequencies.learn(label, limited);
    previousLabel.learn(label, limited);
    keep(label, limited, own);
    return loss;
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
  private void learnWeights(int label, float weight, AutoScratch own) {
    float[] memory = recalled();
    float rate = 1f;
    if (memory != null) {
      rate = recall(memory, recalledAt(), own);
    }
    learnAnswer(label, weight, rate, own);
    if (memory != null) {
      mixer.mix(own, columns()); // with the weights of now: they are what learns
    }
    mixer.learn(own, label, weight, (float) Math.sqrt(rate), examples());
    forget();
  }

  /**
   * Replaces the predictions in the scratch by those of {@link #predictPending}; returns the factor
   * of the steps.
   */
  private float recall(float[] memory, int at, AutoScratch own) {
    int classes = classes();
    int stride = Kernels.stride(columns());
    int from = at;
    for (int k = 0; k < weights.predictions; k++, from += classes) {
      System.arraycopy(memory, from, own.predictions, k * stride, classes);
    }
    System.arraycopy(memory, from, own.mixed, 0, classes);
    from += classes;
    for (int j = 0; j < classes; j++) {
      own.logFrequencies[j] = Elementary.log(memory[from + j]);
    }
    from += classes;
    previousLabel.recall((int) memory[from + 1]);
    return (float) (1 / Math.sqrt(1.0 + FloatCount.growth(memory[from], examples())));
  }

  @Override
  void predictBaseline(AutoScratch own) {
    frequencies.predict(own.frequencies, own.logFrequencies);
  }

  private void learnAnswer(int label, float weight, float rate, AutoScratch own) {
    float ofBaseline = -own.logFrequencies[label];
    answer.learn(
        Probability.negativeLogLikelihood(own.mixed[label]),
        Probability.negativeLogLikelihood(own.predictions[linearAt() + label]),
        ofBaseline,
        Probability.negativeLogLikelihood(own.predictions[previousAt() + label]),
        weight,
        rate,
        examples());
    weights.addLoss(weights.predictions, ofBaseline);
  }

  @Override
  public void addClass() {
    super.addClass();
    mixer.addClass();
    frequencies.addClass();
    previousLabel.addClass();
    if (naiveBayes != null) {
      naiveBayes.addClass();
    }
  }

  @Override
  void visitTarget(StateVisitor v) throws IOException {
    frequencies.visit(v);
    previousLabel.visitPrevious(v);
  }

  @Override
  void visitMembers(StateVisitor v) throws IOException {
    if (naiveBayes != null) {
      naiveBayes.visit(v);
    }
  }

  @Override
  void visitLastMember(StateVisitor v) throws IOException {
    previousLabel.visit(v);
  }

  @Override
  void visitMixer(StateVisitor v) throws IOException {
    mixer.visit(v);
  }
}
