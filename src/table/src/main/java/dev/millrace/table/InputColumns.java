package dev.millrace.table;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.InputSpec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/**
 * The columns that a row is predicted from: the model key and the features.
 *
 * @param key position of the column with the model key
 */
record InputColumns(int key, List<InputColumn> columns) implements Serializable {

  /**
   * A column of the input.
   *
   * @param name name of the feature
   */
  record InputColumn(String name, Kind kind) implements Serializable {}

  /** Types of columns, as far as their values are read in different ways. */
  enum Kind {
    NUMBER,
    BOOLEAN,
    TEXT,
    DATE,
    TIMESTAMP;

    private static Optional<Kind> of(LogicalType type) {
      return switch (type.getTypeRoot()) {
        case TINYINT, SMALLINT, INTEGER, BIGINT, FLOAT, DOUBLE, DECIMAL -> Optional.of(NUMBER);
        case BOOLEAN -> Optional.of(BOOLEAN);
        case CHAR, VARCHAR -> Optional.of(TEXT);
        case DATE -> Optional.of(DATE);
        case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> Optional.of(TIMESTAMP);
        default -> Optional.empty();
      };
    }

    private boolean isTime() {
      return this == DATE || this == TIMESTAMP;
    }

    private boolean fits(FeatureSpec.Type type) {
      return !type.isNumber() || this == NUMBER || this == BOOLEAN;
    }
  }

  InputColumns {
    columns = List.copyOf(columns);
  }

  /**
   * Returns the columns of a model's INPUT.
   *
   * @param keyName the column with the model key; null for the one of the pipeline, or the first
   * @throws ValidationException if the pipeline cannot read its features from them
   */
  static InputColumns of(ResolvedSchema input, InputSpec pipeline, @Nullable String keyName) {
    List<InputColumn> columns = new ArrayList<>();
    for (Column column : input.getColumns()) {
      LogicalType type = column.getDataType().getLogicalType();
      Kind kind =
          Kind.of(type)
              .orElseThrow(
                  () ->
                      new ValidationException(
                          ("INPUT column %s must be a number, BOOLEAN, STRING, DATE or TIMESTAMP,"
                                  + " but is %s. Use CAST, or leave it out.")
                              .formatted(column.getName(), type.asSummaryString())));
      columns.add(new InputColumn(column.getName(), kind));
    }
    InputColumns read = new InputColumns(keyPosition(columns, pipeline, keyName), columns);
    if (pipeline.features().isEmpty()) {
      read.requireUndeclared();
    } else {
      read.requireFeatures(pipeline.features());
    }
    return read;
  }

  private static int keyPosition(
      List<InputColumn> columns, InputSpec pipeline, @Nullable String keyName) {
    int ofPipeline = pipeline.key() == null ? -1 : position(columns, pipeline.key());
    if (keyName == null) {
      return Math.max(0, ofPipeline);
    }
    int named = position(columns, keyName);
    if (named < 0) {
      throw new ValidationException(
          "Option 'key' names no INPUT column: %s. INPUT columns: %s."
              .formatted(keyName, names(columns)));
    }
    return named;
  }

  private static int position(List<InputColumn> columns, String name) {
    for (int c = 0; c < columns.size(); c++) {
      if (columns.get(c).name().equals(name)) {
        return c;
      }
    }
    return -1;
  }

  private static String names(List<InputColumn> columns) {
    return columns.stream().map(InputColumn::name).collect(Collectors.joining(", "));
  }

  private void requireFeatures(List<FeatureSpec> features) {
    List<String> known = features.stream().map(FeatureSpec::name).toList();
    for (FeatureSpec feature : features) {
      int position = position(columns, feature.name());
      if (position < 0) {
        throw new ValidationException(
            "INPUT has no column %s, a feature of the pipeline. Features: %s."
                .formatted(feature.name(), String.join(", ", known)));
      }
      if (!columns.get(position).kind().fits(feature.type())) {
        throw new ValidationException(
            "INPUT column %s must be a number or BOOLEAN, because the pipeline declares it %s. Use"
                    .formatted(feature.name(), feature.type().id())
                + " CAST.");
      }
    }
    for (int c = 0; c < columns.size(); c++) {
      if (c != key && !known.contains(columns.get(c).name())) {
        throw new ValidationException(
            "INPUT column %s is neither the key nor a feature of the pipeline. Features: %s."
                .formatted(columns.get(c).name(), String.join(", ", known)));
      }
    }
  }

  // As in a CSV file: numbers by position, texts by name.
  private void requireUndeclared() {
    for (InputColumn column : columns) {
      if (column.kind().isTime()) {
        throw new ValidationException(
            ("INPUT column %s is a time, and the pipeline declares no input.features. Declare them,"
                    + " the column as { name: %s, type: time }.")
                .formatted(column.name(), column.name()));
      }
    }
  }
}
