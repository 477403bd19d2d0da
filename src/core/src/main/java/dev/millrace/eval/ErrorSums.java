package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Weighted mean absolute and root mean squared error of the predictions added. */
final class ErrorSums {

  private double weight;
  private double absolute;
  private double squared;

  ErrorSums() {}

  private ErrorSums(double weight, double absolute, double squared) {
    this.weight = weight;
    this.absolute = absolute;
    this.squared = squared;
  }

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

  ErrorSums copy() {
    return new ErrorSums(weight, absolute, squared);
  }

  void write(DataOutput out) throws IOException {
    VarNumber.write(out, weight);
    out.writeDouble(absolute);
    out.writeDouble(squared);
  }

  static ErrorSums read(DataInput in) throws IOException {
    return new ErrorSums(VarNumber.read(in), in.readDouble(), in.readDouble());
  }
}
