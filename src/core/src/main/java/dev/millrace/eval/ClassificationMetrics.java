package dev.millrace.eval;

import dev.millrace.data.Task;
import dev.millrace.eval.probability.Areas;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.ClassScores;
import dev.millrace.report.MetricsReport.ClassificationBaseline;
import dev.millrace.report.MetricsReport.ClassificationScores;
import dev.millrace.report.MetricsReport.Confusion;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prequential metrics of a classifier and of its baselines: no change, the majority class and the
 * running class frequencies.
 *
 * <p>The baselines predict from the labels before the example at hand, or with labels that come
 * later from those that were known when its features came. For the first example of a key there are
 * none, so those that predict a class count as wrong there. Classes are indexes from 0 to 2,000; a
 * new one may come at any time. Not thread-safe.
 */
public final class ClassificationMetrics implements RollingMetrics {

  /**
   * Max classes of the confusion matrix in a report: both matrices of more classes do not fit a
   * Kafka record of the default max size.
   */
  public static final int MAX_CLASSES_IN_MATRIX = 200;

  private static final int UNKNOWN = -1;

  private final MetricsSpec spec;
  private ClassificationWindow window;
  private final ClassificationSums total;
  private final @Nullable Decayed<ClassificationSums> decayed;
  private final ClassFrequencies frequencies = new ClassFrequencies();
  private int previousLabel = ClassCounts.NO_PREDICTION;
  private int positive = UNKNOWN; // index of the positive class of two; follows from the names

  /** Creates metrics without any example. */
  public ClassificationMetrics(MetricsSpec spec) {
    this.spec = spec;
    window = new ClassificationWindow(spec);
    total = new ClassificationSums(spec);
    decayed = Decayed.of(spec, new ClassificationSums(spec));
  }

  @Override
  public boolean eraseGroup(long hash) {
    return window.eraseGroup(hash);
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
      if (decayed != null) {
        decayed.sums().positiveRate().clear();
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
    double logLoss = frequencies.logLoss(example.actual, example.known());
    update(example, previousLabel, frequencies.majority(), logLoss, weight, eventTime);
  }

  /**
   * Scores an example whose label came later than its features.
   *
   * @param known what {@link #known} returned when the features came
   */
  public void update(ScoredClass example, KnownLabels known, double weight, long eventTime) {
    double logLoss = known.logLoss(example.actual);
    update(example, known.lastClass(), known.majority(), logLoss, weight, eventTime);
  }

  private void update(
      ScoredClass example, int last, int majority, double logLoss, double weight, long eventTime) {
    decide(example);
    window.add(example, last, majority, logLoss, weight, eventTime);
    total.add(example, last, majority, logLoss, weight);
    if (decayed != null) {
      decayed.sums().add(example, last, majority, logLoss, weight * decayed.decay());
    }
    observe(example.actual, weight);
  }

  @Override
  public KnownLabels known(int knownClasses) {
    return KnownLabels.ofClasses(
        previousLabel, frequencies.majority(), frequencies.probabilities(knownClasses));
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

  /** Updates the baselines by the label of an example without a prediction. */
  public void observe(int actual, double weight) {
    previousLabel = actual;
    frequencies.learn(actual, weight);
  }

  /** Returns the index of the positive class of two; negative if there is none. */
  public int positive() {
    return positive;
  }

  /** Returns one more than the highest class index among the labels. */
  public int labels() {
    return frequencies.classes();
  }

  /** Returns one more than the highest class index among labels and predictions. */
  public int classes() {
    return Math.max(total.model().classes(), frequencies.classes());
  }

  /** Returns the weight of the labels of a class. */
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
            scorer.block(total),
            decayed == null ? null : scorer.decayed(decayed),
            baseline(scorer, inWindow.noChange(), total.noChange()),
            baseline(scorer, inWindow.majority(), total.majority()),
            spec.perClass() ? perClass(inWindow.model().counts(), classes.size()) : null,
            spec.confusionMatrix() && classes.size() <= MAX_CLASSES_IN_MATRIX
                ? new Confusion(
                    inWindow.model().toRows(classes.size()), total.model().toRows(classes.size()))
                : null,
            spec.thresholdMetric() == MetricsSpec.Decision.NONE || positive == UNKNOWN
                ? Double.NaN
                : Threshold.of(spec.thresholdMetric(), spec.beta(), total.model(), positive),
            ClassAverage.of(classes, spec) instanceof ClassAverage.Positive of
                ? window.groupScores(of.index())
                : null,
            window.segmentScores());
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

  private List<ClassScores> perClass(ClassCounts counts, int classes) {
    List<ClassScores> scores = new ArrayList<>(classes);
    for (int c = 0; c < classes; c++) {
      scores.add(
          new ClassScores(
              counts.precision(c),
              counts.recall(c),
              counts.f1(c),
              spec.beta() == 1 ? Double.NaN : counts.fBeta(c, spec.beta()),
              counts.support(c)));
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
        + (decayed == null ? 0 : decayed.sums().memoryBytes())
        + (long) classes * Double.BYTES;
  }

  @Override
  public ClassificationMetrics copy() {
    return State.copy(this, new ClassificationMetrics(spec));
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    window =
        v.custom(
            window,
            ClassificationWindow::write,
            in -> ClassificationWindow.read(in, spec),
            ClassificationWindow::copy);
    total.visit(v);
    v.optional(decayed, () -> new Decayed<>(new ClassificationSums(spec), 1));
    frequencies.visit(v);
    previousLabel = ClassFrequencies.visitClass(v, previousLabel);
    positive = v.unstored(positive);
  }
}
