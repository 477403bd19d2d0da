package dev.millrace.eval;

import dev.millrace.data.MetricsReport;
import dev.millrace.data.Task;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.List;

/**
 * Scores of a model on held-out examples, epoch by epoch, and early stopping. Not thread-safe.
 *
 * <p>Early stopping (Prechelt 1998): learning ends once a number of epochs, the patience, had no
 * mean loss below that of the best epoch.
 */
public final class ValidationScores implements State {

  private final Task task;
  private final MetricsSpec spec;
  private RollingMetrics metrics;
  private int bestEpoch;
  private double bestLoss = Double.NaN;
  private boolean stopped;

  /** Creates scores without examples. */
  public ValidationScores(Task task, MetricsSpec spec) {
    this.task = task;
    this.spec = spec;
    metrics = RollingMetrics.of(task, spec.ofHeldOut());
  }

  /** Returns the scores of the current epoch. */
  public RollingMetrics metrics() {
    return metrics;
  }

  /** Returns true if learning has ended. */
  public boolean isStopped() {
    return stopped;
  }

  /**
   * Compares the loss of an epoch that has ended with the best; its scores stay.
   *
   * @return true if learning ends now
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

  /** Starts an epoch without examples. */
  public void startEpoch(List<String> classes) {
    metrics = RollingMetrics.of(task, spec.ofHeldOut());
    nameClasses(classes);
  }

  /** Names the classes; see {@link ClassificationMetrics#nameClasses}. */
  public void nameClasses(List<String> classes) {
    if (metrics instanceof ClassificationMetrics classification) {
      classification.nameClasses(classes);
    }
  }

  /** Reports the current scores. */
  public MetricsReport.Validation report(MetricsReport.Context context) {
    return new MetricsReport.Validation(
        metrics.report(context).scores(), bestEpoch, bestLoss, stopped);
  }

  /** Returns the bytes of the arrays in memory. */
  public long memoryBytes(int classes) {
    return metrics.memoryBytes(classes);
  }

  /** Returns a deep copy. */
  public ValidationScores copy() {
    return State.copy(this, new ValidationScores(task, spec));
  }

  /** Visits the state; a stored one goes on learning if there is no patience now. */
  @Override
  public void visit(StateVisitor v) throws IOException {
    metrics =
        v.custom(
            metrics,
            RollingMetrics::write,
            in -> RollingMetrics.read(in, spec.ofHeldOut()),
            RollingMetrics::copy);
    bestEpoch = v.number(bestEpoch);
    bestLoss = v.number(bestLoss);
    stopped = v.flag(stopped) && spec.validation().patience() > 0;
  }
}
