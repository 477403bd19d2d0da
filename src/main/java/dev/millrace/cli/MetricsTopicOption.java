package dev.millrace.cli;

import picocli.CommandLine.Option;

/** Which metrics topic a command reads. */
final class MetricsTopicOption {
  private static final String DEFAULT_TOPIC = "millrace.metrics.v1";
  private static final String DEFAULT_FLEET_TOPIC = DashboardFeed.DEFAULT_FLEET_TOPIC;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Metrics topic (default: the pipeline's, else " + DEFAULT_TOPIC + ").")
  private String topic;

  /** The topic's name: that given, else the pipeline's, else the default one. */
  String of(KafkaOptions kafka) {
    return kafka.topic(topic, settings -> settings.output().metrics(), DEFAULT_TOPIC);
  }

  /** That of the fleet view. */
  String ofFleet(KafkaOptions kafka) {
    return kafka.topic(topic, settings -> settings.output().fleet(), DEFAULT_FLEET_TOPIC);
  }
}
