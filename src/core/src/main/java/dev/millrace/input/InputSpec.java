package dev.millrace.input;

import dev.millrace.data.Declaration;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.IdWords;
import dev.millrace.data.KebabCase;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Specifies how a record becomes an example: the {@code input} part of a pipeline.
 *
 * @param schema Avro schema (JSON text) of the records; null for the standard example schema
 * @param features declared features; empty for all of the standard schema
 * @param labels delayed labels; null if labels come with their features
 * @param registry registry of the schemas of records in the Confluent wire format; null for none
 * @param crosses pairs of columns of ids, each pair of whose ids is an id of its own
 * @param derived features computed from earlier records, behind the declared ones
 * @param forecast forecasts of a column, which is the label of each record; null for none
 * @param targets labels of a record that are learned together, each from a field of its own; empty
 *     for the one of {@code label}
 * @param notation of numbers and dates in CSV cells
 */
@PublicApi
public record InputSpec(
    @Setting(
            value = "avro",
            doc =
                "framing of the record values: Avro single-object encoding, bare Avro, JSON"
                    + " objects, CSV lines; see docs/formats.md")
        Format format,
    @Setting(
            shown = "the example schema",
            pattern = Setting.ANY_TEXT,
            in = "the path of an .avsc file",
            doc = "Avro schema of the records, a path relative to the pipeline file")
        @Nullable String schema,
    @Setting(shown = "the record key", in = Setting.FIELD, doc = "field with the model key")
        @Nullable String key,
    @Setting(
            example = "label: class",
            in = Setting.FIELD,
            doc = "field with the label; left out with targets")
        String label,
    @Setting(shown = "1", in = Setting.FIELD, doc = "field with the weight of the example")
        @Nullable String weight,
    @Setting(
            shown = "the record's timestamp",
            in = Setting.FIELD,
            doc =
                "field with the event time: milliseconds since the epoch, or the unit of its"
                    + " logical type in the Avro schema, such as timestamp-micros; without one,"
                    + " numbers from 10^14 on are microseconds, from 10^17 on nanoseconds; or a"
                    + " text of ISO 8601, in UTC unless it has an offset")
        @Nullable String eventTime,
    @Setting(
            shown = "guessed",
            in = "binary, multiclass, regression, multilabel",
            doc =
                "type of prediction; guessed from classes and positive-class, else from the labels:"
                    + " text, boolean and enum labels are classes, numbers are regression targets."
                    + " multilabel: the label is a set of labels, an array or a text")
        @Nullable Task task,
    @Setting(
            shown = "discovered",
            in = "[2, " + Limits.MAX_CLASSES + "] classes",
            doc =
                "all labels, with multilabel those that a set may have; a record with another label"
                    + " is a dead letter")
        List<String> classes,
    List<FeatureSpec> features,
    Limits limits,
    @Setting(
            shown = "none; event_id with labels",
            in = Setting.FIELD,
            doc =
                "field with the id of the example, which joins delayed labels to their features, is"
                    + " part of predictions, and decides which examples are held out")
        @Nullable String id,
    @Nullable LateLabels labels,
    @Setting(
            shown = "required with csv",
            in = "[1, 10000] names",
            doc = "csv: the columns in the order of the lines")
        List<String> columns,
    @Nullable RegistrySpec registry,
    List<List<String>> crosses,
    @Setting(
            shown = "no groups",
            in = Setting.FIELD,
            doc =
                "two classes: field, such as the user, whose equal values make a group of examples;"
                    + " the window reports AUC, hit rate and NDCG within the groups. 8 bytes for"
                    + " every example in the window")
        @Nullable String group,
    List<DerivedFeature> derived,
    @Nullable ForecastSpec forecast,
    List<TargetSpec> targets,
    @Setting(
            value = InputSpec.DEFAULT_LABEL_SEPARATOR,
            in = "[1, 8] characters",
            doc =
                "multilabel: what is between the labels of a text, such as a cell of CSV; spaces"
                    + " around a label are no part of it, and a text without a label is the empty"
                    + " set")
        String labelSeparator,
    CellNotation notation,
    @Setting(
            value = "false",
            doc =
                "reads the header `millrace.epoch`, the pass over a bounded data set, as `produce"
                    + " --epochs` sends it; a record of a pass later than the next one of its key"
                    + " is a dead letter, and one without the header, or of an earlier pass, is of"
                    + " the current one (docs/metrics.md#validation-and-epochs)")
        boolean epochs)
    implements Serializable {
  /** Separates the labels of a set in one text, where a pipeline sets nothing else. */
  public static final String DEFAULT_LABEL_SEPARATOR = ",";

  /** Values that hold where a pipeline sets none. */
  public static final InputSpec DEFAULT = new Draft().build();

  public InputSpec {
    classes = List.copyOf(classes);
    features = List.copyOf(features);
    columns = List.copyOf(columns);
    crosses = crosses.stream().map(List::copyOf).toList();
    derived = List.copyOf(derived);
    targets = List.copyOf(targets);
  }

  /** Returns a copy with other values. */
  public InputSpec with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.build();
  }

  /** Returns a copy with other features, and those of the crosses whose columns are among them. */
  public InputSpec withFeatures(List<FeatureSpec> replacement) {
    List<String> names = replacement.stream().map(FeatureSpec::name).toList();
    return with(
        to -> {
          to.features = replacement;
          to.crosses = crosses.stream().filter(names::containsAll).toList();
        });
  }

  /** Returns the specification of records that declare columns, with any class. */
  public InputSpec ofRecords(DeclaredColumns columns) {
    boolean isTask = columns.task() != null && !columns.task().hasOutputs() && task == null;
    return with(
        to -> {
          to.features = columns.features();
          to.task = isTask ? columns.task() : to.task;
        });
  }

  /** Returns the specification of a model of declared columns, whose first classes are known. */
  public InputSpec ofModel(DeclaredColumns columns) {
    InputSpec records = ofRecords(columns);
    Task read = records.task();
    boolean areClasses =
        records.classes().isEmpty()
            && !records.hasOutputs()
            && read != null
            && read.isClassification()
            && (read != Task.BINARY || columns.classes().size() == 2);
    return areClasses ? records.with(to -> to.classes = columns.classes()) : records;
  }

  /**
   * Returns true if a record has several outputs: a set of labels, or targets. Its labels travel as
   * {@link OutputLabels}.
   */
  public boolean hasOutputs() {
    return task == Task.MULTILABEL || !targets.isEmpty();
  }

  /**
   * Returns true if a record may have no label: it comes later, or the record is only predicted, as
   * it may be for some of several outputs.
   */
  public boolean mayLackLabel() {
    return labels != null || forecast != null || hasOutputs();
  }

  /** Returns the fields with a label: those of the targets, or the one of the label. */
  public List<String> labelFields() {
    return targets.isEmpty() ? List.of(label) : targets.stream().map(TargetSpec::name).toList();
  }

  /**
   * Returns the tasks of the models of a record: that of the label, or each that outputs have; null
   * among them for one that is guessed from the labels.
   */
  public List<@Nullable Task> modelTasks() {
    if (task == Task.MULTILABEL) {
      return List.of(Task.BINARY);
    }
    return targets.isEmpty()
        ? Collections.singletonList(task)
        : targets.stream().map(TargetSpec::task).distinct().collect(Collectors.toList());
  }

  /** Returns the specification of the records of delayed labels; this one if there are none. */
  public InputSpec ofLabels() {
    return labels == null
        ? this
        : with(
            to -> {
              to.key = labels.key();
              to.label = labels.label();
              to.id = labels.id();
              to.group = null;
              to.derived = List.of();
            });
  }

  /**
   * Returns the names of all fields that are read: key, label, id, weight, time, group, features
   * and what others are derived from.
   */
  public List<String> fieldNames() {
    Stream<String> exampleFields =
        Stream.concat(
            labelFields().stream(),
            Stream.of(key, id, weight, eventTime, group).filter(Objects::nonNull));
    Stream<String> featureFields =
        Stream.concat(
            features.stream().map(FeatureSpec::name), carried().stream().map(CarriedColumn::name));
    return Stream.concat(exampleFields, featureFields).distinct().toList();
  }

  /** Returns the fields that travel with an example, in their order. */
  public List<CarriedColumn> carried() {
    return CarriedColumn.of(derived, label);
  }

  /** Returns true if a model's inputs are known: features are declared or derived. */
  public boolean hasFeatures() {
    return !features.isEmpty() || slots() > 0;
  }

  /**
   * Returns the number of inputs behind all others that are empty in decoded records, and are
   * filled before a record is predicted.
   */
  public int slots() {
    return derived.stream().mapToInt(DerivedFeature::width).sum()
        + (forecast == null ? 0 : forecast.inputs().size());
  }

  /** Returns the inputs that predict the label in its own unit, such as the last label. */
  public int[] expertInputs() {
    IntStream.Builder experts = IntStream.builder();
    int place = width() - slots();
    for (DerivedFeature feature : derived) {
      for (int f = 0; f < feature.width(); f++) {
        if (label.equals(feature.column()) && feature.computation().isExpert(f)) {
          experts.add(place + f);
        }
      }
      place += feature.width();
    }
    while (place < width()) { // those of a forecast
      experts.add(place++);
    }
    return experts.build().toArray();
  }

  /** Returns the names of the slots, in their order. */
  public List<String> slotNames() {
    Stream<String> names = derived.stream().flatMap(feature -> feature.names().stream());
    return forecast == null
        ? names.toList()
        : Stream.concat(names, forecast.inputs().stream()).toList();
  }

  /** Returns true if a declared feature has ids. */
  public boolean hasIds() {
    return features.stream().anyMatch(feature -> feature.type().isOfIds());
  }

  /** Returns true if models may learn ids: a feature has some, or records declare the features. */
  public boolean mayHaveIds() {
    return hasIds() || !hasFeatures();
  }

  /**
   * Returns the number of inputs that the declared features become, the event time if ids are
   * forgotten by it, and {@link #slots}.
   */
  public int width() {
    boolean forgets = features.stream().anyMatch(FeatureSpec::forgets);
    return features.stream().mapToInt(FeatureSpec::width).sum()
        + (forgets ? IdWords.TIME_WIDTH : 0)
        + slots();
  }

  /** Framings of a record value. */
  public enum Format {
    /**
     * Avro single-object encoding: C3 01, the schema's fingerprint, the record; with a registry
     * also the Confluent wire format.
     */
    AVRO,
    /** The Avro record alone, without a header; wrong records cannot be recognized. */
    AVRO_RAW,
    /** One JSON object. */
    JSON,
    /** One line of comma-separated values. */
    CSV;

    /** Returns the name in pipeline files, such as {@code avro-raw}. */
    public String id() {
      return KebabCase.of(this);
    }
  }

  /**
   * Delayed labels: records of their own that are joined to their features.
   *
   * @param topic of the labels; null for the topic of the features
   * @param onTimeout label of features whose own label does not come within the timeout; null to
   *     drop them
   */
  public record LateLabels(
      @Nullable String topic,
      @Setting(shown = "input.id", in = Setting.FIELD, doc = "field with the id of the example")
          String id,
      @Setting(shown = "input.key", in = Setting.FIELD, doc = "field with the model key")
          @Nullable String key,
      @Setting(shown = "input.label", in = Setting.FIELD, doc = "field with the label")
          String label,
      @Setting(
              value = "1d",
              in = "[1ms, 3650d]",
              name = "timeout",
              doc =
                  "event time after which features stop waiting for their label, and labels for"
                      + " their features")
          long timeoutMillis,
      @Setting(
              value = "10000",
              in = "[1, 10000000]",
              doc =
                  "max number of features of a key that wait for their label; also of labels that"
                      + " wait for features, and of ids that are kept to detect duplicates")
          int maxPending,
      @Nullable DefaultLabel onTimeout)
      implements Serializable {

    /** Creates a specification that drops features that time out. */
    public LateLabels(
        @Nullable String topic,
        String id,
        @Nullable String key,
        String label,
        long timeoutMillis,
        int maxPending) {
      this(topic, id, key, label, timeoutMillis, maxPending, null);
    }
  }

  /**
   * Label of examples whose own label does not come in time.
   *
   * @param label the class; null for a number
   * @param target the number, NaN for a class
   */
  public record DefaultLabel(@Nullable String label, double target) implements Serializable {
    /** Returns true if another label is the same. */
    public boolean matches(@Nullable String otherLabel, double otherTarget) {
      return label == null ? target == otherTarget : label.equals(otherLabel);
    }
  }

  /**
   * Max sizes of records and models.
   *
   * @param outputLimit max length of a record that a pipeline writes; 0 for one under which output
   *     topics take a record of twice the allowed size that is rejected, with all its headers. A
   *     larger one is rejected without its value
   */
  public record Limits(
      @Setting(value = "1048576", in = "[1, 104857600]", doc = "max bytes of a record value")
          int recordBytes,
      @Setting(value = "256", in = "[1, 10000]", doc = "max bytes of a model key in UTF-8")
          int keyBytes,
      @Setting(
              value = "100",
              in = "[2, " + Limits.MAX_CLASSES + "]",
              doc = "max number of classes of one model")
          int classes,
      @Setting(value = "65536", in = "[1, 1048576]", doc = "max number of features of one model")
          int features,
      @Setting(
              value = "1000000",
              shown = "what state-bytes holds, max 1000000",
              in = "[1, 100000000]",
              doc =
                  "max number of ids that one model knows, of features and crosses together (type"
                      + " id, set, text, sparse); a new id replaces the one that was seen least"
                      + " recently")
          int ids,
      @Setting(
              value = "10000",
              in = "[1, 10000000]",
              doc =
                  "max number of groups of records that one key derives features from, for each"
                      + " `by` of input.derived; a new group replaces the one that was used least"
                      + " recently")
          int groups,
      @Setting(
              value = "1000000",
              in = "(0, 1000000000]",
              doc = "max weight of an example (`input.weight`)")
          float weight,
      int outputLimit)
      implements Serializable {
    /** Values that hold where a pipeline sets none. */
    public static final Limits DEFAULT = Declaration.defaults(Limits.class);

    /** Max number of classes that a pipeline may allow. */
    public static final int MAX_CLASSES = 1_000;

    /** Max length of the name of a class, UTF-8 bytes. */
    public static final int MAX_CLASS_BYTES = 256;

    private static final int MIN_CLASS_NAMES_BYTES = 4_096;
    private static final int CLASS_NAMES_BYTES_PER_CLASS = 64;

    private static final int MIN_OUTPUT = 2 << 20;
    // Max size of a record without its value: key (10,000 bytes), trace headers, batch.
    private static final int ENVELOPE = 64 << 10;

    /** Creates limits with the defaults of the others. */
    public Limits(int recordBytes, int keyBytes, int classes, int features) {
      this(
          recordBytes, keyBytes, classes, features, DEFAULT.ids, DEFAULT.groups, DEFAULT.weight, 0);
    }

    /** Returns the max length of output records; it follows from {@code recordBytes} if not set. */
    public int outputBytes() {
      return outputLimit > 0
          ? outputLimit
          : (int) Math.max(MIN_OUTPUT, Math.min(Integer.MAX_VALUE / 2, 2L * recordBytes));
    }

    /** Returns the same limits with another max length of output records. */
    public Limits withOutputBytes(int max) {
      return new Limits(recordBytes, keyBytes, classes, features, ids, groups, weight, max);
    }

    /** Returns the same limits with another max number of ids. */
    public Limits withIds(int max) {
      return new Limits(recordBytes, keyBytes, classes, features, max, groups, weight, outputLimit);
    }

    /** Returns the same limits with another max number of groups of records. */
    public Limits withGroups(int max) {
      return new Limits(recordBytes, keyBytes, classes, features, ids, max, weight, outputLimit);
    }

    /** Returns the same limits with at least that number of classes, up to {@link #MAX_CLASSES}. */
    public Limits withMinClasses(long min) {
      int allowed = (int) Math.max(classes, Math.min(min, MAX_CLASSES));
      return new Limits(recordBytes, keyBytes, allowed, features, ids, groups, weight, outputLimit);
    }

    /**
     * Returns the max UTF-8 bytes of the names of one model's classes together. Each prediction and
     * each report has all of them, so a few long names would make all records large.
     */
    public int classNamesBytes() {
      return Math.max(MIN_CLASS_NAMES_BYTES, CLASS_NAMES_BYTES_PER_CLASS * classes);
    }

    /**
     * Checks that a model of columns that a record declares is within the limits.
     *
     * @throws IOException if it is not
     */
    public void require(DeclaredColumns columns) throws IOException {
      SizeChecks.require(
          "features of declared columns (limits.features)",
          columns.width() + IdWords.TIME_WIDTH,
          1,
          features);
      SizeChecks.require("declared classes (limits.classes)", columns.classes().size(), 0, classes);
      long names = 0;
      for (String name : columns.classes()) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        SizeChecks.require("bytes of a declared class", length, 1, MAX_CLASS_BYTES);
        names += length;
      }
      SizeChecks.require("bytes of declared classes", names, 0, classNamesBytes());
    }

    /** Returns the max length of the value of a record that a pipeline writes of a model. */
    public int outputValueBytes() {
      return Math.max(outputBytes() / 2, outputBytes() - ENVELOPE);
    }
  }

  /** Mutable values of a specification, set by name. */
  public static final class Draft {
    public Format format = Format.AVRO;
    public @Nullable String schema;
    public @Nullable String key;
    public String label = "label";
    public @Nullable String weight;
    public @Nullable String eventTime;
    public @Nullable Task task;
    public List<String> classes = List.of();
    public List<FeatureSpec> features = List.of();
    public Limits limits = Limits.DEFAULT;
    public @Nullable String id;
    public @Nullable LateLabels labels;
    public List<String> columns = List.of();
    public @Nullable RegistrySpec registry;
    public List<List<String>> crosses = List.of();
    public @Nullable String group;
    public List<DerivedFeature> derived = List.of();
    public @Nullable ForecastSpec forecast;
    public List<TargetSpec> targets = List.of();
    public String labelSeparator = DEFAULT_LABEL_SEPARATOR;
    public CellNotation notation = CellNotation.PLAIN;
    public boolean epochs;

    private Draft() {}

    private Draft(InputSpec from) {
      format = from.format;
      schema = from.schema;
      key = from.key;
      label = from.label;
      weight = from.weight;
      eventTime = from.eventTime;
      task = from.task;
      classes = from.classes;
      features = from.features;
      limits = from.limits;
      id = from.id;
      labels = from.labels;
      columns = from.columns;
      registry = from.registry;
      crosses = from.crosses;
      group = from.group;
      derived = from.derived;
      forecast = from.forecast;
      targets = from.targets;
      labelSeparator = from.labelSeparator;
      notation = from.notation;
      epochs = from.epochs;
    }

    private InputSpec build() {
      return new InputSpec(
          format,
          schema,
          key,
          label,
          weight,
          eventTime,
          task,
          classes,
          features,
          limits,
          id,
          labels,
          columns,
          registry,
          crosses,
          group,
          derived,
          forecast,
          targets,
          labelSeparator,
          notation,
          epochs);
    }
  }
}
