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

  // Columns of the window.
  private static final int ACTUAL = 0;
  private static final int MODEL = 1;
  private static final int NO_CHANGE = 2;
  private static final int MAJORITY = 3;
  private static final int LOSS = 4;
  private static final int LOG_LOSS = LOSS + Window.DOUBLE;
  private static final int STRIDE = LOG_LOSS + Window.DOUBLE;

  // In memory: 2 matrices; 6 tallies of 3 counts, and 1 count.
  private static final int PAIR_BYTES = 2 * Long.BYTES;
  private static final int CLASS_BYTES = 19 * Long.BYTES;

  private final MetricsSpec spec;
  private final Window rows;
  private final RollingTally<ConfusionMatrix> model;
  private final RollingTally<ClassTally> noChange;
  private final RollingTally<ClassTally> majority;
  private final RunningMean loss;
  private final RunningMean logLoss;
  private final MajorityClass majorityClass;
  private int previousLabel;

  /** Metrics without any example. */
  public ClassificationMetrics(MetricsSpec spec) {
    this.spec = spec;
    rows = new Window(spec.window(), STRIDE);
    model = new RollingTally<>(MODEL, new ConfusionMatrix(), new ConfusionMatrix());
    noChange = new RollingTally<>(NO_CHANGE, new ClassTally(), new ClassTally());
    majority = new RollingTally<>(MAJORITY, new ClassTally(), new ClassTally());
    loss = new RunningMean();
    logLoss = new RunningMean();
    majorityClass = new MajorityClass();
    previousLabel = ClassTally.NO_PREDICTION;
  }

  private ClassificationMetrics(ClassificationMetrics other) {
    spec = other.spec;
    rows = other.rows.copy();
    model = other.model.copy(ConfusionMatrix::copy);
    noChange = other.noChange.copy(ClassTally::copy);
    majority = other.majority.copy(ClassTally::copy);
    loss = other.loss.copy();
    logLoss = other.logLoss.copy();
    majorityClass = other.majorityClass.copy();
    previousLabel = other.previousLabel;
  }

  private ClassificationMetrics(DataInput in, MetricsSpec spec) throws IOException {
    this.spec = spec;
    rows = new Window(spec.window(), STRIDE);
    rows.readIndexes(ACTUAL, in);
    model =
        RollingTally.read(in, rows, ACTUAL, MODEL, ConfusionMatrix.read(in), new ConfusionMatrix());
    noChange =
        RollingTally.read(in, rows, ACTUAL, NO_CHANGE, ClassTally.read(in), new ClassTally());
    majority = RollingTally.read(in, rows, ACTUAL, MAJORITY, ClassTally.read(in), new ClassTally());
    rows.readNumbers(LOSS, in);
    loss = RunningMean.read(in);
    rows.readNumbers(LOG_LOSS, in);
    logLoss = RunningMean.read(in);
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
    if (rows.full()) {
      revertOldest();
    }
    int row = rows.advance();
    rows.putIndex(row + ACTUAL, actual);
    rows.putNumber(row + LOSS, loss);
    rows.putNumber(row + LOG_LOSS, logLoss);
    model.add(rows, row, actual, predicted);
    noChange.add(rows, row, actual, previousLabel);
    majority.add(rows, row, actual, majorityClass.predict());
    this.loss.add(loss);
    this.logLoss.add(logLoss);
    observe(actual);
  }

  private void revertOldest() {
    int oldest = rows.row(0);
    int actual = rows.index(oldest + ACTUAL);
    model.revert(rows, oldest, actual);
    noChange.revert(rows, oldest, actual);
    majority.revert(rows, oldest, actual);
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
            block(model.window(), average, rows.mean(LOSS), rows.mean(LOG_LOSS)),
            block(model.total(), average, loss.get(), logLoss.get()),
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
    return rows.memoryBytes()
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
    rows.writeIndexes(ACTUAL, out);
    model.write(rows, out);
    noChange.write(rows, out);
    majority.write(rows, out);
    rows.writeNumbers(LOSS, out);
    loss.write(out);
    rows.writeNumbers(LOG_LOSS, out);
    logLoss.write(out);
    majorityClass.write(out);
    VarLong.write(out, previousLabel + 1L); // NO_PREDICTION becomes 0
  }

  static ClassificationMetrics readBody(DataInput in, MetricsSpec spec) throws IOException {
    return new ClassificationMetrics(in, spec);
  }
}
