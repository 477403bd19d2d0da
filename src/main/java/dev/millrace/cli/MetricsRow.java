package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What a row of the table says of a key; NaN where there is no value.
 *
 * @param regression whether the scores are MAE and R², else accuracy and F1
 * @param baseline the first score of the baseline, in the window
 * @param loss mean over the window
 * @param models which of several answers and how the others do; empty if there is but one
 */
record MetricsRow(
    String key,
    boolean regression,
    double examples,
    double windowFirst,
    double windowSecond,
    double totalFirst,
    double totalSecond,
    double baseline,
    double loss,
    List<String> models) {

  /** That of a metrics record. */
  static MetricsRow of(JsonNode record) {
    boolean regression = record.path("task").asText("").equals("regression");
    String first = regression ? "mae" : "accuracy";
    String second = regression ? "r2" : "f1";
    String baseline = regression ? "last_value" : "no_change";
    JsonNode window = record.path("window");
    JsonNode total = record.path("total");
    return new MetricsRow(
        record.path("key").asText(""),
        regression,
        number(record.path("examples")),
        number(window.path(first)),
        number(window.path(second)),
        number(total.path(first)),
        number(total.path(second)),
        number(record.path("baseline").path(baseline).path("window").path(first)),
        number(window.path("loss")),
        Standings.of(record));
  }

  private static double number(JsonNode node) {
    return node.isNumber() ? node.doubleValue() : Double.NaN;
  }
}
