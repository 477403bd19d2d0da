package dev.millrace.config;

import dev.millrace.config.input.ForecastOptions;
import dev.millrace.config.input.InputOptions;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Entry;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlReader;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
          && mapping.has(PipelineOptions.PIPELINE.name());
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
      errors.add(
          document.line(),
          document.isEmpty()
              ? "the file is empty. " + MINIMAL
              : "a pipeline file must be a map of options, but this is " + document.describe());
    }
    errors.throwIfAny();
    throw new AssertionError("a document that is not a map is an error");
  }

  private static YamlNode document(String yaml, ConfigErrors errors) {
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
    String forecast = ForecastOptions.FORECAST.name();
    if (document.has(forecast)) {
      errors.add(
          document.line(forecast),
          "forecast is not supported in SQL: a row has its label. Run the pipeline with ./millrace"
              + " run");
    }
    if (document.at(InputOptions.INPUT.name()) instanceof Mapping input) {
      requireOneLabel(input, errors);
    }
    StatementFiles.requireModels(document, errors);
    errors.throwIfAny();
  }

  private static void requireOneLabel(Mapping input, ConfigErrors errors) {
    String targets = InputOptions.TARGETS.name();
    if (input.has(targets)) {
      errors.add(input.line(targets), "input.targets" + ONE_LABEL_IN_SQL);
    }
    String task = InputOptions.TASK.name();
    if (input.at(task) instanceof Scalar given && Task.MULTILABEL.id().equals(given.text())) {
      errors.add(input.line(task), "input.task: multilabel" + ONE_LABEL_IN_SQL);
    }
    String labels = InputOptions.LABELS.name();
    if (input.has(labels)) {
      errors.add(
          input.line(labels),
          "input.labels is not supported in SQL: a row has its label. Join features and labels in"
              + " SQL first, or run the pipeline with ./millrace run");
    }
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
    if (document.isEmpty()) {
      document = Mapping.empty(1);
    }
    if (!(document instanceof Mapping mapping)) {
      throw new InvalidPipelineException(
          origin + " must be a map of options, but this is " + document.describe());
    }
    Mapping noKafka = Mapping.empty(mapping.line());
    Mapping whole = mapping.withDefault(PipelineOptions.KAFKA.name(), noKafka);
    Settings settings = settings(completion.apply(whole), null, true, errors);
    errors.throwIfAny();
    return settings;
  }

  private static Mapping withLabel(Mapping document, @Nullable String label) {
    String name = InputOptions.INPUT.name();
    Mapping whole = document.withDefault(name, Mapping.empty(document.line()));
    if (label == null || !(whole.at(name) instanceof Mapping given)) {
      return whole;
    }
    Scalar labelName = new Scalar(label, given.line());
    Mapping labeled = given.withDefault(InputOptions.LABEL.name(), labelName);
    return whole.with(name, new Entry(whole.line(name), labeled));
  }

  private static Mapping withKafka(Mapping document, Map<String, String> kafka) {
    String name = PipelineOptions.KAFKA.name();
    if (kafka.isEmpty() || (document.has(name) && !(document.at(name) instanceof Mapping))) {
      return document;
    }
    int line = document.line(name);
    Mapping properties =
        document.at(name) instanceof Mapping given
            ? new Mapping(given.entries(), line)
            : Mapping.empty(line);
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
      Path base = baseDir == null ? Path.of("") : baseDir;
      return new PipelineReader(document, base, isEmbedded, errors).read();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
