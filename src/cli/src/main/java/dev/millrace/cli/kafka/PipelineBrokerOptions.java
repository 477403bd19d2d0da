package dev.millrace.cli.kafka;

import dev.millrace.cli.console.CliError;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.option.DefaultTopic;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Brokers and pipeline of a command: those of a pipeline file, or an address and a name. */
public final class PipelineBrokerOptions extends BrokerOptions {
  @ArgGroup(multiplicity = "1")
  private Source source;

  private @Nullable Settings settings;
  private @Nullable String pipeline;

  private static final class Source {
    @Option(
        names = {"-c", "--config"},
        paramLabel = "FILE",
        required = true,
        description = "Pipeline file, which names brokers and topics.")
    private @Nullable Path config;

    @ArgGroup(exclusive = false, multiplicity = "1")
    private Brokers brokers;
  }

  private static final class Brokers {
    @Option(
        names = "--bootstrap-server",
        paramLabel = "HOST:PORT",
        required = true,
        description = "Brokers, without a pipeline file.")
    private String bootstrapServer;

    @Option(
        names = "--pipeline",
        paramLabel = "NAME",
        description = "Name of the pipeline (default: the only one that has a topic NAME.metrics).")
    private @Nullable String pipeline;
  }

  @Override
  public @Nullable Path config() {
    return source.config;
  }

  @Override
  public String asGiven() {
    return source.config == null
        ? "--bootstrap-server "
            + source.brokers.bootstrapServer
            + (source.brokers.pipeline == null ? "" : " --pipeline " + source.brokers.pipeline)
        : "-c " + source.config;
  }

  /** Returns the pipeline; null with {@code --bootstrap-server}. */
  @Override
  public @Nullable Settings settings() {
    if (settings == null && source.config != null) {
      settings = PipelineFile.read(source.config);
    }
    return settings;
  }

  @Override
  public Map<String, String> kafka() {
    Settings given = settings();
    return given == null
        ? Map.of("bootstrap.servers", source.brokers.bootstrapServer)
        : given.kafka();
  }

  /**
   * Returns the pipeline's name: that in the file, {@code --pipeline}, or the only pipeline with a
   * metrics topic of the default name.
   *
   * @throws CliError if there is no such pipeline, or more than one
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
    err().printf("Pipeline %s, the only one at %s.%n", found.get(0), servers);
    return found.get(0);
  }

  @Override
  public String topic(
      @Nullable String option, Function<Settings, String> configuredTopic, DefaultTopic byDefault) {
    if (option != null) {
      return option;
    }
    Settings given = settings();
    return given == null ? byDefault.of(pipeline()) : configuredTopic.apply(given);
  }

  @Override
  public void requireTopic(String topic) {
    if (settings() != null) {
      super.requireTopic(topic);
      return;
    }
    requireBroker();
    BrokerCheck.lookUp(
        kafka(),
        topic,
        () -> {
          List<String> found = BrokerCheck.pipelines(kafka());
          return found.isEmpty() || found.contains(pipeline)
              ? "Create the topics of a pipeline with: ./millrace topics create -c PIPELINE.yaml"
              : "Pipelines there: " + String.join(", ", found) + ".";
        });
  }
}
