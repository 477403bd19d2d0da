package dev.millrace.cli.init;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Partial rank correlation of columns with a label, given the columns that are known.
 *
 * <p>Ranks make it robust against heavy tails. Known columns form an orthonormal basis, and the
 * residuals of the label and of a candidate are compared. A missing value has the mean rank. Not
 * thread-safe.
 */
final class Association {
  // Less of a column than this, by its norm, is left by rounding alone.
  private static final double MIN_REST = 1e-3;

  private final List<double[]> basis = new ArrayList<>();
  private final double[] label;

  Association(double[] label) {
    this.label = ranks(label);
  }

  /** Residual of a column, given the known ones. */
  static final class Rest {
    private final double[] values;
    private int known;

    private Rest(double[] values) {
      this.values = values;
    }
  }

  /** Returns a candidate. */
  static Rest rest(double[] column) {
    return new Rest(ranks(column));
  }

  /** Adds a column to the known ones. */
  void know(double[] column) {
    know(rest(column));
  }

  /** Adds a candidate to the known columns. */
  void know(Rest column) {
    update(column);
    double norm = Math.sqrt(dot(column.values, column.values, 0, column.values.length));
    if (norm < MIN_REST * Math.sqrt(column.values.length)) {
      return;
    }
    double[] unit = column.values.clone();
    for (int r = 0; r < unit.length; r++) {
      unit[r] /= norm;
    }
    basis.add(unit);
    remove(unit, label);
  }

  private void update(Rest column) {
    for (; column.known < basis.size(); column.known++) {
      remove(basis.get(column.known), column.values);
    }
  }

  private static void remove(double[] unit, double[] from) {
    double share = dot(unit, from, 0, from.length);
    for (int r = 0; r < from.length; r++) {
      from[r] -= share * unit[r];
    }
  }

  /** Returns the correlation of a candidate with the label, -1 to 1, beyond the known columns. */
  double of(Rest column) {
    update(column);
    return correlation(column.values, 0, label.length);
  }

  /** Returns true if the correlation is at least this large, of one sign, in each fifth. */
  boolean holds(Rest column, double min) {
    update(column);
    int rows = label.length;
    double sign = Math.signum(of(column));
    return IntStream.range(0, 5)
        .allMatch(
            fifth ->
                sign * correlation(column.values, rows * fifth / 5, rows * (fifth + 1) / 5) >= min);
  }

  private double correlation(double[] column, int from, int to) {
    double[] columns = centered(column, from, to);
    double[] labels = centered(label, from, to);
    int rows = to - from;
    double columnVariance = dot(columns, columns, 0, rows);
    double labelVariance = dot(labels, labels, 0, rows);
    double min = MIN_REST * MIN_REST * rows;
    return columnVariance < min || labelVariance < min
        ? 0
        : dot(columns, labels, 0, rows) / Math.sqrt(columnVariance * labelVariance);
  }

  // A shift of the level of both counts once, not in each part.
  private static double[] centered(double[] values, int from, int to) {
    double[] part = Arrays.copyOfRange(values, from, to);
    double mean = Arrays.stream(part).sum() / part.length;
    for (int r = 0; r < part.length; r++) {
      part[r] -= mean;
    }
    return part;
  }

  private static double dot(double[] a, double[] b, int from, int to) {
    double sum = 0;
    for (int r = from; r < to; r++) {
      sum += a[r] * b[r];
    }
    return sum;
  }

  /** Returns ranks of mean 0 and deviation 1, 0 where a value is missing; equal values are ties. */
  private static double[] ranks(double[] values) {
    double[] sorted = Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray();
    Arrays.sort(sorted);
    double[] ranks = new double[values.length];
    double squares = 0;
    for (int r = 0; r < values.length; r++) {
      if (!Double.isNaN(values[r])) {
        ranks[r] = middle(sorted, values[r]) - (sorted.length - 1) / 2.0;
        squares += ranks[r] * ranks[r];
      }
    }
    double deviation = Math.sqrt(squares / values.length);
    for (int r = 0; r < values.length && deviation > 0; r++) {
      ranks[r] /= deviation;
    }
    return ranks;
  }

  private static double middle(double[] sorted, double value) {
    return (countBelow(sorted, value, false) + countBelow(sorted, value, true) - 1) / 2.0;
  }

  /** Returns the number of values below a value, or up to it. */
  static int countBelow(double[] sorted, double value, boolean orEqual) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      boolean isBelow = orEqual ? sorted[middle] <= value : sorted[middle] < value;
      if (isBelow) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
