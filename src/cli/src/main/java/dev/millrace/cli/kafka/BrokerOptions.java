package dev.millrace.cli.kafka;

import dev.millrace.cli.console.CliError;
import dev.millrace.config.Settings;
import dev.millrace.config.option.DefaultTopic;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Brokers of a command, and how long it waits for them. */
public abstract class BrokerOptions {
  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "Maximum wait for a broker (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  BrokerOptions() {}

  /** Returns the pipeline file, if one was given. */
  public abstract @Nullable Path config();

  /** Returns the pipeline, if a file was given. */
  public abstract @Nullable Settings settings();

  /** Returns the properties of Kafka clients. */
  public abstract Map<String, String> kafka();

  /** Returns the options as given, for the next command. */
  public abstract String asGiven();

  /** Returns the given topic, else the pipeline's, else the default topic of the pipeline. */
  public abstract String topic(
      @Nullable String option, Function<Settings, String> configuredTopic, DefaultTopic byDefault);

  PrintWriter err() {
    return command.commandLine().getErr();
  }

  /**
   * Waits until a broker answers.
   *
   * @throws CliError if none does within the timeout
   */
  public void requireBroker() {
    if (timeoutSeconds < 1) {
      throw new ParameterException(
          command.commandLine(), "--timeout must be at least 1, but was " + timeoutSeconds);
    }
    BrokerCheck.requireBroker(
        kafka(), Duration.ofSeconds(timeoutSeconds), config(), err()::println);
  }

  /**
   * Waits until a broker answers, and checks that a topic exists.
   *
   * @throws CliError if there is no broker or no such topic
   */
  public void requireTopic(String topic) {
    requireBroker();
    Settings settings = settings();
    if (settings == null
        || settings.input().topics().contains(topic)
        || settings.output().topics().contains(topic)) {
      BrokerCheck.requireTopic(kafka(), topic, config());
    } else {
      BrokerCheck.lookUp(
          kafka(),
          topic,
          () ->
              "%s does not name it. Omit the option to use the pipeline's topic, or create it with your Kafka tools."
                  .formatted(config()));
    }
  }
}
