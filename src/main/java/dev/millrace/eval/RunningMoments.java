package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Running mean and sum of squared deviations by Welford's method (Technometrics 4, 1962), which
 * stays exact where a sum of squares would cancel.
 */
final class RunningMoments {

  private long count;
  private double mean;
  private double squaredDeviations;

  void add(double value) {
    count++;
    double before = value - mean;
    mean += before / count;
    squaredDeviations += before * (value - mean);
  }

  long count() {
    return count;
  }

  /** The mean, NaN if there is none. */
  double mean() {
    return count == 0 ? Double.NaN : mean;
  }

  double squaredDeviations() {
    return squaredDeviations;
  }

  /** Population standard deviation, NaN if there is none. */
  double standardDeviation() {
    return Math.sqrt(squaredDeviations / count);
  }

  RunningMoments copy() {
    RunningMoments copy = new RunningMoments();
    copy.count = count;
    copy.mean = mean;
    copy.squaredDeviations = squaredDeviations;
    return copy;
  }

  void write(DataOutput out) throws IOException {
    VarLong.write(out, count);
    out.writeDouble(mean);
    out.writeDouble(squaredDeviations);
  }

  static RunningMoments read(DataInput in) throws IOException {
    RunningMoments moments = new RunningMoments();
    moments.count = VarLong.read(in);
    moments.mean = in.readDouble();
    moments.squaredDeviations = in.readDouble();
    return moments;
  }
}
