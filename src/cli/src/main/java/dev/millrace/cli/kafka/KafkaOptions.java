package dev.millrace.cli.kafka;

import dev.millrace.cli.console.CliError;
import dev.millrace.config.DefaultTopic;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * Which brokers and which pipeline a command is about: those of a file, or an address and a name.
 */
public final class KafkaOptions {
  @ArgGroup(multiplicity = "1")
  private Source source;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long to wait for a broker (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  private Settings settings;
  private String pipeline;

  private static final class Source {
    @Option(
        names = {"-c", "--config"},
        paramLabel = "FILE",
        required = true,
        description = "Pipeline file: its brokers and topics.")
    private Path config;

    @ArgGroup(exclusive = false, multiplicity = "1")
    private Brokers brokers;
  }

  private static final class Brokers {
    @Option(
        names = "--bootstrap-server",
        paramLabel = "HOST:PORT",
        required = true,
        description = "Brokers, where a command needs no pipeline file.")
    private String bootstrapServer;

    @Option(
        names = "--pipeline",
        paramLabel = "NAME",
        description =
            "Pipeline, by its name (default: the only one with a topic NAME.metrics there).")
    private String pipeline;
  }

  /** The pipeline file's name, or null with {@code --bootstrap-server}. */
  public Path config() {
    return source.config;
  }

  /** The brokers or the pipeline file as they were given, for a command that comes next. */
  public String asGiven() {
    return source.config == null
        ? "--bootstrap-server "
            + source.brokers.bootstrapServer
            + (source.brokers.pipeline == null ? "" : " --pipeline " + source.brokers.pipeline)
        : "-c " + source.config;
  }

  /**
   * The pipeline, or null with {@code --bootstrap-server}.
   *
   * @throws dev.millrace.config.yaml.InvalidPipelineException if the file cannot be used
   */
  public Settings settings() {
    if (settings == null && source.config != null) {
      settings = PipelineFile.read(source.config);
    }
    return settings;
  }

  /** Client properties. */
  public Map<String, String> kafka() {
    return settings() == null
        ? Map.of("bootstrap.servers", source.brokers.bootstrapServer)
        : settings().kafka();
  }

  /**
   * The pipeline's name: that in the file, that of {@code --pipeline}, or the only one that has a
   * metrics topic by its default name.
   *
   * @throws CliError if it is not known
   */
  public String pipeline() {
    if (pipeline == null) {
      pipeline = settings() == null ? named() : settings().pipeline();
    }
    return pipeline;
  }

  private String named() {
    String name = source.brokers.pipeline;
    if (name != null) {
      PipelineFile.requireName("--pipeline", name);
      return name;
    }
    requireBroker();
    List<String> found = BrokerCheck.pipelines(kafka());
    String servers = source.brokers.bootstrapServer;
    if (found.isEmpty()) {
      throw new CliError(
          servers + " has no topic *.metrics.", "Name the pipeline with --pipeline NAME.", null);
    }
    if (found.size() > 1) {
      throw new CliError(
          "%s has %d pipelines: %s.".formatted(servers, found.size(), String.join(", ", found)),
          "Name one with --pipeline NAME.",
          null);
    }
    command
        .commandLine()
        .getErr()
        .printf("Pipeline %s, the only one at %s.%n", found.get(0), servers);
    return found.get(0);
  }

  /** A topic: the option's if it was given, else the pipeline's, by default called after it. */
  public String topic(
      String option, Function<Settings, String> ofPipeline, DefaultTopic byDefault) {
    if (option != null) {
      return option;
    }
    return settings() == null ? byDefault.of(pipeline()) : ofPipeline.apply(settings());
  }

  /**
   * Waits for a broker to answer.
   *
   * @throws CliError if none does within the timeout
   */
  public void requireBroker() {
    if (timeoutSeconds < 1) {
      throw new ParameterException(
          command.commandLine(), "--timeout must be at least 1, but was " + timeoutSeconds);
    }
    BrokerCheck.requireBroker(
        kafka(),
        Duration.ofSeconds(timeoutSeconds),
        source.config,
        command.commandLine().getErr()::println);
  }

  /**
   * Waits for a broker to answer and looks for a topic.
   *
   * @throws CliError if there is no broker or no such topic
   */
  public void requireTopic(String topic) {
    requireBroker();
    if (settings() == null) {
      BrokerCheck.lookUp(kafka(), topic, this::otherPipelines);
    } else if (isOfPipeline(topic)) {
      BrokerCheck.requireTopic(kafka(), topic, source.config);
    } else {
      BrokerCheck.lookUp(
          kafka(),
          topic,
          () ->
              ("%s does not name it. Leave the option out to take the pipeline's, or create it with"
                      + " your Kafka tools.")
                  .formatted(source.config));
    }
  }

  /** Returns the remedy for a topic that is missing where no file names it. */
  private String otherPipelines() {
    List<String> found = BrokerCheck.pipelines(kafka());
    return found.isEmpty() || found.contains(pipeline)
        ? "Create what a pipeline needs with: ./millrace topics create -c PIPELINE.yaml"
        : "Pipelines there: " + String.join(", ", found) + ".";
  }

  private boolean isOfPipeline(String topic) {
    return settings().input().topics().contains(topic)
        || settings().output().topics().contains(topic);
  }
}
