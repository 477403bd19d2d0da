package dev.millrace.eval;

import dev.millrace.data.MetricsReport;
import dev.millrace.data.Task;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * How well a model does on examples that it never learns from, epoch by epoch, and whether it is
 * time to stop. Not thread-safe.
 *
 * <p>Early stopping (Prechelt 1998): after so many epochs, the patience, whose mean loss is not
 * below that of the best one before them, nothing more is to be learned.
 */
public final class ValidationScores {

  private final Task task;
  private final MetricsSpec spec;
  private RollingMetrics metrics;
  private int bestEpoch;
  private double bestLoss = Double.NaN;
  private boolean stopped;

  /** Scores without any example. */
  public ValidationScores(Task task, MetricsSpec spec) {
    this.task = task;
    this.spec = spec;
    metrics = RollingMetrics.of(task, spec.ofHeldOut());
  }

  /** The scores of the epoch. */
  public RollingMetrics metrics() {
    return metrics;
  }

  /** Whether nothing more is to be learned. */
  public boolean isStopped() {
    return stopped;
  }

  /**
   * Compares the loss of an epoch that has ended with the best; its scores stay.
   *
   * @return whether that is the end of learning
   */
  public boolean endEpoch(int epoch) {
    double loss = metrics.totalLoss();
    if (Double.isNaN(bestLoss) || loss < bestLoss) {
      bestLoss = loss;
      bestEpoch = epoch;
    }
    int patience = spec.validation().patience();
    boolean stops = !stopped && patience > 0 && epoch - bestEpoch >= patience;
    stopped |= stops;
    return stops;
  }

  /** Begins an epoch, without any example. */
  public void startEpoch(List<String> classes) {
    metrics = RollingMetrics.of(task, spec.ofHeldOut());
    nameClasses(classes);
  }

  /** As {@link ClassificationMetrics#nameClasses}, for classes. */
  public void nameClasses(List<String> classes) {
    if (metrics instanceof ClassificationMetrics classification) {
      classification.nameClasses(classes);
    }
  }

  /** The scores as they stand. */
  public MetricsReport.Validation report(MetricsReport.Context context) {
    return new MetricsReport.Validation(
        metrics.report(context).scores(), bestEpoch, bestLoss, stopped);
  }

  /** Bytes of the arrays in memory. */
  public long memoryBytes(int classes) {
    return metrics.memoryBytes(classes);
  }

  /** A deep copy. */
  public ValidationScores copy() {
    ValidationScores copy = new ValidationScores(task, spec);
    copy.metrics = metrics.copy();
    copy.bestEpoch = bestEpoch;
    copy.bestLoss = bestLoss;
    copy.stopped = stopped;
    return copy;
  }

  /** Writes all that is needed to continue as if never stopped. */
  public void write(DataOutput out) throws IOException {
    metrics.write(out);
    out.writeInt(bestEpoch);
    out.writeDouble(bestLoss);
    out.writeBoolean(stopped);
  }

  /** Reads what {@link #write} wrote. Where nothing stops any more, what had stopped goes on. */
  public static ValidationScores read(DataInput in, Task task, MetricsSpec spec)
      throws IOException {
    ValidationScores scores = new ValidationScores(task, spec);
    scores.metrics = RollingMetrics.read(in, spec.ofHeldOut());
    scores.bestEpoch = in.readInt();
    scores.bestLoss = in.readDouble();
    scores.stopped = in.readBoolean() && spec.validation().patience() > 0;
    return scores;
  }
}
