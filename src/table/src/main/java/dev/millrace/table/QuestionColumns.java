package dev.millrace.table;

import dev.millrace.codec.FieldsDecoder.Types;
import dev.millrace.data.FeatureSpec;
import dev.millrace.input.InputSpec;
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
record QuestionColumns(int key, List<InputColumn> columns) implements Serializable {
  private static final String INPUT = "INPUT";
  private static final String CAST = "Cast it, or leave it out";

  /**
   * A column of the input.
   *
   * @param name name of the feature
   */
  record InputColumn(String name, LogicalType type) implements Serializable {
    ColumnKind kind() {
      return ColumnKind.of(type);
    }

    /** Rejects a column that cannot be a model key. */
    void requireKey(String use) {
      require(kind().isKey(), use, "a text, a whole number, DECIMAL, BOOLEAN, DATE or TIMESTAMP");
    }

    /** Rejects a column that cannot be a declared feature. */
    void requireFeature(FeatureSpec feature) {
      String use = "input.features";
      ColumnKind kind = kind();
      switch (feature.type()) {
        case NUMERIC, BOOLEAN ->
            require(
                kind.isNumber(),
                use,
                "a number or BOOLEAN",
                kind == ColumnKind.TEXT
                    ? "Cast it, or declare it as { name: %s, type: hash }".formatted(name)
                    : CAST);
        case ONE_HOT, HASH, ID, SET, TEXT, SPARSE ->
            require(kind.isOfIds(feature.type()), use, ColumnKind.allowedFor(feature.type()));
        case TIME ->
            require(
                kind == ColumnKind.TIME || kind.isPlainNumber() || kind == ColumnKind.TEXT,
                use,
                "a TIMESTAMP, a DATE, a number or a text");
      }
    }

    /**
     * Rejects the column unless it is valid for its use.
     *
     * @param allowed types that are valid, in words
     * @throws ValidationException if it is not valid
     */
    void require(boolean isValid, String use, String allowed) {
      require(isValid, use, allowed, CAST);
    }

    private void require(boolean isValid, String use, String allowed, String remedy) {
      if (!isValid) {
        throw new ValidationException(
            "%s \"%s\" must be %s, but is %s. %s"
                .formatted(use, name, allowed, type.asSummaryString(), remedy));
      }
    }
  }

  QuestionColumns {
    columns = List.copyOf(columns);
  }

  /**
   * Returns the columns of a model's INPUT.
   *
   * @param keyName the column with the model key; null for the one of the pipeline, or the first
   * @throws ValidationException if the pipeline cannot read its features from them
   */
  static QuestionColumns of(ResolvedSchema input, InputSpec pipeline, @Nullable String keyName) {
    List<InputColumn> columns = new ArrayList<>();
    for (Column column : input.getColumns()) {
      LogicalType type = column.getDataType().getLogicalType();
      InputColumn typed = new InputColumn(column.getName(), type);
      typed.require(
          typed.kind() != ColumnKind.OTHER,
          "INPUT column",
          "a number, BOOLEAN, a text, DATE, TIMESTAMP, an ARRAY of ids or a MAP from ids to"
              + " numbers");
      columns.add(typed);
    }
    QuestionColumns read = new QuestionColumns(keyPosition(columns, pipeline, keyName), columns);
    columns.get(read.key()).requireKey("model key");
    if (pipeline.hasFeatures()) {
      read.requireFeatures(pipeline.features());
    } else {
      read.requireUndeclared();
    }
    return read;
  }

  /**
   * Returns names of columns by their type.
   *
   * @param excluded names of those that are no features
   */
  static Types types(List<InputColumn> columns, Set<String> excluded) {
    List<String> numbers = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    Set<String> times = new HashSet<>();
    for (InputColumn column : columns) {
      boolean isFeature = !excluded.contains(column.name());
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
    int keyPosition = pipeline.key() == null ? -1 : position(columns, pipeline.key());
    if (keyName == null) {
      return Math.max(0, keyPosition);
    }
    return columns.indexOf(require(columns, "key", keyName, INPUT));
  }

  /**
   * Returns the column of a name.
   *
   * @param use option that names it
   * @param owner what has the columns, in words
   * @throws ValidationException if there is none
   */
  static InputColumn require(List<InputColumn> columns, String use, String name, String owner) {
    int position = position(columns, name);
    if (position < 0) {
      throw new ValidationException(
          "%s names the column \"%s\", which %s does not have. Columns: %s"
              .formatted(use, name, owner, names(columns)));
    }
    return columns.get(position);
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
      require(columns, "input.features", feature.name(), INPUT).requireFeature(feature);
    }
    for (int c = 0; c < columns.size(); c++) {
      if (c != key && !known.contains(columns.get(c).name())) {
        throw new ValidationException(
            "INPUT column \"%s\" is neither the key nor a feature of the pipeline. Features: %s"
                .formatted(columns.get(c).name(), String.join(", ", known)));
      }
    }
  }

  // As in a CSV file: numbers by position, texts by name.
  private void requireUndeclared() {
    for (InputColumn column : columns) {
      if (column.kind() == ColumnKind.TIME && column != columns.get(key)) {
        throw new ValidationException(
            ("INPUT column \"%s\" is a time, but the pipeline declares no input.features. Declare"
                    + " them, the column as { name: %s, type: time }")
                .formatted(column.name(), column.name()));
      }
      if (column.kind() == ColumnKind.ARRAY || column.kind() == ColumnKind.MAP) {
        throw new ValidationException(
            ("INPUT column \"%s\" is %s, but the pipeline declares no input.features. Declare them,"
                    + " the column as { name: %s, type: %s }")
                .formatted(
                    column.name(),
                    column.type().asSummaryString(),
                    column.name(),
                    column.kind() == ColumnKind.ARRAY ? "set" : "sparse"));
      }
    }
  }
}
