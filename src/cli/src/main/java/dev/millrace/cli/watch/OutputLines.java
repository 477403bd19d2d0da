package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.data.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Formats the scores of several outputs below the row of their key. */
final class OutputLines {
  private static final int MAX_SHOWN = 10;
  private static final int MAX_NAME = 20;

  private OutputLines() {}

  /** Returns the scores of all outputs together in the window, then a line for each output. */
  static List<String> of(JsonNode record) {
    List<String> lines = new ArrayList<>();
    JsonNode window = record.path("window");
    if (window.path("exact_match").isNumber()) {
      lines.add("acc: all labels of an example are right; f1: micro average");
      lines.add(
          "macro f1 %s, jaccard %s, hamming loss %s"
              .formatted(
                  score(window, "macro_f1"),
                  score(window, "jaccard"),
                  score(window, "hamming_loss")));
    }
    List<String> losers = new ArrayList<>();
    JsonNode outputs = record.path("outputs");
    int number = 0;
    for (Map.Entry<String, JsonNode> output : outputs.properties()) {
      JsonNode scores = output.getValue().path("window");
      String name = Printable.line(output.getKey(), MAX_NAME);
      if (number++ < MAX_SHOWN) {
        lines.add(name + ": " + scores(scores));
      }
      if (!scores.path("better_than_baseline").asBoolean(true)) {
        losers.add(name);
      }
    }
    if (number > MAX_SHOWN) {
      lines.add("and %d more outputs; one of them: --key KEY@OUTPUT".formatted(number - MAX_SHOWN));
    }
    if (!losers.isEmpty()) {
      lines.add("worse than a baseline: " + String.join(", ", losers));
    }
    return lines;
  }

  private static String scores(JsonNode window) {
    return window.has("mae")
        ? "mae %s (mean %s), rmse %s, r2 %s"
            .formatted(
                score(window, "mae"),
                score(window, "mae_baseline"),
                score(window, "rmse"),
                score(window, "r2"))
        : "acc %s, f1 %s, log-loss %s (class freq. %s)"
            .formatted(
                score(window, "accuracy"),
                score(window, "f1"),
                score(window, "log_loss"),
                score(window, "log_loss_baseline"));
  }

  private static String score(JsonNode window, String name) {
    JsonNode score = window.path(name);
    return MetricsTable.number(score.isNumber() ? score.doubleValue() : Double.NaN);
  }
}
