package dev.millrace.cli.predictions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.report.Reasons;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Column of reasons in CSV lines of predictions: the contributions of columns, the largest first,
 * such as {@code amount=1.62|hour=-0.31}.
 *
 * @param exists false without reasons: then all cells are empty texts
 */
public record ReasonsColumn(boolean exists) {
  private static final String SEPARATOR = "|";

  /** Returns the name of the column, followed by a comma. */
  public String header() {
    return exists ? "reasons," : "";
  }

  /** Returns the cell of a prediction without reasons, followed by a comma. */
  String unknown() {
    return exists ? "," : "";
  }

  /** Returns the cell of a record of the predictions topic, followed by a comma. */
  public String cell(JsonNode prediction) {
    JsonNode columns = prediction.path("reasons").path("columns");
    return !exists
        ? ""
        : cell(
            columns.properties().stream()
                .map(column -> column.getKey() + "=" + column.getValue().asText())
                .collect(Collectors.joining(SEPARATOR)));
  }

  /** Returns the cell of an answer, followed by a comma. */
  String cell(@Nullable Reasons reasons) {
    return !exists || reasons == null
        ? unknown()
        : cell(
            reasons.columns().stream()
                .map(column -> column.column() + "=" + column.value())
                .collect(Collectors.joining(SEPARATOR)));
  }

  private static String cell(String text) {
    return CsvCells.quoted(text) + ",";
  }
}
