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
import dev.millrace.config.option.OptionType;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Entry;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlReader;
import dev.millrace.data.Durations;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import dev.millrace.kafka.TransactionTimeout;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkModelSpec;
import dev.millrace.prequential.spec.PublishSpec;
import dev.millrace.prequential.spec.SnapshotSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads a pipeline file into {@link Settings} and reports all errors of the file at once. */
@PublicApi
public final class PipelineFile {
  private static final String MINIMAL =
      "A minimal file has three lines: pipeline: NAME; kafka: { bootstrap.servers: HOST:PORT };"
          + " input: { label: FIELD }";

  private static final String ONE_LABEL_IN_SQL =
      " is not supported in SQL, where a row has one label. Run the pipeline with ./millrace run";

  private static final int MAX_BYTES = 1 << 20;

  private PipelineFile() {}

  /**
   * Returns the settings of a file.
   *
   * @throws InvalidPipelineException if the file cannot be read or is not a valid pipeline
   */
  public static Settings read(Path file) {
    return read(file, Map.of());
  }

  /**
   * Returns the settings of a file.
   *
   * @param kafka client properties that replace those of the file
   * @throws InvalidPipelineException if the file cannot be read or is not a valid pipeline
   */
  public static Settings read(Path file, Map<String, String> kafka) {
    String yaml;
    try {
      yaml = text(file);
    } catch (NoSuchFileException e) {
      throw new InvalidPipelineException(file + " does not exist. Create it. " + MINIMAL);
    } catch (CharacterCodingException e) {
      throw new InvalidPipelineException(file + " is not UTF-8 text. Save it as UTF-8");
    } catch (IOException e) {
      throw new InvalidPipelineException(
          file
              + (Files.isDirectory(file)
                  ? " is a directory. Name the pipeline file in it"
                  : " cannot be read. Check its permissions"));
    }
    return parse(file.toString(), yaml, file.toAbsolutePath().getParent(), kafka);
  }

  /**
   * Checks the name of a pipeline.
   *
   * @param origin the option that has the name
   * @throws InvalidPipelineException if the name is not valid
   */
  public static void requireName(String origin, String name) {
    try {
      PipelineOptions.PIPELINE.type().read(new YamlNode.Scalar(name, 1));
    } catch (OptionType.InvalidValueException e) {
      throw new InvalidPipelineException(origin + " " + e.getMessage());
    }
  }

  /**
   * Returns true if a file is a pipeline file, with errors or without: a map with the name of a
   * pipeline. Errors in other files must not be shown to users who may not read them.
   */
  public static boolean isPipeline(Path file) {
    ConfigErrors errors = new ConfigErrors("", PipelineOptions::pathOf);
    try {
      return YamlReader.read(text(file), errors) instanceof Mapping mapping
          && mapping.entries().containsKey(PipelineOptions.PIPELINE.name());
    } catch (IOException | InvalidPipelineException e) {
      return false;
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
   * Returns the settings of a text.
   *
   * @param fileName the name that errors give the text
   * @param baseDir directory that schema paths are relative to, null for the working directory
   * @throws InvalidPipelineException if the text is not a valid pipeline
   */
  public static Settings parse(String fileName, String yaml, @Nullable Path baseDir) {
    return parse(fileName, yaml, baseDir, Map.of());
  }

  /**
   * Returns the settings of a text.
   *
   * @param fileName the name that errors give the text
   * @param baseDir directory that schema paths are relative to, null for the working directory
   * @param kafka client properties that replace those of the text
   * @throws InvalidPipelineException if the text is not a valid pipeline
   */
  public static Settings parse(
      String fileName, String yaml, @Nullable Path baseDir, Map<String, String> kafka) {
    ConfigErrors errors = new ConfigErrors(fileName, PipelineOptions::pathOf);
    YamlNode document = document(yaml, errors);
    if (document instanceof Mapping mapping) {
      Settings settings = settings(withKafka(mapping, kafka), baseDir, false, errors);
      errors.throwIfAny();
      return settings;
    }
    if (errors.count() == 0) {
      int line = document == null ? 1 : document.line();
      String was = document == null ? "empty" : document.describe();
      errors.add(
          line,
          was.equals("empty")
              ? "the file is empty. " + MINIMAL
              : "a pipeline file must be a map of options, but this is " + was);
    }
    errors.throwIfAny();
    throw new AssertionError("a document that is not a map is an error");
  }

  private static @Nullable YamlNode document(String yaml, ConfigErrors errors) {
    return YamlReader.read(yaml.startsWith("\uFEFF") ? yaml.substring(1) : yaml, errors);
  }

  /**
   * Returns the settings of a text in a SQL statement, which must not name files: its author may
   * not be allowed to read them.
   *
   * @param origin the name that errors give the text
   * @param kafka client properties that replace those of the text
   * @throws InvalidPipelineException if the text is not a valid pipeline, or names a file
   */
  public static Settings parseStatement(String origin, String yaml, Map<String, String> kafka) {
    ConfigErrors errors = new ConfigErrors(origin, PipelineOptions::pathOf);
    if (document(yaml, errors) instanceof Mapping mapping) {
      StatementFiles.requireNone(mapping, errors);
      errors.throwIfAny();
    }
    return parse(origin, yaml, null, kafka);
  }

  /**
   * Returns the settings of a pipeline in SQL, whose records are rows that have their label. The
   * text may be a pipeline file, or leave out {@code pipeline}, {@code kafka} and {@code
   * input.label}; {@code input.labels} and {@code input.schema} are errors.
   *
   * @param origin the name that errors give the text
   * @param pipeline name of a pipeline without {@code pipeline}
   * @param label field of the label without {@code input.label}; null if the text must name it
   * @throws InvalidPipelineException if the text is not valid
   */
  public static Settings parseEmbedded(
      String origin, String yaml, String pipeline, @Nullable String label) {
    return parseEmbedded(
        origin,
        yaml,
        document -> {
          requireSupportedInSql(origin, document);
          Scalar name = new Scalar(pipeline, document.line());
          return withLabel(document.withDefault(PipelineOptions.PIPELINE.name(), name), label);
        });
  }

  /**
   * Rejects labels that come later, several of them, and files that are no models, alone, since
   * other errors in their options would lead astray, or tell what the files are.
   */
  private static void requireSupportedInSql(String origin, Mapping document) {
    ConfigErrors errors = new ConfigErrors(origin, PipelineOptions::pathOf);
    Entry forecast = document.entries().get(ForecastOptions.FORECAST.name());
    if (forecast != null) {
      errors.add(
          forecast.line(),
          "forecast is not supported in SQL: a row has its label. Run the pipeline with ./millrace"
              + " run");
    }
    Entry input = document.entries().get(InputOptions.INPUT.name());
    Map<String, Entry> options =
        input != null && input.value() instanceof Mapping given ? given.entries() : Map.of();
    Entry targets = options.get(InputOptions.TARGETS.name());
    if (targets != null) {
      errors.add(targets.line(), "input.targets" + ONE_LABEL_IN_SQL);
    }
    Entry task = options.get(InputOptions.TASK.name());
    if (task != null
        && task.value() instanceof Scalar given
        && Task.MULTILABEL.id().equals(given.text())) {
      errors.add(task.line(), "input.task: multilabel" + ONE_LABEL_IN_SQL);
    }
    Entry labels = options.get(InputOptions.LABELS.name());
    if (labels != null) {
      errors.add(
          labels.line(),
          "input.labels is not supported in SQL: a row has its label. Join features and labels in"
              + " SQL first, or run the pipeline with ./millrace run");
    }
    StatementFiles.requireModels(document, errors);
    errors.throwIfAny();
  }

  /**
   * Returns the settings of a pipeline whose fields a program sets: a text that may lack {@code
   * kafka}, the format and the topic of labels. Fields may have any names.
   *
   * @throws InvalidPipelineException if the text is not a valid pipeline
   */
  public static Settings parseMapped(String yaml) {
    return parseEmbedded("pipeline", yaml, MappedInput::complete);
  }

  /**
   * Returns settings with all defaults, of a pipeline that is part of another Flink job.
   *
   * @throws InvalidPipelineException if the name is not valid
   */
  public static Settings defaults(String pipeline, InputSpec input) {
    requireName("The name", pipeline);
    Settings defaults =
        parseMapped("pipeline: '%s'\ninput: { label: label, features: [x] }".formatted(pipeline));
    return defaults.withInput(defaults.input().withSpec(input));
  }

  private static Settings parseEmbedded(
      String origin, String yaml, UnaryOperator<Mapping> completion) {
    ConfigErrors errors = new ConfigErrors(origin, PipelineOptions::pathOf);
    YamlNode document = YamlReader.read(yaml, errors);
    errors.throwIfAny();
    if (document == null || (document instanceof Scalar scalar && scalar.text() == null)) {
      document = new Mapping(Map.of(), 1);
    }
    if (!(document instanceof Mapping mapping)) {
      throw new InvalidPipelineException(
          origin + " must be a map of options, but this is " + document.describe());
    }
    Mapping noKafka = new Mapping(Map.of(), mapping.line());
    Mapping whole = mapping.withDefault(PipelineOptions.KAFKA.name(), noKafka);
    Settings settings = settings(completion.apply(whole), null, true, errors);
    errors.throwIfAny();
    return settings;
  }

  private static Mapping withLabel(Mapping document, @Nullable String label) {
    String name = InputOptions.INPUT.name();
    Mapping whole = document.withDefault(name, new Mapping(Map.of(), document.line()));
    Entry input = whole.entries().get(name);
    if (label == null || input == null || !(input.value() instanceof Mapping given)) {
      return whole;
    }
    Scalar labelName = new Scalar(label, given.line());
    Mapping labeled = given.withDefault(InputOptions.LABEL.name(), labelName);
    return whole.with(name, new Entry(input.line(), labeled));
  }

  private static Mapping withKafka(Mapping document, Map<String, String> kafka) {
    String name = PipelineOptions.KAFKA.name();
    Entry given = document.entries().get(name);
    if (kafka.isEmpty() || (given != null && !(given.value() instanceof Mapping))) {
      return document;
    }
    int line = given == null ? document.line() : given.line();
    Map<String, Entry> entries =
        given != null && given.value() instanceof Mapping block ? block.entries() : Map.of();
    Mapping properties = new Mapping(entries, line);
    for (Map.Entry<String, String> property : kafka.entrySet()) {
      Entry entry = new Entry(line, new Scalar(property.getValue(), line));
      properties = properties.with(property.getKey(), entry);
    }
    return document.with(name, new Entry(line, properties));
  }

  private static Settings settings(
      Mapping document, @Nullable Path baseDir, boolean isEmbedded, ConfigErrors errors) {
    // Kafka's definitions find their classes by it, and a SQL client has another one.
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(PipelineFile.class.getClassLoader());
    try {
      return readSettings(document, baseDir, isEmbedded, errors);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static Settings readSettings(
      Mapping given, @Nullable Path baseDir, boolean isEmbedded, ConfigErrors errors) {
    Mapping document = ForecastOptions.withLabel(given, errors);
    OptionReader root = new OptionReader("", document, PipelineOptions.ROOT_GROUP, errors);
    OptionReader metrics = root.below(PipelineOptions.METRICS, MetricsOptions.METRICS_GROUP);
    OptionReader validation =
        root.below(PipelineOptions.VALIDATION, MetricsOptions.VALIDATION_GROUP);
    OptionReader output = root.below(PipelineOptions.OUTPUT, PipelineOptions.OUTPUT_GROUP);
    OptionReader topics = output.below(PipelineOptions.TOPICS, PipelineOptions.TOPICS_GROUP);
    OptionReader state = root.below(PipelineOptions.STATE, PipelineOptions.STATE_GROUP);
    OptionReader limits = root.below(PipelineOptions.LIMITS, PipelineOptions.LIMITS_GROUP);
    Settings.State storage = limits.read(state.read(Settings.State.class));
    String named = root.given(PipelineOptions.PIPELINE);
    String pipeline = named == null ? PipelineOptions.PIPELINE.name() : named; // an error already
    Settings.Output outputs = outputs(root, output, topics, pipeline);
    boolean exactlyOnce = outputs.guarantee() == Settings.Guarantee.EXACTLY_ONCE;
    Map<String, String> kafka = kafka(root, exactlyOnce, isEmbedded, errors);
    // A missing input is its only error; the other options are still checked.
    ConfigErrors ofInput =
        root.has(InputOptions.INPUT) ? errors : new ConfigErrors("", PipelineOptions::pathOf);
    OptionReader in = inputOptions(root, document, ofInput);
    String examples = topic(in, InputOptions.INPUT_TOPIC, pipeline);
    InputSpec spec =
        new InputReader(
                in, examples, limits, ForecastOptions.read(root), baseDir, isEmbedded, ofInput)
            .read();
    Settings.Input input = new Settings.Input(examples, in.get(InputOptions.START), spec);
    ModelReader models = new ModelReader(root, baseDir, errors);
    ModelSpec model = new ModelsReader(root, errors, models).read(input.spec());
    input = withImpliedTask(input, model);
    input = input.withSpec(MetricsOptions.withGroup(input.spec(), metrics));
    check(in, input.spec(), output, outputs);
    checkTopics(in, input, topics, pipeline);
    if (errors.count() == 0) {
      long maxBytes = storage.spec().stateBytes();
      input = input.withSpec(withinModelBytes(limits, maxBytes, input.spec(), model));
    }
    OptionReader drift = root.below(PipelineOptions.DRIFT, DriftOptions.DRIFT_GROUP);
    if (exactlyOnce && !isEmbedded) {
      checkTransactions(output, storage.checkpointMillis(), TransactionTimeout.millis(kafka));
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

  private static Map<String, String> kafka(
      OptionReader root, boolean exactlyOnce, boolean isEmbedded, ConfigErrors errors) {
    return root.given(PipelineOptions.KAFKA) instanceof Mapping properties
            && !(isEmbedded && properties.entries().isEmpty())
        ? KafkaProperties.read(properties, exactlyOnce, errors)
        : Map.of();
  }

  private static OptionReader inputOptions(
      OptionReader root, Mapping document, ConfigErrors errors) {
    Mapping given =
        root.given(InputOptions.INPUT) instanceof Mapping options
            ? options
            : new Mapping(Map.of(), document.line());
    boolean hasTargets = given.entries().containsKey(InputOptions.TARGETS.name());
    return new OptionReader(
        InputOptions.INPUT.name(), given, InputOptions.inputGroup(hasTargets), errors);
  }

  private static void check(
      OptionReader in, InputSpec input, OptionReader output, Settings.Output outputs) {
    if (input.labels() != null && input.task() == null) {
      in.reject(InputOptions.LABELS, "needs input.task: models predict before the first label");
    }
    if (input.hasOutputs() && outputs.publish().reasons() > 0) {
      output.reject(
          PipelineOptions.REASONS,
          "are not supported with sets of labels or several targets. Remove it");
    }
  }

  private static Settings.Output outputs(
      OptionReader root, OptionReader output, OptionReader topics, String pipeline) {
    OptionReader snapshots =
        output.below(PipelineOptions.SNAPSHOTS, PipelineOptions.SNAPSHOTS_GROUP);
    boolean hasCommands =
        root.mentions(SelectionOptions.MODELS) || topics.has(PipelineOptions.COMMANDS_TOPIC);
    String models = topic(topics, PipelineOptions.MODELS_TOPIC, pipeline);
    return output.read(
        new Settings.Output(
            topic(topics, PipelineOptions.METRICS_TOPIC, pipeline),
            topic(topics, PipelineOptions.PREDICTIONS_TOPIC, pipeline),
            topic(topics, PipelineOptions.EVENTS_TOPIC, pipeline),
            topic(topics, PipelineOptions.DEAD_LETTERS_TOPIC, pipeline),
            models,
            topic(topics, PipelineOptions.SUMMARY_TOPIC, pipeline),
            hasCommands ? topic(topics, PipelineOptions.COMMANDS_TOPIC, pipeline) : null,
            PublishSpec.MODELS_AT_THE_END.with(snapshots.read(SnapshotSpec.DEFAULT).to(models)),
            Settings.Guarantee.AT_LEAST_ONCE));
  }

  /** Returns the input with the task of the initial model, or else the one that losses imply. */
  private static Settings.Input withImpliedTask(Settings.Input input, ModelSpec model) {
    Task implied = model.start() != null ? model.start().task() : impliedTask(model);
    if (!input.spec().targets().isEmpty()) {
      return input.withSpec(input.spec().with(to -> to.targets = withTask(to.targets, implied)));
    }
    if (input.spec().task() != null) {
      return input;
    }
    return input.withSpec(input.spec().with(to -> to.task = implied));
  }

  private static List<TargetSpec> withTask(List<TargetSpec> targets, @Nullable Task implied) {
    return targets.stream()
        .map(target -> target.task() == null ? target.withTask(implied) : target)
        .toList();
  }

  private static @Nullable Task impliedTask(ModelSpec model) {
    Task implied = null;
    for (ModelSpec one : model.each()) {
      if (one instanceof NetworkModelSpec network) {
        Loss loss = network.loss();
        Task byLoss = loss == null ? null : loss.impliedTask();
        if (byLoss == Task.BINARY) {
          return Task.BINARY;
        }
        if (byLoss != null || network.output() == Activation.SOFTMAX) {
          implied = Task.MULTICLASS;
        }
      }
    }
    return implied;
  }

  /**
   * Checks the size of the smallest possible model: one feature and class if none is declared.
   *
   * @return the input, with as many ids as there is room for if the file does not say how many
   */
  private static InputSpec withinModelBytes(
      OptionReader limits, long maxBytes, InputSpec input, ModelSpec model) {
    // Of a set of labels, each has a model of two classes.
    int classes =
        input.hasOutputs()
            ? input.targets().stream().mapToInt(one -> one.classes().size()).max().orElse(2)
            : input.classes().size();
    List<Task> tasks =
        input.modelTasks().stream().map(task -> task == null ? Task.REGRESSION : task).toList();
    ModelSpec ofInput = model.withIndicators(Indicators.of(input));
    int inputs = Math.max(1, input.width());
    long bytes =
        tasks.stream()
            .mapToLong(task -> Models.modelBytes(ofInput, task, inputs, Math.max(1, classes)))
            .sum();
    if (bytes > maxBytes) {
      limits.reject(
          PipelineOptions.STATE_BYTES,
          "is %d, but a model needs at least %d. Increase the limit, or use a smaller model"
              .formatted(maxBytes, bytes));
      return input;
    }
    long ofId =
        tasks.stream()
            .mapToLong(task -> Models.bytesOfId(model, task, classes))
            .max()
            .orElseThrow();
    return input.hasIds() ? withinIdBytes(limits, maxBytes, input, bytes, ofId) : input;
  }

  /**
   * Checks the size of a model with all its ids.
   *
   * @param bytes of a model without ids
   * @param ofId bytes of an id
   */
  private static InputSpec withinIdBytes(
      OptionReader limits, long maxBytes, InputSpec input, long bytes, long ofId) {
    int ids = input.limits().ids();
    if (!limits.has(PipelineOptions.ID_LIMIT)) {
      // Features that wait for their labels need some of it, too.
      long fitting = (maxBytes - bytes) / 4 * 3 / ofId;
      int fewer = (int) Math.max(1, Math.min(ids, fitting));
      return input.with(to -> to.limits = input.limits().withIds(fewer));
    }
    if (bytes + ids * ofId > maxBytes) {
      limits.reject(
          PipelineOptions.STATE_BYTES,
          "is %d, but a model of %d ids (limits.ids) needs up to %d. Increase it, or allow fewer ids"
              .formatted(maxBytes, ids, bytes + ids * ofId));
    }
    return input;
  }

  private static void checkTransactions(OptionReader output, long interval, long timeout) {
    if (interval >= timeout) {
      output.reject(
          PipelineOptions.GUARANTEE,
          "exactly-once commits with each checkpoint, and brokers abort transactions after "
              + Durations.show(timeout)
              + ": state.checkpoint-interval must be shorter, but is "
              + Durations.show(interval));
    }
  }

  private static String topic(OptionReader reader, Option<?> option, String pipeline) {
    Object given = reader.given(option);
    return given == null ? DefaultTopic.named(option.shownDefault(), pipeline) : given.toString();
  }

  private static void checkTopics(
      OptionReader in, Settings.Input input, OptionReader topics, String pipeline) {
    Map<String, String> users = new HashMap<>();
    users.put(input.topic(), in.name(InputOptions.INPUT_TOPIC));
    if (input.spec().labels() != null && input.spec().labels().topic() != null) {
      users.put(input.spec().labels().topic(), in.name(InputOptions.LABELS) + ".topic");
    }
    for (Option<?> option : PipelineOptions.TOPICS_GROUP.options()) {
      String topic = topic(topics, option, pipeline);
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
