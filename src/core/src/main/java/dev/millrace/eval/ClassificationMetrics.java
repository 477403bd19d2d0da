package dev.millrace.eval;

import dev.millrace.data.MetricsReport;
import dev.millrace.data.MetricsReport.ClassScores;
import dev.millrace.data.MetricsReport.ClassificationBaseline;
import dev.millrace.data.MetricsReport.ClassificationScores;
import dev.millrace.data.MetricsReport.Confusion;
import dev.millrace.data.Task;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Prequential metrics of a classifier and of its baselines: no change, the majority class and the
 * running class frequencies.
 *
 * <p>The baselines predict from the labels before the example at hand. For the first example of a
 * key there are none, so those that predict a class count as wrong there. Classes are indexes from
 * 0 to 2,000; a new one may come at any time. Not thread-safe.
 */
public final class ClassificationMetrics implements RollingMetrics {

  /**
   * Classes up to which a report has the confusion matrix: the window's and the total's of more do
   * not fit a Kafka record of the usual largest size.
   */
  public static final int MAX_CLASSES_IN_MATRIX = 200;

  private static final int UNKNOWN = -1;

  private final MetricsSpec spec;
  private final ClassificationWindow window;
  private final ClassificationSums total;
  private final Decayed<ClassificationSums> faded; // null if not asked for
  private final ClassFrequencies frequencies;
  private int previousLabel;
  private int positive = UNKNOWN; // index of the positive class of two; follows from the names

  /** Metrics without any example. */
  public ClassificationMetrics(MetricsSpec spec) {
    this(
        spec,
        new ClassificationWindow(spec),
        new ClassificationSums(spec),
        spec.decay() == 0 ? null : new Decayed<>(spec.decay(), new ClassificationSums(spec)),
        new ClassFrequencies(),
        ClassCounts.NO_PREDICTION);
  }

  ClassificationMetrics(
      MetricsSpec spec,
      ClassificationWindow window,
      ClassificationSums total,
      Decayed<ClassificationSums> faded,
      ClassFrequencies frequencies,
      int previousLabel) {
    this.spec = spec;
    this.window = window;
    this.total = total;
    this.faded = faded;
    this.frequencies = frequencies;
    this.previousLabel = previousLabel;
  }

  /**
   * Names the classes known now, by index: one of two is the positive one, whose scores are kept
   * for the areas under curves, and which a threshold may decide for. Of more than two classes the
   * scores of each are kept, if the areas are asked for.
   */
  public void nameClasses(List<String> classes) {
    positive =
        ClassAverage.of(classes, spec) instanceof ClassAverage.Positive of
                && of.index() <= 1 // else neither of two classes is the positive one
            ? of.index()
            : UNKNOWN;
    if (positive != UNKNOWN && positive != window.positive()) {
      total.positiveRate().clear();
      if (faded != null) {
        faded.sums().positiveRate().clear();
      }
    }
    window.setClasses(classes.size());
    window.setPositive(positive);
  }

  /**
   * Scores an example that was predicted before the model learned from it. Where a threshold
   * decides between two classes, it sets the predicted one.
   *
   * @param weight of the example in all scores, finite, at least 0
   * @param eventTime milliseconds since the epoch
   */
  public void update(ScoredClass example, double weight, long eventTime) {
    decide(example);
    int majority = frequencies.majority();
    double logLoss = frequencies.logLoss(example.actual, example.known());
    window.add(example, previousLabel, majority, logLoss, weight, eventTime);
    total.add(example, previousLabel, majority, logLoss, weight);
    if (faded != null) {
      faded.sums().add(example, previousLabel, majority, logLoss, weight * faded.fade());
    }
    observe(example.actual, weight);
  }

  /** Sets the predicted class where a threshold decides between two, as {@link #update} does. */
  public void decide(ScoredClass example) {
    if (positive == UNKNOWN) {
      return;
    }
    example.positive = positive;
    example.positiveScore = example.scoreOf(positive);
    if (spec.thresholdMetric() != MetricsSpec.Decision.NONE
        && example.isBinaryChoice()
        && !example.isDecided()) {
      boolean isPositive =
          example.positiveScore
              > Threshold.of(spec.thresholdMetric(), spec.beta(), total.model(), positive);
      example.decide(isPositive ? positive : 1 - positive);
    }
  }

  /** Shows the baselines the label of an example that no prediction was made for. */
  public void observe(int actual, double weight) {
    previousLabel = actual;
    frequencies.learn(actual, weight);
  }

  /** One more than the highest index of a label shown so far. */
  public int labels() {
    return frequencies.classes();
  }

  /** One more than the highest class index seen. */
  public int classes() {
    return Math.max(total.model().classes(), frequencies.classes());
  }

  /** Weight of the labels of a class shown so far. */
  public double labelWeight(int label) {
    return frequencies.weight(label);
  }

  @Override
  public MetricsReport report(MetricsReport.Context context) {
    List<String> classes = context.classes();
    if (classes.size() < total.model().classes()) {
      throw new IllegalArgumentException(
          "key %s: %d classes were seen, but only %d are named"
              .formatted(context.key(), total.model().classes(), classes.size()));
    }
    ClassificationSums inWindow = window.sums(spec);
    ClassScorer scorer = new ClassScorer(spec, classes);
    ClassificationScores scores =
        new ClassificationScores(
            spec.window(),
            spec.windowMillis(),
            scorer.block(inWindow, areas(classes)),
            scorer.block(total, Areas.NONE),
            faded == null ? null : scorer.faded(faded),
            baseline(scorer, inWindow.noChange(), total.noChange()),
            baseline(scorer, inWindow.majority(), total.majority()),
            spec.perClass() ? perClass(inWindow.model().tally(), classes.size()) : null,
            spec.confusionMatrix() && classes.size() <= MAX_CLASSES_IN_MATRIX
                ? new Confusion(
                    inWindow.model().toRows(classes.size()), total.model().toRows(classes.size()))
                : null,
            spec.thresholdMetric() == MetricsSpec.Decision.NONE || positive == UNKNOWN
                ? Double.NaN
                : Threshold.of(spec.thresholdMetric(), spec.beta(), total.model(), positive));
    boolean isMulticlass = spec.multiclass() || classes.size() > 2;
    return new MetricsReport(context, isMulticlass ? Task.MULTICLASS : Task.BINARY, scores);
  }

  private Areas areas(List<String> classes) {
    return ClassAverage.of(classes, spec) instanceof ClassAverage.Positive of
        ? window.areas(of.index())
        : window.meanAreas();
  }

  private static ClassificationBaseline baseline(
      ClassScorer scorer, ClassCounts inWindow, ClassCounts total) {
    return new ClassificationBaseline(
        inWindow.accuracy(), scorer.f1(inWindow), total.accuracy(), scorer.f1(total));
  }

  private List<ClassScores> perClass(ClassCounts tally, int classes) {
    List<ClassScores> scores = new ArrayList<>(classes);
    for (int c = 0; c < classes; c++) {
      scores.add(
          new ClassScores(
              tally.precision(c),
              tally.recall(c),
              tally.f1(c),
              spec.beta() == 1 ? Double.NaN : tally.fBeta(c, spec.beta()),
              tally.support(c)));
    }
    return scores;
  }

  @Override
  public double totalLoss() {
    return total.loss();
  }

  @Override
  public long memoryBytes(int classes) {
    return window.memoryBytes()
        + total.memoryBytes()
        + (faded == null ? 0 : faded.sums().memoryBytes())
        + (long) classes * Double.BYTES;
  }

  @Override
  public ClassificationMetrics copy() {
    ClassificationMetrics copy =
        new ClassificationMetrics(
            spec,
            window.copy(),
            total.copy(),
            faded == null ? null : faded.copy(),
            frequencies.copy(),
            previousLabel);
    copy.positive = positive;
    return copy;
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeInt(VERSION);
    out.writeBoolean(true);
    window.write(out);
    total.write(out);
    out.writeBoolean(faded != null);
    if (faded != null) {
      faded.write(out);
    }
    frequencies.write(out);
    VarLong.write(out, previousLabel + 1L); // NO_PREDICTION becomes 0
  }

  static ClassificationMetrics readBody(DataInput in, MetricsSpec spec) throws IOException {
    ClassificationWindow window = ClassificationWindow.read(in, spec);
    ClassificationSums total = ClassificationSums.read(in, spec);
    Decayed<ClassificationSums> faded = null;
    if (in.readBoolean()) {
      double gain = in.readDouble();
      ClassificationSums sums = ClassificationSums.read(in, spec);
      faded = spec.decay() == 0 ? null : Decayed.resume(spec.decay(), gain, sums);
    } else if (spec.decay() != 0) {
      faded = new Decayed<>(spec.decay(), new ClassificationSums(spec));
    }
    return new ClassificationMetrics(
        spec, window, total, faded, ClassFrequencies.read(in), VarLong.readClassOrNone(in));
  }
}
