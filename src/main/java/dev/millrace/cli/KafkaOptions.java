package dev.millrace.cli;

import dev.millrace.PipelineFile;
import dev.millrace.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which brokers a command talks to: those of a pipeline file, or an address. */
final class KafkaOptions {
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

  private static final class Source {
    @Option(
        names = {"-c", "--config"},
        paramLabel = "FILE",
        required = true,
        description = "Pipeline file: its brokers and topics.")
    private Path config;

    @Option(
        names = "--bootstrap-server",
        paramLabel = "HOST:PORT",
        required = true,
        description = "Brokers, where a command needs no pipeline file.")
    private String bootstrapServer;
  }

  /** The pipeline file's name, or null with {@code --bootstrap-server}. */
  Path config() {
    return source.config;
  }

  /** The brokers or the pipeline file as they were given, for a command that comes next. */
  String asGiven() {
    return source.config == null
        ? "--bootstrap-server " + source.bootstrapServer
        : "-c " + source.config;
  }

  /**
   * The pipeline, or null with {@code --bootstrap-server}.
   *
   * @throws dev.millrace.InvalidPipelineException if the file cannot be used
   */
  Settings settings() {
    if (settings == null && source.config != null) {
      settings = PipelineFile.read(source.config);
    }
    return settings;
  }

  /** Client properties. */
  Map<String, String> kafka() {
    return settings() == null
        ? Map.of("bootstrap.servers", source.bootstrapServer)
        : settings().kafka();
  }

  /** A topic: the option's if it was given, else the pipeline's, else the default one. */
  String topic(String option, Function<Settings, String> ofPipeline, String byDefault) {
    if (option != null) {
      return option;
    }
    return settings() == null ? byDefault : ofPipeline.apply(settings());
  }

  /**
   * Waits for a broker to answer.
   *
   * @throws CliError if none does within the timeout
   */
  void requireBroker() {
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
  void requireTopic(String topic) {
    requireBroker();
    if (settings() == null || isOfPipeline(topic)) {
      BrokerCheck.requireTopic(kafka(), topic, source.config);
    } else {
      BrokerCheck.lookUp(
          kafka(),
          topic,
          ("%s does not name it. Leave the option out to take the pipeline's, or create it with"
                  + " your Kafka tools.")
              .formatted(source.config));
    }
  }

  private boolean isOfPipeline(String topic) {
    return settings().input().topics().contains(topic)
        || settings().output().topics().contains(topic);
  }
}
