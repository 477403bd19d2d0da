package dev.millrace.nn.auto.rows;

import dev.millrace.nn.spec.Indicators;
import dev.millrace.simd.ScalarScaling;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Decaying mean and variance of each column ({@link ScalarScaling#update}), and the transformation
 * they define. It keeps 1/sd, because each record is learned once and replayed many times.
 *
 * <p>Indicators have no statistics: their mean counts as 0 and their deviation as 1.
 *
 * <p>Of a number and its logarithm one becomes 0, since both would count as two like columns: the
 * logarithm stays if the deviation of the number is above {@value #WIDE_SPREAD} times its mean, as
 * numbers of a long tail have it, and numbers around 0.
 */
public final class Scaler implements State {

  /** Share of the past that scalers forget with each value. */
  public static final double DECAY = 0.001;

  /** Scaled features are cut to plus or minus this. */
  public static final float CLIP = 4f;

  private static final int[] NO_PARTNERS = {};
  private static final double WIDE_SPREAD = 3;

  private final int columns;
  private final double keep;
  // [3 x columns]: n, mean and m2, as the kernels have them; stored column after column.
  private final double[] statistics;
  // [columns], 0 for a column that has not varied, or becomes 0; follows from the statistics.
  private final double[] inverses;
  private final Indicators indicators;
  // [columns], empty if there are no logarithms.
  private final int[] partners;
  private final double rounding;

  /**
   * Creates the scaler of features, which are floats.
   *
   * @param decay share of the past that is forgotten with each value
   * @param indicators columns that keep their values
   */
  public Scaler(int columns, double decay, Indicators indicators) {
    this(columns, decay, indicators, NO_PARTNERS);
  }

  /**
   * Creates the same for numbers and their logarithms, which follow them.
   *
   * @param partners [columns]: of a number the place of its logarithm, of that the place of the
   *     number, -1 of others
   */
  Scaler(int columns, double decay, Indicators indicators, int[] partners) {
    this(columns, decay, indicators, partners, ScalarScaling.FLOAT_ROUNDING);
  }

  /** Creates the scaler of a target, which is a double. */
  public static Scaler ofTarget(double decay) {
    return new Scaler(1, decay, Indicators.NONE, NO_PARTNERS, ScalarScaling.DOUBLE_ROUNDING);
  }

  private Scaler(
      int columns, double decay, Indicators indicators, int[] partners, double rounding) {
    this.columns = columns;
    this.partners = partners;
    this.rounding = rounding;
    this.indicators = indicators;
    keep = 1 - decay;
    statistics = new double[3 * columns];
    inverses = new double[columns];
    for (int c = 0; c < columns; c++) {
      inverses[c] = indicators.contains(c) ? 1 : 0;
    }
  }

  private Scaler(Scaler other) {
    columns = other.columns;
    indicators = other.indicators;
    partners = other.partners;
    rounding = other.rounding;
    keep = other.keep;
    statistics = other.statistics.clone();
    inverses = other.inverses.clone();
  }

  /** Returns a copy; predictions restore the scaler from it. */
  public Scaler copy() {
    return new Scaler(this);
  }

  /** Returns the columns that keep their values. */
  Indicators indicators() {
    return indicators;
  }

  /** Copies the statistics of another scaler of the same columns. */
  public void startFrom(Scaler other) {
    System.arraycopy(other.statistics, 0, statistics, 0, statistics.length);
    System.arraycopy(other.inverses, 0, inverses, 0, columns);
  }

  /** Updates the statistics by a row; NaN is missing and changes nothing. */
  public void update(float[] row, int offset) {
    for (int c = 0; c < columns; c++) {
      float x = row[offset + c];
      if (!Float.isNaN(x) && !indicators.contains(c)) {
        update(c, x);
      }
    }
  }

  /** Updates the statistics of a column. */
  public void update(int column, double x) {
    ScalarScaling.update(statistics, columns, column, x, keep, rounding);
    updateInverse(column);
  }

  /** Forgets all values of a column. */
  public void restart(int column) {
    for (int s = column; s < statistics.length; s += columns) {
      statistics[s] = 0;
    }
    inverses[column] = 0;
  }

  private void updateInverse(int column) {
    double deviation = storedDeviation(column);
    inverses[column] = deviation == 0 || !isSeen(column) ? 0 : 1 / deviation;
  }

  private double storedDeviation(int column) {
    return ScalarScaling.deviation(
        statistics[column], mean(column), statistics[2 * columns + column], rounding);
  }

  /** Returns false for that of a number and its logarithm which becomes 0. */
  private boolean isSeen(int column) {
    if (partners.length == 0 || partners[column] < 0) {
      return true;
    }
    int number = Math.min(column, partners[column]);
    boolean isWide = storedDeviation(number) > WIDE_SPREAD * Math.abs(mean(number));
    return isWide == (column != number);
  }

  /** Writes the scaled row, cut to ±{@code clip}; a missing value becomes 0. */
  public void transform(float[] row, int offset, float clip, float[] out, int outOffset) {
    transform(row, offset, 1, clip, out, outOffset);
  }

  /** Writes the same for a row whose values are {@code step} apart. */
  public void transform(float[] row, int offset, int step, float clip, float[] out, int outOffset) {
    for (int c = 0; c < columns; c++) {
      float z = (float) ((row[offset + c * step] - statistics[columns + c]) * inverses[c]);
      float cut = z > clip ? clip : z < -clip ? -clip : z;
      out[outOffset + c] = Float.isNaN(cut) ? 0f : cut;
    }
  }

  /** Copies the mean and 1/sd of each column, rounded. */
  public void copyTo(float[] means, float[] reciprocals) {
    for (int c = 0; c < columns; c++) {
      means[c] = (float) statistics[columns + c];
      reciprocals[c] = (float) inverses[c];
    }
  }

  /** Returns the scaled value of a column; it is not cut. */
  public double scaled(int column, double x) {
    return (x - statistics[columns + column]) * inverses[column];
  }

  /** Returns the decaying mean of a column, 0 before the first value. */
  public double mean(int column) {
    return statistics[columns + column];
  }

  /** Returns 1/sd, 0 for a column that has not varied, or becomes 0. */
  public double inverse(int column) {
    return inverses[column];
  }

  /** 0 for a column that has not varied, or becomes 0. */
  double deviation(int column) {
    return inverses[column] == 0 ? 0 : 1 / inverses[column];
  }

  /** Returns the bytes of a stored scaler. */
  public static long bytes(int columns) {
    return 3L * columns * Double.BYTES;
  }

  /** Returns the number of doubles in memory. */
  public long numbers() {
    return 4L * columns;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    if (v.isCopying()) {
      v.numbers(statistics);
      v.numbers(inverses);
      return;
    }
    for (int c = 0; c < columns; c++) {
      for (int s = c; s < statistics.length; s += columns) {
        statistics[s] = v.number(statistics[s]);
      }
      if (v.isReading() && !indicators.contains(c)) {
        updateInverse(c);
      }
    }
  }
}
