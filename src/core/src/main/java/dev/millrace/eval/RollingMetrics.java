package dev.millrace.eval;

import dev.millrace.data.MetricsReport;
import dev.millrace.data.Task;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Prequential metrics of the model of one key: of the last examples (window), of all (total), and
 * of the baselines on the same examples.
 *
 * <p>The scores of the window are a function of the examples in it alone: they are computed again
 * for each report, from the oldest to the newest, so an example that has left it is as if it had
 * never been there. Every score is weighted by the examples' weights. Not thread-safe.
 */
public sealed interface RollingMetrics permits ClassificationMetrics, RegressionMetrics {

  /** Version of the bytes that {@link #write} gives. */
  int VERSION = 1;

  /** Metrics without any example, for the kind of task. */
  static RollingMetrics of(Task task, MetricsSpec spec) {
    return task.isClassification() ? new ClassificationMetrics(spec) : new RegressionMetrics(spec);
  }

  /**
   * The scores as they stand.
   *
   * @throws IllegalArgumentException if the context names fewer classes than were seen
   */
  MetricsReport report(MetricsReport.Context context);

  /** Mean loss of all scored examples, NaN if there is none. */
  double totalLoss();

  /**
   * Bytes of the arrays in memory.
   *
   * @param classes seen so far
   */
  long memoryBytes(int classes);

  /** A deep copy. */
  RollingMetrics copy();

  /** Writes all that is needed to continue as if never stopped, an int version first. */
  void write(DataOutput out) throws IOException;

  /**
   * Reads what {@link #write} wrote. If the window is smaller now, its newest examples stay.
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
    return isClassification
        ? ClassificationMetrics.readBody(in, spec)
        : RegressionMetrics.readBody(in, spec);
  }
}
