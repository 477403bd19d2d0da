package dev.millrace.cli.watch;

import dev.millrace.cli.console.Figures;
import dev.millrace.cli.console.Plural;
import dev.millrace.codec.json.MetricsRecord;
import dev.millrace.data.Task;
import dev.millrace.report.MetricsReport.Estimate;
import dev.millrace.report.MetricsReport.GroupScores;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Row of the table for one key; NaN for missing values.
 *
 * @param scores whose header the row has
 * @param several true if the scores are of several outputs together: the share of the examples all
 *     of whose labels were right, and micro F1
 * @param baseline first score of the baseline, in the window
 * @param loss mean over the window; of forecasts, the mean absolute scaled error
 * @param severity figure by which rows are ordered, the worst highest
 * @param notes AUC and log-loss of two classes, scores within groups, coverage, the estimate of
 *     what predictions without labels will score, warnings if a baseline is better or only one
 *     class is predicted, the scores of several outputs, and counts of records out of order and of
 *     duplicates
 * @param models champion and challengers; empty if there is only one model
 */
record KeyRow(
    String key,
    Scores scores,
    boolean several,
    double examples,
    double windowFirst,
    double windowSecond,
    double totalFirst,
    double totalSecond,
    double baseline,
    double loss,
    double severity,
    List<String> notes,
    List<String> models) {

  /** Kinds of scores, in the order of their tables. */
  enum Scores {
    /** Accuracy and F1. */
    CLASSES,
    /** MAE and R². */
    NUMBERS,
    /** MAE and R², with MASE instead of a loss. */
    FORECASTS
  }

  /** Returns the row of a metrics record. */
  static KeyRow of(MetricsRecord record) {
    boolean regression = record.is(Task.REGRESSION);
    boolean several = record.isOfSeveralOutputs();
    Score first = regression ? Score.MAE : several ? Score.EXACT_MATCH : Score.ACCURACY;
    Score second = regression ? Score.R2 : several ? Score.SET_F1 : Score.F1;
    ScoreBlock window = record.window().scores();
    ScoreBlock total = record.total().scores();
    double baseline =
        regression
            ? record.baseline().lastValue().window().get(first)
            : record.baseline().noChange().window().get(first);
    double mase = window.get(Score.MASE);
    boolean isForecast = regression && record.isForecast();
    return new KeyRow(
        record.key(),
        isForecast ? Scores.FORECASTS : regression ? Scores.NUMBERS : Scores.CLASSES,
        several,
        record.examples(),
        window.get(first),
        window.get(second),
        total.get(first),
        total.get(second),
        baseline,
        isForecast ? mase : window.loss(),
        // Several outputs have no loss together.
        several
            ? 1 - window.get(second)
            : regression
                ? MetricsRecords.severity(window.loss(), mase, window.get(first), baseline)
                : window.loss(),
        notes(record, window),
        CandidateTable.of(record));
  }

  private static List<String> notes(MetricsRecord record, ScoreBlock window) {
    List<String> notes = new ArrayList<>();
    if (record.is(Task.BINARY) && !Double.isNaN(window.get(Score.LOG_LOSS))) {
      notes.add(
          "auc %s, log-loss %s (class frequencies %s)"
              .formatted(
                  Figures.brief(window.get(Score.AUC_ROC)),
                  Figures.brief(window.get(Score.LOG_LOSS)),
                  Figures.brief(window.get(Score.LOG_LOSS_BASELINE))));
      notes.add(
          "normalized entropy %s, calibration ratio %s"
              .formatted(
                  Figures.brief(window.get(Score.NORMALIZED_ENTROPY)),
                  Figures.brief(window.get(Score.CALIBRATION_RATIO))));
    }
    GroupScores groups = record.window().groups();
    if (groups != null) {
      notes.add(inGroups(groups));
    }
    MetricsRecord.Region region = record.window().region();
    if (region != null) {
      notes.add(coverage(region, record.window().interval() != null));
    }
    if (record.estimate() != null) {
      notes.add(estimate(record.estimate()));
    }
    boolean isWorse = Boolean.FALSE.equals(window.betterThanBaseline());
    if (window.get(Score.PREDICTS_ONE_CLASS) == 1) {
      notes.add("predicts only one class" + (isWorse ? ", worse than a baseline" : ""));
    } else if (isWorse) {
      notes.add("worse than a baseline");
    }
    notes.addAll(OutputLines.of(record));
    arrivals(record).ifPresent(notes::add);
    return notes;
  }

  private static String inGroups(GroupScores groups) {
    return "in groups: auc %s, hit rate %s, ndcg %s"
        .formatted(
            Figures.brief(groups.auc()),
            Figures.brief(groups.hitRate()),
            Figures.brief(groups.ndcg()));
  }

  private static String coverage(MetricsRecord.Region region, boolean isInterval) {
    return "%s of level %s: coverage %s, mean %s %s"
        .formatted(
            isInterval ? "intervals" : "sets",
            region.level(),
            Figures.brief(region.coverage()),
            isInterval ? "width" : "size",
            Figures.brief(region.extent()));
  }

  private static String estimate(Estimate estimate) {
    return "estimate without labels: acc %s%s (%s)"
        .formatted(
            Figures.brief(estimate.accuracy()),
            Double.isNaN(estimate.f1()) ? "" : ", f1 " + Figures.brief(estimate.f1()),
            Plural.of(estimate.predictions(), "prediction"));
  }

  private static Optional<String> arrivals(MetricsRecord record) {
    long outOfOrder = record.outOfOrder();
    long duplicates = record.duplicates();
    return Stream.of(
            outOfOrder == 0 ? "" : Plural.of(outOfOrder, "record") + " out of order",
            duplicates == 0 ? "" : Plural.of(duplicates, "duplicate"))
        .filter(text -> !text.isEmpty())
        .reduce((one, other) -> one + ", " + other);
  }
}
