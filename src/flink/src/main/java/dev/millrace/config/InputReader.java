package dev.millrace.config;

import dev.millrace.codec.CsvText;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.InputSpec;
import dev.millrace.data.InputSpec.Limits;
import dev.millrace.data.Task;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Reads the {@code input} part: how a record becomes an example. */
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
  private final Path baseDir;
  private final ConfigErrors problems;

  /**
   * A reader of one input part.
   *
   * @param topic of the examples
   * @param baseDir folder that schema paths are relative to, or null for the working directory
   */
  InputReader(
      OptionReader in, String topic, OptionReader limits, Path baseDir, ConfigErrors problems) {
    this.in = in;
    this.topic = topic;
    this.limits = limits;
    this.baseDir = baseDir;
    this.problems = problems;
  }

  Settings.Input read() {
    InputSpec.Limits limit =
        new InputSpec.Limits(
            limits.get(PipelineOptions.RECORD_BYTES),
            limits.get(PipelineOptions.KEY_BYTES),
            limits.get(PipelineOptions.CLASS_LIMIT),
            limits.get(PipelineOptions.FEATURE_LIMIT),
            limits.get(PipelineOptions.WEIGHT_LIMIT));
    List<String> classes = in.has(InputOptions.CLASSES) ? in.get(InputOptions.CLASSES) : List.of();
    Map<FeatureSpec, Integer> features = new FeaturesReader(in, problems).read(limit);
    checkTruth();
    String schema = schema(features);
    LabelsReader labels = new LabelsReader(in, topic, isStandard());
    InputSpec.LateLabels late = labels.read(task(classes), classes);
    if (classes.isEmpty() && late != null && late.onTimeout() != null) {
      classes = impliedClasses(late.onTimeout());
    }
    checkLabels(classes, limit);
    InputSpec spec =
        new InputSpec(
            in.get(InputOptions.FORMAT),
            schema,
            in.get(InputOptions.KEY),
            in.get(InputOptions.LABEL),
            in.get(InputOptions.WEIGHT),
            in.get(InputOptions.EVENT_TIME),
            task(classes),
            classes,
            List.copyOf(features.keySet()),
            limit,
            labels.id(),
            late,
            FormatReader.columns(in, FIELDS, features, late, problems),
            FormatReader.registry(in));
    return new Settings.Input(topic, in.get(InputOptions.START), spec);
  }

  /** With a positive class, the one that features get when they time out is the other class. */
  private List<String> impliedClasses(InputSpec.DefaultLabel onTimeout) {
    String positive = in.get(InputOptions.POSITIVE);
    return positive == null || onTimeout.label() == null
        ? List.of()
        : List.of(onTimeout.label(), positive);
  }

  /** The declared task, or the one that declared classes leave no doubt about, or null. */
  private Task task(List<String> classes) {
    Task declared = in.get(InputOptions.TASK);
    if (declared != null) {
      return declared;
    }
    if (!classes.isEmpty()) {
      return classes.size() == 2 ? Task.BINARY : Task.MULTICLASS;
    }
    return in.has(InputOptions.POSITIVE) ? Task.BINARY : null;
  }

  private void checkLabels(List<String> classes, InputSpec.Limits limit) {
    Task task = in.get(InputOptions.TASK);
    String positive = in.get(InputOptions.POSITIVE);
    if (task == Task.REGRESSION) {
      for (Option<?> option : List.of(InputOptions.CLASSES, InputOptions.POSITIVE)) {
        if (in.has(option)) {
          in.refuse(option, "has no meaning for regression. Remove it, or change input.task");
        }
      }
      return;
    }
    if (positive != null && (task == Task.MULTICLASS || classes.size() > 2)) {
      in.refuse(
          InputOptions.POSITIVE,
          "goes only with two classes, but the task is multiclass. Remove it");
    } else if (positive != null && !classes.isEmpty() && !classes.contains(positive)) {
      in.refuse(
          InputOptions.POSITIVE,
          "must be one of input.classes ("
              + String.join(", ", classes)
              + "), but was "
              + Scalar.quote(positive));
    }
    if (task == Task.BINARY && !classes.isEmpty() && classes.size() != 2) {
      in.refuse(
          InputOptions.CLASSES,
          "must be 2 for task binary, but are " + classes.size() + ". Is the task multiclass?");
    }
    if (in.get(InputOptions.FORMAT) == InputSpec.Format.CSV) {
      classes.stream()
          .filter(CsvText::isMissing)
          .forEach(
              name ->
                  in.refuse(
                      InputOptions.CLASSES,
                      "has "
                          + Scalar.quote(name)
                          + ", which in a CSV line stands for no value. Spell it otherwise, or send"
                          + " format: json"));
    }
    classes.stream()
        .filter(name -> name.getBytes(StandardCharsets.UTF_8).length > Limits.MAX_CLASS_BYTES)
        .forEach(
            name ->
                in.refuse(
                    InputOptions.CLASSES,
                    "must have at most %d bytes each, but %s has more"
                        .formatted(Limits.MAX_CLASS_BYTES, Scalar.quote(name))));
    if (classes.size() > limit.classes()) {
      in.refuse(
          InputOptions.CLASSES,
          "must be at most limits.classes, "
              + limit.classes()
              + ", but are "
              + classes.size()
              + ". Raise that");
    }
  }

  /** Nothing else may tell the truth: not the key, of whose models each would see one class. */
  private void checkTruth() {
    String label = in.get(InputOptions.LABEL);
    for (Option<String> option : FIELDS) {
      if (option != InputOptions.LABEL && label != null && label.equals(in.get(option))) {
        in.refuse(
            option, "must be another field than input.label, but both are " + Scalar.quote(label));
      }
    }
  }

  /** The schema's text, or null for the standard one. */
  private String schema(Map<FeatureSpec, Integer> features) {
    InputSpec.Format format = in.get(InputOptions.FORMAT);
    boolean given = in.mentions(InputOptions.SCHEMA);
    boolean noFeatures =
        features.isEmpty()
            && (!in.mentions(InputOptions.FEATURES)
                || (in.given(InputOptions.FEATURES) instanceof Sequence list
                    && list.items().isEmpty()));
    if (format == InputSpec.Format.JSON || format == InputSpec.Format.CSV) {
      if (given) {
        in.refuse(
            InputOptions.SCHEMA,
            "goes only with Avro, but input.format is " + format.id() + ". Remove it");
      }
      if (noFeatures) {
        in.refuse(
            InputOptions.FORMAT,
            format.id() + " needs input.features, the fields that the model sees");
      }
      return null;
    }
    if (format == InputSpec.Format.AVRO_RAW && !given) {
      in.refuse(
          InputOptions.FORMAT, "avro-raw needs input.schema, the path of the records' .avsc file");
    }
    if (!in.has(InputOptions.SCHEMA)) {
      checkStandardFields();
      return null;
    }
    SchemaFile file =
        SchemaFile.read(
            in.get(InputOptions.SCHEMA), baseDir, error -> in.refuse(InputOptions.SCHEMA, error));
    if (file == null) {
      return null;
    }
    if (noFeatures && !file.isExample()) {
      in.refuse(InputOptions.SCHEMA, "needs input.features, the fields that the model sees");
    }
    checkFields(file, features);
    return file.text();
  }

  /** The standard schema has its own fields for these, and no others. */
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
    String name = in.get(option);
    if (name != null && !name.equals(standard)) {
      in.refuse(
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
      String name = in.get(option);
      if (name != null && !file.has(name)) {
        in.refuse(option, file.missing(name));
      }
    }
    for (Map.Entry<FeatureSpec, Integer> feature : features.entrySet()) {
      String name = feature.getKey().name();
      if (!file.has(name)) {
        problems.add(feature.getValue(), "input.features " + file.missing(name));
      }
    }
  }
}
