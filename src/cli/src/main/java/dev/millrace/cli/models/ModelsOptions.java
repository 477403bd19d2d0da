package dev.millrace.cli.models;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.kafka.BrokerOptions;
import dev.millrace.cli.kafka.PipelineBrokerOptions;
import dev.millrace.cli.kafka.RequiredPipeline;
import dev.millrace.config.Settings;
import dev.millrace.config.option.DefaultTopic;
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
public abstract class ModelsOptions {
  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Models topic (default: the pipeline's).")
  private @Nullable String topic;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  private ModelsOptions() {}

  /** Options of commands that need no pipeline file. */
  public static final class OfBroker extends ModelsOptions {
    @Mixin private PipelineBrokerOptions kafka;

    @Override
    public PipelineBrokerOptions kafka() {
      return kafka;
    }
  }

  /** Options of commands that need the features and models in a pipeline file. */
  public static final class OfPipeline extends ModelsOptions {
    @Mixin private RequiredPipeline kafka;

    @Override
    public RequiredPipeline kafka() {
      return kafka;
    }

    /**
     * Returns the pipeline whose models predict.
     *
     * @throws CliError if it forecasts, which takes the series that the job has
     */
    public Settings predicting() {
      Settings settings = kafka.settings();
      if (settings.input().spec().forecast() != null) {
        throw CliError.usage(
            "Pipeline %s forecasts series, which its job knows. Read the forecasts from topic %s%s."
                .formatted(
                    settings.pipeline(),
                    settings.output().predictions(),
                    settings.output().publish().predictions()
                        ? ""
                        : ", with output.predictions: true"));
      }
      return settings;
    }
  }

  /** Returns the brokers, and the pipeline if its file was given. */
  public abstract BrokerOptions kafka();

  /**
   * Returns the topic's name.
   *
   * @throws CliError if there is no broker or no such topic
   */
  public String requireTopic() {
    String name = kafka().topic(topic, settings -> settings.output().models(), DefaultTopic.MODELS);
    kafka().requireTopic(name);
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
    Settings settings = kafka().settings();
    return ModelsTopic.read(
        kafka().kafka(),
        name,
        settings,
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
    String topicOption = topic == null ? "" : " --topic " + topic;
    return "./millrace models list " + kafka().asGiven() + topicOption;
  }
}
