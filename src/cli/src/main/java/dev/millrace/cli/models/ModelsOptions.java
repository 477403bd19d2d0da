package dev.millrace.cli.models;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.kafka.KafkaOptions;
import dev.millrace.config.DefaultTopic;
import dev.millrace.config.Settings;
import dev.millrace.data.KebabCase;
import dev.millrace.eval.MetricsSpec.Decision;
import java.util.function.Predicate;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Where the models are. */
public final class ModelsOptions {
  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Models topic (default: the pipeline's).")
  private String topic;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  public KafkaOptions kafka() {
    return kafka;
  }

  /**
   * The topic's name.
   *
   * @throws CliError if there is no broker or no such topic
   */
  public String requireTopic() {
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
  public ModelsTopic read(Predicate<String> wanted) {
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
  public void tellOfThreshold(Settings settings) {
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
  public String listing() {
    String ofTopic = topic == null ? "" : " --topic " + topic;
    return "./millrace models list " + kafka.asGiven() + ofTopic;
  }
}
