package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Running weighted mean and sum of squared deviations (Welford, Technometrics 4, 1962; with weights
 * West, Communications of the ACM 22, 1979), which stay exact where a sum of squares would cancel.
 */
final class RunningMoments {

  private double weight;
  private double mean;
  private double squaredDeviations;

  RunningMoments() {}

  private RunningMoments(double weight, double mean, double squaredDeviations) {
    this.weight = weight;
    this.mean = mean;
    this.squaredDeviations = squaredDeviations;
  }

  void add(double value, double weightOfValue) {
    if (weightOfValue == 0) {
      return;
    }
    weight += weightOfValue;
    double before = value - mean;
    // An error of the first mean would be multiplied by the whole first value.
    mean = weight == weightOfValue ? value : mean + before * weightOfValue / weight;
    squaredDeviations += weightOfValue * before * (value - mean);
  }

  /** Returns the mean; NaN without numbers. */
  double mean() {
    return weight == 0 ? Double.NaN : mean;
  }

  double squaredDeviations() {
    return squaredDeviations;
  }

  /** Returns the population standard deviation; NaN without numbers. */
  double standardDeviation() {
    return Math.sqrt(squaredDeviations / weight);
  }

  /** Multiplies all weights. */
  void scale(double factor) {
    weight *= factor;
    squaredDeviations *= factor;
  }

  RunningMoments copy() {
    return new RunningMoments(weight, mean, squaredDeviations);
  }

  void write(DataOutput out) throws IOException {
    VarNumber.write(out, weight);
    out.writeDouble(mean);
    out.writeDouble(squaredDeviations);
  }

  static RunningMoments read(DataInput in) throws IOException {
    return new RunningMoments(VarNumber.read(in), in.readDouble(), in.readDouble());
  }
}
