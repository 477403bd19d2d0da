package dev.millrace.eval;

import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/** Sums over examples that a regression model's scores are computed from. Not thread-safe. */
final class RegressionSums implements Decayed.Sums {

  // 1 over the epsilon of a double. A label smaller than the error by this factor is rounding of 0.
  private static final double MAX_RELATIVE = 0x1p52;

  /** Number of seasonal baselines of values that are no forecasts. */
  static final int NO_FORECASTS = -1;

  private static final double MAX_SMAPE = 200;

  private final ErrorSums model = new ErrorSums();
  private final ErrorSums lastValue = new ErrorSums();
  private final ErrorSums mean = new ErrorSums();
  private final RunningMean loss = new RunningMean();
  private final RunningMoments labels = new RunningMoments();
  // How much predictions are too low, and too high.
  private final RunningMean under = new RunningMean();
  private final RunningMean over = new RunningMean();
  // Errors relative to labels that are not 0.
  private final RunningMean relative = new RunningMean();
  // Of forecasts: errors relative to the mean size of label and prediction, and baselines.
  private final boolean isOfForecasts;
  private final RunningMean symmetric = new RunningMean();
  private final ErrorSums[] seasonal;
  private long examples;

  /**
   * Creates sums without examples.
   *
   * @param baselines number of seasonal baselines, or {@link #NO_FORECASTS}
   */
  RegressionSums(int baselines) {
    isOfForecasts = baselines != NO_FORECASTS;
    seasonal = new ErrorSums[Math.max(0, baselines)];
    Arrays.setAll(seasonal, b -> new ErrorSums());
  }

  /** Adds an example; NaN stands for a baseline that predicted nothing. */
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
   * @param predictions of the seasonal baselines; NaN where one predicted nothing
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
  public void visit(StateVisitor v) throws IOException {
    model.visit(v);
    lastValue.visit(v);
    mean.visit(v);
    loss.visit(v);
    labels.visit(v);
    under.visit(v);
    over.visit(v);
    relative.visit(v);
    if (isOfForecasts) {
      symmetric.visit(v);
      for (ErrorSums baseline : seasonal) {
        baseline.visit(v);
      }
    }
    examples = v.packed(examples);
  }
}
