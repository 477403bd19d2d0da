package dev.millrace.bench.streams;

import java.util.ArrayList;
import java.util.List;

/**
 * Scores of predictions in the order of the rows: accuracy for classes, mean absolute error for
 * values.
 */
final class Scores {
  /** Rows of the score at the start of a stream. */
  static final int FIRST_ROWS = 500;

  static final int CURVE_POINTS = 10;

  private static final double MIN_PROBABILITY = 1e-7;

  private final int rows;
  private final boolean isOfClasses;
  private int row;
  private double total;
  private double first;
  private double loss;
  private boolean hasLoss = true;
  private final double[] curve = new double[CURVE_POINTS];

  /**
   * @param rows that will be added
   */
  Scores(int rows, boolean isOfClasses) {
    this.rows = rows;
    this.isOfClasses = isOfClasses;
  }

  /**
   * Adds a predicted class.
   *
   * @param probability predicted for the class of the row; NaN if the learner gave none
   */
  void addClass(int predicted, int actual, double probability) {
    add(predicted == actual ? 1 : 0);
    if (Double.isNaN(probability)) {
      hasLoss = false;
    } else {
      loss -= StrictMath.log(Math.max(MIN_PROBABILITY, probability));
    }
  }

  /** Adds a predicted value. */
  void addValue(double predicted, double actual) {
    add(Math.abs(predicted - actual));
    hasLoss = false;
  }

  private void add(double score) {
    total += score;
    first += row < FIRST_ROWS ? score : 0;
    curve[(int) ((long) row * CURVE_POINTS / rows)] += score;
    row++;
  }

  /**
   * Returns the result of all rows.
   *
   * @param seconds of processor time that predictions and learning took; NaN if not measured
   * @param bytes of the model in memory at the end; NaN if not measured
   * @param ramHours gibibytes of the model by hours; NaN if not measured
   * @throws IllegalStateException if rows are missing
   */
  Result result(Result.Run run, double seconds, double bytes, double ramHours) {
    if (row != rows) {
      throw new IllegalStateException("%d of %d rows were predicted".formatted(row, rows));
    }
    List<Double> points = new ArrayList<>();
    for (int p = 0; p < CURVE_POINTS; p++) {
      points.add(curve[p] / (from(p + 1) - from(p)));
    }
    return new Result(
        run,
        isOfClasses,
        total / rows,
        hasLoss ? loss / rows : Double.NaN,
        first / Math.min(rows, FIRST_ROWS),
        points,
        rows / seconds,
        bytes,
        ramHours);
  }

  // The first row of a point: the smallest with row * points / rows >= point.
  private long from(int point) {
    return ((long) point * rows + CURVE_POINTS - 1) / CURVE_POINTS;
  }
}
