package dev.millrace.config;

import dev.millrace.config.input.ForecastOptions;
import dev.millrace.config.input.InputOptions;
import dev.millrace.config.input.InputReader;
import dev.millrace.config.kafka.KafkaProperties;
import dev.millrace.config.model.ModelReader;
import dev.millrace.config.model.ModelsReader;
import dev.millrace.config.model.SelectionOptions;
import dev.millrace.config.option.DefaultTopic;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.data.Durations;
import dev.millrace.input.InputSpec;
import dev.millrace.kafka.TransactionTimeout;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.spec.PublishSpec;
import dev.millrace.prequential.spec.SnapshotSpec;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Reads the options of one pipeline; see {@link PipelineFile}. */
final class PipelineReader {
  private final Path baseDir;
  private final boolean isEmbedded;
  private final ConfigErrors errors;
  private final OptionReader root;
  private final OptionReader metrics;
  private final OptionReader validation;
  private final OptionReader drift;
  private final OptionReader output;
  private final OptionReader topics;
  private final OptionReader state;
  private final OptionReader limits;
  private final String pipeline;

  /**
   * @param baseDir directory that the files of the pipeline are relative to
   * @param isEmbedded true if examples are named values, rather than records of a topic
   */
  PipelineReader(Mapping given, Path baseDir, boolean isEmbedded, ConfigErrors errors) {
    this.baseDir = baseDir;
    this.isEmbedded = isEmbedded;
    this.errors = errors;
    Mapping document = ForecastOptions.withLabel(given, errors);
    root = new OptionReader("", document, PipelineOptions.ROOT_GROUP, errors);
    metrics = root.below(PipelineOptions.METRICS, MetricsOptions.METRICS_GROUP);
    validation = root.below(PipelineOptions.VALIDATION, MetricsOptions.VALIDATION_GROUP);
    drift = root.below(PipelineOptions.DRIFT, DriftOptions.DRIFT_GROUP);
    output = root.below(PipelineOptions.OUTPUT, PipelineOptions.OUTPUT_GROUP);
    topics = output.below(PipelineOptions.TOPICS, PipelineOptions.TOPICS_GROUP);
    state = root.below(PipelineOptions.STATE, PipelineOptions.STATE_GROUP);
    limits = root.below(PipelineOptions.LIMITS, PipelineOptions.LIMITS_GROUP);
    // A missing name is an error already.
    pipeline =
        Objects.requireNonNullElse(
            root.given(PipelineOptions.PIPELINE), PipelineOptions.PIPELINE.name());
  }

  /** Returns the settings, with what has an error replaced so that reading continues. */
  Settings read() {
    Settings.State storage = limits.read(state.read(Settings.State.class));
    Settings.Output outputs = outputs();
    boolean exactlyOnce = outputs.guarantee() == Settings.Guarantee.EXACTLY_ONCE;
    Map<String, String> kafka = kafka(exactlyOnce);
    // A missing input is its only error; the other options are still checked.
    ConfigErrors inputErrors =
        root.has(InputOptions.INPUT) ? errors : new ConfigErrors("", PipelineOptions::pathOf);
    OptionReader in = root.below(InputOptions.INPUT, InputOptions::group, inputErrors);
    String examples = topic(in, InputOptions.INPUT_TOPIC);
    InputSpec declared =
        new InputReader(
                in, examples, limits, ForecastOptions.read(root), baseDir, isEmbedded, inputErrors)
            .read();
    ModelReader models = new ModelReader(root, baseDir, errors);
    ModelSpec model = new ModelsReader(root, errors, models).read(declared);
    InputSpec spec = MetricsOptions.withGroup(ModelFit.withImpliedTask(declared, model), metrics);
    Settings.Input input = new Settings.Input(examples, in.get(InputOptions.START), spec);
    check(in, spec, outputs);
    checkTopics(in, input);
    if (errors.count() == 0) {
      long maxBytes = storage.spec().stateBytes();
      input = input.withSpec(ModelFit.withinModelBytes(limits, maxBytes, spec, model));
    }
    if (exactlyOnce && !isEmbedded) {
      checkTransactions(storage.checkpointMillis(), TransactionTimeout.millis(kafka));
    }
    return new Settings(
        pipeline,
        kafka,
        input,
        model,
        MetricsOptions.read(
            metrics, validation, in.given(InputOptions.POSITIVE_CLASS), input.spec()),
        DriftOptions.read(drift, model, input.spec()),
        DriftOptions.input(drift, input.spec()),
        outputs,
        storage,
        models.warmStartKey());
  }

  private Map<String, String> kafka(boolean exactlyOnce) {
    return root.given(PipelineOptions.KAFKA) instanceof Mapping properties
            && !(isEmbedded && properties.entries().isEmpty())
        ? KafkaProperties.read(properties, exactlyOnce, errors)
        : Map.of();
  }

  private void check(OptionReader in, InputSpec input, Settings.Output outputs) {
    if (input.labels() != null && input.task() == null) {
      in.reject(InputOptions.LABELS, "needs input.task: models predict before the first label");
    }
    if (input.hasOutputs() && outputs.publish().reasons() > 0) {
      output.reject(
          PipelineOptions.REASONS,
          "are not supported with sets of labels or several targets. Remove it");
    }
  }

  private Settings.Output outputs() {
    OptionReader snapshots =
        output.below(PipelineOptions.SNAPSHOTS, PipelineOptions.SNAPSHOTS_GROUP);
    boolean hasCommands =
        root.mentions(SelectionOptions.MODELS) || topics.has(PipelineOptions.COMMANDS_TOPIC);
    String models = topic(topics, PipelineOptions.MODELS_TOPIC);
    return output.read(
        new Settings.Output(
            topic(topics, PipelineOptions.METRICS_TOPIC),
            topic(topics, PipelineOptions.PREDICTIONS_TOPIC),
            topic(topics, PipelineOptions.EVENTS_TOPIC),
            topic(topics, PipelineOptions.DEAD_LETTERS_TOPIC),
            models,
            topic(topics, PipelineOptions.SUMMARY_TOPIC),
            hasCommands ? topic(topics, PipelineOptions.COMMANDS_TOPIC) : null,
            PublishSpec.MODELS_AT_THE_END.with(snapshots.read(SnapshotSpec.DEFAULT).to(models)),
            Settings.Guarantee.AT_LEAST_ONCE));
  }

  private void checkTransactions(long interval, long timeout) {
    if (interval >= timeout) {
      output.reject(
          PipelineOptions.GUARANTEE,
          "exactly-once commits with each checkpoint, and brokers abort transactions after "
              + Durations.show(timeout)
              + ": state.checkpoint-interval must be shorter, but is "
              + Durations.show(interval));
    }
  }

  private String topic(OptionReader reader, Option<?> option) {
    return reader.has(option)
        ? reader.word(option)
        : DefaultTopic.named(option.shownDefault(), pipeline);
  }

  private void checkTopics(OptionReader in, Settings.Input input) {
    Map<String, String> users = new HashMap<>();
    users.put(input.topic(), in.name(InputOptions.INPUT_TOPIC));
    if (input.spec().labels() != null && input.spec().labels().topic() != null) {
      users.put(input.spec().labels().topic(), in.name(InputOptions.LABELS) + ".topic");
    }
    for (Option<?> option : PipelineOptions.TOPICS_GROUP.options()) {
      String topic = topic(topics, option);
      String other = users.putIfAbsent(topic, topics.name(option));
      String text = " must be different topics, but both are " + topic;
      if (other != null && topics.has(option)) {
        topics.reject(option, "and " + other + text);
      } else if (other != null) {
        in.reject(InputOptions.INPUT_TOPIC, "and " + topics.name(option) + text);
      }
    }
  }
}
