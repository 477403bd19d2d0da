package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Mean of the finite numbers added; others are left out, so that one overflow does not end the
 * metric for ever.
 */
final class RunningMean {

  private long count;
  private double sum;

  void add(double value) {
    if (Double.isFinite(value)) {
      count++;
      sum += value;
    }
  }

  /** The mean, NaN if there is none. */
  double get() {
    return sum / count;
  }

  RunningMean copy() {
    RunningMean copy = new RunningMean();
    copy.count = count;
    copy.sum = sum;
    return copy;
  }

  void write(DataOutput out) throws IOException {
    VarLong.write(out, count);
    out.writeDouble(sum);
  }

  static RunningMean read(DataInput in) throws IOException {
    RunningMean mean = new RunningMean();
    mean.count = VarLong.read(in);
    mean.sum = in.readDouble();
    return mean;
  }
}
