package dev.millrace.cli.models;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.kafka.RequiredPipeline;
import dev.millrace.codec.text.IdText;
import dev.millrace.config.Settings;
import dev.millrace.config.option.DefaultTopic;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.ModelCommand.Erase;
import dev.millrace.input.ErasedId;
import dev.millrace.input.ForecastSpec;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Erases a key, or one id, in a running job. */
@Command(
    name = "erase",
    description = {
      "Erases a key, or one id of a column, from the running job.",
      "For a key, the job drops its models with their replay buffers, its metrics, and its features"
          + " and labels that wait for each other, and it deletes the published model. The next"
          + " record begins a new model. After a drift, drift.action: reset renews a model but"
          + " keeps the rest.",
      "For an id, the job erases what the models know of it and of its crosses, its groups of"
          + " derived features, and drops features with it that wait for a label. Without --key it"
          + " does so for all keys, also those that come later. The command has a hash of the id.",
      "A command covers all records up to its time, also those that the job has not read yet. The"
          + " job writes what it erased to its events topic."
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace erase -c fraud.yaml --key card-4711",
      "  ./millrace erase -c clicks.yaml --key shop-17 --column user --id u1234",
      "  ./millrace erase -c clicks.yaml --column user --id u1234"
    })
public final class EraseCommand implements Callable<Integer> {
  @Mixin private RequiredPipeline kafka;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "Model key, or series of forecasts (default: with --id, all keys).")
  private @Nullable String key;

  @ArgGroup(exclusive = false)
  private @Nullable IdOptions id;

  @Spec private CommandSpec spec;

  /** The id to erase. */
  private static final class IdOptions {
    @Option(
        names = "--column",
        paramLabel = "FEATURE",
        required = true,
        description =
            "Feature of type id, set, text or sparse; column of input.derived's by, or"
                + " metrics.group.")
    private String column;

    @Option(
        names = "--id",
        paramLabel = "TEXT",
        required = true,
        description = "Id as it is in records; of a text a word, or an n-gram.")
    private String text;
  }

  @Override
  public Integer call() throws InterruptedException {
    Settings settings = kafka.settings();
    if (key == null && id == null) {
      throw CliError.usage("Nothing to erase. Name --key, or --column and --id, or all of them.");
    }
    if (key != null) {
      CommandSender.requireKey(key, settings);
    }
    Erase.Id hashed = id == null ? null : hashed(id, settings);
    String topic = requireCommands(settings);
    CommandSender.send(kafka, topic, key, new Erase(settings.pipeline(), hashed));
    String events = settings.output().events();
    String keys = key == null ? "all keys" : shown(key, settings);
    spec.commandLine()
        .getOut()
        .printf(
            "Sent to %s: erase %s. %s%n",
            topic,
            hashed == null ? keys : shown(hashed) + " from " + keys,
            key == null
                ? "Each subtask of the job answers on %s with an event \"erasure\": how many of its keys had the id."
                    .formatted(events)
                : "The job answers on %s with an event \"erased\".".formatted(events));
    return 0;
  }

  private static String shown(String key, Settings settings) {
    String shown = "key " + Terminal.printable(key, 60);
    ForecastSpec forecast = settings.input().spec().forecast();
    return forecast == null || forecast.horizon(key) != null
        ? shown
        : shown + " with " + Plural.of(forecast.horizons().size(), "horizon");
  }

  private static String shown(Erase.Id id) {
    return "id %s of %s".formatted(HexFormat.of().toHexDigits(id.hash()), id.column());
  }

  private Erase.Id hashed(IdOptions given, Settings settings) {
    requireColumn(given.column, settings);
    Optional<FeatureSpec> feature =
        settings.input().spec().features().stream()
            .filter(each -> each.type().isOfIds() && each.name().equals(given.column))
            .findFirst();
    try {
      long hash =
          feature.isPresent()
              ? IdText.hash(feature.get(), given.text)
              : IdText.hash(given.column, given.text);
      return new Erase.Id(given.column, hash);
    } catch (IllegalArgumentException e) {
      throw CliError.usage("--id does not fit %s: %s".formatted(given.column, e.getMessage()));
    }
  }

  private void requireColumn(String name, Settings settings) {
    List<String> names = ErasedId.columns(settings.input().spec());
    if (names.isEmpty()) {
      throw new CliError(
          kafka.config() + " has no column of ids. Erase the whole key with --key alone.");
    }
    if (!names.contains(name)) {
      throw CliError.usage(
          "--column \"%s\" is no column of ids in %s.%s Columns of ids: %s"
              .formatted(
                  Terminal.printable(name, 60),
                  kafka.config(),
                  Suggestions.behind(name, names),
                  String.join(", ", names)));
    }
  }

  private String requireCommands(Settings settings) {
    String topic = settings.output().commands();
    if (topic == null) {
      throw new CliError(
          ("%1$s has no topic of commands. Add output: { topics: { commands: %2$s } }, create it"
                  + " with ./millrace topics create -c %1$s, and restart the job.")
              .formatted(kafka.config(), DefaultTopic.COMMANDS.of(settings.pipeline())));
    }
    kafka.requireTopic(topic);
    return topic;
  }
}
