package dev.millrace.eval;

import dev.millrace.data.MetricsReport;
import dev.millrace.data.MetricsReport.RegressionBaseline;
import dev.millrace.data.MetricsReport.RegressionBlock;
import dev.millrace.data.MetricsReport.RegressionScores;
import dev.millrace.data.Task;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Prequential metrics of a regression model, beside the baselines that predict the last label and
 * the mean of all labels.
 *
 * <p>The baselines predict from the labels before the example at hand. For the first example of a
 * key there are none, so it does not count for them. Not thread-safe.
 */
public final class RegressionMetrics implements RollingMetrics {

  // Columns of the window.
  private static final int ACTUAL = 0;
  private static final int MODEL = ACTUAL + Window.DOUBLE;
  private static final int LAST_VALUE = MODEL + Window.DOUBLE;
  private static final int MEAN = LAST_VALUE + Window.DOUBLE;
  private static final int LOSS = MEAN + Window.DOUBLE;
  private static final int STRIDE = LOSS + Window.DOUBLE;

  private final MetricsSpec spec;
  private final Window rows;
  private final RollingErrors model;
  private final RollingErrors lastValue;
  private final RollingErrors mean;
  private final RunningMean loss;
  private final RunningMoments scoredLabels;
  private final RunningMoments allLabels;
  private double previousLabel;

  /** Metrics without any example. */
  public RegressionMetrics(MetricsSpec spec) {
    this.spec = spec;
    rows = new Window(spec.window(), STRIDE);
    model = new RollingErrors(MODEL);
    lastValue = new RollingErrors(LAST_VALUE);
    mean = new RollingErrors(MEAN);
    loss = new RunningMean();
    scoredLabels = new RunningMoments();
    allLabels = new RunningMoments();
    previousLabel = Double.NaN;
  }

  private RegressionMetrics(RegressionMetrics other) {
    spec = other.spec;
    rows = other.rows.copy();
    model = other.model.copy();
    lastValue = other.lastValue.copy();
    mean = other.mean.copy();
    loss = other.loss.copy();
    scoredLabels = other.scoredLabels.copy();
    allLabels = other.allLabels.copy();
    previousLabel = other.previousLabel;
  }

  private RegressionMetrics(DataInput in, MetricsSpec spec) throws IOException {
    this.spec = spec;
    rows = new Window(spec.window(), STRIDE);
    rows.readNumbers(ACTUAL, in);
    model = RollingErrors.read(in, rows, MODEL);
    lastValue = RollingErrors.read(in, rows, LAST_VALUE);
    mean = RollingErrors.read(in, rows, MEAN);
    rows.readNumbers(LOSS, in);
    loss = RunningMean.read(in);
    scoredLabels = RunningMoments.read(in);
    allLabels = RunningMoments.read(in);
    previousLabel = in.readDouble();
  }

  /**
   * Scores an example that was predicted before the model learned from it.
   *
   * @param actual its label, finite
   * @param predicted in units of the label; if not finite, there is no prediction: the example is
   *     not scored, as with {@link #observe}
   * @param loss left out of the mean if not finite
   */
  public void update(double actual, double predicted, double loss) {
    if (Double.isFinite(predicted)) {
      int row = rows.advance();
      rows.putNumber(row + ACTUAL, actual);
      rows.putNumber(row + LOSS, loss);
      model.add(rows, row, actual, predicted);
      lastValue.add(rows, row, actual, previousLabel);
      mean.add(rows, row, actual, allLabels.mean());
      this.loss.add(loss);
      scoredLabels.add(actual);
    }
    observe(actual);
  }

  /** Shows the baselines the label of an example that no prediction was made for. */
  public void observe(double actual) {
    previousLabel = actual;
    allLabels.add(actual);
  }

  @Override
  public MetricsReport report(MetricsReport.Context context) {
    RunningMoments windowLabels = new RunningMoments();
    for (int i = 0; i < rows.size(); i++) {
      windowLabels.add(rows.number(rows.row(i) + ACTUAL));
    }
    RegressionScores scores =
        new RegressionScores(
            spec.window(),
            block(model.window(rows, ACTUAL), windowLabels, rows.mean(LOSS)),
            block(model.total(), scoredLabels, loss.get()),
            scoredLabels.mean(),
            scoredLabels.standardDeviation(),
            baseline(lastValue),
            baseline(mean));
    return new MetricsReport(context, Task.REGRESSION, scores);
  }

  private static RegressionBlock block(ErrorSums errors, RunningMoments labels, double loss) {
    return new RegressionBlock(
        labels.count(), errors.mae(), errors.rmse(), errors.r2(labels), loss);
  }

  private RegressionBaseline baseline(RollingErrors baseline) {
    ErrorSums window = baseline.window(rows, ACTUAL);
    ErrorSums total = baseline.total();
    return new RegressionBaseline(window.mae(), window.rmse(), total.mae(), total.rmse());
  }

  @Override
  public long memoryBytes(int classes) {
    return rows.memoryBytes();
  }

  @Override
  public RegressionMetrics copy() {
    return new RegressionMetrics(this);
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeInt(VERSION);
    out.writeBoolean(false);
    rows.writeNumbers(ACTUAL, out);
    model.write(rows, out);
    lastValue.write(rows, out);
    mean.write(rows, out);
    rows.writeNumbers(LOSS, out);
    loss.write(out);
    scoredLabels.write(out);
    allLabels.write(out);
    out.writeDouble(previousLabel);
  }

  static RegressionMetrics readBody(DataInput in, MetricsSpec spec) throws IOException {
    return new RegressionMetrics(in, spec);
  }
}
