package dev.millrace.cli.watch;

import dev.millrace.cli.kafka.PipelineBrokerOptions;
import dev.millrace.config.option.DefaultTopic;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Option of the commands that read the metrics topic. */
public final class MetricsTopicOption {
  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Metrics topic (default: the pipeline's).")
  private @Nullable String topic;

  /** Returns the given topic, else the pipeline's. */
  public String of(PipelineBrokerOptions kafka) {
    return kafka.topic(topic, settings -> settings.output().metrics(), DefaultTopic.METRICS);
  }

  /** Returns the topic of the summary. */
  String ofSummary(PipelineBrokerOptions kafka) {
    return kafka.topic(topic, settings -> settings.output().summary(), DefaultTopic.SUMMARY);
  }

  /** Returns the pipeline's name, or null if only a topic of another name is known. */
  public @Nullable String pipeline(PipelineBrokerOptions kafka) {
    return topic == null || kafka.settings() != null
        ? kafka.pipeline()
        : DefaultTopic.METRICS.pipelineOf(topic);
  }
}
