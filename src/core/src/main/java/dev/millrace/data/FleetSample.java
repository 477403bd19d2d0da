package dev.millrace.data;

/**
 * What the summary is told of one key, whenever its metrics are reported.
 *
 * @param examples that the model has learned from; negative if the key was forgotten
 * @param loss mean loss over the window
 * @param accuracy over the window, NaN for regression
 * @param drifts of the key so far, 0 without a drift detector
 * @param warned whether the detector suspects a drift now
 */
public record FleetSample(
    String key, long examples, double loss, double accuracy, long drifts, boolean warned) {

  /** What a report says, and what the key's drift detector does. */
  public static FleetSample of(MetricsReport report, long drifts, boolean warned) {
    return new FleetSample(
        report.context().key(),
        report.context().examples(),
        report.scores().windowLoss(),
        report.scores().windowAccuracy(),
        drifts,
        warned);
  }

  /** A key that has no model any more. */
  public static FleetSample forgotten(String key) {
    return new FleetSample(key, -1, Double.NaN, Double.NaN, 0, false);
  }
}
