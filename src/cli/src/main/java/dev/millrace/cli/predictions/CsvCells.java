package dev.millrace.cli.predictions;

import com.fasterxml.jackson.databind.JsonNode;

/** Cells of CSV lines of predictions. */
public final class CsvCells {
  private CsvCells() {}

  /** Returns a text as a value of a CSV line, in quotes if needed. */
  public static String quoted(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : "\"" + text.replace("\"", "\"\"") + "\"";
  }

  /** Returns the probabilities or scores by class. */
  static JsonNode known(JsonNode prediction) {
    return prediction.path(prediction.has("scores") ? "scores" : "probabilities");
  }

  /** Returns the cell of a class: 0 if the model does not know it, empty without a prediction. */
  static String probability(JsonNode known, String name) {
    JsonNode probability = known.path(name);
    boolean isUnknown = probability.isMissingNode() && !known.isEmpty();
    return isUnknown ? "0.0" : text(probability);
  }

  /** Returns the value as CSV, empty if null or missing. */
  public static String text(JsonNode value) {
    return value.isNull() ? "" : quoted(value.asText());
  }
}
