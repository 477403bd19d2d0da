package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** Sums over examples that a regression model's scores are computed from. Not thread-safe. */
final class RegressionSums implements Decayed.Sums {

  // 1 over the epsilon of a double. A label smaller than the error by this factor is rounding of 0.
  private static final double MAX_RELATIVE = 0x1p52;

  /** Number of seasonal baselines of values that are no forecasts. */
  static final int NO_FORECASTS = -1;

  private static final double MAX_SMAPE = 200;

  private final ErrorSums model;
  private final ErrorSums lastValue;
  private final ErrorSums mean;
  private final RunningMean loss;
  private final RunningMoments labels;
  // How much predictions are too low, and too high.
  private final RunningMean under;
  private final RunningMean over;
  // Errors relative to labels that are not 0.
  private final RunningMean relative;
  // Of forecasts: errors relative to the mean size of label and prediction, and baselines.
  private final boolean isOfForecasts;
  private final RunningMean symmetric;
  private final ErrorSums[] seasonal;
  private long examples;

  /**
   * Creates sums without examples.
   *
   * @param baselines number of seasonal baselines, or {@link #NO_FORECASTS}
   */
  RegressionSums(int baselines) {
    this(
        new ErrorSums(),
        new ErrorSums(),
        new ErrorSums(),
        new RunningMean(),
        new RunningMoments(),
        new RunningMean(),
        new RunningMean(),
        new RunningMean(),
        baselines != NO_FORECASTS,
        new RunningMean(),
        new ErrorSums[Math.max(0, baselines)],
        0);
    Arrays.setAll(seasonal, b -> new ErrorSums());
  }

  private RegressionSums(
      ErrorSums model,
      ErrorSums lastValue,
      ErrorSums mean,
      RunningMean loss,
      RunningMoments labels,
      RunningMean under,
      RunningMean over,
      RunningMean relative,
      boolean isOfForecasts,
      RunningMean symmetric,
      ErrorSums[] seasonal,
      long examples) {
    this.model = model;
    this.lastValue = lastValue;
    this.mean = mean;
    this.loss = loss;
    this.labels = labels;
    this.under = under;
    this.over = over;
    this.relative = relative;
    this.isOfForecasts = isOfForecasts;
    this.symmetric = symmetric;
    this.seasonal = seasonal;
    this.examples = examples;
  }

  /** Adds an example; a baseline's prediction of NaN is none. */
  void add(
      double actual,
      double predicted,
      double lastValuePredicted,
      double meanPredicted,
      double lossOfExample,
      double weight) {
    examples++;
    model.add(actual, predicted, weight);
    lastValue.add(actual, lastValuePredicted, weight);
    mean.add(actual, meanPredicted, weight);
    loss.add(lossOfExample, weight);
    labels.add(actual, weight);
    double error = predicted - actual;
    under.add(Math.max(0, -error), weight);
    over.add(Math.max(0, error), weight);
    double relativeError = Math.abs(error / actual);
    if (relativeError < MAX_RELATIVE) { // it is infinite or NaN if the label is 0
      relative.add(relativeError, weight);
    }
  }

  /**
   * Adds the scores of a forecast that only forecasts have.
   *
   * @param predictions of the seasonal baselines; NaN is none
   */
  void addForecast(double actual, double predicted, double[] predictions, double weight) {
    double size = Math.abs(actual) + Math.abs(predicted);
    symmetric.add(size == 0 ? 0 : Math.abs(predicted - actual) / size, weight);
    for (int b = 0; b < seasonal.length; b++) {
      seasonal[b].add(actual, predictions[b], weight);
    }
  }

  long examples() {
    return examples;
  }

  ErrorSums model() {
    return model;
  }

  ErrorSums lastValue() {
    return lastValue;
  }

  ErrorSums mean() {
    return mean;
  }

  RunningMoments labels() {
    return labels;
  }

  double loss() {
    return loss.get();
  }

  /** Returns the mean absolute error relative to the label, over labels that are not 0. */
  double mape() {
    return relative.get();
  }

  /**
   * Returns the symmetric mean absolute percentage error of forecasts, 0 to 200 (Makridakis et al.,
   * The M4 Competition, 2020).
   */
  double smape() {
    return MAX_SMAPE * symmetric.get();
  }

  int seasonalBaselines() {
    return seasonal.length;
  }

  ErrorSums seasonal(int baseline) {
    return seasonal[baseline];
  }

  /**
   * Returns the mean of quantile·(actual - predicted) if positive, else (quantile - 1) times it.
   */
  double quantileLoss(double quantile) {
    return quantile * under.get() + (1 - quantile) * over.get();
  }

  @Override
  public void scale(double factor) {
    model.scale(factor);
    lastValue.scale(factor);
    mean.scale(factor);
    loss.scale(factor);
    labels.scale(factor);
    under.scale(factor);
    over.scale(factor);
    relative.scale(factor);
    symmetric.scale(factor);
    for (ErrorSums baseline : seasonal) {
      baseline.scale(factor);
    }
  }

  @Override
  public RegressionSums copy() {
    ErrorSums[] baselines = new ErrorSums[seasonal.length];
    Arrays.setAll(baselines, b -> seasonal[b].copy());
    return new RegressionSums(
        model.copy(),
        lastValue.copy(),
        mean.copy(),
        loss.copy(),
        labels.copy(),
        under.copy(),
        over.copy(),
        relative.copy(),
        isOfForecasts,
        symmetric.copy(),
        baselines,
        examples);
  }

  @Override
  public void write(DataOutput out) throws IOException {
    model.write(out);
    lastValue.write(out);
    mean.write(out);
    loss.write(out);
    labels.write(out);
    under.write(out);
    over.write(out);
    relative.write(out);
    if (isOfForecasts) {
      symmetric.write(out);
      for (ErrorSums baseline : seasonal) {
        baseline.write(out);
      }
    }
    VarLong.write(out, examples);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param baselines number of seasonal baselines, or {@link #NO_FORECASTS}
   */
  static RegressionSums read(DataInput in, int baselines) throws IOException {
    ErrorSums model = ErrorSums.read(in);
    ErrorSums lastValue = ErrorSums.read(in);
    ErrorSums mean = ErrorSums.read(in);
    RunningMean loss = RunningMean.read(in);
    RunningMoments labels = RunningMoments.read(in);
    RunningMean under = RunningMean.read(in);
    RunningMean over = RunningMean.read(in);
    RunningMean relative = RunningMean.read(in);
    boolean isOfForecasts = baselines != NO_FORECASTS;
    RunningMean symmetric = isOfForecasts ? RunningMean.read(in) : new RunningMean();
    ErrorSums[] seasonal = new ErrorSums[Math.max(0, baselines)];
    for (int b = 0; b < seasonal.length; b++) {
      seasonal[b] = ErrorSums.read(in);
    }
    return new RegressionSums(
        model,
        lastValue,
        mean,
        loss,
        labels,
        under,
        over,
        relative,
        isOfForecasts,
        symmetric,
        seasonal,
        VarLong.read(in));
  }
}
