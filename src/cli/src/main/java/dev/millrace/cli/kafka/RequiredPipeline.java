package dev.millrace.cli.kafka;

import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.option.DefaultTopic;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Pipeline file of a command that needs one. */
public final class RequiredPipeline extends BrokerOptions {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      required = true,
      description = "Pipeline file, which names brokers and topics.")
  private Path config;

  private @Nullable Settings settings;

  @Override
  public Path config() {
    return config;
  }

  @Override
  public Settings settings() {
    if (settings == null) {
      settings = PipelineFile.read(config);
    }
    return settings;
  }

  @Override
  public Map<String, String> kafka() {
    return settings().kafka();
  }

  @Override
  public String asGiven() {
    return "-c " + config;
  }

  @Override
  public String topic(
      @Nullable String option, Function<Settings, String> configuredTopic, DefaultTopic byDefault) {
    return option == null ? configuredTopic.apply(settings()) : option;
  }
}
