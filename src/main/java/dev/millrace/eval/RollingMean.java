package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Mean of a number, such as the loss, over the window and in total; only finite ones count. */
final class RollingMean {

  private final DoubleRing window;
  private final RunningMean total;

  RollingMean(int limit) {
    this(new DoubleRing(limit), new RunningMean());
  }

  private RollingMean(DoubleRing window, RunningMean total) {
    this.window = window;
    this.total = total;
  }

  void add(double value) {
    window.add(value);
    total.add(value);
  }

  /** Mean over the window, summed from oldest to newest; NaN if there is none. */
  double window() {
    RunningMean mean = new RunningMean();
    for (int i = 0; i < window.size(); i++) {
      mean.add(window.get(i));
    }
    return mean.get();
  }

  /** Mean over all, NaN if there is none. */
  double total() {
    return total.get();
  }

  RollingMean copy() {
    return new RollingMean(window.copy(), total.copy());
  }

  void write(DataOutput out) throws IOException {
    window.write(out);
    total.write(out);
  }

  static RollingMean read(DataInput in, int limit) throws IOException {
    return new RollingMean(DoubleRing.read(in, limit), RunningMean.read(in));
  }
}
