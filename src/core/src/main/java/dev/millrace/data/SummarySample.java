package dev.millrace.data;

/**
 * Scores of one key for the summary, sent with each report of its metrics.
 *
 * @param examples that the model has learned from; negative if the key was forgotten
 * @param loss mean loss over the window
 * @param accuracy over the window, NaN for regression
 * @param drifts of the key so far, 0 without a drift detector
 * @param warned true if the detector suspects a drift now
 */
public record SummarySample(
    String key, long examples, double loss, double accuracy, long drifts, boolean warned) {

  /** Returns the sample of a report and of the key's drift detector. */
  public static SummarySample of(MetricsReport report, long drifts, boolean warned) {
    return new SummarySample(
        report.context().key(),
        report.context().examples(),
        report.scores().windowLoss(),
        report.scores().windowAccuracy(),
        drifts,
        warned);
  }

  /** Returns the sample of a key whose model was removed. */
  public static SummarySample forgotten(String key) {
    return new SummarySample(key, -1, Double.NaN, Double.NaN, 0, false);
  }
}
