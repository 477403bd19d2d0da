package dev.millrace.table;

import dev.millrace.data.Task;
import dev.millrace.nn.PredictedValue;
import dev.millrace.report.ModelAnswer;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.NamedOutcome;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.report.Prediction.OfOutputs;
import dev.millrace.report.Prediction.OfValue;
import dev.millrace.report.Prediction.Outcome;
import dev.millrace.report.PredictionRegion.ClassSet;
import dev.millrace.report.PredictionRegion.Interval;
import dev.millrace.report.Reasons;
import dev.millrace.report.Reasons.Contribution;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/** The columns of a prediction: some of those of {@link Answer}, in any order. */
record AnswerColumns(List<Answer> columns) implements Serializable {

  /** Columns that a prediction may have. All are NULL for a key without a model. */
  enum Answer {
    CLASS("class", DataTypes.STRING()),
    PROBABILITY("probability", DataTypes.DOUBLE()),
    PROBABILITIES("probabilities", DataTypes.MAP(DataTypes.STRING(), DataTypes.DOUBLE())),
    VALUE("value", DataTypes.DOUBLE()),
    LOW("low", DataTypes.DOUBLE()),
    HIGH("high", DataTypes.DOUBLE()),
    CLASS_SET("class_set", DataTypes.ARRAY(DataTypes.STRING())),
    LABELS("labels", DataTypes.ARRAY(DataTypes.STRING())),
    OUTPUTS("outputs", DataTypes.MAP(DataTypes.STRING(), DataTypes.STRING())),
    REASONS("reasons", DataTypes.MAP(DataTypes.STRING(), DataTypes.DOUBLE())),
    MODEL_VERSION("model_version", DataTypes.BIGINT());

    private final String column;
    private final LogicalType type;

    Answer(String column, DataType type) {
      this.column = column;
      this.type = type.getLogicalType();
    }

    private String declaration() {
      return column + " " + type.asSummaryString().replace("VARCHAR(2147483647)", "STRING");
    }

    private @Nullable Object of(ModelAnswer answer, int best) {
      return switch (this) {
        case CLASS -> best < 0 ? null : StringData.fromString(answer.classes().get(best));
        case PROBABILITY ->
            best < 0 || !answer.probabilities() ? null : (double) answer.scores()[best];
        case PROBABILITIES -> best < 0 || !answer.probabilities() ? null : probabilities(answer);
        case VALUE -> value(answer);
        case LOW ->
            answer.region() instanceof Interval interval && interval.isKnown()
                ? interval.low()
                : null;
        case HIGH ->
            answer.region() instanceof Interval interval && interval.isKnown()
                ? interval.high()
                : null;
        case CLASS_SET ->
            answer.region() instanceof ClassSet set && set.classes() != null
                ? new GenericArrayData(set.classes().stream().map(StringData::fromString).toArray())
                : null;
        case LABELS ->
            answer.outputs() == null || answer.outputs().labels() == null
                ? null
                : new GenericArrayData(
                    answer.outputs().labels().stream().map(StringData::fromString).toArray());
        case OUTPUTS -> answer.outputs() == null ? null : outputs(answer.outputs());
        case REASONS -> answer.reasons() == null ? null : contributions(answer.reasons());
        case MODEL_VERSION -> answer.modelVersion();
      };
    }

    private static GenericMapData probabilities(ModelAnswer answer) {
      Map<StringData, Double> probabilities = new HashMap<>();
      for (int c = 0; c < answer.scores().length; c++) {
        probabilities.put(
            StringData.fromString(answer.classes().get(c)), (double) answer.scores()[c]);
      }
      return new GenericMapData(probabilities);
    }

    /** Returns the class or value of each output; that of a label is 1 if it is in the set. */
    private static GenericMapData outputs(OfOutputs several) {
      Map<StringData, @Nullable StringData> outputs = new HashMap<>();
      for (NamedOutcome output : several.outputs()) {
        outputs.put(
            StringData.fromString(output.name()), StringData.fromString(text(output.outcome())));
      }
      return new GenericMapData(outputs);
    }

    private static @Nullable String text(Outcome outcome) {
      if (outcome instanceof OfClass one) {
        return one.predicted() < 0 ? null : one.classes().get(one.predicted());
      }
      return outcome instanceof OfValue one && !Double.isNaN(one.value())
          ? Double.toString(one.value())
          : null;
    }

    private static GenericMapData contributions(Reasons reasons) {
      Map<StringData, Double> contributions = new HashMap<>();
      for (Contribution column : reasons.columns()) {
        contributions.put(StringData.fromString(column.column()), column.value());
      }
      return new GenericMapData(contributions);
    }

    private static @Nullable Double value(ModelAnswer answer) {
      if (answer.task() != Task.REGRESSION) {
        return null;
      }
      double value = PredictedValue.read(answer.scores(), 0);
      return Double.isNaN(value) ? null : value;
    }
  }

  AnswerColumns {
    columns = List.copyOf(columns);
  }

  /**
   * Returns the columns of a model's OUTPUT.
   *
   * @throws ValidationException if a prediction has no such column, naming those that it may have
   */
  static AnswerColumns of(ResolvedSchema output) {
    List<Answer> columns = new ArrayList<>();
    for (Column column : output.getColumns()) {
      LogicalType type = column.getDataType().getLogicalType();
      columns.add(
          Arrays.stream(Answer.values())
              .filter(answer -> answer.column.equals(column.getName()) && answer.type.equals(type))
              .findFirst()
              .orElseThrow(
                  () ->
                      new ValidationException(
                          "OUTPUT column \"%s\" is %s, but must be one of: %s"
                              .formatted(column.getName(), type.asSummaryString(), allowed()))));
    }
    return new AnswerColumns(columns);
  }

  private static String allowed() {
    return Arrays.stream(Answer.values())
        .map(Answer::declaration)
        .collect(Collectors.joining(", "));
  }

  /** Returns the row of a prediction. */
  GenericRowData row(ModelAnswer answer) {
    int best = answer.task().isClassification() ? Prediction.best(answer.scores()) : -1;
    GenericRowData row = empty();
    for (int c = 0; c < columns.size(); c++) {
      row.setField(c, columns.get(c).of(answer, best));
    }
    return row;
  }

  /** Returns the row of no prediction: NULLs. */
  GenericRowData empty() {
    return new GenericRowData(columns.size());
  }
}
