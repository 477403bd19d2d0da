package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Weighted mean absolute and root mean squared error of the predictions added. */
final class ErrorSums {

  private double weight;
  private double absolute;
  private double squared;

  /** Adds a prediction; NaN is none and is left out. */
  void add(double actual, double predicted, double weightOfExample) {
    if (Double.isNaN(predicted)) {
      return;
    }
    double error = predicted - actual;
    weight += weightOfExample;
    absolute += weightOfExample * Math.abs(error);
    squared += weightOfExample * (error * error);
  }

  /** Mean absolute error, NaN if there is none. */
  double mae() {
    return absolute / weight;
  }

  /** Root mean squared error, NaN if there is none. */
  double rmse() {
    return Math.sqrt(squared / weight);
  }

  /**
   * Coefficient of determination, 1 - squared errors / squared deviations of the labels; NaN if all
   * labels are equal.
   *
   * @param labels of the same examples
   */
  double r2(RunningMoments labels) {
    double deviations = labels.squaredDeviations();
    return deviations == 0 ? Double.NaN : 1 - squared / deviations;
  }

  /** Sum of the examples' weights. */
  double weight() {
    return weight;
  }

  /** Multiplies all weights. */
  void scale(double factor) {
    weight *= factor;
    absolute *= factor;
    squared *= factor;
  }

  ErrorSums copy() {
    return of(weight, absolute, squared);
  }

  void write(DataOutput out) throws IOException {
    VarNumber.write(out, weight);
    out.writeDouble(absolute);
    out.writeDouble(squared);
  }

  static ErrorSums read(DataInput in) throws IOException {
    return of(VarNumber.read(in), in.readDouble(), in.readDouble());
  }

  private static ErrorSums of(double weight, double absolute, double squared) {
    ErrorSums sums = new ErrorSums();
    sums.weight = weight;
    sums.absolute = absolute;
    sums.squared = squared;
    return sums;
  }
}
