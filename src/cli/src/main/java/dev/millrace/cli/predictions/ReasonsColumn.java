package dev.millrace.cli.predictions;

import dev.millrace.report.Reasons;
import java.util.Map;
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

  /** Returns the cell of the contributions in a record, followed by a comma. */
  String cell(Map<String, Number> columns) {
    return !exists
        ? ""
        : cell(
            columns.entrySet().stream()
                .map(column -> column.getKey() + "=" + column.getValue())
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
