package dev.millrace.derived;

import dev.millrace.input.DerivedFeature.Window;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Functions of the last n values. */
final class RecordWindow implements Accumulator {
  private final Moments moments;
  private final double[] set;
  private final int size;

  RecordWindow(Window window) {
    moments = new Moments(window);
    set = new double[moments.cells()];
    size = (int) window.size();
  }

  // The number of values so far, then time and value of each.
  @Override
  public int cells() {
    return 1 + 2 * size;
  }

  @Override
  public void compute(
      double @Nullable [] cells,
      int at,
      double time,
      double recordValue,
      double prior,
      float[] out,
      int to) {
    moments.begin();
    double seconds = Double.NaN;
    if (cells != null && cells[at] > 0) {
      Arrays.fill(set, 0);
      int count = (int) Math.min(cells[at], size);
      for (int i = 0; i < count; i++) {
        moments.add(set, 0, cells[at + 2 + 2 * i]);
      }
      moments.merge(set, 0);
      int oldest = count < size ? 0 : (int) ((long) cells[at] % size);
      seconds = (time - cells[at + 1 + 2 * oldest]) / 1000;
    }
    moments.write(seconds, prior, out, to);
  }

  @Override
  public void add(double[] cells, int at, double time, double value) {
    int place = at + 1 + 2 * (int) ((long) cells[at] % size);
    cells[place] = time;
    cells[place + 1] = value;
    cells[at]++;
  }
}
