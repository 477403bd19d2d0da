package dev.millrace.simd;

/** The specification of {@link ScalingKernels}, in plain loops. */
public final class ScalarScaling implements ScalingKernels {

  /**
   * Variance over squared mean, up to which a column counts as constant: a standard deviation of
   * 1e-7 of the mean, as rounding a number to a float leaves it (at most 6e-8). It is relative, so
   * that it does not depend on the unit of a column.
   */
  public static final double FLOAT_ROUNDING = 1e-14;

  /** Like {@link #FLOAT_ROUNDING}, for doubles: a standard deviation of 1e-13 of the mean. */
  public static final double DOUBLE_ROUNDING = 1e-26;

  static final double KNOWN = 100;
  static final double FARTHEST = 100;

  @Override
  public void standardize(
      double[] statistics, double[] x, int rows, int columns, double keep, double clip) {
    for (int r = 0; r < rows; r++) {
      standardize(statistics, x, r * columns, columns, 0, columns, keep, clip);
    }
  }

  /** Columns {@code from} to below {@code to} of one row. */
  static void standardize(
      double[] statistics,
      double[] x,
      int row,
      int columns,
      int from,
      int to,
      double keep,
      double clip) {
    for (int c = from; c < to; c++) {
      double value = x[row + c];
      x[row + c] = 0;
      if (Double.isFinite(value)) {
        update(statistics, columns, c, value, keep, FLOAT_ROUNDING);
        double mean = statistics[columns + c];
        double deviation =
            deviation(statistics[c], mean, statistics[2 * columns + c], FLOAT_ROUNDING);
        if (deviation != 0) {
          double z = (value - mean) / deviation;
          x[row + c] = z > clip ? clip : z < -clip ? -clip : z;
        }
      }
    }
  }

  /**
   * Welford's mean and variance with fading: n' = n·keep + 1; q = x - mean, cut to 100 standard
   * deviations; mean' = mean + q/n'; m2' = m2·keep + q(q - q/n').
   *
   * @param keep 1, or less to forget
   * @param rounding {@link #FLOAT_ROUNDING} or {@link #DOUBLE_ROUNDING}
   */
  public static void update(
      double[] statistics, int columns, int column, double x, double keep, double rounding) {
    int meanAt = columns + column;
    int m2At = 2 * columns + column;
    double mean = statistics[meanAt];
    double m2 = statistics[m2At];
    double q = limited(statistics[column], mean, m2, x - mean, rounding);
    double n = statistics[column] * keep + 1;
    double step = q / n;
    statistics[column] = n;
    statistics[meanAt] = mean + step;
    statistics[m2At] = m2 * keep + q * (q - step);
  }

  /**
   * A distance from the mean, cut to 100 standard deviations once 100 values are known: a single
   * absurd value must not make all later ones look alike. A column that really has moved that far
   * widens its deviation with each value and is followed all the same.
   */
  private static double limited(double n, double mean, double m2, double q, double rounding) {
    if (n < KNOWN || q * q * n <= FARTHEST * FARTHEST * m2 || m2 <= rounding * mean * mean * n) {
      return q;
    }
    return Math.copySign(FARTHEST * Math.sqrt(m2 / n), q);
  }

  /**
   * The standard deviation, √(m2/n); 0 of a column that has not varied by more than rounding, or
   * was never seen.
   */
  public static double deviation(double n, double mean, double m2, double rounding) {
    double variance = n == 0 ? 0 : m2 / n;
    return variance <= rounding * mean * mean ? 0 : Math.sqrt(variance);
  }
}
