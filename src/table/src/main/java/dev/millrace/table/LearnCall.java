package dev.millrace.table;

import dev.millrace.codec.FieldsDecoder.Types;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.input.InputSpec;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.table.QuestionColumns.InputColumn;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * A call of {@link LearnFunction} whose arguments are valid.
 *
 * @param columns of the table
 * @param keys positions of the columns that name the model
 * @param settings of the pipeline; their input names the key
 * @param types of the columns that are features
 */
record LearnCall(RowType columns, List<Integer> keys, Settings settings, Types types) {
  private static final String ORIGIN = "pipeline";
  private static final String DEFAULT_NAME = "millrace_learn";

  /**
   * Returns a valid call.
   *
   * @param partitionBy positions of the columns that name the model
   * @param label column of the label; null if the pipeline names it
   * @param pipeline YAML of the pipeline; null for all defaults
   * @throws ValidationException if the arguments do not fit each other
   */
  static LearnCall of(
      RowType columns, int[] partitionBy, @Nullable String label, @Nullable String pipeline) {
    if (label == null && pipeline == null) {
      throw new ValidationException(
          "label is missing: the column to learn to predict. Add label => '...', or input.label to"
              + " the pipeline");
    }
    Settings settings = parse(label, pipeline);
    InputSpec input = settings.input().spec();
    if (label != null && !label.equals(input.label())) {
      throw new ValidationException(
          "label is \"%s\", but input.label of the pipeline is \"%s\". Remove one of them"
              .formatted(label, input.label()));
    }
    requireSupported(settings);
    List<Integer> keys = IntStream.of(partitionBy).boxed().toList();
    String key = keys.stream().map(columns.getFieldNames()::get).collect(Collectors.joining("/"));
    if (input.key() != null && !input.key().equals(key)) {
      throw new ValidationException(
          "input.key of the pipeline is \"%s\", but the table is partitioned by \"%s\". Remove"
                  .formatted(input.key(), key)
              + " input.key, or change PARTITION BY");
    }
    InputSpec keyed = input.with(to -> to.key = key);
    Types types = new Columns(columns, keys, keyed).check();
    return new LearnCall(
        columns, keys, settings.withInput(settings.input().withSpec(keyed)), types);
  }

  private static Settings parse(@Nullable String label, @Nullable String pipeline) {
    try {
      return PipelineFile.parseEmbedded(
          ORIGIN, pipeline == null ? "" : pipeline, DEFAULT_NAME, label);
    } catch (InvalidPipelineException e) {
      throw new ValidationException(e.getMessage());
    }
  }

  private static void requireSupported(Settings settings) {
    if (settings.warmStartKey() != null) {
      throw new ValidationException(
          "warm-start.key is not supported in SQL, which has no models topic. Export that model"
              + " with ./millrace models export, and name the file with warm-start.file");
    }
  }

  /** Returns how the models are trained. */
  TrainSpec trainSpec() {
    return settings.trainSpec().with(to -> to.publish = to.publish.withPredictions(true));
  }

  /** Returns the specification of the input. */
  InputSpec input() {
    return settings.input().spec();
  }

  /** The columns of a table and their use. */
  private record Columns(RowType columns, List<Integer> keys, InputSpec input) {

    /**
     * Returns the columns that are features unless some are declared.
     *
     * @throws ValidationException if a column cannot have its use
     */
    Types check() {
      keys.forEach(key -> all().get(key).requireKey("PARTITION BY column"));
      requireScalar("label", input.label());
      if (keys.contains(columns.getFieldIndex(input.label()))) {
        throw new ValidationException(
            "label \"%s\" is a PARTITION BY column, so that each model would see one label. Name"
                    .formatted(input.label())
                + " another column");
      }
      if (input.id() != null) {
        requireScalar("input.id", input.id());
      }
      if (input.group() != null) {
        requireScalar("metrics.group", input.group());
      }
      if (input.weight() != null) {
        InputColumn weight = column("input.weight", input.weight());
        weight.require(weight.kind().isPlainNumber(), "input.weight", "a number");
      }
      if (input.eventTime() != null) {
        InputColumn time = column("input.event-time", input.eventTime());
        time.require(
            time.kind() == ColumnKind.TIME || time.kind().isPlainNumber(),
            "input.event-time",
            "a TIMESTAMP, a DATE, or a number of milliseconds");
      }
      input
          .features()
          .forEach(feature -> column("input.features", feature.name()).requireFeature(feature));
      Types types = types();
      if (!input.hasFeatures() && types.numbers().isEmpty() && types.texts().isEmpty()) {
        throw new ValidationException(
            "the table has no column of numbers, booleans or texts besides label and key, so there"
                + " are no features. Add columns to the table");
      }
      return types;
    }

    private void requireScalar(String use, String name) {
      InputColumn column = column(use, name);
      column.require(column.kind().isScalar(), use, "a text, a number or BOOLEAN");
    }

    private InputColumn column(String use, String name) {
      return QuestionColumns.require(all(), use, name, "the table");
    }

    private List<InputColumn> all() {
      return columns.getFields().stream()
          .map(field -> new InputColumn(field.getName(), field.getType()))
          .toList();
    }

    private Types types() {
      Set<String> used = new HashSet<>();
      keys.forEach(key -> used.add(columns.getFieldNames().get(key)));
      used.add(input.label());
      used.add(input.id());
      used.add(input.weight());
      used.add(input.eventTime());
      return QuestionColumns.types(all(), used);
    }
  }
}
