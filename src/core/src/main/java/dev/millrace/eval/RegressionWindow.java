package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** The last predictions of a regression model and of its baselines. Not thread-safe. */
final class RegressionWindow {

  // Columns.
  private static final int ACTUAL = 0;
  private static final int MODEL = ACTUAL + Window.WIDE;
  private static final int LAST_VALUE = MODEL + Window.WIDE;
  private static final int MEAN = LAST_VALUE + Window.WIDE;
  private static final int LOSS = MEAN + Window.WIDE;
  private static final int COLUMNS = LOSS + Window.WIDE;

  private final Window rows;

  RegressionWindow(MetricsSpec spec) {
    this(new Window(spec.window(), spec.windowMillis(), COLUMNS));
  }

  private RegressionWindow(Window rows) {
    this.rows = rows;
  }

  RegressionWindow copy() {
    return new RegressionWindow(rows.copy());
  }

  long memoryBytes() {
    return rows.memoryBytes();
  }

  void add(
      double actual,
      double predicted,
      double lastValue,
      double mean,
      double loss,
      double weight,
      long time) {
    int row = rows.add(time, weight);
    rows.putNumber(row + ACTUAL, actual);
    rows.putNumber(row + MODEL, predicted);
    rows.putNumber(row + LAST_VALUE, lastValue);
    rows.putNumber(row + MEAN, mean);
    rows.putNumber(row + LOSS, loss);
  }

  /** Sums up the examples in the window, from oldest to newest. */
  RegressionSums sums() {
    RegressionSums sums = new RegressionSums();
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      if (rows.holds(row)) {
        sums.add(
            rows.number(row + ACTUAL),
            rows.number(row + MODEL),
            rows.number(row + LAST_VALUE),
            rows.number(row + MEAN),
            rows.number(row + LOSS),
            rows.weight(row));
      }
    }
    return sums;
  }

  /** Writes a byte of flags, then the rows. */
  void write(DataOutput out) throws IOException {
    out.writeByte(rows.flags());
    VarLong.write(out, rows.size());
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      for (int column = 0; column < COLUMNS; column += Window.WIDE) {
        out.writeDouble(rows.number(row + column));
      }
      rows.writeEnd(row, out);
    }
    rows.writeLatest(out);
  }

  /** Reads what {@link #write} wrote; see {@link ClassificationWindow#read}. */
  static RegressionWindow read(DataInput in, MetricsSpec spec) throws IOException {
    RegressionWindow window = new RegressionWindow(spec);
    Window rows = window.rows;
    int flags = in.readByte();
    int size = VarLong.readExamples(in);
    double[] stored = new double[COLUMNS / Window.WIDE];
    for (int i = 0; i < size; i++) {
      for (int c = 0; c < stored.length; c++) {
        stored[c] = in.readDouble();
      }
      int row = rows.readEnd(in, flags);
      for (int c = 0; c < stored.length && row >= 0; c++) {
        rows.putNumber(row + c * Window.WIDE, stored[c]);
      }
    }
    rows.readLatest(in, flags);
    return window;
  }
}
