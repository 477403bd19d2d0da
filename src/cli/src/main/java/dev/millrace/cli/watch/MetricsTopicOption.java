package dev.millrace.cli.watch;

import dev.millrace.cli.kafka.KafkaOptions;
import dev.millrace.config.DefaultTopic;
import picocli.CommandLine.Option;

/** Which metrics topic a command reads. */
public final class MetricsTopicOption {
  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Metrics topic (default: the pipeline's).")
  private String topic;

  /** The topic's name: that given, else the pipeline's. */
  public String of(KafkaOptions kafka) {
    return kafka.topic(topic, settings -> settings.output().metrics(), DefaultTopic.METRICS);
  }

  /** Returns the topic of the summary. */
  String ofSummary(KafkaOptions kafka) {
    return kafka.topic(topic, settings -> settings.output().summary(), DefaultTopic.SUMMARY);
  }

  /** The pipeline's name, or null where only a topic of another name is known. */
  public String pipeline(KafkaOptions kafka) {
    return topic == null || kafka.settings() != null
        ? kafka.pipeline()
        : DefaultTopic.METRICS.pipelineOf(topic);
  }
}
