package dev.millrace.eval.drift;

import dev.millrace.report.ModelEvent.InputDrift;
import dev.millrace.report.ModelEvent.InputDrift.Measure;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Compares the recent values of one column with those before: the last 64 with a reference, and
 * each 512 too, which become part of the reference if they do not differ. After a drift the
 * reference starts again. Not thread-safe.
 */
final class ColumnDrift implements State {
  /** Records between two comparisons. */
  static final int WINDOW = 64;

  private static final int WINDOWS = 8; // of a long window
  private static final int SAMPLE = 2 * WINDOW;
  private static final int MIN_SAMPLE = 16;
  // Windows of the sample, and of the sample and the first reference.
  private static final int SAMPLED = SAMPLE / WINDOW;
  private static final int READY = SAMPLED + WINDOWS;
  // About the last 8,192 to 16,384 records.
  private static final int MAX_REFERENCE = 16_384;
  private static final float[] NO_EDGES = infinities();
  private static final float[] NO_SAMPLE = {};
  private static final double CLEAR_SHIFT = 0.1; // of the share of missing values

  private final InputColumn column;
  private final BinCounts reference;
  private final BinCounts recent;
  private final BinCounts longer;
  private final Dispersion spread = Dispersion.ofShort();
  private final Dispersion longerSpread = Dispersion.ofLong();
  private int windows;
  // Ascending upper edges of the bins of a number; unused ones are positive infinity.
  private float[] edges = NO_EDGES;
  private float center;

  // First numbers since the last drift; of none once the edges are known, and for other kinds.
  private float[] sample = NO_SAMPLE;
  private int sampled; // -1 then
  // Of the last long window; NaN before.
  private float score = Float.NaN;

  ColumnDrift(InputColumn column) {
    this.column = column;
    reference = new BinCounts(column.bins());
    recent = new BinCounts(column.bins());
    longer = new BinCounts(column.bins());
    restart();
  }

  private static float[] infinities() {
    float[] edges = new float[InputColumn.QUANTILES - 1];
    Arrays.fill(edges, Float.POSITIVE_INFINITY);
    return edges;
  }

  private boolean isNumber() {
    return column.kind() == InputColumn.Kind.NUMBER;
  }

  private void restart() {
    reference.clear();
    longer.clear();
    windows = isNumber() ? 0 : SAMPLED;
    edges = NO_EDGES;
    score = Float.NaN;
    sampled = isNumber() ? 0 : -1;
  }

  InputColumn column() {
    return column;
  }

  /** Returns the stability index of the last long window; NaN if the reference is too new. */
  float score() {
    return score;
  }

  /**
   * Adds the values of rows of features.
   *
   * @param rows [count x width], row-major
   */
  void add(float[] rows, int count, int width) {
    int start = column.start();
    if (sampled >= 0) {
      sample = sampled == 0 ? new float[SAMPLE] : sample;
      for (int row = 0; row < count; row++) {
        sample[sampled++] = rows[row * width + start];
      }
      return;
    }
    switch (column.kind()) {
      case NUMBER -> recent.addNumbers(rows, start, count, width, edges, center);
      case FLAG -> {
        for (int row = 0; row < count; row++) {
          float value = rows[row * width + start];
          recent.add(Float.isNaN(value) ? column.bins() - 1 : value > 0.5f ? 1 : 0);
        }
      }
      case CATEGORY -> {
        for (int row = 0; row < count; row++) {
          recent.add(category(rows, row * width + start));
        }
      }
      case PRESENCE -> {
        for (int row = 0; row < count; row++) {
          recent.add(Float.isNaN(rows[row * width + start]) ? 1 : 0);
        }
      }
    }
  }

  private int category(float[] rows, int first) {
    if (Float.isNaN(rows[first])) {
      return column.bins() - 1;
    }
    int bin = 0;
    while (bin < column.width() && rows[first + bin] == 0) {
      bin++;
    }
    return bin;
  }

  /**
   * Ends a window.
   *
   * @param limit minus the logarithm of the probability of a false alarm
   * @param threshold min stability index of a drift
   * @return how the column has drifted; null if it has not
   */
  @Nullable InputDrift endWindow(double limit, double threshold) {
    windows++;
    if (windows <= SAMPLED) {
      if (windows == SAMPLED && sampled >= 0) {
        setEdges(Arrays.copyOf(sample, sampled));
        sample = NO_SAMPLE;
        sampled = -1;
      }
      return null;
    }
    if (windows <= READY) {
      reference.add(recent);
      recent.clear();
      return null;
    }
    longer.add(recent);
    InputDrift change = compare(recent, spread, limit, threshold);
    recent.clear();
    if (change == null && (windows - READY) % WINDOWS == 0) {
      change = compare(longer, longerSpread, limit, threshold);
      mergeLonger();
    }
    if (change != null) {
      spread.raise();
      longerSpread.raise();
      restart();
    }
    return change;
  }

  private void mergeLonger() {
    score = (float) longer.stabilityIndex(reference);
    reference.add(longer);
    longer.clear();
    if (reference.total() > MAX_REFERENCE) {
      reference.halve();
    }
  }

  private @Nullable InputDrift compare(
      BinCounts window, Dispersion usual, double limit, double threshold) {
    int degrees = window.degreesOfFreedom(reference);
    double statistic = window.statistic(reference);
    if (degrees > 0 && usual.isDrift(statistic, degrees, limit)) {
      double score = window.stabilityIndex(reference);
      if (score >= threshold) {
        return change(window, score);
      }
    }
    usual.add(statistic, degrees);
    return null;
  }

  private InputDrift change(BinCounts window, double score) {
    int last = column.bins() - 1;
    boolean isOfMissing =
        Math.abs(window.share(last) - reference.share(last)) > CLEAR_SHIFT
            || column.kind() == InputColumn.Kind.PRESENCE;
    int records = window.total();
    if (isOfMissing) {
      return change(
          score, Measure.MISSING, null, reference.share(last), window.share(last), records);
    }
    if (!isNumber()) {
      int bin = mostChanged(window);
      String value =
          column.kind() == InputColumn.Kind.FLAG
              ? String.valueOf(bin == 1)
              : bin < column.values().size() ? column.values().get(bin) : null;
      return change(score, Measure.SHARE, value, reference.share(bin), window.share(bin), records);
    }
    double before = reference.deviation();
    double after = window.deviation();
    boolean isOfMean =
        Math.abs(window.mean() - reference.mean()) * Math.max(before, after)
            >= Math.abs(after * after - before * before) / 2;
    return isOfMean
        ? change(
            score, Measure.MEAN, null, center + reference.mean(), center + window.mean(), records)
        : change(score, Measure.DEVIATION, null, before, after, records);
  }

  private InputDrift change(
      double score,
      Measure measure,
      @Nullable String value,
      double before,
      double after,
      int records) {
    return new InputDrift(column.name(), score, measure, value, before, after, records);
  }

  private int mostChanged(BinCounts window) {
    int most = column.kind() == InputColumn.Kind.FLAG ? 1 : 0;
    for (int bin = most; bin < column.bins() - 1; bin++) {
      double change = Math.abs(window.share(bin) - reference.share(bin));
      if (change > Math.abs(window.share(most) - reference.share(most))) {
        most = bin;
      }
    }
    return most;
  }

  /**
   * Puts the edges at the quantiles of the sample, between different values. If there are few
   * different ones, values below and above all of them get bins too.
   */
  private void setEdges(float[] values) {
    float[] sorted = values.clone();
    Arrays.sort(sorted); // missing ones are last
    int count = sorted.length;
    while (count > 0 && Float.isNaN(sorted[count - 1])) {
      count--;
    }
    if (count < MIN_SAMPLE) {
      return;
    }
    center = sorted[count / 2];
    float[] found = infinities();
    int size = 0;
    for (int q = 1; q < InputColumn.QUANTILES; q++) {
      int rank = nearestEdge(sorted, count, q * count / InputColumn.QUANTILES);
      float edge = sorted[rank];
      if (edge < sorted[count - 1] && (size == 0 || edge > found[size - 1])) {
        found[size++] = edge;
      }
    }
    if (size < found.length) {
      found[size++] = sorted[count - 1];
    }
    if (size < found.length) {
      found[size++] = Math.nextDown(sorted[0]);
    }
    for (int e = 0; e < found.length; e++) {
      found[e] += 0f; // not -0
    }
    Arrays.sort(found);
    edges = found;
  }

  /** Returns the last index of a value, of those near the quantile that has another behind it. */
  private static int nearestEdge(float[] sorted, int count, int rank) {
    int below = rank - 1;
    while (below >= 0 && sorted[below] == sorted[rank]) {
      below--;
    }
    int above = rank;
    while (above < count - 1 && sorted[above + 1] == sorted[rank]) {
      above++;
    }
    boolean isAboveNearer = above < count - 1 && (below < 0 || above - rank <= rank - below);
    return isAboveNearer ? above : Math.max(0, below);
  }

  long memoryBytes() {
    return 200
        + 3 * reference.memoryBytes()
        + (long) (edges.length + (sampled < 0 ? 0 : SAMPLE)) * Float.BYTES;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    windows = v.number(windows);
    score = v.number(score);
    center = v.number(center);
    if (v.isFilling()) {
      edges = infinities();
    }
    v.numbers(edges);
    sampled = v.number("sample of a column", sampled, -1, SAMPLE);
    if (v.isFilling() && sampled > 0) {
      sample = new float[SAMPLE];
    }
    v.numbers(sample, 0, Math.max(0, sampled));
    reference.visit(v);
    recent.visit(v);
    longer.visit(v);
    spread.visit(v);
    longerSpread.visit(v);
  }
}
