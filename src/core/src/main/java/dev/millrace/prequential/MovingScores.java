package dev.millrace.prequential;

import dev.millrace.report.MetricsReport;
import java.util.Arrays;

/**
 * The scores of the reports that came last, whatever their key, for means over all of them. A
 * metrics reporter's thread may ask while the operator's adds: it then may see one report's scores
 * half replaced by those of another.
 */
public final class MovingScores {
  /** Number of reports that the means are of. */
  public static final int KEPT = 1_024;

  private final double[] accuracies = new double[KEPT];
  private final double[] losses = new double[KEPT];
  // 1 if the model was better than the best of its baselines, 0 if not.
  private final double[] better = new double[KEPT];
  private int next;

  public MovingScores() {
    Arrays.fill(accuracies, Double.NaN);
    Arrays.fill(losses, Double.NaN);
    Arrays.fill(better, Double.NaN);
  }

  public void add(MetricsReport report) {
    accuracies[next] = report.scores().window().accuracy();
    losses[next] = report.scores().window().loss();
    Boolean isBetter = report.scores().windowBetterThanBaseline();
    better[next] = isBetter == null ? Double.NaN : isBetter ? 1 : 0;
    next = (next + 1) % KEPT;
  }

  /** Mean windowed accuracy, NaN if no report had one. */
  public double accuracy() {
    return mean(accuracies);
  }

  /** Mean windowed loss, NaN if no report had one. */
  public double loss() {
    return mean(losses);
  }

  /** Share of the reports in which the model was better than its baselines, NaN without any. */
  public double betterThanBaseline() {
    return mean(better);
  }

  private static double mean(double[] values) {
    double sum = 0;
    int count = 0;
    for (double value : values) {
      if (!Double.isNaN(value)) {
        sum += value;
        count++;
      }
    }
    return count == 0 ? Double.NaN : sum / count;
  }
}
