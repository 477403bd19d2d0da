package dev.millrace.data;

import dev.millrace.data.MetricsReport.ClassificationScores;
import dev.millrace.data.MetricsReport.RegressionScores;

/**
 * What the fleet view is told of one key, whenever its metrics are reported.
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
    double loss = Double.NaN;
    double accuracy = Double.NaN;
    if (report.scores() instanceof ClassificationScores scores) {
      loss = scores.window().loss();
      accuracy = scores.window().accuracy();
    } else if (report.scores() instanceof RegressionScores scores) {
      loss = scores.window().loss();
    }
    return new FleetSample(
        report.context().key(), report.context().examples(), loss, accuracy, drifts, warned);
  }

  /** A key that has no model any more. */
  public static FleetSample forgotten(String key) {
    return new FleetSample(key, -1, Double.NaN, Double.NaN, 0, false);
  }
}
