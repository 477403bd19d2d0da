package dev.millrace.config;

import dev.millrace.config.Settings.Backend;
import dev.millrace.config.Settings.Guarantee;
import dev.millrace.config.option.Durations;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.InputSpec.Limits;
import dev.millrace.data.KebabCase;
import dev.millrace.flink.StateSpec;
import dev.millrace.prequential.ShapeChange;
import java.util.List;

/**
 * Every option of the pipeline file, once: name, what it takes, default and meaning. Parsing,
 * checking, suggestions and docs/reference/pipeline.md all come from here.
 */
final class PipelineOptions {
  private static final long HOUR = 3_600_000;

  static final Option<String> PIPELINE =
      Option.required(
          "pipeline",
          OptionTypes.text(
              "[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,99}",
              "1 to 100 letters, digits, '.', '_' or '-', the first no '.'"),
          "pipeline: fraud",
          "names the topics, the consumer group, the transactional ids and the metrics");
  static final Option<YamlNode> KAFKA =
      Option.required(
          "kafka",
          Structures.map(),
          "kafka: { bootstrap.servers: localhost:9092 }",
          "the Kafka cluster");
  static final Option<YamlNode> INPUT =
      Option.required(
          "input", Structures.map(), "input: { label: class }", "how a record becomes an example");
  static final Option<YamlNode> MODEL =
      Option.open(
          "model",
          Structures.structure("auto, or a map of options", Scalar.class, Mapping.class),
          "auto",
          "the network and how it learns; a network written out is honoured exactly");
  static final Option<YamlNode> METRICS =
      section("metrics", "what is measured, how often reported");
  static final Option<YamlNode> VALIDATION =
      section("validation", "which examples no model learns from");
  static final Option<YamlNode> DRIFT = section("drift", "what is done when a stream changes");
  static final Option<YamlNode> OUTPUT = section("output", "the topics that the pipeline writes");
  static final Option<YamlNode> STATE = section("state", "where models live between records");
  static final Option<YamlNode> LIMITS =
      section("limits", "what a record and a model may be at most");

  static final Option<String> BOOTSTRAP_SERVERS =
      Option.required(
          "bootstrap.servers",
          OptionTypes.text("(?s).+", "HOST:PORT, several separated by commas"),
          "bootstrap.servers: localhost:9092",
          "the brokers to ask first");

  static final Option<YamlNode> TOPICS = section("topics", "their names, all different");
  static final Option<Guarantee> GUARANTEE =
      Option.of(
          "guarantee",
          OptionTypes.choice(KebabCase::of, Guarantee.values()),
          Guarantee.AT_LEAST_ONCE,
          "how surely; exactly-once shows records when a checkpoint ends");
  static final Option<Boolean> PREDICTIONS =
      Option.of(
          "predictions",
          OptionTypes.flag(),
          false,
          "publish the prediction for each example, made before the model learned from it");
  static final Option<YamlNode> SNAPSHOTS = section("snapshots", "when models are published");
  static final Option<String> METRICS_TOPIC =
      topic("metrics", DefaultTopic.METRICS, "how well each model does");
  static final Option<String> PREDICTIONS_TOPIC =
      topic("predictions", DefaultTopic.PREDICTIONS, "what each model predicted, and the label");
  static final Option<String> EVENTS_TOPIC =
      topic(
          "events",
          DefaultTopic.EVENTS,
          "what happened to models: drift, skipped steps, keys that expired or restarted");
  static final Option<String> DEAD_LETTERS_TOPIC =
      topic("dead-letters", DefaultTopic.DEAD_LETTERS, "rejected records, with the reason");
  static final Option<String> MODELS_TOPIC =
      topic("models", DefaultTopic.MODELS, "copies of the models; compacted");

  static final Option<Boolean> SUMMARY =
      Option.of(
          "summary",
          OptionTypes.flag(),
          false,
          "publish a summary of all models every few seconds, by the clock");
  static final Option<String> SUMMARY_TOPIC =
      topic("summary", DefaultTopic.SUMMARY, "how all models together are doing");
  static final Option<String> COMMANDS_TOPIC =
      topic(
          "commands",
          DefaultTopic.COMMANDS,
          "read with models: commands to running jobs, such as promote");

  static final Option<Backend> BACKEND =
      Option.of(
          "backend",
          OptionTypes.choice(KebabCase::of, Backend.values()),
          Backend.HEAP,
          "memory, or disk for more models than memory holds");
  static final Option<Long> CHECKPOINT_INTERVAL =
      Option.of(
          "checkpoint-interval",
          Durations.kind(10, 24 * HOUR, false),
          10_000L,
          "time between two checkpoints");

  static final Option<Long> CACHE_BYTES =
      Option.of(
          "cache-bytes",
          OptionTypes.wideWhole(0, 1L << 40),
          StateSpec.DEFAULT.cacheBytes(),
          "memory of each subtask for the models in use with rocksdb, beside RocksDB's own");

  static final Option<Long> TTL =
      Option.of(
          "ttl",
          Durations.kind(60_000, 3_650 * 24 * HOUR, true),
          StateSpec.DEFAULT.ttlMillis(),
          "a key without an example for this time expires, at most an eighth of it later");

  static final Option<ShapeChange> ON_SHAPE_CHANGE =
      Option.of(
          "on-shape-change",
          OptionTypes.choice(KebabCase::of, ShapeChange.values()),
          StateSpec.DEFAULT.onShapeChange(),
          "when a stored model is not of the kind that this file describes: stop the job with both"
              + " kinds, start such a key afresh, or make a smaller model larger; see"
              + " docs/architecture.md");

  static final Option<Integer> RECORD_BYTES =
      Option.of(
          "record-bytes", OptionTypes.whole(1, 104_857_600), 1_048_576, "length of a record value");
  static final Option<Integer> KEY_BYTES =
      Option.of("key-bytes", OptionTypes.whole(1, 10_000), 256, "length of a model key in UTF-8");
  static final Option<Integer> CLASS_LIMIT =
      Option.of(
          "classes",
          OptionTypes.whole(2, Limits.MAX_CLASSES),
          Limits.USUAL_CLASSES,
          "classes of one model");
  static final Option<Integer> FEATURE_LIMIT =
      Option.of("features", OptionTypes.whole(1, 1_048_576), 65_536, "features of one model");
  static final Option<Float> WEIGHT_LIMIT =
      Option.of(
          "weight",
          OptionTypes.aboveAndUpTo(0, 1_000_000_000),
          Limits.USUAL_WEIGHT,
          "weight of an example (`input.weight`)");
  static final Option<Long> MODEL_BYTES =
      Option.of(
          "model-bytes",
          // No more than one array of floats may have, whatever the optimizer.
          OptionTypes.wideWhole(4_096, 1L << 32),
          StateSpec.DEFAULT.modelBytes(),
          "memory of one model's weights and optimizer, and of the records it keeps");

  static final OptionGroup ROOT_GROUP =
      new OptionGroup(
          "",
          "",
          "Three of them are enough: `pipeline`, `kafka` and `input`.",
          List.of(
              PIPELINE,
              KAFKA,
              INPUT,
              MODEL,
              AutoOptions.AUTO,
              SelectionOptions.MODELS,
              SelectionOptions.CHAMPION,
              SelectionOptions.PROMOTION,
              METRICS,
              VALIDATION,
              DRIFT,
              OUTPUT,
              STATE,
              LIMITS));
  static final OptionGroup KAFKA_GROUP =
      new OptionGroup(
          "kafka",
          "",
          "Any property of the Kafka clients stands here too and is passed through, such as"
              + " `security.protocol: SASL_SSL`.",
          List.of(BOOTSTRAP_SERVERS));
  static final OptionGroup OUTPUT_GROUP =
      new OptionGroup(
          "output",
          "",
          "What the pipeline writes to Kafka.",
          List.of(TOPICS, PREDICTIONS, SNAPSHOTS, SUMMARY, GUARANTEE));
  static final OptionGroup TOPICS_GROUP =
      new OptionGroup(
          "output.topics",
          "",
          "`./millrace topics create -c FILE` creates them.",
          List.of(
              METRICS_TOPIC,
              PREDICTIONS_TOPIC,
              EVENTS_TOPIC,
              DEAD_LETTERS_TOPIC,
              MODELS_TOPIC,
              SUMMARY_TOPIC,
              COMMANDS_TOPIC));
  static final OptionGroup STATE_GROUP =
      new OptionGroup(
          "state",
          "",
          "Flink keeps one state per key.",
          List.of(BACKEND, CHECKPOINT_INTERVAL, CACHE_BYTES, TTL, ON_SHAPE_CHANGE));
  static final OptionGroup LIMITS_GROUP =
      new OptionGroup(
          "limits",
          "",
          "A record beyond them is a dead letter.",
          List.of(RECORD_BYTES, KEY_BYTES, CLASS_LIMIT, FEATURE_LIMIT, WEIGHT_LIMIT, MODEL_BYTES));

  /** All maps, in the order of the reference. */
  static final List<OptionGroup> GROUPS =
      List.of(
          ROOT_GROUP,
          KAFKA_GROUP,
          InputOptions.INPUT_GROUP,
          RegistryOptions.GROUP,
          InputOptions.FEATURE_GROUP,
          InputOptions.LABELS_GROUP,
          AutoOptions.AUTO_GROUP,
          WarmStartOptions.AUTO_GROUP,
          ModelOptions.MODEL_GROUP,
          WarmStartOptions.MODEL_GROUP,
          ModelOptions.LAYER_GROUP,
          ModelOptions.SGD_GROUP,
          ModelOptions.RMSPROP_GROUP,
          ModelOptions.ADAM_GROUP,
          ModelOptions.ADAMW_GROUP,
          ModelOptions.ADAGRAD_GROUP,
          ModelOptions.FTRL_GROUP,
          ScheduleOptions.CONSTANT_GROUP,
          ScheduleOptions.STEP_GROUP,
          ScheduleOptions.INVERSE_TIME_GROUP,
          ScheduleOptions.COSINE_GROUP,
          ModelOptions.NORMALIZATION_GROUP,
          MetricsOptions.METRICS_GROUP,
          MetricsOptions.VALIDATION_GROUP,
          SelectionOptions.GROUP,
          DriftOptions.DRIFT_GROUP,
          DriftOptions.ADWIN_GROUP,
          DriftOptions.DDM_GROUP,
          DriftOptions.EDDM_GROUP,
          DriftOptions.HDDM_A_GROUP,
          DriftOptions.PAGE_HINKLEY_GROUP,
          DriftOptions.KSWIN_GROUP,
          OUTPUT_GROUP,
          TOPICS_GROUP,
          SnapshotOptions.GROUP,
          STATE_GROUP,
          LIMITS_GROUP);

  private PipelineOptions() {}

  /** Where an option of this name stands, or null when there is none. */
  static String pathOf(String name) {
    return GROUPS.stream()
        .filter(group -> !group.path().isEmpty() && group.names().contains(name))
        .map(group -> group.path() + "." + name)
        .findFirst()
        .orElse(null);
  }

  /** An option that names a topic, whose default carries the pipeline's name. */
  static Option<String> topic(String name, DefaultTopic topic, String meaning) {
    return Option.open(name, OptionTypes.topic(), topic.of("<pipeline>"), meaning);
  }

  private static Option<YamlNode> section(String name, String meaning) {
    return Option.open(name, Structures.map(), "its defaults", meaning);
  }
}
