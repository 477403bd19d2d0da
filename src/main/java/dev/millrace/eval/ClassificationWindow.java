package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** The last predictions of a classifier and of its baselines. Not thread-safe. */
final class ClassificationWindow {

  /** A class index takes half a cell. */
  static final int MOST_CLASSES = Short.MAX_VALUE;

  // Columns: two class indexes in each of the first two.
  private static final int MODEL = 0;
  private static final int BASELINES = 1;
  private static final int LOSS = 2;
  private static final int LOG_LOSS = LOSS + Window.WIDE;
  private static final int OTHERS = LOG_LOSS + 1;

  // What the bytes of the rows have beside those.
  private static final int CALIBRATION_FLAG = 1;
  private static final int SCORE_FLAG = 2;
  private static final int TIME_FLAG = 4;
  private static final int WEIGHT_FLAG = 8;
  private static final int LATEST_FLAG = 16;

  private final boolean hasCalibration;
  private final boolean hasScore;
  private final int score; // column
  private final Window rows;

  ClassificationWindow(MetricsSpec spec) {
    hasCalibration = spec.calibration();
    hasScore = spec.auc();
    score = OTHERS + (hasCalibration ? 2 : 0);
    rows = new Window(spec.window(), spec.windowMillis(), score + (hasScore ? 1 : 0));
  }

  private ClassificationWindow(ClassificationWindow other) {
    hasCalibration = other.hasCalibration;
    hasScore = other.hasScore;
    score = other.score;
    rows = other.rows.copy();
  }

  ClassificationWindow copy() {
    return new ClassificationWindow(this);
  }

  long memoryBytes() {
    return rows.memoryBytes();
  }

  void add(ScoredClass example, int noChange, int majority, double weight, long time) {
    int row = rows.add(time, weight);
    rows.put(row + MODEL, pair(example.actual, example.predicted));
    rows.put(row + BASELINES, pair(noChange, majority));
    rows.putNumber(row + LOSS, example.loss);
    rows.putSingle(row + LOG_LOSS, (float) example.logLoss);
    if (hasCalibration) {
      rows.putSingle(row + OTHERS, example.brier);
      rows.putSingle(row + OTHERS + 1, example.confidence);
    }
    if (hasScore) {
      rows.putSingle(row + score, example.positiveScore);
    }
  }

  /** Sums over the examples in the window, from oldest to newest. */
  ClassificationSums sums(MetricsSpec spec) {
    ClassificationSums sums = new ClassificationSums(spec);
    ScoredClass example = new ScoredClass();
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      if (rows.holds(row)) {
        take(row, example);
        int baselines = rows.cell(row + BASELINES);
        sums.add(example, lower(baselines), upper(baselines), rows.weight(row));
      }
    }
    return sums;
  }

  /** Areas under the curves of the examples in the window; NaN if not asked for. */
  AreaUnderCurve areas(int positive) {
    AreaUnderCurve areas = new AreaUnderCurve(hasScore ? rows.size() : 0);
    for (int i = 0; hasScore && i < rows.size(); i++) {
      int row = rows.row(i);
      if (rows.holds(row)) {
        boolean isPositive = lower(rows.cell(row + MODEL)) == positive;
        areas.add(rows.single(row + score), isPositive, rows.weight(row));
      }
    }
    return areas.compute();
  }

  private void take(int row, ScoredClass into) {
    int classes = rows.cell(row + MODEL);
    into.actual = lower(classes);
    into.predicted = upper(classes);
    into.loss = rows.number(row + LOSS);
    into.logLoss = rows.single(row + LOG_LOSS);
    into.brier = hasCalibration ? rows.single(row + OTHERS) : Float.NaN;
    into.confidence = hasCalibration ? rows.single(row + OTHERS + 1) : Float.NaN;
    into.positiveScore = hasScore ? rows.single(row + score) : Float.NaN;
  }

  private static int pair(int lower, int upper) {
    return (lower & 0xFFFF) | upper << Short.SIZE;
  }

  private static int lower(int pair) {
    return (short) pair; // NO_PREDICTION stays negative
  }

  private static int upper(int pair) {
    return pair >> Short.SIZE;
  }

  /** Writes only what it has: a byte says what that is. */
  void write(DataOutput out) throws IOException {
    boolean hasLatest = rows.hasOutlivedLatest();
    out.writeByte(
        (hasCalibration ? CALIBRATION_FLAG : 0)
            | (hasScore ? SCORE_FLAG : 0)
            | (rows.isTimed() ? TIME_FLAG : 0)
            | (rows.isWeighted() ? WEIGHT_FLAG : 0)
            | (hasLatest ? LATEST_FLAG : 0));
    VarLong.write(out, rows.size());
    ScoredClass example = new ScoredClass();
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      take(row, example);
      writeExample(example, rows.cell(row + BASELINES), out);
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

  private void writeExample(ScoredClass example, int baselines, DataOutput out) throws IOException {
    VarLong.write(out, example.actual);
    VarLong.write(out, example.predicted);
    VarLong.write(out, lower(baselines) + 1L); // NO_PREDICTION becomes 0
    VarLong.write(out, upper(baselines) + 1L);
    out.writeDouble(example.loss);
    out.writeFloat((float) example.logLoss);
    if (hasCalibration) {
      out.writeFloat(example.brier);
      out.writeFloat(example.confidence);
    }
    if (hasScore) {
      out.writeFloat(example.positiveScore);
    }
  }

  /**
   * Reads a window of any specification: of more examples than it holds now, the newest stay; of
   * examples without a time, none where it needs one.
   */
  static ClassificationWindow read(DataInput in, MetricsSpec spec) throws IOException {
    ClassificationWindow window = new ClassificationWindow(spec);
    int flags = in.readByte();
    int size = VarLong.readSize(in);
    ScoredClass example = new ScoredClass();
    for (int i = 0; i < size; i++) {
      example.actual = VarLong.readClasses(in);
      example.predicted = VarLong.readClasses(in);
      int noChange = VarLong.readSize(in) - 1;
      int majority = VarLong.readSize(in) - 1;
      example.loss = in.readDouble();
      example.logLoss = in.readFloat();
      boolean isCalibrated = (flags & CALIBRATION_FLAG) != 0;
      example.brier = isCalibrated ? in.readFloat() : Float.NaN;
      example.confidence = isCalibrated ? in.readFloat() : Float.NaN;
      example.positiveScore = (flags & SCORE_FLAG) != 0 ? in.readFloat() : Float.NaN;
      boolean hasTime = (flags & TIME_FLAG) != 0;
      long time = hasTime ? in.readLong() : 0;
      double weight = (flags & WEIGHT_FLAG) != 0 ? in.readFloat() : 1;
      if (hasTime || !window.rows.isTimed()) {
        window.add(example, noChange, majority, weight, time);
      }
    }
    if ((flags & LATEST_FLAG) != 0) {
      window.rows.see(in.readLong());
    }
    return window;
  }
}
