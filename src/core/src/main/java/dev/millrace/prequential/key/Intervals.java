package dev.millrace.prequential.key;

import dev.millrace.eval.CoverageScores;
import dev.millrace.eval.ScoredClass;
import dev.millrace.eval.interval.ConformalBounds;
import dev.millrace.nn.PredictedValue;
import dev.millrace.prequential.labels.PendingBound;
import dev.millrace.prequential.labels.PendingFeatures;
import dev.millrace.report.MetricsReport;
import dev.millrace.state.KeyPart;
import dev.millrace.state.State;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The intervals of one key's predicted values, or the sets of its classes, and their scores. Both
 * are of the answers of the key, whichever model answered. Not thread-safe.
 */
public final class Intervals implements KeyPart {
  public final ConformalBounds bounds;
  private final CoverageScores scores;
  private final boolean areClasses;

  private Intervals(ConformalBounds bounds, CoverageScores scores, boolean areClasses) {
    this.bounds = bounds;
    this.scores = scores;
    this.areClasses = areClasses;
  }

  /** Creates them without examples; null if there are none for the pipeline or for its model. */
  static @Nullable Intervals create(PartOrigin origin) {
    double level = origin.spec().publish().interval();
    boolean areClasses = origin.task().isClassification();
    return level == 0 || (areClasses && !origin.hasProbabilities())
        ? null
        : new Intervals(
            new ConformalBounds(level, areClasses),
            new CoverageScores(level, origin.spec().metrics()),
            areClasses);
  }

  /** Returns the bound of a prediction made now. */
  public PendingBound bound(float[] scoresOfRow) {
    double value =
        areClasses ? bounds.threshold() : bounds.halfWidth(PredictedValue.read(scoresOfRow, 0));
    return new PendingBound(value, bounds.labels());
  }

  /**
   * Scores and learns the bound of a predicted value, which the batch keeps. Held-out examples have
   * an interval, and have no effect on those of others.
   *
   * @param learned the actual value, limited
   */
  public void score(RowBatch batch, int row, double predicted, double actual, double learned) {
    PendingFeatures earlier = batch.earlier;
    double halfWidth = earlier == null ? bounds.halfWidth(predicted) : earlier.bound().value();
    batch.bound = halfWidth;
    double weight = batch.chunk.weight(row);
    if (batch.use == RowBatch.Use.HOLD_OUT || weight == 0) {
      return;
    }
    bounds.learn(predicted, learned, halfWidth, labelsBefore(earlier));
    double low = ConformalBounds.low(predicted, halfWidth);
    double high = ConformalBounds.high(predicted, halfWidth);
    double outside = Math.max(0, Math.max(low - actual, actual - high));
    if (Double.isFinite(outside)) {
      scores.add(high - low, outside, weight, batch.chunk.windowTime(row));
    }
  }

  /** Scores and learns the bound of an example whose class was predicted; see the other. */
  public void score(RowBatch batch, int row, ScoredClass example) {
    PendingFeatures earlier = batch.earlier;
    double threshold = earlier == null ? bounds.threshold() : earlier.bound().value();
    batch.bound = threshold;
    double weight = batch.chunk.weight(row);
    if (batch.use == RowBatch.Use.HOLD_OUT || weight == 0) {
      return;
    }
    bounds.learn(example.scoreOf(example.actual), threshold, labelsBefore(earlier));
    if (!Double.isNaN(threshold)) {
      int size = 0;
      boolean isCovered = example.actual == example.predicted;
      for (int c = 0; c < example.known(); c++) {
        boolean isMember = ConformalBounds.isAtLeast(example.scoreOf(c), threshold);
        size += isMember || c == example.predicted ? 1 : 0;
        isCovered |= isMember && c == example.actual;
      }
      scores.add(size, isCovered ? 0 : 1, weight, batch.chunk.windowTime(row));
    }
  }

  private long labelsBefore(@Nullable PendingFeatures earlier) {
    long labels = bounds.labels();
    // A bound may be older than a restart of the intervals.
    return earlier == null ? labels : Math.min(labels, earlier.bound().labels());
  }

  @Override
  public void report(MetricsReport.Draft report) {
    report.coverage = scores.report();
  }

  @Override
  public long memoryBytes() {
    return bounds.memoryBytes() + scores.memoryBytes();
  }

  @Override
  public Intervals copy() {
    return new Intervals(bounds.copy(), scores.copy(), areClasses);
  }

  @Override
  public void write(DataOutput out) throws IOException {
    bounds.writeWithLevel(out);
    scores.write(out);
  }

  /** Reads what {@link #write} wrote; returns null if the pipeline has another level. */
  static @Nullable Intervals read(DataInput in, PartOrigin origin) throws IOException {
    boolean areClasses = origin.task().isClassification();
    ConformalBounds bounds = ConformalBounds.read(in, areClasses);
    CoverageScores scores =
        State.read(in, new CoverageScores(bounds.level(), origin.spec().metrics()));
    return bounds.level() == origin.spec().publish().interval()
        ? new Intervals(bounds, scores, areClasses)
        : null;
  }
}
