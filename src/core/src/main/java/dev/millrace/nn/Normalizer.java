package dev.millrace.nn;

import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.simd.ScalarScaling;
import dev.millrace.simd.ScalingKernels;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Updates running statistics of each column and scales values by them.
 *
 * <p>A normalizer is stateless, so models of one kind share it. Callers pass the statistics: [(n,
 * mean, m2) x columns] for standard, [(min, max) x columns] for minmax. Stored models have the
 * transposed order.
 *
 * <p>Indicators ({@link Indicators}) keep their value, limited like the others; their statistics
 * are updated but not used.
 *
 * <p>Standard: mean and variance as in {@link ScalarScaling#update}. A column that has not varied
 * by more than rounding, or has no values, is 0. A missing value (NaN, or infinite where there are
 * statistics) becomes 0 and does not change the statistics.
 */
final class Normalizer {

  private static final ScalingKernels KERNELS = KernelProvider.scaling();

  /** Max numbers standardized in one call, which fit the nearest cache. */
  private static final int TOGETHER = 2048;

  private final Normalization spec;
  private final int columns;
  // Floats between scaled rows.
  private final int stride;
  private final int[] indicators;

  Normalizer(Normalization spec, int columns) {
    this(spec, columns, columns);
  }

  /**
   * Creates a normalizer that leaves room behind each scaled row.
   *
   * @param inputs floats of a scaled row, of which the first are its columns
   */
  Normalizer(Normalization spec, int columns, int inputs) {
    this.spec = spec;
    this.columns = columns;
    stride = Kernels.stride(inputs);
    indicators = spec.indicators().among(columns);
  }

  /** Returns the statistics of columns without values. */
  double[] initialStatistics() {
    double[] statistics = new double[columns * spec.kind().statistics()];
    if (spec.kind() == Normalization.Kind.MINMAX) {
      Arrays.fill(statistics, 0, columns, Double.POSITIVE_INFINITY);
      Arrays.fill(statistics, columns, 2 * columns, Double.NEGATIVE_INFINITY);
    }
    return statistics;
  }

  /** Updates the statistics by a row; values that are not finite are missing. */
  void update(double[] statistics, float[] row, int offset) {
    if (spec.kind() == Normalization.Kind.NONE) {
      return;
    }
    for (int c = 0; c < columns; c++) {
      float x = row[offset + c];
      if (Float.isFinite(x)) {
        update(statistics, c, x);
      }
    }
  }

  void update(double[] statistics, int column, double x) {
    switch (spec.kind()) {
      case NONE -> {}
      case STANDARD ->
          ScalarScaling.update(
              statistics, columns, column, x, keep(), ScalarScaling.FLOAT_ROUNDING);
      case MINMAX -> {
        int max = columns + column;
        statistics[column] = Math.min(statistics[column], x);
        statistics[max] = Math.max(statistics[max], x);
      }
    }
  }

  private double keep() {
    return 1 - (double) spec.decay();
  }

  /**
   * Updates the statistics row by row, and scales each row into the workspace before the next
   * update.
   */
  void updateAndTransform(
      double[] statistics, float[] x, int offset, int rows, Workspace workspace) {
    workspace.fitScaled(rows * stride);
    float[] out = workspace.scaled;
    switch (spec.kind()) {
      case NONE -> {
        for (int r = 0; r < rows; r++) {
          for (int c = 0; c < columns; c++) {
            float value = x[offset + r * columns + c];
            out[r * stride + c] = Float.isNaN(value) ? 0f : value;
          }
        }
      }
      case STANDARD -> standardize(statistics, x, offset, rows, out, workspace);
      case MINMAX -> {
        for (int r = 0; r < rows; r++) {
          int row = offset + r * columns;
          update(statistics, x, row);
          transform(statistics, x, row, out, r * stride);
        }
      }
    }
  }

  private void standardize(
      double[] statistics, float[] x, int offset, int rows, float[] out, Workspace workspace) {
    double clip = spec.clip() == 0f ? Double.POSITIVE_INFINITY : spec.clip();
    int together = Math.max(1, TOGETHER / Math.max(1, columns));
    workspace.fitWide(Math.min(rows, together) * columns);
    double[] wide = workspace.wide;
    for (int from = 0; from < rows; from += together) {
      int some = Math.min(together, rows - from);
      int start = offset + from * columns;
      for (int i = 0; i < some * columns; i++) {
        wide[i] = x[start + i];
      }
      KERNELS.standardize(statistics, wide, some, columns, keep(), clip);
      for (int r = 0; r < some; r++) {
        int row = (from + r) * stride;
        for (int c = 0; c < columns; c++) {
          out[row + c] = (float) wide[r * columns + c];
        }
        for (int c : indicators) {
          float value = x[start + r * columns + c];
          out[row + c] = Float.isFinite(value) ? (float) limit(value) : 0f;
        }
      }
    }
  }

  /** Scales a row into {@code out}. */
  void transform(double[] statistics, float[] row, int offset, float[] out, int outOffset) {
    boolean isRaw = spec.kind() == Normalization.Kind.NONE;
    for (int c = 0; c < columns; c++) {
      float x = row[offset + c];
      boolean isMissing = isRaw ? Float.isNaN(x) : !Float.isFinite(x);
      out[outOffset + c] = isMissing ? 0f : (float) transform(statistics, c, x);
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
    return limit((x - origin(statistics, column)) / scale);
  }

  private double limit(double z) {
    if (spec.kind() == Normalization.Kind.MINMAX) {
      return Math.max(0, Math.min(1, z));
    }
    double clip = spec.clip();
    return clip == 0 ? z : Math.max(-clip, Math.min(clip, z));
  }

  /** Inverts {@link #transform}; returns the constant if the column has not varied. */
  double invert(double[] statistics, int column, double z) {
    return spec.kind() == Normalization.Kind.NONE
        ? z
        : origin(statistics, column) + z * scale(statistics, column);
  }

  /** Returns the value that is scaled to 0: mean or minimum, 0 for an indicator. */
  double origin(double[] statistics, int column) {
    return spec.indicators().contains(column) ? 0 : spec.kind().origin(statistics, column, columns);
  }

  /**
   * Returns the distance from the origin that is scaled to 1: standard deviation or range, 1 for an
   * indicator, 0 if the column has not varied.
   */
  double scale(double[] statistics, int column) {
    return spec.indicators().contains(column) ? 1 : spec.kind().scale(statistics, column, columns);
  }

  /**
   * Copies statistics in the order of stored models to those of a model.
   *
   * @param from [columns x statistics of each]
   * @throws IllegalArgumentException if the number of columns differs
   */
  static void copy(double[] from, double[] statistics, int columns) {
    if (from.length != statistics.length) {
      throw new IllegalArgumentException(
          "there are %d statistics, but the normalizer has %d"
              .formatted(from.length, statistics.length));
    }
    System.arraycopy(transposed(from, columns, each(from, columns)), 0, statistics, 0, from.length);
  }

  /** Visits statistics, [columns x statistics of each]. */
  static void visit(double[] statistics, int columns, StateVisitor v) throws IOException {
    if (v.isCopying()) {
      v.numbers(statistics);
      return;
    }
    for (int c = 0; c < columns; c++) {
      for (int s = c; s < statistics.length; s += columns) {
        statistics[s] = v.anyNumber(statistics[s]);
      }
    }
  }

  /** Returns the statistics in the order of stored models, [columns x statistics of each]. */
  static double[] byColumn(double[] statistics, int columns) {
    return transposed(statistics, each(statistics, columns), columns);
  }

  private static int each(double[] statistics, int columns) {
    return columns == 0 ? 0 : statistics.length / columns;
  }

  private static double[] transposed(double[] a, int rows, int columns) {
    double[] transposed = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      transposed[i % columns * rows + i / columns] = a[i];
    }
    return transposed;
  }

  /** Copies the statistics of fewer columns to the first of more. */
  static void expand(double[] from, int fewer, double[] statistics, int columns) {
    for (int i = 0; i < from.length; i++) {
      statistics[i / fewer * columns + i % fewer] = from[i];
    }
  }
}
