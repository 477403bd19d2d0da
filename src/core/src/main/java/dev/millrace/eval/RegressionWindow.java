package dev.millrace.eval;

import dev.millrace.state.VarLong;
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
  private final int baselines; // seasonal ones, or NO_FORECASTS

  /** Creates a window without predictions. */
  RegressionWindow(MetricsSpec spec) {
    this(
        new Window(
            spec.window(),
            spec.windowMillis(),
            COLUMNS + Math.max(0, RegressionMetrics.baselines(spec)) * Window.WIDE),
        RegressionMetrics.baselines(spec));
  }

  private RegressionWindow(Window rows, int baselines) {
    this.rows = rows;
    this.baselines = baselines;
  }

  RegressionWindow copy() {
    return new RegressionWindow(rows.copy(), baselines);
  }

  long memoryBytes() {
    return rows.memoryBytes();
  }

  /**
   * Adds a prediction and those of the baselines.
   *
   * @param seasonal predictions of the seasonal baselines, if there are any
   */
  void add(
      double actual,
      double predicted,
      double lastValue,
      double mean,
      double[] seasonal,
      double loss,
      double weight,
      long time) {
    int row = rows.add(time, weight);
    rows.putNumber(row + ACTUAL, actual);
    rows.putNumber(row + MODEL, predicted);
    rows.putNumber(row + LAST_VALUE, lastValue);
    rows.putNumber(row + MEAN, mean);
    rows.putNumber(row + LOSS, loss);
    for (int b = 0; b < baselines; b++) {
      rows.putNumber(row + COLUMNS + b * Window.WIDE, seasonal[b]);
    }
  }

  /** Sums up the examples in the window, from oldest to newest. */
  RegressionSums sums() {
    RegressionSums sums = new RegressionSums(baselines);
    double[] seasonal = new double[Math.max(0, baselines)];
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
        if (baselines != RegressionSums.NO_FORECASTS) {
          for (int b = 0; b < baselines; b++) {
            seasonal[b] = rows.number(row + COLUMNS + b * Window.WIDE);
          }
          sums.addForecast(
              rows.number(row + ACTUAL), rows.number(row + MODEL), seasonal, rows.weight(row));
        }
      }
    }
    return sums;
  }

  private int cells() {
    return COLUMNS + Math.max(0, baselines) * Window.WIDE;
  }

  /** Writes a byte of flags, then the rows; see {@link ClassificationWindow#write}. */
  void write(DataOutput out) throws IOException {
    out.writeByte(rows.flags());
    VarLong.write(out, rows.size());
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      for (int column = 0; column < cells(); column += Window.WIDE) {
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
    int size = MetricsInput.readExamples(in);
    rows.reserve(size);
    double[] stored = new double[window.cells() / Window.WIDE];
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
