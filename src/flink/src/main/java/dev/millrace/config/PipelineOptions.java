package dev.millrace.config;

import dev.millrace.config.Settings.Backend;
import dev.millrace.config.Settings.Guarantee;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.InputSpec;
import dev.millrace.data.InputSpec.Limits;
import dev.millrace.data.KebabCase;
import dev.millrace.explain.RowColumns;
import dev.millrace.flink.StateSpec;
import dev.millrace.prequential.ShapeChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Declares the options of the pipeline file, each once: name, type, default and documentation.
 * Parsing, checks, suggestions and docs/reference/pipeline.md follow from them.
 */
final class PipelineOptions {
  private static final long HOUR = 3_600_000;

  static final OptionGroup ROOT_GROUP =
      new OptionGroup("", "", "Three of them are enough: `pipeline`, `kafka` and `input`.");
  static final Option<String> PIPELINE =
      ROOT_GROUP.required(
          "pipeline",
          OptionTypes.text(
              "[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,99}",
              "1 to 100 letters, digits, '.', '_' or '-', the first no '.'"),
          "pipeline: fraud",
          "name of the pipeline; part of topics, consumer group, transactional ids and metrics");
  static final Option<YamlNode> KAFKA =
      ROOT_GROUP.required(
          "kafka",
          Structures.map(),
          "kafka: { bootstrap.servers: localhost:9092 }",
          "the Kafka cluster");

  static {
    ROOT_GROUP.include(InputOptions.INPUT);
  }

  static final Option<YamlNode> MODEL =
      ROOT_GROUP.optional(
          "model",
          Structures.structure("auto, or a map of options", Scalar.class, Mapping.class),
          "auto",
          "the network and how it learns");

  static {
    ROOT_GROUP.include(
        AutoOptions.AUTO,
        SelectionOptions.MODELS,
        SelectionOptions.CHAMPION,
        SelectionOptions.PROMOTION,
        ForecastOptions.FORECAST);
  }

  static final Option<YamlNode> METRICS = ROOT_GROUP.add(section("metrics", "scores and reports"));
  static final Option<YamlNode> VALIDATION =
      ROOT_GROUP.add(section("validation", "held-out examples"));
  static final Option<YamlNode> DRIFT = ROOT_GROUP.add(section("drift", "drift detection"));
  static final Option<YamlNode> OUTPUT = ROOT_GROUP.add(section("output", "output topics"));
  static final Option<YamlNode> STATE = ROOT_GROUP.add(section("state", "state and checkpoints"));
  static final Option<YamlNode> LIMITS =
      ROOT_GROUP.add(section("limits", "max sizes of records and models"));

  static final OptionGroup KAFKA_GROUP =
      new OptionGroup(
          "kafka",
          "",
          "Any other property of the Kafka clients is passed through, such as"
              + " `security.protocol: SASL_SSL`.");
  static final Option<String> BOOTSTRAP_SERVERS =
      KAFKA_GROUP.required(
          "bootstrap.servers",
          OptionTypes.text("(?s).+", "HOST:PORT, several separated by commas"),
          "bootstrap.servers: localhost:9092",
          "the brokers to ask first");

  static final OptionGroup OUTPUT_GROUP =
      new OptionGroup("output", "", "What the pipeline writes to Kafka.");
  static final Option<YamlNode> TOPICS =
      OUTPUT_GROUP.add(section("topics", "their names, all different"));
  static final Option<Boolean> PREDICTIONS =
      OUTPUT_GROUP.option(
          "predictions",
          OptionTypes.flag(),
          false,
          "publish the prediction for each example, made before the model learned from it");
  static final Option<Float> INTERVAL =
      OUTPUT_GROUP.option(
          "interval",
          OptionTypes.atLeastAndBelow(0, 1),
          0f,
          "level of intervals, such as 0.9: that share of the labels is to be between low and high"
              + " around a predicted value, or in the set of predicted classes; 0 is off; see"
              + " docs/intervals.md");
  static final Option<Integer> REASONS =
      OUTPUT_GROUP.option(
          "reasons",
          OptionTypes.whole(0, RowColumns.MAX),
          0,
          "max number of columns that a prediction names as its reasons, those that moved it most;"
              + " 0 is off; see docs/reasons.md");
  static final Option<YamlNode> SNAPSHOTS =
      OUTPUT_GROUP.add(section("snapshots", "when models are published"));
  static final Option<Boolean> SUMMARY =
      OUTPUT_GROUP.option(
          "summary",
          OptionTypes.flag(),
          false,
          "publish a summary of all models every few seconds, by the clock");
  static final Option<Guarantee> GUARANTEE =
      OUTPUT_GROUP.option(
          "guarantee",
          OptionTypes.choice(KebabCase::of, Guarantee.values()),
          Guarantee.AT_LEAST_ONCE,
          "how surely; exactly-once shows records when a checkpoint ends");

  static final OptionGroup TOPICS_GROUP =
      new OptionGroup("output.topics", "", "`./millrace topics create -c FILE` creates them.");
  static final Option<String> METRICS_TOPIC =
      TOPICS_GROUP.add(DefaultTopic.METRICS.option("metrics", "how well each model does"));
  static final Option<String> PREDICTIONS_TOPIC =
      TOPICS_GROUP.add(
          DefaultTopic.PREDICTIONS.option(
              "predictions", "what each model predicted, and the label"));
  static final Option<String> EVENTS_TOPIC =
      TOPICS_GROUP.add(
          DefaultTopic.EVENTS.option(
              "events",
              "what happened to models: drift, skipped steps, keys that expired or restarted"));
  static final Option<String> DEAD_LETTERS_TOPIC =
      TOPICS_GROUP.add(
          DefaultTopic.DEAD_LETTERS.option("dead-letters", "rejected records, with the reason"));
  static final Option<String> MODELS_TOPIC =
      TOPICS_GROUP.add(DefaultTopic.MODELS.option("models", "copies of the models; compacted"));
  static final Option<String> SUMMARY_TOPIC =
      TOPICS_GROUP.add(DefaultTopic.SUMMARY.option("summary", "how all models together are doing"));
  static final Option<String> COMMANDS_TOPIC =
      TOPICS_GROUP.add(
          DefaultTopic.COMMANDS.option(
              "commands",
              "commands to running jobs, such as promote and erase; read if it is named here, and"
                  + " with models"));

  static final OptionGroup STATE_GROUP =
      new OptionGroup("state", "", "Flink keeps one state per key.");
  static final Option<Backend> BACKEND =
      STATE_GROUP.option(
          "backend",
          OptionTypes.choice(KebabCase::of, Backend.values()),
          Backend.HEAP,
          "memory, or disk for more models than memory holds");
  static final Option<Long> CHECKPOINT_INTERVAL =
      STATE_GROUP.option(
          "checkpoint-interval",
          OptionTypes.time(10, 24 * HOUR, false),
          10_000L,
          "time between two checkpoints");
  static final Option<Long> CACHE_BYTES =
      STATE_GROUP.option(
          "cache-bytes",
          OptionTypes.wideWhole(0, 1L << 40),
          StateSpec.DEFAULT.cacheBytes(),
          "memory of each subtask for models in use with rocksdb, in addition to RocksDB's own");
  static final Option<Long> TTL =
      STATE_GROUP.option(
          "ttl",
          OptionTypes.time(60_000, 3_650 * 24 * HOUR, true),
          StateSpec.DEFAULT.ttlMillis(),
          "time after which a key without examples expires, plus at most one eighth");
  static final Option<ShapeChange> ON_SHAPE_CHANGE =
      STATE_GROUP.option(
          "on-shape-change",
          OptionTypes.choice(KebabCase::of, ShapeChange.values()),
          StateSpec.DEFAULT.onShapeChange(),
          "action if a stored model does not have the shape that this file describes: fail the job"
              + " with both shapes, reset the key, or expand a smaller model; see"
              + " docs/architecture.md");

  static final OptionGroup LIMITS_GROUP =
      new OptionGroup("limits", "", "A record beyond them is a dead letter.");
  static final Option<Integer> RECORD_BYTES =
      LIMITS_GROUP.option(
          "record-bytes",
          OptionTypes.whole(1, 104_857_600),
          1_048_576,
          "max bytes of a record value");
  static final Option<Integer> KEY_BYTES =
      LIMITS_GROUP.option(
          "key-bytes", OptionTypes.whole(1, 10_000), 256, "max bytes of a model key in UTF-8");
  static final Option<Integer> CLASS_LIMIT =
      LIMITS_GROUP.option(
          "classes",
          OptionTypes.whole(2, Limits.MAX_CLASSES),
          Limits.DEFAULT_CLASSES,
          "max number of classes of one model");
  static final Option<Integer> FEATURE_LIMIT =
      LIMITS_GROUP.option(
          "features",
          OptionTypes.whole(1, 1_048_576),
          65_536,
          "max number of features of one model");
  static final Option<Integer> ID_LIMIT =
      LIMITS_GROUP.optional(
          "ids",
          OptionTypes.whole(1, 100_000_000),
          "what state-bytes holds, max 1000000",
          "max number of ids that one model knows, of features and crosses together (type id, set,"
              + " text, sparse); a new id replaces the one that was seen least recently");
  static final Option<Integer> GROUP_LIMIT =
      LIMITS_GROUP.option(
          "groups",
          OptionTypes.whole(1, 10_000_000),
          InputSpec.Limits.DEFAULT_GROUPS,
          "max number of groups of records that one key derives features from, for each `by` of"
              + " input.derived; a new group replaces the one that was used least recently");
  static final Option<Float> WEIGHT_LIMIT =
      LIMITS_GROUP.option(
          "weight",
          OptionTypes.aboveAndUpTo(0, 1_000_000_000),
          Limits.DEFAULT_WEIGHT,
          "max weight of an example (`input.weight`)");
  static final Option<Long> STATE_BYTES =
      LIMITS_GROUP.option(
          "state-bytes",
          // The max size of an array of floats, for any optimizer.
          OptionTypes.wideWhole(4_096, 1L << 32),
          StateSpec.DEFAULT.stateBytes(),
          "max memory of one key: models, records for replay, ids, groups, windows, and what waits"
              + " for labels. When it is used up, groups and ids that were used least recently are"
              + " forgotten; a class or a label that would not fit is rejected");

  /** All groups in the order of the reference. */
  static final List<OptionGroup> GROUPS = groups();

  private PipelineOptions() {}

  private static List<OptionGroup> groups() {
    List<OptionGroup> groups = new ArrayList<>();
    Collections.addAll(
        groups,
        ROOT_GROUP,
        KAFKA_GROUP,
        InputOptions.INPUT_GROUP,
        RegistryOptions.GROUP,
        InputOptions.TARGET_GROUP,
        InputOptions.FEATURE_GROUP,
        DerivedOptions.DERIVED_GROUP,
        InputOptions.LABELS_GROUP,
        InputOptions.ON_TIMEOUT_GROUP,
        ForecastOptions.GROUP,
        AutoOptions.AUTO_GROUP,
        WarmStartOptions.AUTO_GROUP,
        ModelOptions.MODEL_GROUP,
        WarmStartOptions.MODEL_GROUP,
        ModelOptions.LAYER_GROUP,
        ModelOptions.EMBEDDINGS_GROUP);
    groups.addAll(ModelOptions.OPTIMIZERS.groups());
    groups.addAll(ScheduleOptions.SCHEDULES.groups());
    Collections.addAll(
        groups,
        ModelOptions.NORMALIZATION_GROUP,
        MetricsOptions.METRICS_GROUP,
        MetricsOptions.VALIDATION_GROUP,
        SelectionOptions.GROUP,
        DriftOptions.DRIFT_GROUP);
    groups.addAll(DriftOptions.DETECTORS.groups());
    Collections.addAll(
        groups, OUTPUT_GROUP, TOPICS_GROUP, SnapshotOptions.GROUP, STATE_GROUP, LIMITS_GROUP);
    return List.copyOf(groups);
  }

  /**
   * Returns the path of the first option of this name, an entry of a list only if there is no
   * other; null if there is none.
   */
  static @Nullable String pathOf(String name) {
    return GROUPS.stream()
        .filter(group -> !group.path().isEmpty() && group.names().contains(name))
        .map(OptionGroup::path)
        .min(Comparator.comparing(path -> path.endsWith("[]")))
        .map(path -> path + "." + name)
        .orElse(null);
  }

  private static Option<YamlNode> section(String name, String documentation) {
    return Option.optional(name, Structures.map(), "its defaults", documentation);
  }
}
