package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.Settings;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Follows the metrics topic, or that of the fleet view, as a table. */
@Command(
    name = "watch",
    description = "Follows the metrics topic as a plain table. Ctrl-C stops it.",
    footer = {
      "",
      "Examples:",
      "  ./millrace watch -c fraud.yaml",
      "  ./millrace watch --bootstrap-server localhost:9092 --json --from-beginning | head"
    })
final class WatchCommand implements Callable<Integer> {
  static final String DEFAULT_TOPIC = "millrace.metrics.v1";
  static final String DEFAULT_FLEET_TOPIC = "millrace.fleet.v1";

  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Metrics topic (default: the pipeline's, else " + DEFAULT_TOPIC + ").")
  private String topic;

  @Option(names = "--key", paramLabel = "KEY", description = "Shows one model key only.")
  private String key;

  @Option(
      names = "--fleet",
      description = "Shows how all models together are doing (output.fleet), not each by itself.")
  private boolean fleet;

  @Option(names = "--json", description = "Passes the records through, one JSON object a line.")
  private boolean json;

  @Option(names = "--from-beginning", description = "Starts with the oldest record.")
  private boolean fromBeginning;

  @Spec private CommandSpec spec;

  private final MetricsTable table = new MetricsTable();
  private boolean saidSkipped;

  @Override
  public Integer call() {
    String followed =
        fleet
            ? kafka.topic(topic, settings -> settings.output().fleet(), DEFAULT_FLEET_TOPIC)
            : kafka.topic(topic, settings -> settings.output().metrics(), DEFAULT_TOPIC);
    kafka.requireTopic(followed);
    if (!fromBeginning) {
      notice("Following " + followed + "; with --from-beginning also what is there already.");
    }
    try (StopSignal stop = new StopSignal();
        MetricsFollower follower =
            new MetricsFollower(kafka.kafka(), followed, fromBeginning, this::show, this::notice)) {
      stop.onStop(follower::close);
      follower.run();
    } catch (ReaderGoneException e) {
      // Such as "| head": it has what it wanted.
    }
    return 0;
  }

  private void show(String value) {
    PrintWriter out = spec.commandLine().getOut();
    Optional<JsonNode> record =
        MetricsRecords.parse(value, fleet ? FleetLines.MARK : MetricsRecords.MARK);
    if (record.isEmpty()) {
      if (!saidSkipped) {
        notice("Skipped what is not a " + (fleet ? "fleet" : "metrics") + " record; said once.");
        saidSkipped = true;
      }
      return;
    }
    if (!isWanted(record.get())) {
      return;
    }
    if (json) {
      out.println(value);
    } else {
      (fleet ? FleetLines.of(record.get()) : table.lines(record.get())).forEach(out::println);
    }
    if (out.checkError()) {
      throw new ReaderGoneException();
    }
  }

  // Pipelines may share a metrics topic.
  private boolean isWanted(JsonNode record) {
    Settings settings = kafka.settings();
    return (key == null || key.equals(record.path("key").textValue()))
        && (settings == null || settings.pipeline().equals(record.path("pipeline").textValue()));
  }

  private void notice(String text) {
    spec.commandLine().getErr().println(text);
  }

  /** Nobody reads standard output any more. */
  private static final class ReaderGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
