package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * One predictor of numbers, the model or a baseline: its errors over the window and in total. What
 * it predicted is a column of the window.
 */
final class RollingErrors {

  private final int column;
  private final ErrorSums total;

  RollingErrors(int column) {
    this(column, new ErrorSums());
  }

  private RollingErrors(int column, ErrorSums total) {
    this.column = column;
    this.total = total;
  }

  /** Adds an example, whose row is the newest; a prediction of NaN is none. */
  void add(Window rows, int row, double actual, double predicted) {
    rows.putNumber(row + column, predicted);
    total.add(actual, predicted);
  }

  /** Errors over the window, summed from oldest to newest. */
  ErrorSums window(Window rows, int actuals) {
    ErrorSums window = new ErrorSums();
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      window.add(rows.number(row + actuals), rows.number(row + column));
    }
    return window;
  }

  ErrorSums total() {
    return total;
  }

  RollingErrors copy() {
    return new RollingErrors(column, total.copy());
  }

  void write(Window rows, DataOutput out) throws IOException {
    rows.writeNumbers(column, out);
    total.write(out);
  }

  static RollingErrors read(DataInput in, Window rows, int column) throws IOException {
    rows.readNumbers(column, in);
    return new RollingErrors(column, ErrorSums.read(in));
  }
}
