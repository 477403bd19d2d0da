package dev.millrace.derived;

import dev.millrace.input.DerivedFeature.Lags;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The last values, and their differences to the record's own value. */
final class LagRing implements Accumulator {
  private final int[] steps;
  private final int size;
  private final boolean isChange;

  LagRing(Lags lags) {
    steps = lags.steps().stream().mapToInt(Long::intValue).toArray();
    isChange = lags.isChange();
    // One more, because a change of labels is that of the last one that is known.
    size = Arrays.stream(steps).max().orElse(1) + (isChange ? 1 : 0);
  }

  @Override
  public int cells() {
    return 1 + size;
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
    boolean isKnown = !Double.isNaN(recordValue);
    double current = isKnown ? recordValue : value(cells, at, 1);
    for (int i = 0; i < steps.length; i++) {
      int step = isChange && !isKnown ? steps[i] + 1 : steps[i];
      double earlier = value(cells, at, step);
      out[to + i] = (float) (isChange ? current - earlier : earlier);
    }
  }

  private double value(double @Nullable [] cells, int at, int step) {
    if (cells == null || cells[at] < step) {
      return Double.NaN;
    }
    return cells[at + 1 + (int) ((long) (cells[at] - step) % size)];
  }

  @Override
  public void add(double[] cells, int at, double time, double value) {
    cells[at + 1 + (int) ((long) cells[at] % size)] = value;
    cells[at]++;
  }
}
