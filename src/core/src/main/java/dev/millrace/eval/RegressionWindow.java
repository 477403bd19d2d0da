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

  // What the bytes of the rows have beside those.
  private static final int TIME_FLAG = 4;
  private static final int WEIGHT_FLAG = 8;
  private static final int LATEST_FLAG = 16;

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

  /** Sums over the examples in the window, from oldest to newest. */
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

  /** Writes only what it has: a byte says what that is. */
  void write(DataOutput out) throws IOException {
    boolean hasLatest = rows.hasOutlivedLatest();
    out.writeByte(
        (rows.isTimed() ? TIME_FLAG : 0)
            | (rows.isWeighted() ? WEIGHT_FLAG : 0)
            | (hasLatest ? LATEST_FLAG : 0));
    VarLong.write(out, rows.size());
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      for (int column = 0; column < COLUMNS; column += Window.WIDE) {
        out.writeDouble(rows.number(row + column));
      }
      if (rows.isTimed()) {
        out.writeLong(rows.time(row));
      }
      if (rows.isWeighted()) {
        out.writeFloat((float) rows.weight(row));
      }
    }
    if (hasLatest) {
      out.writeLong(rows.latest());
    }
  }

  /** As {@link ClassificationWindow#read}. */
  static RegressionWindow read(DataInput in, MetricsSpec spec) throws IOException {
    RegressionWindow window = new RegressionWindow(spec);
    int flags = in.readByte();
    boolean hasTime = (flags & TIME_FLAG) != 0;
    int size = VarLong.readExamples(in);
    for (int i = 0; i < size; i++) {
      double actual = in.readDouble();
      double predicted = in.readDouble();
      double lastValue = in.readDouble();
      double mean = in.readDouble();
      double loss = in.readDouble();
      long time = hasTime ? in.readLong() : 0;
      double weight = (flags & WEIGHT_FLAG) != 0 ? in.readFloat() : 1;
      if (hasTime || !window.rows.isTimed()) {
        window.add(actual, predicted, lastValue, mean, loss, weight, time);
      }
    }
    if ((flags & LATEST_FLAG) != 0) {
      window.rows.see(in.readLong());
    }
    return window;
  }
}
