package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.Plural;
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
record MetricsRow(
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
  static MetricsRow of(JsonNode record) {
    boolean regression = record.path("task").asText("").equals("regression");
    boolean several = MetricsRecords.isOfSeveralOutputs(record);
    String first = regression ? "mae" : several ? "exact_match" : "accuracy";
    String second = regression ? "r2" : "f1";
    String baseline = regression ? "last_value" : "no_change";
    JsonNode window = record.path("window");
    JsonNode total = record.path("total");
    double windowFirst = number(window.path(first));
    double baselineFirst =
        number(record.path("baseline").path(baseline).path("window").path(first));
    double loss = number(window.path("loss"));
    double mase = number(window.path("mase"));
    boolean isForecast = regression && record.has("horizon");
    return new MetricsRow(
        record.path("key").asText(""),
        isForecast ? Scores.FORECASTS : regression ? Scores.NUMBERS : Scores.CLASSES,
        several,
        number(record.path("examples")),
        windowFirst,
        number(window.path(second)),
        number(total.path(first)),
        number(total.path(second)),
        baselineFirst,
        isForecast ? mase : loss,
        // Several outputs have no loss together.
        several
            ? 1 - number(window.path(second))
            : regression ? MetricsRecords.severity(loss, mase, windowFirst, baselineFirst) : loss,
        notes(record, window),
        CandidateTable.of(record));
  }

  private static List<String> notes(JsonNode record, JsonNode window) {
    List<String> notes = new ArrayList<>();
    String task = record.path("task").asText("");
    double logLoss = number(window.path("log_loss"));
    if (task.equals("binary") && !Double.isNaN(logLoss)) {
      notes.add(
          "auc %s, log-loss %s (class frequencies %s)"
              .formatted(
                  MetricsTable.number(number(window.path("auc_roc"))),
                  MetricsTable.number(logLoss),
                  MetricsTable.number(number(window.path("log_loss_baseline")))));
      notes.add(
          "normalized entropy %s, calibration ratio %s"
              .formatted(
                  MetricsTable.number(number(window.path("normalized_entropy"))),
                  MetricsTable.number(number(window.at("/calibration/ratio")))));
    }
    JsonNode groups = window.path("groups");
    if (groups.isObject()) {
      notes.add(
          "in groups: auc %s, hit rate %s, ndcg %s"
              .formatted(
                  MetricsTable.number(number(groups.path("auc"))),
                  MetricsTable.number(number(groups.path("hit_rate"))),
                  MetricsTable.number(number(groups.path("ndcg")))));
    }
    coverage(window).ifPresent(notes::add);
    estimate(record.path("estimate")).ifPresent(notes::add);
    boolean isWorse = !window.path("better_than_baseline").asBoolean(true);
    if (window.path("predicts_one_class").asBoolean()) {
      notes.add("predicts only one class" + (isWorse ? ", worse than a baseline" : ""));
    } else if (isWorse) {
      notes.add("worse than a baseline");
    }
    notes.addAll(OutputLines.of(record));
    arrivals(record).ifPresent(notes::add);
    return notes;
  }

  private static Optional<String> coverage(JsonNode window) {
    JsonNode interval = window.path("interval");
    JsonNode scores = interval.isObject() ? interval : window.path("set");
    return scores.isObject()
        ? Optional.of(
            "%s of level %s: coverage %s, mean %s %s"
                .formatted(
                    interval.isObject() ? "intervals" : "sets",
                    scores.path("level").asText(),
                    MetricsTable.number(number(scores.path("coverage"))),
                    interval.isObject() ? "width" : "size",
                    MetricsTable.number(
                        number(scores.path(interval.isObject() ? "width" : "size")))))
        : Optional.empty();
  }

  private static Optional<String> estimate(JsonNode estimate) {
    double f1 = number(estimate.path("f1"));
    return estimate.isObject()
        ? Optional.of(
            "estimate without labels: acc %s%s (%s)"
                .formatted(
                    MetricsTable.number(number(estimate.path("accuracy"))),
                    Double.isNaN(f1) ? "" : ", f1 " + MetricsTable.number(f1),
                    Plural.of(estimate.path("predictions").asLong(), "prediction")))
        : Optional.empty();
  }

  private static Optional<String> arrivals(JsonNode record) {
    long outOfOrder = record.path("out_of_order").asLong();
    long duplicates = record.path("duplicates").asLong();
    return Stream.of(
            outOfOrder == 0 ? "" : Plural.of(outOfOrder, "record") + " out of order",
            duplicates == 0 ? "" : Plural.of(duplicates, "duplicate"))
        .filter(text -> !text.isEmpty())
        .reduce((one, other) -> one + ", " + other);
  }

  private static double number(JsonNode node) {
    return node.isNumber() ? node.doubleValue() : Double.NaN;
  }
}
