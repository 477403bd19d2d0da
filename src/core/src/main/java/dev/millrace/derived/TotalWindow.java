package dev.millrace.derived;

import dev.millrace.input.DerivedFeature.Window;
import org.jspecify.annotations.Nullable;

/** Functions of all values since the first one. */
final class TotalWindow implements Accumulator {
  private final Moments moments;

  TotalWindow(Window window) {
    moments = new Moments(window);
  }

  // The time of the first value, then the values.
  @Override
  public int cells() {
    return 1 + moments.cells();
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
    if (cells != null) {
      moments.merge(cells, at + 1);
      seconds = (time - cells[at]) / 1000;
    }
    moments.write(seconds, prior, out, to);
  }

  @Override
  public void add(double[] cells, int at, double time, double value) {
    if (cells[at + 1] == 0) {
      cells[at] = time;
    }
    moments.add(cells, at + 1, value);
  }
}
