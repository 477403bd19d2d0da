package dev.millrace.eval;

import dev.millrace.eval.probability.AreaUnderCurve;
import dev.millrace.eval.probability.Areas;
import dev.millrace.report.MetricsReport.GroupScores;
import dev.millrace.report.MetricsReport.Segment;
import dev.millrace.report.MetricsReport.SegmentScores;
import dev.millrace.state.VarLong;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last predictions of a classifier and of its baselines. Not thread-safe. */
final class ClassificationWindow {

  /** A class index takes half a cell. */
  static final int MAX_CLASSES = Short.MAX_VALUE;

  // Columns: two class indexes in each of the first two.
  private static final int MODEL = 0;
  private static final int BASELINES = 1;
  private static final int LOSS = 2;
  private static final int LOG_LOSS = LOSS + Window.WIDE;
  private static final int FREQUENCY_LOG_LOSS = LOG_LOSS + 1;
  private static final int OTHERS = FREQUENCY_LOG_LOSS + 1;

  // Which numbers the bytes of the rows have; see Window.flags too.
  private static final int CALIBRATION_FLAG = 1;
  private static final int SCORE_FLAG = 2;
  private static final int CLASS_SCORES_FLAG = 32;
  private static final int POSITIVE_FLAG = 64;
  private static final int GROUP_FLAG = 128;

  // Both together: a window without segments has the scores of one class, or of all, or none.
  private static final int SEGMENT_FLAGS = SCORE_FLAG | CLASS_SCORES_FLAG;

  private static final int UNKNOWN = -1;
  private static final long NO_SEGMENTS = -1;

  private final boolean hasCalibration;
  private final int rankAt; // 0 if no groups are kept
  private final boolean averagesTwo; // whether the scores of both of two classes are kept
  private final int maxScored; // classes
  private final @Nullable Segments segments;
  private final int group; // column
  private final int segment; // column
  private final int score; // column of the first
  private int scores; // columns: that of the positive class, or of more than two classes all
  private final Window rows;
  private int positive = UNKNOWN; // index of the class whose scores are kept, where it is one

  ClassificationWindow(MetricsSpec spec) {
    hasCalibration = spec.calibration();
    averagesTwo = spec.multiclass();
    maxScored = spec.aucClasses();
    rankAt = spec.rankAt();
    group = OTHERS + (hasCalibration ? 2 : 0);
    segments = spec.segments();
    segment = group + (rankAt > 0 ? Window.WIDE : 0);
    score = segment + (segments == null ? 0 : 1);
    scores = maxScored > 0 || hasCalibration || rankAt > 0 || segments != null ? 1 : 0;
    rows = new Window(spec.window(), spec.windowMillis(), score + scores);
  }

  private ClassificationWindow(ClassificationWindow other) {
    hasCalibration = other.hasCalibration;
    averagesTwo = other.averagesTwo;
    maxScored = other.maxScored;
    rankAt = other.rankAt;
    segments = other.segments;
    group = other.group;
    segment = other.segment;
    score = other.score;
    scores = other.scores;
    rows = other.rows.copy();
    positive = other.positive;
  }

  ClassificationWindow copy() {
    return new ClassificationWindow(this);
  }

  long memoryBytes() {
    return rows.memoryBytes();
  }

  /**
   * Sets the number of classes. Scores of each class are kept if averages over classes are
   * reported, and areas of that many classes are. A new class had a score of 0 so far; examples
   * whose scores were not kept have none.
   */
  void setClasses(int classes) {
    boolean isAveraged = classes > (averagesTwo ? 1 : 2);
    int wanted = isAveraged && classes <= maxScored ? classes : 1;
    if (maxScored > 0 && wanted != scores) {
      setScores(wanted);
    }
  }

  private void setScores(int columns) {
    boolean stay = scores > 1 && columns > scores;
    rows.setColumns(score + columns);
    scores = columns;
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      if (!stay || Float.isNaN(rows.single(row + score))) {
        forgetScores(row);
      }
    }
  }

  private void forgetScores(int row) {
    for (int c = 0; c < scores; c++) {
      rows.putSingle(row + score + c, Float.NaN);
    }
  }

  /**
   * Keeps the scores of this class of two from now on, and drops those of another class.
   *
   * @param index negative if neither is the positive one
   */
  void setPositive(int index) {
    for (int i = 0; i < rows.size() && scores == 1 && index >= 0 && index != positive; i++) {
      forgetScores(rows.row(i));
    }
    positive = index;
  }

  /** Returns the index of the one class whose scores are kept, negative if it is not known. */
  int positive() {
    return positive;
  }

  /** Returns true if the one class whose scores are kept is known. */
  boolean hasPositive() {
    return scores == 1 && positive >= 0;
  }

  /** Returns true if a score of each of several classes is kept. */
  boolean hasClassScores() {
    return scores > 1;
  }

  /**
   * Adds an example.
   *
   * @param frequencyLogLoss of the running class frequencies
   */
  void add(
      ScoredClass example,
      int noChange,
      int majority,
      double frequencyLogLoss,
      double weight,
      long time) {
    int row = rows.add(time, weight);
    put(row, example, noChange, majority, frequencyLogLoss);
    if (scores == 1) {
      rows.putSingle(row + score, example.positiveScore);
    } else {
      for (int c = 0; c < scores; c++) {
        rows.putSingle(row + score + c, example.scoreOf(c));
      }
    }
  }

  /** Writes a row without its scores. */
  private void put(
      int row, ScoredClass example, int noChange, int majority, double frequencyLogLoss) {
    rows.put(row + MODEL, pair(example.actual, example.predicted));
    rows.put(row + BASELINES, pair(noChange, majority));
    rows.putNumber(row + LOSS, example.loss);
    rows.putSingle(row + LOG_LOSS, (float) example.logLoss);
    rows.putSingle(row + FREQUENCY_LOG_LOSS, (float) frequencyLogLoss);
    if (hasCalibration) {
      rows.putSingle(row + OTHERS, example.brier);
      rows.putSingle(row + OTHERS + 1, example.confidence);
    }
    if (rankAt > 0) {
      rows.putWide(row + group, example.group);
    }
    if (segments != null) {
      rows.put(row + segment, example.segment);
    }
  }

  /** Takes the examples of a group out of it; returns true if there were any. */
  boolean eraseGroup(long hash) {
    boolean isErased = false;
    for (int i = 0; i < rows.size() && rankAt > 0; i++) {
      int cell = rows.row(i) + group;
      if (rows.wide(cell) == hash) {
        rows.putWide(cell, ScoredClass.NO_GROUP);
        isErased = true;
      }
    }
    return isErased;
  }

  /** Sums up the examples in the window, from oldest to newest. */
  ClassificationSums sums(MetricsSpec spec) {
    ClassificationSums sums = new ClassificationSums(spec);
    ScoredClass example = new ScoredClass();
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      if (rows.holds(row)) {
        get(row, example);
        int baselines = rows.cell(row + BASELINES);
        sums.add(
            example,
            lower(baselines),
            upper(baselines),
            rows.single(row + FREQUENCY_LOG_LOSS),
            rows.weight(row));
      }
    }
    return sums;
  }

  /** Computes the areas under the curves of the positive class of two; NaN if they are off. */
  Areas areas(int positive) {
    AreaUnderCurve area = new AreaUnderCurve(maxScored > 0 ? rows.size() : 0);
    if (scores == 1 && maxScored > 0) {
      compute(area, positive, score);
    }
    return Areas.of(area);
  }

  /**
   * Computes the scores within groups of examples by the score of the positive class of two.
   *
   * @return null if they are off, or there are more classes
   */
  @Nullable GroupScores groupScores(int positive) {
    if (rankAt == 0 || scores != 1) {
      return null;
    }
    GroupScorer scorer = new GroupScorer(rankAt, rows.size());
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      if (rows.holds(row)) {
        boolean isPositive = lower(rows.cell(row + MODEL)) == positive;
        scorer.add(rows.wide(row + group), rows.single(row + score), isPositive, rows.weight(row));
      }
    }
    return scorer.compute();
  }

  /**
   * Computes the calibration in each segment, of those with examples, of the positive class of two.
   *
   * @return null if they are off, or there are more classes
   */
  @Nullable SegmentScores segmentScores() {
    if (segments == null || !hasPositive()) {
      return null;
    }
    PositiveRate[] rates = new PositiveRate[segments.count()];
    int[] examples = new int[segments.count()];
    ScoredClass example = new ScoredClass();
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      get(row, example);
      if (rows.holds(row) && !Float.isNaN(example.positiveScore)) {
        int place = example.segment;
        rates[place] = rates[place] == null ? new PositiveRate() : rates[place];
        rates[place].add(example, rows.weight(row));
        examples[place]++;
      }
    }
    List<Segment> reported = new ArrayList<>();
    for (int place = 0; place < rates.length; place++) {
      if (rates[place] != null) {
        reported.add(new Segment(segments.value(place), examples[place], rates[place].share()));
      }
    }
    return new SegmentScores(segments.column(), reported);
  }

  /** Computes the means over the classes, each against the rest; NaN without their scores. */
  Areas meanAreas() {
    AreaUnderCurve area = new AreaUnderCurve(hasClassScores() ? rows.size() : 0);
    Areas.Means means = new Areas.Means();
    for (int c = 0; hasClassScores() && c < scores; c++) {
      area.clear();
      compute(area, c, score + c);
      means.add(area);
    }
    return means.get();
  }

  private void compute(AreaUnderCurve area, int positive, int column) {
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      if (rows.holds(row)) {
        boolean isPositive = lower(rows.cell(row + MODEL)) == positive;
        area.add(rows.single(row + column), isPositive, rows.weight(row));
      }
    }
    area.compute();
  }

  private void get(int row, ScoredClass into) {
    int classes = rows.cell(row + MODEL);
    into.actual = lower(classes);
    into.predicted = upper(classes);
    into.loss = rows.number(row + LOSS);
    into.logLoss = rows.single(row + LOG_LOSS);
    into.brier = hasCalibration ? rows.single(row + OTHERS) : Float.NaN;
    into.confidence = hasCalibration ? rows.single(row + OTHERS + 1) : Float.NaN;
    into.group = rankAt > 0 ? rows.wide(row + group) : ScoredClass.NO_GROUP;
    into.segment = segments == null ? 0 : rows.cell(row + segment);
    into.positiveScore = hasPositive() ? rows.single(row + score) : Float.NaN;
    into.positive = positive;
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

  /**
   * Writes a byte of flags, then the rows: by hand, as the flags of the stored bytes say which
   * columns there are, and not all rows may stay.
   */
  void write(DataOutput out) throws IOException {
    out.writeByte(
        (hasCalibration ? CALIBRATION_FLAG : 0)
            | (scores == 1 ? SCORE_FLAG : 0)
            | (hasClassScores() ? CLASS_SCORES_FLAG : 0)
            | (hasPositive() ? POSITIVE_FLAG : 0)
            | (rankAt > 0 ? GROUP_FLAG : 0)
            | (segments != null ? SEGMENT_FLAGS : 0)
            | rows.flags());
    if (hasClassScores() || segments != null) {
      VarLong.write(out, scores);
    }
    if (hasPositive()) {
      VarLong.write(out, positive);
    }
    if (segments != null) {
      VarLong.write(out, segments.fingerprint());
    }
    VarLong.write(out, rows.size());
    ScoredClass example = new ScoredClass();
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      get(row, example);
      writeExample(example, rows.cell(row + BASELINES), out);
      out.writeFloat(rows.single(row + FREQUENCY_LOG_LOSS));
      for (int c = 0; c < scores; c++) {
        out.writeFloat(rows.single(row + score + c));
      }
      rows.writeEnd(row, out);
    }
    rows.writeLatest(out);
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
    if (rankAt > 0) {
      out.writeLong(example.group);
    }
    if (segments != null) {
      VarLong.write(out, example.segment);
    }
  }

  /**
   * Reads a window of any specification. The newest examples stay if it holds fewer now; examples
   * without a time are dropped if it needs one.
   */
  static ClassificationWindow read(DataInput in, MetricsSpec spec) throws IOException {
    ClassificationWindow window = new ClassificationWindow(spec);
    int flags = in.readByte();
    float[] storedScores = new float[readScores(in, flags)];
    if (window.maxScored > 0 && storedScores.length > 1) {
      window.setScores(storedScores.length);
    }
    if ((flags & POSITIVE_FLAG) != 0) {
      window.positive = MetricsInput.readClass(in);
    }
    boolean hasSegments = (flags & SEGMENT_FLAGS) == SEGMENT_FLAGS;
    // If the column or its values have changed, the examples are of no segment.
    long stored = hasSegments ? VarLong.read(in) : NO_SEGMENTS;
    boolean areKept = window.segments != null && window.segments.fingerprint() == stored;
    int size = MetricsInput.readExamples(in);
    window.rows.reserve(size);
    ScoredClass example = new ScoredClass();
    for (int i = 0; i < size; i++) {
      window.readExample(in, flags, areKept, example, storedScores);
    }
    window.rows.readLatest(in, flags);
    return window;
  }

  /**
   * Reads an example and keeps it if it is within the window.
   *
   * @param areSegmentsKept false if stored segments are those of other settings
   * @param example receives the example
   * @param storedScores receives its scores
   */
  private void readExample(
      DataInput in, int flags, boolean areSegmentsKept, ScoredClass example, float[] storedScores)
      throws IOException {
    example.actual = MetricsInput.readClass(in);
    example.predicted = MetricsInput.readClass(in);
    int noChange = MetricsInput.readClassOrNone(in);
    int majority = MetricsInput.readClassOrNone(in);
    example.loss = in.readDouble();
    example.logLoss = in.readFloat();
    boolean isCalibrated = (flags & CALIBRATION_FLAG) != 0;
    example.brier = isCalibrated ? in.readFloat() : Float.NaN;
    example.confidence = isCalibrated ? in.readFloat() : Float.NaN;
    example.group = (flags & GROUP_FLAG) != 0 ? in.readLong() : ScoredClass.NO_GROUP;
    example.segment = (flags & SEGMENT_FLAGS) == SEGMENT_FLAGS ? MetricsInput.readSegment(in) : 0;
    if (segments != null) {
      int none = segments.count() - 1;
      example.segment = areSegmentsKept ? Math.min(example.segment, none) : none;
    }
    double frequencyLogLoss = in.readFloat();
    for (int c = 0; c < storedScores.length; c++) {
      storedScores[c] = in.readFloat();
    }
    int row = rows.readEnd(in, flags);
    if (row >= 0) {
      put(row, example, noChange, majority, frequencyLogLoss);
      for (int c = 0; c < scores; c++) {
        rows.putSingle(row + score + c, c < storedScores.length ? storedScores[c] : Float.NaN);
      }
    }
  }

  /** Reads the number of scores stored of each example. */
  private static int readScores(DataInput in, int flags) throws IOException {
    if ((flags & CLASS_SCORES_FLAG) == 0) {
      return (flags & SCORE_FLAG) != 0 ? 1 : 0;
    }
    return MetricsInput.readSize(
        in, "classes with scores in the metrics", MetricsSpec.MAX_AUC_CLASSES);
  }
}
