package dev.millrace.table;

import dev.millrace.codec.FieldsDecoder.Types;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.InputSpec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
  record InputColumn(String name, LogicalType type) implements Serializable {
    ColumnKind kind() {
      return ColumnKind.of(type);
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
      ColumnKind kind = ColumnKind.of(type);
      if (kind == ColumnKind.OTHER) {
        throw new ValidationException(
            "INPUT column %s must be a number, BOOLEAN, STRING, DATE or TIMESTAMP, an ARRAY of ids or a MAP from ids to numbers, but is %s. Use CAST, or leave it out."
                .formatted(column.getName(), type.asSummaryString()));
      }
      columns.add(new InputColumn(column.getName(), type));
    }
    InputColumns read = new InputColumns(keyPosition(columns, pipeline, keyName), columns);
    InputColumn key = columns.get(read.key());
    if (!key.kind().isKey()) {
      throw new ValidationException(
          "INPUT column %s, the model key, must not be %s. Use CAST to STRING."
              .formatted(
                  key.name(),
                  key.kind() == ColumnKind.FRACTION ? "a binary fraction" : "an ARRAY or a MAP"));
    }
    if (pipeline.features().isEmpty()) {
      read.requireUndeclared();
    } else {
      read.requireFeatures(pipeline.features());
    }
    return read;
  }

  /**
   * Returns names of columns by their type.
   *
   * @param others names of those that are no features
   */
  static Types types(List<InputColumn> columns, Set<String> others) {
    List<String> numbers = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    Set<String> times = new HashSet<>();
    for (InputColumn column : columns) {
      boolean isFeature = !others.contains(column.name());
      if (column.kind() == ColumnKind.TIME) {
        times.add(column.name());
      } else if (isFeature && column.kind().isNumber()) {
        numbers.add(column.name());
      } else if (isFeature && column.kind() == ColumnKind.TEXT) {
        texts.add(column.name());
      }
    }
    return new Types(numbers, texts, times);
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
      if (feature.type().isNumber() && !columns.get(position).kind().isNumber()) {
        throw new ValidationException(
            "INPUT column %s must be a number or BOOLEAN, because the pipeline declares it %s. Use"
                    .formatted(feature.name(), feature.type().id())
                + " CAST.");
      }
      ColumnKind kind = columns.get(position).kind();
      boolean isOfIds = feature.type().isOfIds();
      boolean isStructure = kind == ColumnKind.ARRAY || kind == ColumnKind.MAP;
      if ((isOfIds || isStructure) && !kind.isOfIds(feature.type())) {
        throw new ValidationException(
            "INPUT column %s must be %s, because the pipeline declares it %s. Use CAST."
                .formatted(
                    feature.name(), ColumnKind.allowedFor(feature.type()), feature.type().id()));
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
      if (column.kind() == ColumnKind.TIME && column != columns.get(key)) {
        throw new ValidationException(
            ("INPUT column %s is a time, and the pipeline declares no input.features. Declare them,"
                    + " the column as { name: %s, type: time }.")
                .formatted(column.name(), column.name()));
      }
      if (column.kind() == ColumnKind.ARRAY || column.kind() == ColumnKind.MAP) {
        throw new ValidationException(
            ("INPUT column %s is %s, and the pipeline declares no input.features. Declare them, the"
                    + " column as { name: %s, type: %s }.")
                .formatted(
                    column.name(),
                    column.type().asSummaryString(),
                    column.name(),
                    column.kind() == ColumnKind.ARRAY ? "set" : "sparse"));
      }
    }
  }
}
