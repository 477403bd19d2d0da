package dev.millrace.config.input;

import dev.millrace.config.option.DefaultTopic;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Sequence;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Setting;
import dev.millrace.data.Task;
import dev.millrace.input.CellNotation;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import java.util.List;

/** Declares the options of {@code input}. */
public final class InputOptions {
  public static final OptionType<String> FIELD =
      OptionTypes.text(Setting.TEXT, "the name of a field");

  public static final Option<YamlNode> INPUT =
      Option.required(
          "input", Structures.map(), "input: { label: class }", "how a record becomes an example");

  static final OptionGroup INPUT_GROUP =
      new OptionGroup(
          "input",
          "",
          "The standard example schema holds any table and needs no `features`; for records of"
              + " another Avro schema, JSON or CSV, declare the fields that are features of the"
              + " model.");
  public static final Option<String> INPUT_TOPIC =
      INPUT_GROUP.add(DefaultTopic.EXAMPLES.option("topic", "the labelled examples"));

  static {
    INPUT_GROUP.declare(InputSpec.class, "format", "schema", "columns");
  }

  static final Option<CellNotation.Mark> DECIMAL =
      INPUT_GROUP.option(
          "decimal",
          OptionTypes.choice(
              CellNotation.Mark::symbol, CellNotation.Mark.POINT, CellNotation.Mark.COMMA),
          CellNotation.PLAIN.decimal(),
          "csv, and CSV files of evaluate, produce and predict: the decimal mark of numbers, in"
              + " quotes: `\",\"`; see docs/send-data.md#numbers-and-dates-in-another-notation");
  static final Option<CellNotation.Mark> THOUSANDS =
      INPUT_GROUP.optional(
          "thousands",
          OptionTypes.choice(CellNotation.Mark::symbol, CellNotation.Mark.values()),
          "none",
          "as decimal: what is between groups of three digits, in quotes: `\".\"`");
  static final Option<String> DATE_FORMAT =
      INPUT_GROUP.optional(
          "date-format",
          OptionTypes.text(".{1,60}", "a date format such as d.M.yyyy"),
          "ISO 8601",
          "as decimal: the format of dates and times besides ISO 8601, as of Java's"
              + " DateTimeFormatter, such as `\"d.M.yyyy[ H:mm]\"`; what is in brackets may be"
              + " absent");
  static final Option<YamlNode> REGISTRY =
      INPUT_GROUP.optional(
          "registry",
          Structures.map(),
          "none",
          "avro: the schema registry of records in the Confluent wire format");
  public static final Option<Start> START =
      INPUT_GROUP.option(
          "start",
          OptionTypes.choice(KebabCase::of, Start.values()),
          Start.COMMITTED,
          "starting offsets of a pipeline without a checkpoint; committed falls back to earliest");

  static {
    INPUT_GROUP.declare(InputSpec.class, "key", "label");
  }

  public static final Option<YamlNode> TARGETS =
      INPUT_GROUP.optional(
          "targets",
          Structures.structure(
              "a list of fields, or a map from fields to tasks",
              Sequence.class,
              YamlNode.Mapping.class),
          "none",
          "in place of label, several labels that are learned together, each from a field of its"
              + " own: a list of fields, or a map from fields to tasks or options, such as `{"
              + " click: binary, amount: regression }`; a record may lack some of them");
  public static final Option<String> POSITIVE_CLASS =
      INPUT_GROUP.optional(
          "positive-class",
          OptionTypes.text(Setting.TEXT, "one of the two classes"),
          "the last by name",
          "class that binary precision, recall and F1 refer to; makes the task binary");

  static {
    INPUT_GROUP.declare(InputSpec.class, "weight", "event-time", "id");
  }

  public static final Option<YamlNode> LABELS =
      INPUT_GROUP.optional(
          "labels",
          Structures.map(),
          "with the features",
          "delayed labels; see docs/late-labels.md");

  static {
    INPUT_GROUP.declare(InputSpec.class, "task", "label-separator", "epochs", "classes");
  }

  static final Option<YamlNode> FEATURES =
      INPUT_GROUP.optional(
          "features",
          Structures.structure("a list of fields", Sequence.class),
          "all of the example schema",
          "the fields that are features of the model; a name alone is a numeric field");
  static final Option<YamlNode> CROSSES =
      INPUT_GROUP.optional(
          "crosses",
          Structures.structure("a list of pairs of features", Sequence.class),
          "none",
          "pairs of features of type id, set, text or sparse, such as `[[site, ad]]`: each pair of"
              + " their ids is an id of its own");
  static final Option<YamlNode> DERIVED =
      INPUT_GROUP.optional(
          "derived",
          Structures.structure("a list of derived features", Sequence.class),
          "none",
          "features computed from earlier records of the key, such as"
              + " `{ window: amount, of: 1h, by: card, do: [count, mean] }`; see"
              + " docs/derived-features.md");

  public static final Option<InputSpec.Format> FORMAT = INPUT_GROUP.named("format");
  public static final Option<String> SCHEMA = INPUT_GROUP.named("schema");
  public static final Option<List<String>> COLUMNS = INPUT_GROUP.named("columns");
  static final Option<String> KEY = INPUT_GROUP.named("key");
  public static final Option<String> LABEL = INPUT_GROUP.named("label");
  static final Option<String> WEIGHT = INPUT_GROUP.named("weight");
  static final Option<String> EVENT_TIME = INPUT_GROUP.named("event-time");
  static final Option<String> ID = INPUT_GROUP.named("id");
  public static final Option<Task> TASK = INPUT_GROUP.named("task");
  static final Option<?> LABEL_SEPARATOR = INPUT_GROUP.named("label-separator");
  static final Option<List<String>> CLASSES = INPUT_GROUP.named("classes");

  static final OptionGroup ON_TIMEOUT_GROUP =
      new OptionGroup(
          "input.labels.on-timeout",
          "",
          "If only one class is ever reported (clicks, conversions, churn), a missing label means"
              + " the other class. Needs `input.classes`, or `input.positive-class`, which makes"
              + " this label the other class.");
  static final Option<String> ON_TIMEOUT_LABEL =
      ON_TIMEOUT_GROUP.required(
          "label",
          OptionTypes.text("(?s).{0,1000}", "one of the classes, or a number for regression"),
          "label: \"0\"",
          "the label; one of input.classes, a number with task: regression, or with task:"
              + " multilabel an empty text, the empty set");

  static final OptionGroup LABELS_GROUP =
      new OptionGroup(
          "input.labels",
          "",
          "Records have the same format as those of the features. On a topic of their own, only the"
              + " fields below are read. On the topic of the features, a record without label has"
              + " only features, and a record without features only a label. Needs `input.task`,"
              + " `classes` or `positive-class`, or a task of each target, because models predict"
              + " before the first label. With `input.targets` a label's record has the fields of"
              + " one or more targets.");
  public static final Option<String> LABELS_TOPIC =
      LABELS_GROUP.required(
          "topic",
          OptionTypes.topic(),
          "topic: fraud.labels",
          "topic of the labels; may be the topic of the features");

  static {
    LABELS_GROUP.declare(InputSpec.LateLabels.class);
  }

  static final Option<String> LABELS_ID = LABELS_GROUP.named("id");
  static final Option<String> LABELS_KEY = LABELS_GROUP.named("key");
  static final Option<String> LABELS_LABEL = LABELS_GROUP.named("label");

  static final Option<YamlNode> LABELS_ON_TIMEOUT =
      LABELS_GROUP.before(
          "max-pending",
          Option.optional(
              "on-timeout",
              Structures.map(),
              "drop the features",
              "label of features whose own label does not arrive within timeout; see"
                  + " docs/late-labels.md"));

  static final OptionGroup TARGET_GROUP =
      new OptionGroup(
          "input.targets.FIELD",
          "",
          "`click: binary` is short for `click: { task: binary }`. Each target has a model and"
              + " scores of its own. A field that is missing, null or an empty text is a missing"
              + " label. Records are JSON, CSV or of an Avro schema of their own.");

  static {
    TARGET_GROUP.declare(TargetSpec.class);
  }

  static final Option<Task> TARGET_TASK = TARGET_GROUP.named("task");
  static final Option<List<String>> TARGET_CLASSES = TARGET_GROUP.named("classes");
  static final Option<String> TARGET_POSITIVE_CLASS = TARGET_GROUP.named("positive-class");
  static final Option<Long> TARGET_TIMEOUT = TARGET_GROUP.named("timeout");
  static final Option<String> TARGET_ON_TIMEOUT =
      TARGET_GROUP.optional(
          "on-timeout",
          OptionTypes.text(Setting.TEXT, "one of the classes, or a number for regression"),
          "input.labels.on-timeout",
          "label of features whose own does not arrive within timeout; a class needs classes or"
              + " positive-class");

  static final OptionGroup FEATURE_GROUP =
      new OptionGroup(
          "input.features[]",
          "",
          "`- temperature` is short for `- { name: temperature, type: numeric }`. `type: time`"
              + " parses ISO 8601 (`2026-11-26`, `2026-11-26T09:30:00Z`; the hour is used as"
              + " written, whatever the offset) and days, seconds, milliseconds, microseconds or"
              + " nanoseconds since 1970 in UTC. The unit of a number is that of its logical type"
              + " in the Avro schema (`timestamp-millis`), or else follows from its size:"
              + " milliseconds are recognised from March 1973 on. A date of 1900 to 2100 without"
              + " dashes, such as 20261126, is that date, as text and as a number. For one-hot and"
              + " hash, a number is the text of its digits, without a decimal point if it is whole:"
              + " `2` for 2 and 2.0. So it is for ids. `type: id`, `set`, `text` and `sparse` need"
              + " `model: auto`; see docs/formats.md#ids-of-any-cardinality.");

  static {
    FEATURE_GROUP
        .declare(FeatureSpec.class, "name", "type", "nullable", "values", "buckets")
        .declare(FeatureSpec.IdOptions.class, "min-count", "ttl", "max", "ngrams")
        .declare(FeatureSpec.class, "separator");
  }

  static final Option<FeatureSpec.Type> FEATURE_TYPE = FEATURE_GROUP.named("type");
  static final Option<String> FEATURE_NAME = FEATURE_GROUP.named("name");
  static final Option<Boolean> NULLABLE = FEATURE_GROUP.named("nullable");
  static final Option<List<String>> VALUES = FEATURE_GROUP.named("values");
  static final Option<Integer> BUCKETS = FEATURE_GROUP.named("buckets");

  static final Option<?> MIN_COUNT = FEATURE_GROUP.named("min-count");
  static final Option<?> ID_TTL = FEATURE_GROUP.named("ttl");
  static final Option<?> MAX_IDS = FEATURE_GROUP.named("max");
  static final Option<?> NGRAMS = FEATURE_GROUP.named("ngrams");
  static final Option<String> SEPARATOR = FEATURE_GROUP.named("separator");

  private InputOptions() {}

  /** Returns the options of an input, whose label need not be given if there are targets. */
  public static OptionGroup group(YamlNode.Mapping input) {
    return input.has(TARGETS.name())
        ? INPUT_GROUP.with(Option.optional("label", FIELD, "none", LABEL.documentation()))
        : INPUT_GROUP;
  }
}
