package dev.millrace.eval;

import dev.millrace.data.Task;
import dev.millrace.input.ErasedId;
import dev.millrace.report.MetricsReport;
import dev.millrace.state.KeyPart;
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
public final class ValidationScores implements State, KeyPart {

  private final Task task;
  private final MetricsSpec spec;
  private RollingMetrics metrics;
  private List<String> classes = List.of();
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

  @Override
  public void startEpoch(int last) {
    if (last > 0) {
      metrics = RollingMetrics.of(task, spec.ofHeldOut());
      nameClasses(classes);
    }
  }

  @Override
  public void nameClasses(List<String> known) {
    classes = known;
    if (metrics instanceof ClassificationMetrics classification) {
      classification.nameClasses(classes);
    }
  }

  @Override
  public long erase(ErasedId id) {
    return id.isGroup() && metrics.eraseGroup(id.hash()) ? 1 : 0;
  }

  @Override
  public void report(MetricsReport.Draft report) {
    report.validation =
        new MetricsReport.Validation(
            metrics.report(report.context).scores(), bestEpoch, bestLoss, stopped);
  }

  @Override
  public long memoryBytes() {
    return metrics.memoryBytes(classes.size());
  }

  @Override
  public ValidationScores copy() {
    return State.copy(this, new ValidationScores(task, spec));
  }

  /** Visits the state; a stored one goes on learning if there is no patience now. */
  @Override
  public void visit(StateVisitor v) throws IOException {
    metrics =
        v.custom(
            metrics,
            RollingMetrics::writeWithKind,
            in -> RollingMetrics.read(in, spec.ofHeldOut()),
            RollingMetrics::copy);
    classes = v.unstored(classes);
    bestEpoch = v.number(bestEpoch);
    bestLoss = v.number(bestLoss);
    stopped = v.flag(stopped) && spec.validation().patience() > 0;
  }
}
