package dev.millrace.cli.tensorboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.RootCause;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.kafka.PipelineBrokerOptions;
import dev.millrace.cli.watch.MetricsRecords;
import dev.millrace.cli.watch.MetricsTopicOption;
import dev.millrace.kafka.TopicFollower;
import dev.millrace.kafka.TopicReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes the metrics topic as files for TensorBoard. */
@Command(
    name = "tensorboard",
    description = {
      "Writes the records of the metrics topic, old and new, as TensorBoard runs: one a key.",
      "Ctrl-C stops it."
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace tensorboard -c fraud.yaml --logdir runs",
      "  tensorboard --logdir runs"
    })
public final class TensorBoardCommand implements Callable<Integer> {
  @Mixin private PipelineBrokerOptions kafka;

  @Mixin private MetricsTopicOption topic;

  @Option(
      names = "--logdir",
      paramLabel = "DIR",
      required = true,
      description = "Where the runs go: DIR/PIPELINE/KEY.")
  private Path logDir;

  @Option(names = "--key", paramLabel = "KEY", description = "Writes one model key only.")
  private @Nullable String key;

  @Option(
      names = "--max-keys",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "Leaves out later keys; TensorBoard reads every run (default: ${DEFAULT-VALUE}).")
  private int maxKeys;

  @Option(names = "--once", description = "Ends at the end that the topic has now.")
  private boolean once;

  @Spec private CommandSpec spec;

  private boolean reportedTooMany;

  @Override
  public Integer call() {
    if (maxKeys < 1) {
      throw new ParameterException(
          spec.commandLine(), "--max-keys must be at least 1, but was " + maxKeys);
    }
    String followed = topic.of(kafka);
    kafka.requireTopic(followed);
    TensorBoardRuns runs = new TensorBoardRuns(logDir, maxKeys, Instant.now());
    var write = TopicFollower.values(value -> write(value, runs));
    try {
      if (once) {
        BrokerCheck.follow(() -> TopicReader.readAll(kafka.kafka(), followed, write), followed);
      } else {
        follow(followed, write);
      }
    } catch (UncheckedIOException e) {
      throw new CliError(logDir + " cannot be written: " + RootCause.message(e), e);
    }
    spec.commandLine()
        .getOut()
        .printf(
            "Wrote %s of %s. Look at them with: tensorboard --logdir %s%n",
            Plural.of(runs.written(), "record"), Plural.of(runs.keys(), "key"), logDir);
    return 0;
  }

  private void follow(String followed, Consumer<ConsumerRecord<byte[], byte[]>> write) {
    try (StopSignal stop = new StopSignal();
        TopicFollower follower =
            new TopicFollower(kafka.kafka(), followed, write, (absent, text) -> notice(text))) {
      stop.onStop(follower::close);
      notice("Writing " + followed + " to " + logDir + " (Ctrl-C stops)");
      BrokerCheck.follow(follower, followed);
    }
  }

  private void write(String value, TensorBoardRuns runs) {
    Optional<JsonNode> record = MetricsRecords.parse(value);
    if (record.isEmpty() || !MetricsRecords.isOf(key, kafka.settings(), record.get())) {
      return;
    }
    if (!runs.add(record.get()) && !reportedTooMany) {
      reportedTooMany = true;
      notice("More than " + maxKeys + " keys: the others are left out (--max-keys, --key).");
    }
  }

  private void notice(String text) {
    spec.commandLine().getErr().println(text);
  }
}
