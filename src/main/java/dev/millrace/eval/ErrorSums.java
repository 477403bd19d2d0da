package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Mean absolute and root mean squared error of the predictions added. */
final class ErrorSums {

  private long count;
  private double absolute;
  private double squared;

  /** Adds a prediction; NaN is none and is left out. */
  void add(double actual, double predicted) {
    if (Double.isNaN(predicted)) {
      return;
    }
    double error = predicted - actual;
    count++;
    absolute += Math.abs(error);
    squared += error * error;
  }

  /** Mean absolute error, NaN if there is none. */
  double mae() {
    return absolute / count;
  }

  /** Root mean squared error, NaN if there is none. */
  double rmse() {
    return Math.sqrt(squared / count);
  }

  /**
   * Coefficient of determination, 1 - squared errors / squared deviations of the labels; NaN below
   * two examples or if all labels are equal.
   *
   * @param labels of the same examples
   */
  double r2(RunningMoments labels) {
    double deviations = labels.squaredDeviations();
    return count < 2 || deviations == 0 ? Double.NaN : 1 - squared / deviations;
  }

  ErrorSums copy() {
    ErrorSums copy = new ErrorSums();
    copy.count = count;
    copy.absolute = absolute;
    copy.squared = squared;
    return copy;
  }

  void write(DataOutput out) throws IOException {
    VarLong.write(out, count);
    out.writeDouble(absolute);
    out.writeDouble(squared);
  }

  static ErrorSums read(DataInput in) throws IOException {
    ErrorSums sums = new ErrorSums();
    sums.count = VarLong.read(in);
    sums.absolute = in.readDouble();
    sums.squared = in.readDouble();
    return sums;
  }
}
