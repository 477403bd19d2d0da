package dev.millrace.derived;

import org.jspecify.annotations.Nullable;

/** Seconds since the last record. */
final class LastTime implements Accumulator {

  // Whether there is one, and its time.
  @Override
  public int cells() {
    return 2;
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
    boolean isFirst = cells == null || cells[at] == 0;
    out[to] = cells == null || isFirst ? Float.NaN : (float) ((time - cells[at + 1]) / 1000);
  }

  @Override
  public void add(double[] cells, int at, double time, double value) {
    cells[at] = 1;
    cells[at + 1] = time;
  }
}
