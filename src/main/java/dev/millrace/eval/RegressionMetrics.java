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

  // In memory: rings of labels, losses and 3 kinds of predictions.
  private static final int ENTRY_BYTES = 5 * Double.BYTES;

  private final MetricsSpec spec;
  private final DoubleRing actuals;
  private final RollingErrors model;
  private final RollingErrors lastValue;
  private final RollingErrors mean;
  private final RollingMean loss;
  private final RunningMoments scoredLabels;
  private final RunningMoments allLabels;
  private double previousLabel;

  /** Metrics without any example. */
  public RegressionMetrics(MetricsSpec spec) {
    int limit = spec.window();
    this.spec = spec;
    actuals = new DoubleRing(limit);
    model = new RollingErrors(limit);
    lastValue = new RollingErrors(limit);
    mean = new RollingErrors(limit);
    loss = new RollingMean(limit);
    scoredLabels = new RunningMoments();
    allLabels = new RunningMoments();
    previousLabel = Double.NaN;
  }

  private RegressionMetrics(RegressionMetrics other) {
    spec = other.spec;
    actuals = other.actuals.copy();
    model = other.model.copy();
    lastValue = other.lastValue.copy();
    mean = other.mean.copy();
    loss = other.loss.copy();
    scoredLabels = other.scoredLabels.copy();
    allLabels = other.allLabels.copy();
    previousLabel = other.previousLabel;
  }

  private RegressionMetrics(DataInput in, MetricsSpec spec) throws IOException {
    int limit = spec.window();
    this.spec = spec;
    actuals = DoubleRing.read(in, limit);
    model = RollingErrors.read(in, limit);
    lastValue = RollingErrors.read(in, limit);
    mean = RollingErrors.read(in, limit);
    loss = RollingMean.read(in, limit);
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
      actuals.add(actual);
      model.add(actual, predicted);
      lastValue.add(actual, previousLabel);
      mean.add(actual, allLabels.mean());
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
    for (int i = 0; i < actuals.size(); i++) {
      windowLabels.add(actuals.get(i));
    }
    RegressionScores scores =
        new RegressionScores(
            spec.window(),
            block(model.window(actuals), windowLabels, loss.window()),
            block(model.total(), scoredLabels, loss.total()),
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
    ErrorSums window = baseline.window(actuals);
    ErrorSums total = baseline.total();
    return new RegressionBaseline(window.mae(), window.rmse(), total.mae(), total.rmse());
  }

  @Override
  public long memoryBytes(int classes) {
    return (long) actuals.room() * ENTRY_BYTES;
  }

  @Override
  public RegressionMetrics copy() {
    return new RegressionMetrics(this);
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeInt(VERSION);
    out.writeBoolean(false);
    actuals.write(out);
    model.write(out);
    lastValue.write(out);
    mean.write(out);
    loss.write(out);
    scoredLabels.write(out);
    allLabels.write(out);
    out.writeDouble(previousLabel);
  }

  static RegressionMetrics readBody(DataInput in, MetricsSpec spec) throws IOException {
    return new RegressionMetrics(in, spec);
  }
}
