package dev.millrace.eval;

import dev.millrace.data.MetricsReport;
import dev.millrace.data.MetricsReport.ClassScores;
import dev.millrace.data.MetricsReport.ClassificationBaseline;
import dev.millrace.data.MetricsReport.ClassificationBlock;
import dev.millrace.data.MetricsReport.ClassificationScores;
import dev.millrace.data.MetricsReport.Confusion;
import dev.millrace.data.Task;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Prequential metrics of a classifier, beside the no-change and the majority-class baseline.
 *
 * <p>The baselines predict from the labels before the example at hand. For the first example of a
 * key there are none, so both count as wrong there. Classes are indexes from 0; a new one may come
 * at any time. Not thread-safe.
 */
public final class ClassificationMetrics implements RollingMetrics {

  // Two matrices of more classes do not fit a Kafka record of the usual largest size.
  private static final int MOST_CLASSES_IN_MATRIX = 200;

  // In memory: 4 rings of classes and 2 of losses; 2 matrices; 4 tallies of 3 counts, and 1 count.
  private static final int ENTRY_BYTES = 4 * Integer.BYTES + 2 * Double.BYTES;
  private static final int PAIR_BYTES = 2 * Long.BYTES;
  private static final int CLASS_BYTES = 13 * Long.BYTES;

  private final MetricsSpec spec;
  private final IntRing actuals;
  private final RollingTally<ConfusionMatrix> model;
  private final RollingTally<ClassTally> noChange;
  private final RollingTally<ClassTally> majority;
  private final RollingMean loss;
  private final RollingMean logLoss;
  private final MajorityClass majorityClass;
  private int previousLabel;

  /** Metrics without any example. */
  public ClassificationMetrics(MetricsSpec spec) {
    int limit = spec.window();
    this.spec = spec;
    actuals = new IntRing(limit);
    model = new RollingTally<>(limit, new ConfusionMatrix(), new ConfusionMatrix());
    noChange = new RollingTally<>(limit, new ClassTally(), new ClassTally());
    majority = new RollingTally<>(limit, new ClassTally(), new ClassTally());
    loss = new RollingMean(limit);
    logLoss = new RollingMean(limit);
    majorityClass = new MajorityClass();
    previousLabel = ClassTally.NO_PREDICTION;
  }

  private ClassificationMetrics(ClassificationMetrics other) {
    spec = other.spec;
    actuals = other.actuals.copy();
    model = other.model.copy(ConfusionMatrix::copy);
    noChange = other.noChange.copy(ClassTally::copy);
    majority = other.majority.copy(ClassTally::copy);
    loss = other.loss.copy();
    logLoss = other.logLoss.copy();
    majorityClass = other.majorityClass.copy();
    previousLabel = other.previousLabel;
  }

  private ClassificationMetrics(DataInput in, MetricsSpec spec) throws IOException {
    int limit = spec.window();
    this.spec = spec;
    actuals = IntRing.read(in, limit);
    model = RollingTally.read(in, limit, ConfusionMatrix.read(in), new ConfusionMatrix(), actuals);
    noChange = RollingTally.read(in, limit, ClassTally.read(in), new ClassTally(), actuals);
    majority = RollingTally.read(in, limit, ClassTally.read(in), new ClassTally(), actuals);
    loss = RollingMean.read(in, limit);
    logLoss = RollingMean.read(in, limit);
    majorityClass = MajorityClass.read(in);
    previousLabel = VarLong.readSize(in) - 1;
  }

  /**
   * Scores an example that was predicted before the model learned from it.
   *
   * @param actual index of its class
   * @param predicted index of the predicted class
   * @param loss left out of the mean if not finite
   * @param logLoss -ln p(actual), or NaN if the model's outputs are not probabilities
   */
  public void update(int actual, int predicted, double loss, double logLoss) {
    model.add(actuals, actual, predicted);
    noChange.add(actuals, actual, previousLabel);
    majority.add(actuals, actual, majorityClass.predict());
    actuals.add(actual);
    this.loss.add(loss);
    this.logLoss.add(logLoss);
    observe(actual);
  }

  /** Whose scores count, for {@link #decide}. */
  public ClassAverage average(List<String> classes) {
    return ClassAverage.of(classes, spec.positive());
  }

  /**
   * The class that a prediction stands for, by what was scored so far; the first of equal ones.
   *
   * @param scores [classes] from {@code first}
   * @param average what {@link #average} says
   */
  public int decide(float[] scores, int first, int classes, ClassAverage average) {
    if (spec.decision() == MetricsSpec.Decision.F1
        && classes == 2
        && average instanceof ClassAverage.Positive positive
        && positive.index() < 2) {
      int index = positive.index();
      return scores[first + index] > model.total().f1Threshold(index) ? index : 1 - index;
    }
    int best = 0;
    for (int c = 1; c < classes; c++) {
      if (scores[first + c] > scores[first + best]) {
        best = c;
      }
    }
    return best;
  }

  /** Shows the baselines the label of an example that no prediction was made for. */
  public void observe(int actual) {
    previousLabel = actual;
    majorityClass.learn(actual);
  }

  @Override
  public MetricsReport report(MetricsReport.Context context) {
    List<String> classes = context.classes();
    if (classes.size() < model.total().classes()) {
      throw new IllegalArgumentException(
          "key %s: %d classes were seen, but only %d are named"
              .formatted(context.key(), model.total().classes(), classes.size()));
    }
    ClassAverage average = ClassAverage.of(classes, spec.positive());
    ClassificationScores scores =
        new ClassificationScores(
            spec.window(),
            block(model.window(), average, loss.window(), logLoss.window()),
            block(model.total(), average, loss.total(), logLoss.total()),
            baseline(noChange, average),
            baseline(majority, average),
            spec.perClass() ? perClass(classes.size()) : null,
            spec.confusionMatrix() && classes.size() <= MOST_CLASSES_IN_MATRIX
                ? confusion(classes.size())
                : null);
    return new MetricsReport(context, classes.size() > 2 ? Task.MULTICLASS : Task.BINARY, scores);
  }

  private static ClassificationBlock block(
      ClassTally tally, ClassAverage average, double loss, double logLoss) {
    return new ClassificationBlock(
        tally.examples(),
        tally.accuracy(),
        average.precision(tally),
        average.recall(tally),
        average.f1(tally),
        tally.kappa(),
        loss,
        logLoss);
  }

  private static ClassificationBaseline baseline(
      RollingTally<ClassTally> baseline, ClassAverage average) {
    return new ClassificationBaseline(
        baseline.window().accuracy(),
        average.f1(baseline.window()),
        baseline.total().accuracy(),
        average.f1(baseline.total()));
  }

  private List<ClassScores> perClass(int classes) {
    ConfusionMatrix window = model.window();
    List<ClassScores> scores = new ArrayList<>(classes);
    for (int c = 0; c < classes; c++) {
      scores.add(
          new ClassScores(window.precision(c), window.recall(c), window.f1(c), window.support(c)));
    }
    return scores;
  }

  private Confusion confusion(int classes) {
    return new Confusion(model.window().toRows(classes), model.total().toRows(classes));
  }

  @Override
  public long memoryBytes(int classes) {
    return (long) actuals.room() * ENTRY_BYTES
        + (long) classes * classes * PAIR_BYTES
        + (long) classes * CLASS_BYTES;
  }

  @Override
  public ClassificationMetrics copy() {
    return new ClassificationMetrics(this);
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeInt(VERSION);
    out.writeBoolean(true);
    actuals.write(out);
    model.write(out);
    noChange.write(out);
    majority.write(out);
    loss.write(out);
    logLoss.write(out);
    majorityClass.write(out);
    VarLong.write(out, previousLabel + 1L); // NO_PREDICTION becomes 0
  }

  static ClassificationMetrics readBody(DataInput in, MetricsSpec spec) throws IOException {
    return new ClassificationMetrics(in, spec);
  }
}
