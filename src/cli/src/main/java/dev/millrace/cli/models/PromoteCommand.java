package dev.millrace.cli.models;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.kafka.RequiredPipeline;
import dev.millrace.config.Settings;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.data.ModelCommand.Promote;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.SelectionSpec;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes one of a key's models the champion in a running job. */
@Command(
    name = "promote",
    description = {
      "Makes one of a key's models the champion, in the running job.",
      "The job writes the result to its events topic, or the reason for a rejection to its"
          + " dead-letter topic."
    },
    footer = {"", "Example:", "  ./millrace promote -c fraud.yaml --key shop-17 --model big"})
public final class PromoteCommand implements Callable<Integer> {
  @Mixin private RequiredPipeline kafka;

  @Option(names = "--key", paramLabel = "KEY", required = true, description = "Model key.")
  private String key;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      required = true,
      description = "Name of one of the pipeline's models.")
  private String model;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    Settings settings = kafka.settings();
    requireModel(settings.model());
    CommandSender.requireKey(key, settings);
    String topic =
        Objects.requireNonNull(settings.output().commands(), "pipelines with models have commands");
    kafka.requireTopic(topic);
    CommandSender.send(kafka, topic, key, new Promote(settings.pipeline(), model));
    spec.commandLine()
        .getOut()
        .printf(
            "Sent to %s: promote %s for key %s. The job reports the result on %s or %s.%n",
            topic,
            model,
            Terminal.printable(key, 60),
            settings.output().events(),
            settings.output().deadLetters());
    return 0;
  }

  private void requireModel(ModelSpec models) {
    if (!(models instanceof SelectionSpec selection)) {
      throw new CliError(kafka.config() + " has only one model. Define several with models.");
    }
    List<String> names = selection.models().stream().map(SelectionSpec.NamedModel::name).toList();
    if (!names.contains(model)) {
      throw CliError.usage(
          "--model \"%s\" is not a model of %s.%s Models: %s"
              .formatted(
                  Terminal.printable(model, 60),
                  kafka.config(),
                  Suggestions.behind(model, names),
                  selection.names()));
    }
  }
}
