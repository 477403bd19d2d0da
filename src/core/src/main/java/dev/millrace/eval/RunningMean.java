package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Weighted mean of the numbers added, without those that would make the sum infinite or NaN: one
 * overflow must not end the metric.
 */
final class RunningMean {

  private double weight;
  private double sum;

  RunningMean() {}

  private RunningMean(double weight, double sum) {
    this.weight = weight;
    this.sum = sum;
  }

  void add(double value, double weightOfValue) {
    double next = sum + weightOfValue * value;
    if (Double.isFinite(next)) {
      weight += weightOfValue;
      sum = next;
    }
  }

  /** Returns the mean; NaN without numbers. */
  double get() {
    return sum / weight;
  }

  /** Multiplies all weights. */
  void scale(double factor) {
    weight *= factor;
    sum *= factor;
  }

  RunningMean copy() {
    return new RunningMean(weight, sum);
  }

  void write(DataOutput out) throws IOException {
    VarNumber.write(out, weight);
    out.writeDouble(sum);
  }

  static RunningMean read(DataInput in) throws IOException {
    return new RunningMean(VarNumber.read(in), in.readDouble());
  }
}
