package dev.millrace.config;

import dev.millrace.config.Settings.Start;
import dev.millrace.config.option.Durations;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Sequence;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.InputSpec;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Task;
import java.util.List;

/** The options of {@code input}; see {@link PipelineOptions}. */
final class InputOptions {
  private static final OptionType<String> FIELD =
      OptionTypes.text("(?s).{1,1000}", "the name of a field");

  static final Option<String> INPUT_TOPIC =
      PipelineOptions.topic("topic", DefaultTopic.EXAMPLES, "the labelled examples");
  static final Option<InputSpec.Format> FORMAT =
      Option.of(
          "format",
          OptionTypes.choice(InputSpec.Format::id, InputSpec.Format.values()),
          InputSpec.Format.AVRO,
          "framing of the record values: Avro single-object encoding, bare Avro, JSON objects, CSV"
              + " lines; see docs/formats.md");
  static final Option<String> SCHEMA =
      Option.open(
          "schema",
          OptionTypes.text("(?s).+", "the path of an .avsc file"),
          "the example schema",
          "Avro schema of the records, a path relative to the pipeline file");
  static final Option<List<String>> COLUMNS =
      Option.open(
          "columns",
          Structures.words(1, 10_000, "names"),
          "required with csv",
          "csv: the columns in the order of the lines");
  static final Option<YamlNode> REGISTRY =
      Option.open(
          "registry",
          Structures.map(),
          "none",
          "avro: the schema registry of records in the Confluent wire format");
  static final Option<Start> START =
      Option.of(
          "start",
          OptionTypes.choice(KebabCase::of, Start.values()),
          Start.COMMITTED,
          "where a pipeline without a checkpoint starts; committed falls back to earliest");
  static final Option<String> KEY =
      Option.open("key", FIELD, "the record key", "field that says which model learns");
  static final Option<String> LABEL =
      Option.required("label", FIELD, "label: class", "field that holds the truth");
  static final Option<String> POSITIVE =
      Option.open(
          "positive-class",
          OptionTypes.text("(?s).{1,1000}", "one of the two classes"),
          "the last by name",
          "class that binary precision, recall and F1 speak of; makes the task binary");
  static final Option<String> WEIGHT =
      Option.open("weight", FIELD, "1", "field that holds the weight of the example");
  static final Option<String> EVENT_TIME =
      Option.open(
          "event-time",
          FIELD,
          "the record's timestamp",
          "field that holds the event time in milliseconds since the epoch, or what a logical type"
              + " in the Avro schema says, such as timestamp-micros");
  static final Option<String> ID =
      Option.open(
          "id",
          FIELD,
          "none; event_id with labels",
          "field that names the example: labels that come later find their features by it,"
              + " predictions carry it, and it decides what is held out");
  static final Option<YamlNode> LABELS =
      Option.open(
          "labels",
          Structures.map(),
          "with the features",
          "how labels come that come later than their features; see docs/late-labels.md");
  static final Option<Task> TASK =
      Option.open(
          "task",
          OptionTypes.choice(KebabCase::of, Task.values()),
          "guessed",
          "what to predict; guessed from classes and positive-class, else from the labels: text, boolean"
              + " and enum labels are classes, numbers are regression targets");
  static final Option<List<String>> CLASSES =
      Option.open(
          "classes",
          Structures.words(2, InputSpec.Limits.MAX_CLASSES, "classes"),
          "discovered",
          "the labels there are; a record with another one is a dead letter");
  static final Option<YamlNode> FEATURES =
      Option.open(
          "features",
          Structures.structure("a list of fields", Sequence.class),
          "all of the example schema",
          "the fields that the model sees; a name alone is a numeric field");

  static final Option<String> FEATURE_NAME =
      Option.required(
          "name", FIELD, "name: temperature", "the field; dots reach into nested records");
  static final Option<FeatureSpec.Type> FEATURE_TYPE =
      Option.of(
          "type",
          OptionTypes.choice(FeatureSpec.Type::id, FeatureSpec.Type.values()),
          FeatureSpec.Type.NUMERIC,
          "how the field becomes features: a number or a truth value as it is; texts as a 1 among"
              + " those of the listed values or of the hash; a time as four, where it is on the"
              + " circles of the day and of the week");
  static final Option<Boolean> NULLABLE =
      Option.of(
          "nullable",
          OptionTypes.flag(),
          false,
          "may be absent; adds a feature that says when it is");
  static final Option<List<String>> VALUES =
      Option.open(
          "values",
          Structures.words(1, 1000, "values"),
          "required with one-hot",
          "one-hot: the values, one feature each; another value is 0 in all of them, and counted");
  static final Option<Integer> BUCKETS =
      Option.of("buckets", OptionTypes.whole(1, 65_536), 32, "hash: the number of features");

  static final OptionGroup INPUT_GROUP =
      new OptionGroup(
          "input",
          "",
          "The standard example schema carries any table and needs no `features`; records of"
              + " another Avro schema or JSON name the fields that the model sees.",
          List.of(
              INPUT_TOPIC,
              FORMAT,
              SCHEMA,
              COLUMNS,
              REGISTRY,
              START,
              KEY,
              LABEL,
              POSITIVE,
              WEIGHT,
              EVENT_TIME,
              ID,
              LABELS,
              TASK,
              CLASSES,
              FEATURES));
  static final Option<String> LABELS_TOPIC =
      Option.required(
          "topic",
          OptionTypes.topic(),
          "topic: fraud.labels",
          "the labels; that of the features if they come there too");
  static final Option<String> LABELS_ID =
      Option.open("id", FIELD, "that of input.id", "field that names the example");
  static final Option<String> LABELS_KEY =
      Option.open("key", FIELD, "that of input.key", "field that says which model learns");
  static final Option<String> LABELS_LABEL =
      Option.open("label", FIELD, "that of input.label", "field that holds the truth");
  static final Option<Long> LABELS_TIMEOUT =
      Option.of(
          "timeout",
          Durations.kind(1, 3_650L * 86_400_000, false),
          86_400_000L,
          "event time after which features wait no longer for their label, nor a label for its"
              + " features");
  static final Option<Integer> LABELS_MAX_PENDING =
      Option.of(
          "max-pending",
          OptionTypes.whole(1, 10_000_000),
          10_000,
          "features of a key that wait for their label at most; also labels that wait for features,"
              + " and ids that are remembered to tell duplicates");
  static final Option<YamlNode> LABELS_ON_TIMEOUT =
      Option.open(
          "on-timeout",
          Structures.map(),
          "drop the features",
          "label of features whose own label does not come within timeout; see"
              + " docs/late-labels.md");
  static final Option<String> ON_TIMEOUT_LABEL =
      Option.required(
          "label",
          OptionTypes.text("(?s).{1,1000}", "one of the classes, or a number for regression"),
          "label: \"0\"",
          "the label; one of input.classes, or a number with task: regression");
  static final OptionGroup ON_TIMEOUT_GROUP =
      new OptionGroup(
          "input.labels.on-timeout",
          "",
          "Where only one class is ever reported (clicks, conversions, churn), a label that does"
              + " not come means the other one. Needs `input.classes`, or `input.positive-class`, which"
              + " makes this label the other class.",
          List.of(ON_TIMEOUT_LABEL));
  static final OptionGroup LABELS_GROUP =
      new OptionGroup(
          "input.labels",
          "",
          "Records of the format that the features have. On a topic of their own the fields below"
              + " are read and no others. On the topic of the features, a record without label has"
              + " features alone, one without any feature a label alone. Needs `input.task`,"
              + " `classes` or `positive-class`, because models predict before the first label.",
          List.of(
              LABELS_TOPIC,
              LABELS_ID,
              LABELS_KEY,
              LABELS_LABEL,
              LABELS_TIMEOUT,
              LABELS_ON_TIMEOUT,
              LABELS_MAX_PENDING));
  static final OptionGroup FEATURE_GROUP =
      new OptionGroup(
          "input.features[]",
          "",
          "`- temperature` is short for `- { name: temperature, type: numeric }`. `type: time`"
              + " reads ISO 8601 (`2026-11-26`, `2026-11-26T09:30:00Z`; the hour counts as it is"
              + " written, whatever the offset) and days, seconds, milliseconds, microseconds or"
              + " nanoseconds since 1970 in UTC. Which of them a number counts, a logical type in"
              + " the Avro schema says (`timestamp-millis`), else its size: milliseconds are such"
              + " from March 1973 on. A date of 1900 to 2100 without dashes, such as 20261126, is"
              + " that date, as a text and as a number. Where one-hot and hash get a number, it is"
              + " the text of its digits, and a whole one has no point: `2` for 2 and 2.0.",
          List.of(FEATURE_NAME, FEATURE_TYPE, NULLABLE, VALUES, BUCKETS));

  private InputOptions() {}
}
