package dev.millrace.eval;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/** Weighted mean absolute and root mean squared error of the predictions added. */
final class ErrorSums implements State {

  private double weight;
  private double absolute;
  private double squared;

  /** Adds a prediction; NaN is ignored. */
  void add(double actual, double predicted, double weightOfExample) {
    if (Double.isNaN(predicted)) {
      return;
    }
    double error = predicted - actual;
    weight += weightOfExample;
    absolute += weightOfExample * Math.abs(error);
    squared += weightOfExample * (error * error);
  }

  /** Returns the mean absolute error; NaN without predictions. */
  double mae() {
    return absolute / weight;
  }

  /** Returns the root mean squared error; NaN without predictions. */
  double rmse() {
    return Math.sqrt(squared / weight);
  }

  /**
   * Returns the coefficient of determination, 1 - squared errors / squared deviations of the
   * labels; NaN if all labels are equal.
   *
   * @param labels of the same examples
   */
  double r2(RunningMoments labels) {
    double deviations = labels.squaredDeviations();
    return deviations == 0 ? Double.NaN : 1 - squared / deviations;
  }

  /** Returns the sum of the examples' weights. */
  double weight() {
    return weight;
  }

  /** Multiplies all weights. */
  void scale(double factor) {
    weight *= factor;
    absolute *= factor;
    squared *= factor;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    weight = v.packed(weight);
    absolute = v.number(absolute);
    squared = v.number(squared);
  }
}
