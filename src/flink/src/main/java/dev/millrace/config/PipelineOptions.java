package dev.millrace.config;

import dev.millrace.config.input.ForecastOptions;
import dev.millrace.config.input.InputOptions;
import dev.millrace.config.input.InputReader;
import dev.millrace.config.kafka.KafkaOptions;
import dev.millrace.config.model.AutoOptions;
import dev.millrace.config.model.ModelOptions;
import dev.millrace.config.model.ModelsReader;
import dev.millrace.config.model.SelectionOptions;
import dev.millrace.config.option.DefaultTopic;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.flink.StateSpec;
import dev.millrace.input.InputSpec.Limits;
import dev.millrace.prequential.spec.PublishSpec;
import dev.millrace.prequential.spec.SnapshotSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Groups the options of the pipeline file: those that specifications declare, and those that are
 * texts, lists and maps. Parsing, checks, suggestions and docs/reference/pipeline.md follow.
 */
final class PipelineOptions {
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
    ROOT_GROUP.include(
        InputOptions.INPUT,
        ModelOptions.MODEL,
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

  static final OptionGroup OUTPUT_GROUP =
      new OptionGroup("output", "", "What the pipeline writes to Kafka.");
  static final Option<YamlNode> TOPICS =
      OUTPUT_GROUP.add(section("topics", "their names, all different"));

  static {
    OUTPUT_GROUP.declare(PublishSpec.class).declare(Settings.Output.class);
  }

  static final Option<YamlNode> SNAPSHOTS =
      OUTPUT_GROUP.before("summary", section("snapshots", "when models are published"));
  static final Option<?> REASONS = OUTPUT_GROUP.named("reasons");
  static final Option<?> GUARANTEE = OUTPUT_GROUP.named("guarantee");

  static final OptionGroup SNAPSHOTS_GROUP =
      new OptionGroup(
              "output.snapshots",
              "",
              "Snapshots of the models on the models topic while the job runs. The last snapshot of"
                  + " a key is published at the end of a bounded input and when the job is"
                  + " drained.")
          .declare(SnapshotSpec.class);

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
      new OptionGroup("state", "", "Flink keeps one state per key.")
          .declare(Settings.State.class)
          .declare(StateSpec.class, "cache-bytes", "ttl", "on-shape-change");

  static final OptionGroup LIMITS_GROUP =
      new OptionGroup("limits", "", "A record beyond them is a dead letter.")
          .declare(Limits.class)
          .declare(StateSpec.class, "state-bytes");
  static final Option<?> ID_LIMIT = LIMITS_GROUP.named("ids");
  static final Option<?> STATE_BYTES = LIMITS_GROUP.named("state-bytes");

  /** All groups in the order of the reference. */
  static final List<OptionGroup> GROUPS = groups();

  private PipelineOptions() {}

  private static List<OptionGroup> groups() {
    List<OptionGroup> groups = new ArrayList<>();
    groups.add(ROOT_GROUP);
    groups.add(KafkaOptions.GROUP);
    groups.addAll(InputReader.groups());
    groups.addAll(ModelsReader.groups());
    Collections.addAll(
        groups,
        MetricsOptions.METRICS_GROUP,
        MetricsOptions.VALIDATION_GROUP,
        SelectionOptions.GROUP,
        DriftOptions.DRIFT_GROUP);
    groups.addAll(DriftOptions.DETECTORS.groups());
    Collections.addAll(
        groups, OUTPUT_GROUP, TOPICS_GROUP, SNAPSHOTS_GROUP, STATE_GROUP, LIMITS_GROUP);
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
