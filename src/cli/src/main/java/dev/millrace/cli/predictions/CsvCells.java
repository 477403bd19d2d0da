package dev.millrace.cli.predictions;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cells of CSV lines of predictions. */
public final class CsvCells {
  private CsvCells() {}

  /** Returns a text as a value of a CSV line, in quotes if needed. */
  public static String quoted(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : "\"" + text.replace("\"", "\"\"") + "\"";
  }

  /** Returns the cell of a class: 0 if the model does not know it, empty without a prediction. */
  static String probability(Map<String, Number> known, String name) {
    Number probability = known.get(name);
    return probability == null && !known.isEmpty() ? "0.0" : text(probability);
  }

  /** Returns the digits of a number, empty if there is none. */
  static String text(@Nullable Number value) {
    return value == null || Double.isNaN(value.doubleValue()) ? "" : value.toString();
  }

  /** Returns the value as CSV, empty if null or missing. */
  static String text(JsonNode value) {
    return value.isNull() ? "" : quoted(value.asText());
  }
}
