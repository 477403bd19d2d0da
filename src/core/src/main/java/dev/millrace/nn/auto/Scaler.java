package dev.millrace.nn.auto;

import dev.millrace.nn.Indicators;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Fading mean and variance of each column (Welford), and the transformation they define.
 *
 * <p>n = n(1-f) + 1; q = x - mean; mean += q/n; m2 = m2(1-f) + q(x - mean); variance = m2/n. The
 * rules are those of a network's normalization: q is cut to 100 standard deviations once 100 values
 * are known, and a column that has not varied by more than rounding is 0. What differs is that 1/sd
 * is kept, because each record is scaled once and replayed records are scaled many times.
 *
 * <p>Indicators have no statistics: their mean counts as 0 and their deviation as 1.
 */
final class Scaler {

  // Of the squared mean: a variance below may be rounding of values that came as floats, or, of a
  // target, as doubles.
  private static final double FLOAT_ROUNDING = 1e-14;
  private static final double DOUBLE_ROUNDING = 1e-26;
  private static final double KNOWN = 100;
  private static final double FARTHEST = 100;

  private final int columns;
  private final double keep;
  // [columns x (n, mean, m2)]
  private final double[] statistics;
  // [columns], 0 for a column that has not varied; follows from the statistics.
  private final double[] inverses;
  private final Indicators indicators;
  private final double rounding;

  /**
   * Creates the scaler of features, which are floats.
   *
   * @param fade share of the past that is forgotten with each value
   * @param indicators columns that keep their values
   */
  Scaler(int columns, double fade, Indicators indicators) {
    this(columns, fade, indicators, FLOAT_ROUNDING);
  }

  /** Creates the scaler of a target, which is a double. */
  static Scaler ofTarget(double fade) {
    return new Scaler(1, fade, Indicators.NONE, DOUBLE_ROUNDING);
  }

  private Scaler(int columns, double fade, Indicators indicators, double rounding) {
    this.columns = columns;
    this.rounding = rounding;
    this.indicators = indicators;
    keep = 1 - fade;
    statistics = new double[3 * columns];
    inverses = new double[columns];
    for (int c = 0; c < columns; c++) {
      inverses[c] = indicators.contains(c) ? 1 : 0;
    }
  }

  private Scaler(Scaler other) {
    columns = other.columns;
    indicators = other.indicators;
    rounding = other.rounding;
    keep = other.keep;
    statistics = other.statistics.clone();
    inverses = other.inverses.clone();
  }

  Scaler copy() {
    return new Scaler(this);
  }

  /** Returns the columns that keep their values. */
  Indicators indicators() {
    return indicators;
  }

  /** Goes on from what another one of the same columns knows. */
  void startFrom(Scaler other) {
    System.arraycopy(other.statistics, 0, statistics, 0, statistics.length);
    System.arraycopy(other.inverses, 0, inverses, 0, columns);
  }

  /** Takes a row into the statistics; NaN is missing and changes nothing. */
  void update(float[] row, int offset) {
    for (int c = 0; c < columns; c++) {
      float x = row[offset + c];
      if (!Float.isNaN(x) && !indicators.contains(c)) {
        update(c, x);
      }
    }
  }

  void update(int column, double x) {
    int s = 3 * column;
    double n = statistics[s] * keep + 1;
    double q = limited(x - statistics[s + 1], column);
    double step = q / n;
    double mean = statistics[s + 1] + step;
    double m2 = statistics[s + 2] * keep + q * (q - step);
    statistics[s] = n;
    statistics[s + 1] = mean;
    statistics[s + 2] = m2;
    inverses[column] = inverse(n, mean, m2);
  }

  private double limited(double q, int column) {
    int s = 3 * column;
    double inverse = inverses[column];
    if (statistics[s] < KNOWN || inverse == 0 || Math.abs(q) * inverse <= FARTHEST) {
      return q;
    }
    return Math.copySign(FARTHEST / inverse, q);
  }

  private double inverse(double n, double mean, double m2) {
    double variance = m2 / n;
    return variance > rounding * mean * mean ? 1 / Math.sqrt(variance) : 0;
  }

  /** Writes the scaled row, cut to ±{@code clip}; what is missing becomes 0. */
  void transform(float[] row, int offset, float clip, float[] out, int outOffset) {
    for (int c = 0; c < columns; c++) {
      float z = (float) ((row[offset + c] - statistics[3 * c + 1]) * inverses[c]);
      float cut = z > clip ? clip : z < -clip ? -clip : z;
      out[outOffset + c] = Float.isNaN(cut) ? 0f : cut;
    }
  }

  /**
   * Squared distance of a scaled row from another one that is not yet scaled; some value of at
   * least {@code worst} if it is not below that.
   */
  double distance(float[] z, float[] row, int offset, float clip, double worst) {
    double sum = 0;
    for (int c = 0; c < columns && sum < worst; c++) {
      double other = (row[offset + c] - statistics[3 * c + 1]) * inverses[c];
      double cut = other > clip ? clip : other < -clip ? -clip : other;
      double apart = z[c] - (Double.isNaN(cut) ? 0 : cut);
      sum += apart * apart;
    }
    return sum;
  }

  double scaled(int column, double x) {
    return (x - statistics[3 * column + 1]) * inverses[column];
  }

  double mean(int column) {
    return statistics[3 * column + 1];
  }

  /** 1/sd, 0 for a column that has not varied. */
  double inverse(int column) {
    return inverses[column];
  }

  /** 0 for a column that has not varied. */
  double deviation(int column) {
    return inverses[column] == 0 ? 0 : 1 / inverses[column];
  }

  /** Bytes of one that is stored. */
  static long bytes(int columns) {
    return 3L * columns * Double.BYTES;
  }

  /** How many numbers it is. */
  long numbers() {
    return 4L * columns;
  }

  boolean isFinite() {
    return Members.areFinite(statistics);
  }

  void write(DataOutput out) throws IOException {
    for (double value : statistics) {
      out.writeDouble(value);
    }
  }

  void read(DataInput in) throws IOException {
    for (int i = 0; i < statistics.length; i++) {
      statistics[i] = in.readDouble();
    }
    for (int c = 0; c < columns; c++) {
      double n = statistics[3 * c];
      inverses[c] = n == 0 ? inverses[c] : inverse(n, statistics[3 * c + 1], statistics[3 * c + 2]);
    }
  }
}
