package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Sums over examples that a regression model's scores are computed from. Not thread-safe. */
final class RegressionSums implements Decayed.Sums {

  // 1 over the epsilon of a double. A label smaller than the error by this factor is rounding of 0.
  private static final double MAX_RELATIVE = 0x1p52;

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
  private long examples;

  RegressionSums() {
    this(
        new ErrorSums(),
        new ErrorSums(),
        new ErrorSums(),
        new RunningMean(),
        new RunningMoments(),
        new RunningMean(),
        new RunningMean(),
        new RunningMean(),
        0);
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
      long examples) {
    this.model = model;
    this.lastValue = lastValue;
    this.mean = mean;
    this.loss = loss;
    this.labels = labels;
    this.under = under;
    this.over = over;
    this.relative = relative;
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
  }

  @Override
  public RegressionSums copy() {
    return new RegressionSums(
        model.copy(),
        lastValue.copy(),
        mean.copy(),
        loss.copy(),
        labels.copy(),
        under.copy(),
        over.copy(),
        relative.copy(),
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
    VarLong.write(out, examples);
  }

  static RegressionSums read(DataInput in) throws IOException {
    return new RegressionSums(
        ErrorSums.read(in),
        ErrorSums.read(in),
        ErrorSums.read(in),
        RunningMean.read(in),
        RunningMoments.read(in),
        RunningMean.read(in),
        RunningMean.read(in),
        RunningMean.read(in),
        VarLong.read(in));
  }
}
