package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.function.UnaryOperator;

/**
 * One predictor of classes, the model or a baseline: its counts over the window and in total. What
 * it predicted is a column of the window.
 */
final class RollingTally<T extends ClassTally> {

  private final int column;
  private final T window;
  private final T total;

  RollingTally(int column, T window, T total) {
    this.column = column;
    this.window = window;
    this.total = total;
  }

  /** Takes the prediction of an example out of the window, whose row goes. */
  void revert(Window rows, int row, int actual) {
    window.revert(actual, rows.index(row + column));
  }

  /** Adds an example, whose row is the newest. */
  void add(Window rows, int row, int actual, int predicted) {
    rows.putIndex(row + column, predicted);
    window.update(actual, predicted);
    total.update(actual, predicted);
  }

  T window() {
    return window;
  }

  T total() {
    return total;
  }

  RollingTally<T> copy(UnaryOperator<T> copier) {
    return new RollingTally<>(column, copier.apply(window), copier.apply(total));
  }

  /** Writes no counts of the window: they follow from the predictions in it. */
  void write(Window rows, DataOutput out) throws IOException {
    total.write(out);
    rows.writeIndexes(column, out);
  }

  /**
   * Reads the predictions, counts those in the window, and puts them beside a total that was read.
   *
   * @param window empty
   * @param actuals column of the labels, which has been read
   */
  static <T extends ClassTally> RollingTally<T> read(
      DataInput in, Window rows, int actuals, int column, T total, T window) throws IOException {
    rows.readIndexes(column, in);
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      window.update(rows.index(row + actuals), rows.index(row + column));
    }
    return new RollingTally<>(column, window, total);
  }
}
