package dev.millrace.cli;

import dev.millrace.DefaultTopic;
import dev.millrace.Settings;
import dev.millrace.data.KebabCase;
import dev.millrace.eval.MetricsSpec.Decision;
import java.util.function.Predicate;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Where the models are. */
final class ModelsOptions {
  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Models topic (default: the pipeline's).")
  private String topic;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  KafkaOptions kafka() {
    return kafka;
  }

  /**
   * The topic's name.
   *
   * @throws CliError if there is no broker or no such topic
   */
  String requireTopic() {
    String name = kafka.topic(topic, settings -> settings.output().models(), DefaultTopic.MODELS);
    kafka.requireTopic(name);
    return name;
  }

  /**
   * Reads the topic.
   *
   * @param wanted the keys whose models are needed, bytes and all
   * @throws CliError if there is no broker, no topic or no model
   */
  ModelsTopic read(Predicate<String> wanted) {
    String name = requireTopic();
    return ModelsTopic.read(
        kafka.kafka(),
        name,
        kafka.settings(),
        wanted,
        listing(),
        command.commandLine().getErr()::println);
  }

  /** Says so where the job predicts the class that a threshold decides for, which no model has. */
  void tellOfThreshold(Settings settings) {
    Decision decision = settings.metrics().thresholdMetric();
    if (decision != Decision.NONE) {
      command
          .commandLine()
          .getErr()
          .printf(
              "Note: answers have the most probable class. The job decides by the threshold that"
                  + " its metrics records have (metrics.threshold-metric: %s).%n",
              KebabCase.of(decision));
    }
  }

  /** The command that shows which models there are. */
  String listing() {
    String ofTopic = topic == null ? "" : " --topic " + topic;
    return "./millrace models list " + kafka.asGiven() + ofTopic;
  }
}
