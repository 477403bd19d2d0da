package dev.millrace.derived;

import dev.millrace.input.DerivedFeature.Lags;
import org.jspecify.annotations.Nullable;

/**
 * The last values that are at least so old, and their differences to the record's own value. A
 * distance d is cut into 512 parts, of each of which the last value is kept.
 */
final class TimeLagRings implements Accumulator {
  private static final int PARTS = 512;
  // One more part begins at each end.
  private static final int SIZE = PARTS + 2;
  private static final int CELLS = 1 + 2 * SIZE;

  private final double[] distances;
  private final boolean isChange;

  TimeLagRings(Lags lags) {
    distances = lags.steps().stream().mapToDouble(Long::doubleValue).toArray();
    isChange = lags.isChange();
  }

  @Override
  public int cells() {
    return distances.length * CELLS;
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
    for (int i = 0; i < distances.length; i++) {
      int ring = at + i * CELLS;
      double earlier = Double.NaN;
      double current = recordValue;
      if (cells != null && cells[ring] > 0) {
        earlier = valueAt(cells, ring, time - distances[i]);
        current = Double.isNaN(recordValue) ? cells[place(ring, cells[ring] - 1) + 1] : recordValue;
      }
      out[to + i] = (float) (isChange ? current - earlier : earlier);
    }
  }

  /** Returns the last value until a time. */
  private static double valueAt(double[] cells, int ring, double time) {
    double end = cells[ring];
    double low = Math.max(0, end - SIZE);
    double high = end;
    // Invariant: all before low are in time, none from high on is.
    double first = low;
    while (low < high) {
      double middle = Math.floor((low + high) / 2);
      if (cells[place(ring, middle)] <= time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == first ? Double.NaN : cells[place(ring, low - 1) + 1];
  }

  private static int place(int ring, double number) {
    return ring + 1 + 2 * (int) ((long) number % SIZE);
  }

  @Override
  public void add(double[] cells, int at, double time, double value) {
    for (int i = 0; i < distances.length; i++) {
      int ring = at + i * CELLS;
      double part = distances[i] / PARTS;
      boolean isFirst = cells[ring] == 0;
      if (isFirst
          || Math.floor(cells[place(ring, cells[ring] - 1)] / part) != Math.floor(time / part)) {
        cells[ring]++;
      }
      int place = place(ring, cells[ring] - 1);
      cells[place] = time;
      cells[place + 1] = value;
    }
  }
}
