package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Weighted mean of the numbers added; those that would make the sum infinite or NaN are left out,
 * so that one overflow does not end the metric for ever.
 */
final class RunningMean {

  private double weight;
  private double sum;

  void add(double value, double weightOfValue) {
    double next = sum + weightOfValue * value;
    if (Double.isFinite(next)) {
      weight += weightOfValue;
      sum = next;
    }
  }

  /** The mean, NaN if there is none. */
  double get() {
    return sum / weight;
  }

  /** Multiplies all weights. */
  void scale(double factor) {
    weight *= factor;
    sum *= factor;
  }

  RunningMean copy() {
    RunningMean copy = new RunningMean();
    copy.weight = weight;
    copy.sum = sum;
    return copy;
  }

  void write(DataOutput out) throws IOException {
    VarNumber.write(out, weight);
    out.writeDouble(sum);
  }

  static RunningMean read(DataInput in) throws IOException {
    return of(VarNumber.read(in), in.readDouble());
  }

  private static RunningMean of(double weight, double sum) {
    RunningMean mean = new RunningMean();
    mean.weight = weight;
    mean.sum = sum;
    return mean;
  }
}
