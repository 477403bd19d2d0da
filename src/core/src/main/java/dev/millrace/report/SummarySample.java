package dev.millrace.report;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Scores of one key for the summary, sent with each report of its metrics.
 *
 * @param examples that the model has learned from; negative if the key was forgotten
 * @param loss mean loss over the window
 * @param accuracy over the window, NaN for regression
 * @param drifts of the key so far, 0 without a drift detector
 * @param warned true if the detector suspects a drift now
 * @param inputDrifts of the key's columns so far, 0 if they are not detected
 * @param driftedColumn column of the last of them; null if there is none
 */
public record SummarySample(
    String key,
    long examples,
    double loss,
    double accuracy,
    long drifts,
    boolean warned,
    long inputDrifts,
    @Nullable String driftedColumn) {

  public SummarySample {
    Objects.requireNonNull(key, "key");
  }

  /** Creates a sample without drift of the input. */
  public SummarySample(
      String key, long examples, double loss, double accuracy, long drifts, boolean warned) {
    this(key, examples, loss, accuracy, drifts, warned, 0, null);
  }

  /** Returns the sample of a report and of the key's drift detector. */
  public static SummarySample of(MetricsReport report, long drifts, boolean warned) {
    MetricsReport.InputDrift inputDrift = report.inputDrift();
    return new SummarySample(
        report.context().key(),
        report.context().examples(),
        report.scores().window().loss(),
        report.scores().window().accuracy(),
        drifts,
        warned,
        inputDrift == null ? 0 : inputDrift.drifts(),
        inputDrift == null ? null : inputDrift.last());
  }

  /** Returns the sample of a key whose model was removed. */
  public static SummarySample forgotten(String key) {
    return new SummarySample(key, -1, Double.NaN, Double.NaN, 0, false);
  }
}
