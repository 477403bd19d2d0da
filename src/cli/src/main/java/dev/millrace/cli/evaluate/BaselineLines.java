package dev.millrace.cli.evaluate;

import dev.millrace.cli.console.Figures;
import dev.millrace.cli.console.Plural;
import dev.millrace.codec.json.MetricsRecord.Segment;
import dev.millrace.codec.json.MetricsRecord.Segments;
import dev.millrace.data.Printable;
import dev.millrace.eval.probability.AreaUnderCurve;
import dev.millrace.report.MetricsReport.Estimate;
import dev.millrace.report.MetricsReport.GroupScores;
import dev.millrace.report.Score;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Formats the scores of probabilities, and warns if a baseline is better. */
final class BaselineLines {
  private final FinalMetrics metrics;
  private final @Nullable AreaUnderCurve areas;

  /**
   * @param areas under the curves of the positive class over all rows
   */
  BaselineLines(FinalMetrics metrics, @Nullable AreaUnderCurve areas) {
    this.metrics = metrics;
    this.areas = areas;
  }

  /**
   * Returns a line of scores, except for regression, of intervals, the estimate before labels and
   * groups if there are any, and one for each better baseline.
   */
  List<String> lines() {
    FinalMetrics.Totals totals = metrics.totals();
    List<String> lines = new ArrayList<>();
    if (!metrics.isRegression() && !Double.isNaN(totals.get(Score.LOG_LOSS))) {
      lines.add(scores(totals));
    }
    Coverage coverage = metrics.coverage();
    if (coverage != null) {
      lines.add(coverage.text());
    }
    ColumnShares importance = metrics.importance();
    if (!importance.isEmpty()) {
      lines.add(importance.text());
    }
    addOfWindow(lines);
    addWarnings(totals, lines);
    return lines;
  }

  /** Adds the estimate before labels, and the scores within groups and segments. */
  private void addOfWindow(List<String> lines) {
    Estimate estimate = metrics.estimate();
    if (estimate != null) {
      lines.add(
          "estimate without labels: accuracy %s%s  (of the last %s)"
              .formatted(
                  Figures.score(estimate.accuracy()),
                  Double.isNaN(estimate.f1()) ? "" : "  f1 " + Figures.score(estimate.f1()),
                  Plural.of(estimate.predictions(), "prediction")));
    }
    GroupScores groups = metrics.groups();
    if (groups != null) {
      lines.add(
          "groups in the last window: auc %s  hit rate at %,d %s  ndcg %s  (%s with both classes)"
              .formatted(
                  Figures.score(groups.auc()),
                  groups.at(),
                  Figures.score(groups.hitRate()),
                  Figures.score(groups.ndcg()),
                  Plural.of(groups.count(), "group")));
    }
    Segments segments = metrics.segments();
    if (segments != null) {
      segments.values().forEach(segment -> lines.add(line(segments.column(), segment)));
    }
  }

  private static String line(String column, Segment segment) {
    return "%s %s in the last window: mean predicted %s  observed %s  (%s)"
        .formatted(
            column,
            segment.value() == null ? "without a listed value" : segment.value(),
            Figures.score(segment.meanPredicted()),
            Figures.score(segment.observedShare()),
            Plural.of(segment.examples(), "example"));
  }

  private void addWarnings(FinalMetrics.Totals totals, List<String> lines) {
    String only = metrics.isRegression() ? null : metrics.onlyPredicted();
    if (only != null) {
      lines.add(
          "Predicts only class \"%s\" in the last window. What may help: %smodel.class-weights: balanced"
              .formatted(
                  Printable.line(only, 60),
                  metrics.isOfTwoClasses() && !metrics.isTuned()
                      ? "--threshold-metric f1 (metrics.threshold-metric), or "
                      : ""));
    }
    if (totals.losesToFrequencies()) {
      lines.add(
          "Worse than the running class frequencies on log-loss. What may help: "
              + (isMixture()
                  ? "other features, or more rows"
                  : "a smaller model.learning-rate, or model: auto"));
    }
    addLoser(totals, lines);
  }

  private String scores(FinalMetrics.Totals totals) {
    StringBuilder line = new StringBuilder();
    if (areas != null) {
      line.append(
          "auc %s  pr-auc %s  "
              .formatted(Figures.score(areas.roc()), Figures.score(areas.precisionRecall())));
    }
    line.append(
        "log-loss %s (class frequencies %s, normalized entropy %s)"
            .formatted(
                Figures.score(totals.get(Score.LOG_LOSS)),
                Figures.score(totals.get(Score.LOG_LOSS_BASELINE)),
                Figures.score(totals.get(Score.NORMALIZED_ENTROPY))));
    if (!Double.isNaN(totals.get(Score.MEAN_PREDICTED))) {
      line.append(
          "  mean predicted %s, observed %s (ratio %s)"
              .formatted(
                  Figures.score(totals.get(Score.MEAN_PREDICTED)),
                  Figures.score(totals.get(Score.OBSERVED_SHARE)),
                  Figures.score(Finite.orNan(totals.get(Score.CALIBRATION_RATIO)))));
    }
    return line.toString();
  }

  private void addLoser(FinalMetrics.Totals totals, List<String> lines) {
    if (metrics.isRegression()) {
      if (totals.losesToBaseline()) {
        boolean isFirst = totals.bestBaseline() == totals.firstBaseline();
        lines.add(loser(isFirst ? "the last value" : "the mean", "mae", totals.bestBaseline()));
      }
    } else if (metrics.isTuned()) {
      if (metrics.losesOnF1()) {
        double best = metrics.bestBaselineF1();
        boolean isFirst = best == metrics.noChangeF1();
        lines.add(loser(classes(isFirst), "f1", best));
      }
    } else if (totals.losesToBaseline()) {
      boolean isFirst = totals.bestBaseline() == totals.firstBaseline();
      lines.add(loser(classes(isFirst), "accuracy", totals.bestBaseline()));
    }
  }

  private static String classes(boolean isNoChange) {
    return isNoChange ? "no change" : "the majority class";
  }

  private String loser(String baseline, String score, double value) {
    return "Worse than %s on %s (%s). What may help: %s"
        .formatted(
            baseline,
            score,
            Figures.score(value),
            isMixture() ? "other features, or more rows" : "model: auto, or other features");
  }

  private boolean isMixture() {
    return !metrics.members().isEmpty();
  }
}
