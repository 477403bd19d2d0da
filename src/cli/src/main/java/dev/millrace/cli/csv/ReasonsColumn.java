package dev.millrace.cli.csv;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.data.Reasons;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Column of reasons in CSV lines of predictions: the contributions of columns, the largest first,
 * such as {@code amount=1.62|hour=-0.31}.
 */
public enum ReasonsColumn {
  NONE("", ""),
  REASONS("reasons,", ",");

  private static final String SEPARATOR = "|";

  private final String header;
  private final String unknown;

  ReasonsColumn(String header, String unknown) {
    this.header = header;
    this.unknown = unknown;
  }

  /** Returns the column of a pipeline that explains its predictions, or none. */
  public static ReasonsColumn of(boolean hasReasons) {
    return hasReasons ? REASONS : NONE;
  }

  /** Returns the name of the column, followed by a comma. */
  public String header() {
    return header;
  }

  /** Returns the cell of a prediction without reasons, followed by a comma. */
  String unknown() {
    return unknown;
  }

  /** Returns the cell of a record of the predictions topic, followed by a comma. */
  public String cell(JsonNode prediction) {
    JsonNode columns = prediction.path("reasons").path("columns");
    return this == NONE
        ? ""
        : cell(
            columns.properties().stream()
                .map(column -> column.getKey() + "=" + column.getValue().asText())
                .collect(Collectors.joining(SEPARATOR)));
  }

  /** Returns the cell of an answer, followed by a comma. */
  String cell(@Nullable Reasons reasons) {
    return this == NONE || reasons == null
        ? unknown
        : cell(
            reasons.columns().stream()
                .map(column -> column.column() + "=" + column.value())
                .collect(Collectors.joining(SEPARATOR)));
  }

  private static String cell(String text) {
    return AnswerLines.quoted(text) + ",";
  }
}
