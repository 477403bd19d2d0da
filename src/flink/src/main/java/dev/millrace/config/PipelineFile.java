package dev.millrace.config;

import dev.millrace.config.option.Durations;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlReader;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.InputSpec;
import dev.millrace.data.Task;
import dev.millrace.flink.StateSpec;
import dev.millrace.kafka.TransactionTimeout;
import dev.millrace.nn.Activation;
import dev.millrace.nn.Loss;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.NetworkModelSpec;
import dev.millrace.nn.SelectionSpec;
import dev.millrace.nn.auto.Models;
import dev.millrace.prequential.DriftPolicy;
import dev.millrace.prequential.SnapshotSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads a pipeline file into {@link Settings}; finds everything that is wrong with it at once. */
public final class PipelineFile {
  private static final String SMALLEST =
      "The smallest has three lines: pipeline: NAME; kafka: { bootstrap.servers: HOST:PORT };"
          + " input: { label: FIELD }";

  private static final int MAX_BYTES = 1 << 20;

  private PipelineFile() {}

  /**
   * The settings of a file.
   *
   * @throws InvalidPipelineException if the file cannot be read or is not a valid pipeline
   */
  public static Settings read(Path file) {
    String yaml;
    try {
      yaml = text(file);
    } catch (NoSuchFileException e) {
      throw new InvalidPipelineException(file + " does not exist. Write one. " + SMALLEST);
    } catch (CharacterCodingException e) {
      throw new InvalidPipelineException(file + " is not UTF-8 text. Save it as UTF-8");
    } catch (IOException e) {
      throw new InvalidPipelineException(
          file
              + (Files.isDirectory(file)
                  ? " is a folder. Name the pipeline file in it"
                  : " cannot be read. Check its permissions"));
    }
    return parse(file.toString(), yaml, file.toAbsolutePath().getParent());
  }

  /**
   * Checks what is to name a pipeline.
   *
   * @param origin where it was given
   * @throws InvalidPipelineException if no pipeline may have that name
   */
  public static void requireName(String origin, String name) {
    try {
      PipelineOptions.PIPELINE.kind().read(new YamlNode.Scalar(name, 1));
    } catch (OptionType.Refusal e) {
      throw new InvalidPipelineException(origin + " " + e.getMessage());
    }
  }

  private static String text(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    if (bytes.length > MAX_BYTES) {
      throw new InvalidPipelineException(
          "%s has more than %,d bytes. Is it a pipeline file?".formatted(file, MAX_BYTES));
    }
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  /**
   * The settings of a text.
   *
   * @param fileName the name that errors give the text
   * @param baseDir folder that schema paths are relative to, or null for the working directory
   * @throws InvalidPipelineException if the text is not a valid pipeline
   */
  public static Settings parse(String fileName, String yaml, Path baseDir) {
    ConfigErrors problems = new ConfigErrors(fileName, PipelineOptions::pathOf);
    YamlNode document =
        YamlReader.read(yaml.startsWith("\uFEFF") ? yaml.substring(1) : yaml, problems);
    if (document instanceof Mapping mapping) {
      Settings settings = settings(mapping, baseDir, problems);
      problems.throwIfAny();
      return settings;
    }
    if (problems.count() == 0) {
      boolean empty = document == null || document.describe().equals("empty");
      problems.add(
          document == null ? 1 : document.line(),
          empty
              ? "the file is empty. " + SMALLEST
              : "a pipeline file is a map of options, but this is " + document.describe());
    }
    problems.throwIfAny();
    throw new AssertionError("a document that is no map is a problem");
  }

  private static Settings settings(Mapping document, Path baseDir, ConfigErrors problems) {
    OptionReader root = new OptionReader("", document, PipelineOptions.ROOT_GROUP, problems);
    OptionReader metrics = root.below(PipelineOptions.METRICS, MetricsOptions.METRICS_GROUP);
    OptionReader validation =
        root.below(PipelineOptions.VALIDATION, MetricsOptions.VALIDATION_GROUP);
    OptionReader output = root.below(PipelineOptions.OUTPUT, PipelineOptions.OUTPUT_GROUP);
    OptionReader topics = output.below(PipelineOptions.TOPICS, PipelineOptions.TOPICS_GROUP);
    OptionReader snapshots = output.below(PipelineOptions.SNAPSHOTS, SnapshotOptions.GROUP);
    OptionReader state = root.below(PipelineOptions.STATE, PipelineOptions.STATE_GROUP);
    OptionReader limits = root.below(PipelineOptions.LIMITS, PipelineOptions.LIMITS_GROUP);
    boolean exactlyOnce = output.get(PipelineOptions.GUARANTEE) == Settings.Guarantee.EXACTLY_ONCE;
    Map<String, String> kafka =
        root.given(PipelineOptions.KAFKA) instanceof Mapping given
            ? KafkaProperties.read(given, exactlyOnce, problems)
            : Map.of();
    // Without an input that is the one thing to say about it; the rest is still looked at.
    ConfigErrors ofInput =
        root.has(PipelineOptions.INPUT) ? problems : new ConfigErrors("", PipelineOptions::pathOf);
    OptionReader in =
        new OptionReader(
            PipelineOptions.INPUT.name(),
            root.given(PipelineOptions.INPUT) instanceof Mapping given
                ? given
                : new Mapping(Map.of(), document.line()),
            InputOptions.INPUT_GROUP,
            ofInput);
    String pipeline = root.get(PipelineOptions.PIPELINE);
    if (pipeline == null) {
      pipeline = PipelineOptions.PIPELINE.name(); // reported as missing or wrong
    }
    String examples = topic(in, InputOptions.INPUT_TOPIC, DefaultTopic.EXAMPLES, pipeline);
    Settings.Input input = new InputReader(in, examples, limits, baseDir, ofInput).read();
    ModelReader models = new ModelReader(root, baseDir, problems);
    ModelSpec model = models.read(input.spec());
    input = withImpliedTask(input, model);
    if (input.spec().labels() != null && input.spec().task() == null) {
      in.refuse(InputOptions.LABELS, "needs input.task: models predict before the first label");
    }
    Map<Option<String>, String> names = outputTopics(topics, pipeline);
    checkTopics(in, input, topics, names);
    if (problems.count() == 0) {
      checkModelBytes(limits, input.spec(), model);
    }
    checkTransactions(output, state, TransactionTimeout.millis(kafka));
    return Settings.of(
        pipeline,
        kafka,
        input,
        model,
        MetricsOptions.read(
            metrics, validation, in.get(InputOptions.POSITIVE), input.spec().task()),
        drift(root, model, input.spec().task(), problems),
        new Settings.Output(
            names.get(PipelineOptions.METRICS_TOPIC),
            names.get(PipelineOptions.PREDICTIONS_TOPIC),
            names.get(PipelineOptions.EVENTS_TOPIC),
            names.get(PipelineOptions.DEAD_LETTERS_TOPIC),
            names.get(PipelineOptions.MODELS_TOPIC),
            names.get(PipelineOptions.SUMMARY_TOPIC),
            model instanceof SelectionSpec ? names.get(PipelineOptions.COMMANDS_TOPIC) : null,
            output.get(PipelineOptions.PREDICTIONS),
            new SnapshotSpec(
                snapshots.get(SnapshotOptions.EVERY), snapshots.get(SnapshotOptions.MAX_INTERVAL)),
            output.get(PipelineOptions.SUMMARY),
            output.get(PipelineOptions.GUARANTEE)),
        new Settings.State(
            state.get(PipelineOptions.BACKEND),
            state.get(PipelineOptions.CHECKPOINT_INTERVAL),
            new StateSpec(
                state.get(PipelineOptions.CACHE_BYTES),
                state.get(PipelineOptions.TTL),
                limits.get(PipelineOptions.MODEL_BYTES),
                state.get(PipelineOptions.ON_SHAPE_CHANGE))),
        models.prior());
  }

  private static DriftPolicy drift(
      OptionReader root, ModelSpec model, Task task, ConfigErrors problems) {
    if (!root.has(PipelineOptions.DRIFT)) {
      return null;
    }
    OptionReader drift = root.below(PipelineOptions.DRIFT, DriftOptions.DRIFT_GROUP);
    return DriftOptions.read(drift, model, task, problems);
  }

  /** A loss for classes makes every label a class, numbers too. */
  private static Settings.Input withImpliedTask(Settings.Input input, ModelSpec model) {
    if (input.spec().task() != null) {
      return input;
    }
    Task implied = model.start() != null ? model.start().task() : impliedTask(model);
    return input.withSpec(input.spec().withTask(implied));
  }

  private static Task impliedTask(ModelSpec model) {
    Task implied = null;
    for (ModelSpec one : model.each()) {
      if (one instanceof NetworkModelSpec network) {
        if (network.loss() == Loss.BINARY_CROSSENTROPY) {
          return Task.BINARY;
        }
        if (network.loss() == Loss.CATEGORICAL_CROSSENTROPY
            || network.output() == Activation.SOFTMAX) {
          implied = Task.MULTICLASS;
        }
      }
    }
    return implied;
  }

  /** Of the smallest model that there may be: of what is not declared, one. */
  private static void checkModelBytes(OptionReader limits, InputSpec input, ModelSpec model) {
    Task task = input.task() == null ? Task.REGRESSION : input.task();
    int inputs = Math.max(1, input.features().stream().mapToInt(FeatureSpec::width).sum());
    long bytes = Models.modelBytes(model, task, inputs, Math.max(1, input.classes().size()));
    long most = limits.get(PipelineOptions.MODEL_BYTES);
    if (bytes > most) {
      limits.refuse(
          PipelineOptions.MODEL_BYTES,
          "is %d, but a model takes %d at least: allow more, or make it smaller"
              .formatted(most, bytes));
    }
  }

  private static void checkTransactions(OptionReader output, OptionReader state, long timeout) {
    long interval = state.get(PipelineOptions.CHECKPOINT_INTERVAL);
    if (output.get(PipelineOptions.GUARANTEE) == Settings.Guarantee.EXACTLY_ONCE
        && interval >= timeout) {
      output.refuse(
          PipelineOptions.GUARANTEE,
          "exactly-once commits with each checkpoint, and brokers end transactions after "
              + Durations.show(timeout)
              + ": state.checkpoint-interval must be shorter, but is "
              + Durations.show(interval));
    }
  }

  private static String topic(
      OptionReader reader, Option<String> option, DefaultTopic topic, String pipeline) {
    String given = reader.given(option);
    return given == null ? topic.of(pipeline) : given;
  }

  private static Map<Option<String>, String> outputTopics(OptionReader topics, String pipeline) {
    Map<Option<String>, DefaultTopic> defaults = new LinkedHashMap<>();
    defaults.put(PipelineOptions.METRICS_TOPIC, DefaultTopic.METRICS);
    defaults.put(PipelineOptions.PREDICTIONS_TOPIC, DefaultTopic.PREDICTIONS);
    defaults.put(PipelineOptions.EVENTS_TOPIC, DefaultTopic.EVENTS);
    defaults.put(PipelineOptions.DEAD_LETTERS_TOPIC, DefaultTopic.DEAD_LETTERS);
    defaults.put(PipelineOptions.MODELS_TOPIC, DefaultTopic.MODELS);
    defaults.put(PipelineOptions.SUMMARY_TOPIC, DefaultTopic.SUMMARY);
    defaults.put(PipelineOptions.COMMANDS_TOPIC, DefaultTopic.COMMANDS);
    Map<Option<String>, String> names = new LinkedHashMap<>();
    defaults.forEach((option, topic) -> names.put(option, topic(topics, option, topic, pipeline)));
    return names;
  }

  private static void checkTopics(
      OptionReader in,
      Settings.Input input,
      OptionReader topics,
      Map<Option<String>, String> names) {
    Map<String, String> users = new HashMap<>();
    users.put(input.topic(), in.name(InputOptions.INPUT_TOPIC));
    if (input.spec().labels() != null && input.spec().labels().topic() != null) {
      users.put(input.spec().labels().topic(), in.name(InputOptions.LABELS) + ".topic");
    }
    names.forEach(
        (option, topic) -> {
          String other = users.putIfAbsent(topic, topics.name(option));
          if (other == null) {
            return;
          }
          String text = "must be different topics, but both are " + topic;
          if (topics.has(option)) {
            topics.refuse(option, "and " + other + " " + text);
          } else {
            in.refuse(InputOptions.INPUT_TOPIC, "and " + topics.name(option) + " " + text);
          }
        });
  }
}
