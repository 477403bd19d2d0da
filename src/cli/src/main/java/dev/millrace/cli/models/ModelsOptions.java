package dev.millrace.cli.models;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.kafka.KafkaOptions;
import dev.millrace.config.DefaultTopic;
import dev.millrace.config.Settings;
import dev.millrace.data.KebabCase;
import dev.millrace.eval.MetricsSpec.Decision;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Options of the commands that read the models topic. */
public final class ModelsOptions {
  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Models topic (default: the pipeline's).")
  private @Nullable String topic;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  public KafkaOptions kafka() {
    return kafka;
  }

  /**
   * Returns the topic's name.
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
   * @param wanted keys whose models are needed with their bytes
   * @throws CliError if there is no broker, no topic or no model
   */
  public ModelsTopic read(Predicate<String> wanted) {
    String name = requireTopic();
    return ModelsTopic.read(
        kafka.kafka(),
        name,
        kafka.settings() == null ? null : kafka.settings().pipeline(),
        wanted,
        listing(),
        command.commandLine().getErr()::println);
  }

  /** Prints a note if the job decides by a threshold, which is not part of the models. */
  public void reportThreshold(Settings settings) {
    Decision decision = settings.metrics().thresholdMetric();
    if (decision != Decision.NONE) {
      command
          .commandLine()
          .getErr()
          .printf(
              "Note: predictions are the most probable class. The job decides by the threshold in"
                  + " its metrics records (metrics.threshold-metric: %s).%n",
              KebabCase.of(decision));
    }
  }

  /** Returns the command that lists the models. */
  public String listing() {
    String ofTopic = topic == null ? "" : " --topic " + topic;
    return "./millrace models list " + kafka.asGiven() + ofTopic;
  }
}
