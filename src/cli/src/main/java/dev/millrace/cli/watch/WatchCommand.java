package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.LiveScreen;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.kafka.PipelineBrokerOptions;
import dev.millrace.kafka.TopicFollower;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Follows the metrics topic, or that of the summary, as a table. */
@Command(
    name = "watch",
    description = {
      "Follows the metrics topic as a plain table. Ctrl-C stops it.",
      "The newest record of each key comes first, of up to 1,000 keys, then each new record."
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace watch -c fraud.yaml",
      "  ./millrace watch -c fraud.yaml --live",
      "  ./millrace watch -c fraud.yaml --json --from-beginning | head"
    })
public final class WatchCommand implements Callable<Integer> {
  @Mixin private PipelineBrokerOptions kafka;

  @Mixin private MetricsTopicOption topic;

  @Option(names = "--key", paramLabel = "KEY", description = "Shows one model key only.")
  private @Nullable String key;

  @Option(
      names = "--summary",
      description = "Shows the summary over all keys (output.summary) instead of each key.")
  private boolean summary;

  @Option(
      names = "--live",
      description = "Redraws one row for each key, the worst first, instead of adding lines.")
  private boolean live;

  @Option(names = "--json", description = "Passes the records through, one JSON object a line.")
  private boolean json;

  @Option(
      names = "--from-beginning",
      description = "Starts with the oldest record, instead of the newest of each key.")
  private boolean fromBeginning;

  @Spec private CommandSpec spec;

  private boolean reportedSkipped;
  // Holds the records that were there at the start, until all of them have been read.
  private @Nullable NewestRecords backlog;
  private LongSupplier remaining = () -> -1;

  @Override
  public Integer call() throws InterruptedException {
    requireUsage();
    Terminal.Size size = Terminal.outIsInteractive() ? Terminal.size() : Terminal.Size.DEFAULT;
    MetricsTable table = new MetricsTable(size.columns(), System::nanoTime);
    String followed = summary ? topic.ofSummary(kafka) : topic.of(kafka);
    kafka.requireTopic(followed);
    if (!fromBeginning && !live) {
      backlog = new NewestRecords(System::nanoTime);
      notice(
          "Following "
              + followed
              + " after the newest record of each key; --from-beginning shows all.",
          null);
    }
    try (StopSignal stop = new StopSignal();
        LiveScreen screen = live ? open(size) : null;
        TopicFollower follower =
            // The newest record of each key may be the last one for long.
            new TopicFollower(
                kafka.kafka(),
                followed,
                TopicFollower.values(value -> show(value, table, screen)),
                (absent, text) -> notice(text, screen))) {
      stop.onStop(follower::close);
      remaining = follower::remaining;
      follower.onCaughtUp(() -> showBacklog(table));
      BrokerCheck.follow(follower, followed);
    } catch (ReaderGoneException e) {
      // Such as "| head": it has what it wanted.
    }
    return 0;
  }

  private void requireUsage() {
    if (live && json) {
      throw new ParameterException(
          spec.commandLine(),
          "--live and --json exclude each other: one draws a table, one passes lines on");
    }
    if (live && !Terminal.outIsInteractive()) {
      throw new ParameterException(
          spec.commandLine(), "--live needs a terminal as standard output");
    }
  }

  private LiveScreen open(Terminal.Size size) {
    PrintWriter out = spec.commandLine().getOut();
    return new LiveScreen(out, summary ? new LiveSummary() : new LiveTable(System::nanoTime), size);
  }

  private void showBacklog(MetricsTable table) {
    NewestRecords records = backlog;
    backlog = null;
    if (records != null) {
      records.texts().forEach(text -> print(MetricsRecords.read(text), text, table, null));
      if (records.omitted() > 0) {
        notice(
            "And %s: --key shows one, --live the worst."
                .formatted(Plural.of(records.omitted(), "more key")),
            null);
      }
    }
  }

  private void show(String value, MetricsTable table, @Nullable LiveScreen screen) {
    if (backlog != null) {
      backlog.progress(remaining.getAsLong()).ifPresent(text -> notice(text, null));
    }
    Optional<JsonNode> record =
        MetricsRecords.parse(value, summary ? SummaryLines.MARK : MetricsRecords.MARK);
    if (record.isEmpty()) {
      if (!reportedSkipped) {
        String kind = summary ? "summary" : "metrics";
        notice("Skipped a record that is not a " + kind + " record; reported once.", screen);
        reportedSkipped = true;
      }
      return;
    }
    if (!MetricsRecords.isOf(key, kafka.settings(), record.get())) {
      return;
    }
    if (backlog != null) {
      backlog.put(record.get(), value);
    } else {
      print(record.get(), value, table, screen);
    }
  }

  private void print(
      JsonNode record, String value, MetricsTable table, @Nullable LiveScreen screen) {
    PrintWriter out = spec.commandLine().getOut();
    if (screen != null) {
      screen.accept(record);
    } else if (json) {
      out.println(Terminal.printableJson(value));
    } else {
      (summary ? SummaryLines.of(record) : table.lines(record)).forEach(out::println);
    }
    if (out.checkError()) {
      throw new ReaderGoneException();
    }
  }

  private void notice(String text, @Nullable LiveScreen screen) {
    if (screen != null) {
      screen.notice(text);
    } else {
      spec.commandLine().getErr().println(text);
    }
  }

  /** Standard output has no reader any more. */
  private static final class ReaderGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
