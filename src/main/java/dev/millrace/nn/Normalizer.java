package dev.millrace.nn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Running statistics of each column, and the transformation they define.
 *
 * <p>The statistics are handed in, so that models of one kind can share it: [columns x (n, mean,
 * m2)] for standard, [columns x (min, max)] for minmax.
 *
 * <p>Standard: Welford's mean and variance with fading f: n = n(1-f) + 1; q = x - mean; mean +=
 * q/n; m2 = m2(1-f) + q(x - mean); variance = m2/n; q is cut to 100 standard deviations. A column
 * that has not varied by more than rounding, or was never seen, is 0. A missing value (NaN) is 0
 * and changes no statistics.
 */
final class Normalizer {

  /**
   * Variance over squared mean, up to which a column counts as constant: a standard deviation of
   * 1e-7 of the mean, as rounding a number to a float leaves it (at most 6e-8). It is relative, so
   * that the unit of a column does not decide whether it is of use.
   */
  private static final double ROUNDING = 1e-14;

  private static final double KNOWN = 100;
  private static final double FARTHEST = 100;

  private final Normalization spec;
  private final int columns;

  Normalizer(Normalization spec, int columns) {
    this.spec = spec;
    this.columns = columns;
  }

  /** Statistics of columns that nothing has been seen of. */
  double[] start() {
    double[] statistics = new double[columns * width(spec.kind())];
    if (spec.kind() == Normalization.Kind.MINMAX) {
      for (int c = 0; c < columns; c++) {
        statistics[2 * c] = Double.POSITIVE_INFINITY;
        statistics[2 * c + 1] = Double.NEGATIVE_INFINITY;
      }
    }
    return statistics;
  }

  /** Numbers that are kept of a column. */
  static int width(Normalization.Kind kind) {
    return switch (kind) {
      case NONE -> 0;
      case STANDARD -> 3;
      case MINMAX -> 2;
    };
  }

  /** Takes a row into the statistics; NaN is missing. */
  void update(double[] statistics, float[] row, int offset) {
    if (spec.kind() == Normalization.Kind.NONE) {
      return;
    }
    for (int c = 0; c < columns; c++) {
      float x = row[offset + c];
      if (!Float.isNaN(x)) {
        update(statistics, c, x);
      }
    }
  }

  void update(double[] statistics, int column, double x) {
    switch (spec.kind()) {
      case NONE -> {}
      case STANDARD -> {
        int s = 3 * column;
        double keep = 1 - (double) spec.fade();
        double n = statistics[s] * keep + 1;
        double q = limited(statistics, s, x - statistics[s + 1]);
        double mean = statistics[s + 1] + q / n;
        double fromNewMean = q - q / n;
        statistics[s] = n;
        statistics[s + 1] = mean;
        statistics[s + 2] = statistics[s + 2] * keep + q * fromNewMean;
      }
      case MINMAX -> {
        statistics[2 * column] = Math.min(statistics[2 * column], x);
        statistics[2 * column + 1] = Math.max(statistics[2 * column + 1], x);
      }
    }
  }

  /**
   * A distance from the mean, cut to 100 standard deviations once 100 values are known: a single
   * absurd value must not make all later ones look alike. A column that really has moved that far
   * widens its deviation with each value and is followed all the same.
   */
  private static double limited(double[] statistics, int s, double q) {
    double n = statistics[s];
    double m2 = statistics[s + 2];
    double mean = statistics[s + 1];
    if (n < KNOWN || q * q * n <= FARTHEST * FARTHEST * m2 || m2 <= ROUNDING * mean * mean * n) {
      return q;
    }
    return Math.copySign(FARTHEST * Math.sqrt(m2 / n), q);
  }

  /** Writes the transformed row to {@code out}. */
  void transform(double[] statistics, float[] row, int offset, float[] out, int outOffset) {
    for (int c = 0; c < columns; c++) {
      float x = row[offset + c];
      out[outOffset + c] = !Float.isNaN(x) ? (float) transform(statistics, c, x) : 0f;
    }
  }

  double transform(double[] statistics, int column, double x) {
    if (spec.kind() == Normalization.Kind.NONE) {
      return x;
    }
    double scale = scale(statistics, column);
    if (scale == 0) {
      return 0;
    }
    double z = (x - origin(statistics, column)) / scale;
    if (spec.kind() == Normalization.Kind.MINMAX) {
      return Math.max(0, Math.min(1, z));
    }
    double clip = spec.clip();
    return clip == 0 ? z : Math.max(-clip, Math.min(clip, z));
  }

  /**
   * Undoes {@link #transform} as far as it is a function; the only value ever seen if none varied.
   */
  double restore(double[] statistics, int column, double z) {
    return spec.kind() == Normalization.Kind.NONE
        ? z
        : origin(statistics, column) + z * scale(statistics, column);
  }

  /** What becomes 0: the mean or the minimum. */
  double origin(double[] statistics, int column) {
    if (spec.kind() == Normalization.Kind.NONE) {
      return 0;
    }
    if (spec.kind() == Normalization.Kind.STANDARD) {
      return statistics[3 * column + 1];
    }
    double min = statistics[2 * column];
    return min == Double.POSITIVE_INFINITY ? 0 : min;
  }

  /** What becomes 1: the standard deviation or the range; 0 if the column has not varied. */
  double scale(double[] statistics, int column) {
    if (spec.kind() == Normalization.Kind.NONE) {
      return 1;
    }
    if (spec.kind() == Normalization.Kind.STANDARD) {
      double n = statistics[3 * column];
      double variance = n == 0 ? 0 : statistics[3 * column + 2] / n;
      double mean = statistics[3 * column + 1];
      return variance <= ROUNDING * mean * mean ? 0 : Math.sqrt(variance);
    }
    return Math.max(0, statistics[2 * column + 1] - statistics[2 * column]);
  }

  /**
   * Copies statistics from elsewhere into those of a model.
   *
   * @throws IllegalArgumentException if they are of other columns
   */
  static void copy(double[] from, double[] statistics) {
    if (from.length != statistics.length) {
      throw new IllegalArgumentException(
          "there are %d statistics, the normalizer has %d"
              .formatted(from.length, statistics.length));
    }
    System.arraycopy(from, 0, statistics, 0, from.length);
  }

  static void write(double[] statistics, DataOutput out) throws IOException {
    for (double value : statistics) {
      out.writeDouble(value);
    }
  }

  static void read(double[] statistics, DataInput in) throws IOException {
    for (int i = 0; i < statistics.length; i++) {
      statistics[i] = in.readDouble();
    }
  }
}
