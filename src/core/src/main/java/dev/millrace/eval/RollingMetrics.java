package dev.millrace.eval;

import dev.millrace.data.Task;
import dev.millrace.report.MetricsReport;
import dev.millrace.state.State;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Prequential metrics of the model of one key: of the last examples (window), of all (total), and
 * of the baselines on the same examples.
 *
 * <p>The scores of the window are a function of the examples in it alone: they are computed again
 * for each report, from the oldest to the newest, so examples that have left it have no effect.
 * Every score is weighted by the examples' weights. Not thread-safe.
 */
public sealed interface RollingMetrics extends State
    permits ClassificationMetrics, RegressionMetrics {

  /** Version of the bytes that {@link #writeWithKind} writes. */
  int VERSION = 1;

  /** Creates metrics without examples, for the kind of task. */
  static RollingMetrics of(Task task, MetricsSpec spec) {
    return task.isClassification() ? new ClassificationMetrics(spec) : new RegressionMetrics(spec);
  }

  /**
   * Reports the current scores.
   *
   * @throws IllegalArgumentException if the context names fewer classes than were seen
   */
  MetricsReport report(MetricsReport.Context context);

  /**
   * Takes the examples in the window out of a group; they stay in the other scores.
   *
   * @param hash of the group
   * @return true if there were any
   */
  default boolean eraseGroup(long hash) {
    return false;
  }

  /**
   * Returns what the baselines predict from the labels so far.
   *
   * @param knownClasses number of classes that the model knows
   */
  KnownLabels known(int knownClasses);

  /** Returns the mean loss of all scored examples; NaN without examples. */
  double totalLoss();

  /**
   * Returns the bytes of the arrays in memory.
   *
   * @param classes seen so far
   */
  long memoryBytes(int classes);

  /** Returns a deep copy. */
  RollingMetrics copy();

  /** Writes the version, the kind of metrics and their state. */
  default void writeWithKind(DataOutput out) throws IOException {
    out.writeInt(VERSION);
    out.writeBoolean(this instanceof ClassificationMetrics);
    write(out);
  }

  /**
   * Reads what {@link #writeWithKind} wrote. If the window is smaller now, its newest examples
   * stay.
   *
   * @throws IOException if the version is not one that this release reads
   */
  static RollingMetrics read(DataInput in, MetricsSpec spec) throws IOException {
    int version = in.readInt();
    if (version != VERSION) {
      throw new IOException(
          "metrics state: version %d is not %d, which this release reads"
              .formatted(version, VERSION));
    }
    boolean isClassification = in.readBoolean();
    return State.read(
        in, isClassification ? new ClassificationMetrics(spec) : new RegressionMetrics(spec));
  }
}
