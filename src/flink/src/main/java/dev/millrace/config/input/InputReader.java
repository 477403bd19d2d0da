package dev.millrace.config.input;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.input.CarriedColumn;
import dev.millrace.input.CellNotation;
import dev.millrace.input.DerivedFeature;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads {@code input}: how a record becomes an example. */
public final class InputReader {
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
  private final Path baseDir;
  private final boolean isEmbedded;
  private final ConfigErrors errors;

  /**
   * Creates a reader of one input map.
   *
   * @param topic of the examples
   * @param forecast forecasts of the label; null for none
   * @param baseDir directory that schema paths are relative to
   * @param isEmbedded true if examples are named values, rather than records of a format
   */
  public InputReader(
      OptionReader in,
      String topic,
      OptionReader limits,
      @Nullable ForecastSpec forecast,
      Path baseDir,
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

  /** Returns the groups of the options of an input, in the order of the reference. */
  public static List<OptionGroup> groups() {
    return List.of(
        InputOptions.INPUT_GROUP,
        RegistryOptions.GROUP,
        InputOptions.TARGET_GROUP,
        InputOptions.FEATURE_GROUP,
        DerivedOptions.DERIVED_GROUP,
        InputOptions.LABELS_GROUP,
        InputOptions.ON_TIMEOUT_GROUP,
        ForecastOptions.GROUP);
  }

  /** Returns the input, with what has an error replaced so that reading continues. */
  public InputSpec read() {
    InputSpec.Limits limit = limits.read(InputSpec.Limits.class);
    ClassesReader classesReader = ClassesReader.ofInput(in);
    Map<FeatureSpec, Integer> features = new FeaturesReader(in, errors).read(limit);
    List<DerivedFeature> derived = new DerivedReader(in, errors).read();
    checkTruth();
    LabelsReader labels = new LabelsReader(in, topic, isStandard(), classesReader);
    InputSpec.LateLabels late = labels.read();
    Map<TargetSpec, Integer> targets = new TargetsReader(in, limit, errors).read(late);
    String schema = schema(features, targets, derived);
    boolean hasTargets = in.mentions(InputOptions.TARGETS);
    List<String> classes = hasTargets ? List.of() : classes(classesReader, late, limit);
    Task task = hasTargets ? Task.MULTI_TARGET : classesReader.task(classes);
    InputSpec spec =
        in.read(InputSpec.DEFAULT)
            .with(
                to -> {
                  to.schema = schema;
                  to.label = hasTargets ? "" : given(InputOptions.LABEL, InputSpec.DEFAULT.label());
                  to.targets = List.copyOf(targets.keySet());
                  to.task = task;
                  to.classes = classes;
                  to.features = List.copyOf(features.keySet());
                  to.derived = derived;
                  to.crosses = IdOptionsReader.crosses(in, features.keySet(), errors);
                  to.limits = limit;
                  to.id = labels.id();
                  to.labels = late;
                  to.columns = FormatReader.columns(in, FIELDS, features, targets, late, errors);
                  to.registry = FormatReader.registry(in);
                  to.forecast = forecast;
                  to.notation = notation();
                });
    List<String> columns = spec.columns();
    if (!columns.isEmpty()) {
      checkCarried(derived, columns::contains, name -> FormatReader.notAColumn(name, columns));
    }
    checkDerivedLabels(spec);
    return spec;
  }

  private String given(Option<String> option, String otherwise) {
    return Objects.requireNonNullElse(in.given(option), otherwise);
  }

  private CellNotation notation() {
    CellNotation.Mark thousands = in.given(InputOptions.THOUSANDS);
    String format = in.given(InputOptions.DATE_FORMAT);
    if (thousands != null && in.get(InputOptions.DECIMAL) == thousands) {
      in.reject(
          InputOptions.THOUSANDS,
          "must be another mark than input.decimal, but both are "
              + Scalar.quote(thousands.symbol()));
      thousands = null;
    }
    CellNotation numbers = new CellNotation(in.get(InputOptions.DECIMAL), thousands, null);
    try {
      return format == null ? numbers : numbers.withDateFormat(format);
    } catch (IllegalArgumentException e) {
      in.reject(
          InputOptions.DATE_FORMAT,
          "must be a date format such as d.M.yyyy, but was %s: %s"
              .formatted(Scalar.quote(format), e.getMessage()));
      return numbers;
    }
  }

  private void checkCarried(
      List<DerivedFeature> derived, Predicate<String> has, UnaryOperator<String> missing) {
    String label = given(InputOptions.LABEL, "");
    List<String> labels = TargetsReader.labelFields(in);
    for (CarriedColumn column : CarriedColumn.of(derived, label)) {
      if (labels.contains(column.name())) {
        continue; // an error already
      }
      if (!has.test(column.name())) {
        in.reject(InputOptions.DERIVED, missing.apply(column.name()));
      }
    }
  }

  /** Rejects means of labels that are classes, unless one of two counts. */
  private void checkDerivedLabels(InputSpec spec) {
    boolean usesLabels =
        spec.derived().stream()
            .map(DerivedFeature::column)
            .anyMatch(column -> column != null && spec.labelFields().contains(column));
    if (usesLabels && spec.hasOutputs()) {
      in.reject(
          InputOptions.DERIVED,
          "use a label, but features cannot be derived from %s. Remove them"
              .formatted(spec.targets().isEmpty() ? "sets of labels" : "one of several targets"));
      return;
    }
    boolean countsOne = spec.classes().size() == 2 || in.has(InputOptions.POSITIVE_CLASS);
    if (usesLabels && !countsOne && spec.task() != Task.REGRESSION) {
      in.reject(
          InputOptions.DERIVED,
          "use the label, whose values count as numbers: set input.task: regression, or for two"
              + " classes input.positive-class, which counts as 1");
    }
  }

  /**
   * Rejects other fields that are the label: with it as the key, each model would see one class.
   */
  private void checkTruth() {
    List<String> labels = TargetsReader.labelFields(in);
    for (Option<String> option : FIELDS) {
      String name = in.given(option);
      if (option != InputOptions.LABEL && name != null && labels.contains(name)) {
        in.reject(
            option,
            in.mentions(InputOptions.TARGETS)
                ? "must be a field that is not in input.targets, but was " + Scalar.quote(name)
                : "must be another field than input.label, but both are " + Scalar.quote(name));
      }
    }
    if (in.has(InputOptions.LABEL_SEPARATOR) && in.given(InputOptions.TASK) != Task.MULTILABEL) {
      in.reject(
          InputOptions.LABEL_SEPARATOR,
          "applies only to sets of labels. Set input.task: multilabel, or remove it");
    }
  }

  /** Returns the classes of the one label. */
  private List<String> classes(
      ClassesReader reader, InputSpec.@Nullable LateLabels late, InputSpec.Limits limit) {
    boolean isSet = in.given(InputOptions.TASK) == Task.MULTILABEL;
    List<String> classes =
        isSet ? reader.declared() : reader.withImplied(late == null ? null : late.onTimeout());
    reader.check(classes, limit, in.get(InputOptions.FORMAT));
    if (isSet) {
      reader.checkOutputNames(classes);
    }
    return classes;
  }

  /** Returns the schema's text, null for the standard schema. */
  private @Nullable String schema(
      Map<FeatureSpec, Integer> features,
      Map<TargetSpec, Integer> targets,
      List<DerivedFeature> derived) {
    InputSpec.Format format = in.get(InputOptions.FORMAT);
    boolean noFeatures =
        forecast == null && features.isEmpty() && derived.isEmpty() && declaresNoFeatures();
    if (format == InputSpec.Format.JSON || format == InputSpec.Format.CSV) {
      rejectSchema(format);
      if (noFeatures && !isEmbedded) { // there are no records of a format
        in.reject(
            InputOptions.FORMAT,
            format.id() + " needs input.features, the fields that are features of the model");
      }
      return null;
    }
    if (format == InputSpec.Format.AVRO_RAW && !in.mentions(InputOptions.SCHEMA)) {
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
    check(file, noFeatures, !targets.isEmpty());
    checkFields(file, features, targets);
    checkCarried(derived, file::has, file::missing);
    return file.text();
  }

  private void rejectSchema(InputSpec.Format format) {
    if (in.mentions(InputOptions.SCHEMA)) {
      in.reject(
          InputOptions.SCHEMA,
          "applies only to Avro, but input.format is " + format.id() + ". Remove it");
    }
  }

  private boolean declaresNoFeatures() {
    return !in.mentions(InputOptions.FEATURES)
        || (in.given(InputOptions.FEATURES) instanceof Sequence list && list.items().isEmpty());
  }

  private void check(SchemaFile file, boolean noFeatures, boolean hasTargets) {
    if (noFeatures && !file.isExample()) {
      in.reject(
          InputOptions.SCHEMA, "needs input.features, the fields that are features of the model");
    }
    if (hasTargets && file.isExample()) {
      in.reject(
          InputOptions.SCHEMA,
          "is the standard example schema, which has one label, but input.targets need a field"
              + " each. Name a schema that has their fields");
    }
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

  private void checkFields(
      SchemaFile file, Map<FeatureSpec, Integer> features, Map<TargetSpec, Integer> targets) {
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
    targets.forEach(
        (target, line) -> {
          if (!file.has(target.name())) {
            errors.add(line, "input.targets " + file.missing(target.name()));
          }
        });
  }
}
