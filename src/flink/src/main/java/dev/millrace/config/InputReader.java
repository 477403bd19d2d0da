package dev.millrace.config;

import dev.millrace.codec.CsvText;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import dev.millrace.data.CarriedColumn;
import dev.millrace.data.DerivedFeature;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.ForecastSpec;
import dev.millrace.data.InputSpec;
import dev.millrace.data.InputSpec.Limits;
import dev.millrace.data.Task;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads {@code input}: how a record becomes an example. */
final class InputReader {
  private static final List<Option<String>> FIELDS =
      List.of(
          InputOptions.LABEL,
          InputOptions.KEY,
          InputOptions.WEIGHT,
          InputOptions.EVENT_TIME,
          InputOptions.ID);

  private final OptionReader in;
  private final String topic;
  private final OptionReader limits;
  private final @Nullable ForecastSpec forecast;
  private final @Nullable Path baseDir;
  private final boolean isEmbedded;
  private final ConfigErrors errors;

  /**
   * Creates a reader of one input map.
   *
   * @param topic of the examples
   * @param forecast forecasts of the label; null for none
   * @param baseDir directory that schema paths are relative to, null for the working directory
   * @param isEmbedded true if examples are named values, rather than records of a format
   */
  InputReader(
      OptionReader in,
      String topic,
      OptionReader limits,
      @Nullable ForecastSpec forecast,
      @Nullable Path baseDir,
      boolean isEmbedded,
      ConfigErrors errors) {
    this.in = in;
    this.topic = topic;
    this.limits = limits;
    this.forecast = forecast;
    this.baseDir = baseDir;
    this.isEmbedded = isEmbedded;
    this.errors = errors;
  }

  Settings.Input read() {
    InputSpec.Limits limit =
        new InputSpec.Limits(
                limits.get(PipelineOptions.RECORD_BYTES),
                limits.get(PipelineOptions.KEY_BYTES),
                limits.get(PipelineOptions.CLASS_LIMIT),
                limits.get(PipelineOptions.FEATURE_LIMIT),
                limits.get(PipelineOptions.WEIGHT_LIMIT))
            .withIds(
                Objects.requireNonNullElse(
                    limits.given(PipelineOptions.ID_LIMIT), InputSpec.Limits.DEFAULT_IDS))
            .withGroups(limits.get(PipelineOptions.GROUP_LIMIT));
    List<String> named = in.given(InputOptions.CLASSES);
    List<String> declared = named == null ? List.of() : named;
    Map<FeatureSpec, Integer> features = new FeaturesReader(in, errors).read(limit);
    List<DerivedFeature> derived = new DerivedReader(in, errors).read();
    checkTruth();
    String schema = schema(features, derived);
    LabelsReader labels = new LabelsReader(in, topic, isStandard());
    InputSpec.LateLabels late = labels.read(task(declared), declared);
    List<String> classes =
        declared.isEmpty() && late != null && late.onTimeout() != null
            ? impliedClasses(late.onTimeout())
            : declared;
    checkLabels(classes, limit);
    InputSpec spec =
        InputSpec.DEFAULT.with(
            to -> {
              to.format = in.get(InputOptions.FORMAT);
              to.schema = schema;
              to.key = in.given(InputOptions.KEY);
              to.label = Objects.requireNonNullElse(in.given(InputOptions.LABEL), to.label);
              to.weight = in.given(InputOptions.WEIGHT);
              to.eventTime = in.given(InputOptions.EVENT_TIME);
              to.task = task(classes);
              to.classes = classes;
              to.features = List.copyOf(features.keySet());
              to.derived = derived;
              to.crosses = IdOptionsReader.crosses(in, features.keySet(), errors);
              to.limits = limit;
              to.id = labels.id();
              to.labels = late;
              to.columns = FormatReader.columns(in, FIELDS, features, late, errors);
              to.registry = FormatReader.registry(in);
              to.forecast = forecast;
            });
    List<String> columns = spec.columns();
    if (!columns.isEmpty()) {
      checkCarried(derived, columns::contains, name -> FormatReader.notAColumn(name, columns));
    }
    checkDerivedLabels(spec);
    return new Settings.Input(topic, in.get(InputOptions.START), spec);
  }

  private void checkCarried(
      List<DerivedFeature> derived, Predicate<String> has, UnaryOperator<String> missing) {
    String label = Objects.requireNonNullElse(in.given(InputOptions.LABEL), "");
    for (CarriedColumn column : CarriedColumn.of(derived, label)) {
      if (!has.test(column.name())) {
        in.reject(InputOptions.DERIVED, missing.apply(column.name()));
      }
    }
  }

  /** Rejects means of labels that are classes, unless one of two counts. */
  private void checkDerivedLabels(InputSpec spec) {
    boolean usesLabels =
        spec.derived().stream().anyMatch(feature -> spec.label().equals(feature.column()));
    boolean countsOne = spec.classes().size() == 2 || in.has(InputOptions.POSITIVE_CLASS);
    if (usesLabels && !countsOne && spec.task() != Task.REGRESSION) {
      in.reject(
          InputOptions.DERIVED,
          "use the label, whose values count as numbers: set input.task: regression, or for two"
              + " classes input.positive-class, which counts as 1");
    }
  }

  /** Returns the default label of timed-out features and the positive class, if both are given. */
  private List<String> impliedClasses(InputSpec.DefaultLabel onTimeout) {
    String positive = in.given(InputOptions.POSITIVE_CLASS);
    return positive == null || onTimeout.label() == null
        ? List.of()
        : List.of(onTimeout.label(), positive);
  }

  /** Returns the declared task, or the one that follows from the classes; null if unknown. */
  private @Nullable Task task(List<String> classes) {
    Task declared = in.given(InputOptions.TASK);
    if (declared != null) {
      return declared;
    }
    if (!classes.isEmpty()) {
      return classes.size() == 2 ? Task.BINARY : Task.MULTICLASS;
    }
    return in.has(InputOptions.POSITIVE_CLASS) ? Task.BINARY : null;
  }

  private void checkLabels(List<String> classes, InputSpec.Limits limit) {
    Task task = in.given(InputOptions.TASK);
    String positive = in.given(InputOptions.POSITIVE_CLASS);
    if (task == Task.REGRESSION) {
      for (Option<?> option : List.of(InputOptions.CLASSES, InputOptions.POSITIVE_CLASS)) {
        if (in.has(option)) {
          in.reject(option, "has no effect for regression. Remove it, or change input.task");
        }
      }
      return;
    }
    if (positive != null && (task == Task.MULTICLASS || classes.size() > 2)) {
      in.reject(
          InputOptions.POSITIVE_CLASS,
          "applies only to two classes, but the task is multiclass. Remove it");
    } else if (positive != null && !classes.isEmpty() && !classes.contains(positive)) {
      in.reject(
          InputOptions.POSITIVE_CLASS,
          "must be one of input.classes ("
              + String.join(", ", classes)
              + "), but was "
              + Scalar.quote(positive));
    }
    if (task == Task.BINARY && !classes.isEmpty() && classes.size() != 2) {
      in.reject(
          InputOptions.CLASSES,
          "must be 2 for task binary, but are " + classes.size() + ". Is the task multiclass?");
    }
    if (in.get(InputOptions.FORMAT) == InputSpec.Format.CSV) {
      classes.stream()
          .filter(CsvText::isMissing)
          .forEach(
              name ->
                  in.reject(
                      InputOptions.CLASSES,
                      "has "
                          + Scalar.quote(name)
                          + ", which means a missing value in a CSV line. Use another name, or send"
                          + " format: json"));
    }
    classes.stream()
        .filter(name -> name.getBytes(StandardCharsets.UTF_8).length > Limits.MAX_CLASS_BYTES)
        .forEach(
            name ->
                in.reject(
                    InputOptions.CLASSES,
                    "must have at most %d bytes each, but %s has more"
                        .formatted(Limits.MAX_CLASS_BYTES, Scalar.quote(name))));
    if (classes.size() > limit.classes()) {
      in.reject(
          InputOptions.CLASSES,
          "must be at most limits.classes, "
              + limit.classes()
              + ", but are "
              + classes.size()
              + ". Increase limits.classes");
    }
  }

  /**
   * Rejects other fields that are the label: with it as the key, each model would see one class.
   */
  private void checkTruth() {
    String label = in.given(InputOptions.LABEL);
    for (Option<String> option : FIELDS) {
      if (option != InputOptions.LABEL && label != null && label.equals(in.given(option))) {
        in.reject(
            option, "must be another field than input.label, but both are " + Scalar.quote(label));
      }
    }
  }

  /** Returns the schema's text, null for the standard schema. */
  private @Nullable String schema(
      Map<FeatureSpec, Integer> features, List<DerivedFeature> derived) {
    InputSpec.Format format = in.get(InputOptions.FORMAT);
    boolean given = in.mentions(InputOptions.SCHEMA);
    boolean noFeatures =
        forecast == null
            && features.isEmpty()
            && derived.isEmpty()
            && (!in.mentions(InputOptions.FEATURES)
                || (in.given(InputOptions.FEATURES) instanceof Sequence list
                    && list.items().isEmpty()));
    if (format == InputSpec.Format.JSON || format == InputSpec.Format.CSV) {
      if (given) {
        in.reject(
            InputOptions.SCHEMA,
            "applies only to Avro, but input.format is " + format.id() + ". Remove it");
      }
      if (noFeatures) {
        in.reject(
            InputOptions.FORMAT,
            format.id() + " needs input.features, the fields that are features of the model");
      }
      return null;
    }
    if (format == InputSpec.Format.AVRO_RAW && !given) {
      in.reject(
          InputOptions.FORMAT, "avro-raw needs input.schema, the path of the records' .avsc file");
    }
    String path = in.given(InputOptions.SCHEMA);
    if (path == null) {
      if (!isEmbedded) {
        checkStandardFields();
      }
      return null;
    }
    SchemaFile file =
        SchemaFile.read(path, baseDir, error -> in.reject(InputOptions.SCHEMA, error));
    if (file == null) {
      return null;
    }
    if (noFeatures && !file.isExample()) {
      in.reject(
          InputOptions.SCHEMA, "needs input.features, the fields that are features of the model");
    }
    checkFields(file, features);
    checkCarried(derived, file::has, file::missing);
    return file.text();
  }

  /** Checks that fields of the standard schema have their standard names. */
  private void checkStandardFields() {
    requireName(InputOptions.KEY, "key");
    requireName(InputOptions.WEIGHT, "weight");
    requireName(InputOptions.EVENT_TIME, "ts");
    requireName(InputOptions.ID, LabelsReader.STANDARD_ID);
  }

  private boolean isStandard() {
    return in.get(InputOptions.FORMAT) == InputSpec.Format.AVRO
        && !in.mentions(InputOptions.SCHEMA);
  }

  private void requireName(Option<String> option, String standard) {
    String name = in.given(option);
    if (name != null && !name.equals(standard)) {
      in.reject(
          option,
          "must be "
              + standard
              + " with the standard example schema, but was "
              + name
              + ". Leave it out, or name the records' own schema with input.schema");
    }
  }

  private void checkFields(SchemaFile file, Map<FeatureSpec, Integer> features) {
    for (Option<String> option : FIELDS) {
      String name = in.given(option);
      if (name != null && !file.has(name)) {
        in.reject(option, file.missing(name));
      }
    }
    for (Map.Entry<FeatureSpec, Integer> feature : features.entrySet()) {
      String name = feature.getKey().name();
      if (!file.has(name)) {
        errors.add(feature.getValue(), "input.features " + file.missing(name));
      }
    }
  }
}
