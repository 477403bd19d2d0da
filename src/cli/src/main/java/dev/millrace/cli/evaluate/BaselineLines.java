package dev.millrace.cli.evaluate;

import dev.millrace.cli.console.Terminal;
import dev.millrace.eval.AreaUnderCurve;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The scores of a classifier's probabilities, and whether it is better than knowing nothing. */
final class BaselineLines {
  private final FinalMetrics metrics;
  private final AreaUnderCurve areas; // null where they are not known

  /**
   * @param areas of the positive class over all rows, or null
   */
  BaselineLines(FinalMetrics metrics, AreaUnderCurve areas) {
    this.metrics = metrics;
    this.areas = areas;
  }

  /** A line of scores, and one for each baseline that wins; none for a regression's scores. */
  List<String> lines() {
    FinalMetrics.Totals totals = metrics.totals();
    List<String> lines = new ArrayList<>();
    if (!metrics.isRegression() && !Double.isNaN(totals.logLoss())) {
      lines.add(scores(totals));
    }
    String only = metrics.isRegression() ? null : metrics.onlyPredicted();
    if (only != null) {
      lines.add(
          "Predicts only class \"%s\" in the last window. What may help: %smodel.class-weights: balanced"
              .formatted(
                  Terminal.printable(only, 60),
                  metrics.isOfTwoClasses()
                      ? "--threshold-metric f1 (metrics.threshold-metric), or "
                      : ""));
    }
    if (totals.logLoss() >= totals.logLossBaseline()) {
      lines.add(
          "Worse than the running class frequencies on log-loss. What may help: "
              + (isMixture()
                  ? "other features, or more rows"
                  : "a smaller model.learning-rate, or model: auto"));
    }
    addLoser(totals, lines);
    return lines;
  }

  private String scores(FinalMetrics.Totals totals) {
    StringBuilder line = new StringBuilder();
    if (areas != null) {
      line.append(
          String.format(
              Locale.ROOT,
              "auc %s  pr-auc %s  ",
              SummaryTable.score(areas.roc()),
              SummaryTable.score(areas.precisionRecall())));
    }
    line.append(
        String.format(
            Locale.ROOT,
            "log-loss %s (class frequencies %s)",
            SummaryTable.score(totals.logLoss()),
            SummaryTable.score(totals.logLossBaseline())));
    if (!Double.isNaN(totals.meanPredicted())) {
      line.append(
          String.format(
              Locale.ROOT,
              "  mean predicted %s, observed %s",
              SummaryTable.score(totals.meanPredicted()),
              SummaryTable.score(totals.observedShare())));
    }
    return line.toString();
  }

  private void addLoser(FinalMetrics.Totals totals, List<String> lines) {
    boolean regression = metrics.isRegression();
    double first = totals.firstBaseline();
    double second = totals.secondBaseline();
    double best = regression ? Math.min(first, second) : Math.max(first, second);
    double margin = regression ? 0 : Math.sqrt(best * (1 - best) / totals.examples());
    boolean loses = regression ? totals.mae() >= best : totals.accuracy() < best - margin;
    if (loses) {
      String name =
          regression
              ? best == first ? "the last value" : "the mean"
              : best == first ? "no change" : "the majority class";
      lines.add(
          "Worse than %s on %s (%s). What may help: %s"
              .formatted(
                  name,
                  regression ? "mae" : "accuracy",
                  SummaryTable.score(best),
                  isMixture() ? "other features, or more rows" : "model: auto, or other features"));
    }
  }

  private boolean isMixture() {
    return !metrics.members().isEmpty();
  }
}
