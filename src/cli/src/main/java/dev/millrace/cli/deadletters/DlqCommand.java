package dev.millrace.cli.deadletters;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.kafka.PipelineBrokerOptions;
import dev.millrace.config.Settings;
import dev.millrace.config.option.DefaultTopic;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.kafka.TopicReader;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Reads the dead-letter topic. */
@Command(
    name = "dlq",
    description = "Shows the records that a job rejected, and sends them again.",
    subcommands = {DlqCommand.Show.class, DlqCommand.Replay.class},
    footer = {"", "Example:", "  ./millrace dlq show -c fraud.yaml"})
public final class DlqCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing: dlq show or replay");
  }

  /** Position on the dead-letter topic. */
  private record Place(int partition, long offset) {}

  /** Takes {@code PARTITION:OFFSET}. */
  private static final class PlaceConverter implements ITypeConverter<Place> {
    private static final Pattern PLACE = Pattern.compile("(\\d{1,9}):(\\d{1,18})");

    @Override
    public Place convert(String text) {
      Matcher place = PLACE.matcher(text);
      if (!place.matches()) {
        throw new TypeConversionException(
            "must be PARTITION:OFFSET such as 0:1200, but was " + text);
      }
      return new Place(Integer.parseInt(place.group(1)), Long.parseLong(place.group(2)));
    }
  }

  /** Options of the commands that read the dead-letter topic. */
  static final class DeadLetters {
    @Mixin private PipelineBrokerOptions kafka;

    @Option(
        names = "--topic",
        paramLabel = "TOPIC",
        description = "Dead-letter topic (default: the pipeline's).")
    private @Nullable String topic;

    @Option(
        names = "--from",
        paramLabel = "PARTITION:OFFSET",
        split = ",",
        converter = PlaceConverter.class,
        description = "Offsets of the dead-letter topic to start at (default: all).")
    private List<Place> from = List.of();

    private Progress progress = Progress.hidden();
    private long total;

    /**
     * Returns the topic's name.
     *
     * @throws CliError if there is no broker or no such topic
     */
    String requireTopic() {
      String name =
          kafka.topic(
              topic, settings -> settings.output().deadLetters(), DefaultTopic.DEAD_LETTERS);
      kafka.requireTopic(name);
      return name;
    }

    /**
     * Reads the dead letters that are there now.
     *
     * @param reasons to select; all if there are none
     * @param each takes the dead letters of the pipeline; others may share the topic
     * @return the offsets that come next
     * @throws CliError if the brokers cannot be read
     */
    Map<Integer, Long> read(String topic, List<String> reasons, Consumer<DeadLetterRecord> each) {
      Settings settings = kafka.settings();
      Consumer<ConsumerRecord<byte[], byte[]>> chosen =
          stored -> {
            progress.step();
            DeadLetterRecord letter = DeadLetterRecord.of(stored);
            if (letter != null
                && (settings == null || letter.isOf(settings))
                && (reasons.isEmpty() || reasons.contains(letter.reason()))) {
              each.accept(letter);
            }
          };
      try {
        Map<Integer, Long> next =
            TopicReader.readFrom(
                kafka.kafka(),
                topic,
                from(),
                offsets -> {
                  total = offsets;
                  progress = new Progress("read " + topic, offsets);
                },
                chosen);
        progress.stepTo(total); // some offsets are the ends of transactions
        return next;
      } catch (IllegalArgumentException e) {
        throw CliError.usage("--from: topic %s %s".formatted(topic, e.getMessage()));
      } catch (KafkaException e) {
        throw BrokerCheck.failure("Topic " + topic + " cannot be read", e);
      } finally {
        progress.close();
      }
    }

    /** Returns the given offsets by partition. */
    Map<Integer, Long> from() {
      Map<Integer, Long> offsets = new TreeMap<>();
      from.forEach(place -> offsets.put(place.partition(), place.offset()));
      return offsets;
    }
  }

  @Command(
      name = "show",
      description = "Shows the last rejected records.",
      footer = {
        "",
        "Examples:",
        "  ./millrace dlq show -c fraud.yaml",
        "  ./millrace dlq show -c fraud.yaml --reason invalid-feature --json"
      })
  static final class Show implements Callable<Integer> {
    @Mixin private DeadLetters deadLetters;

    @Option(
        names = "--reason",
        paramLabel = "REASON",
        split = ",",
        description = "Shows these reasons only.")
    private List<String> reasons = List.of();

    @Option(
        names = "--last",
        paramLabel = "N",
        defaultValue = "20",
        description = "How many to show (default: ${DEFAULT-VALUE}).")
    private int last;

    @Option(names = "--json", description = "One JSON object a line, values whole.")
    private boolean json;

    @Spec private CommandSpec spec;

    private final Map<String, Long> counts = new TreeMap<>();
    private final Deque<DeadLetterRecord> shown = new ArrayDeque<>();

    @Override
    public Integer call() {
      requireReasons(reasons);
      if (last < 1) {
        throw CliError.usage("--last must be at least 1, but was " + last);
      }
      String topic = deadLetters.requireTopic();
      deadLetters.read(topic, reasons, this::accept);
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        shown.stream().map(DeadLetterFormat::json).forEach(out::println);
        return 0;
      }
      long total = counts.values().stream().mapToLong(Long::longValue).sum();
      out.println(
          total == 0
              ? "No dead letters" + wanted() + " on " + topic + since() + "."
              : "%s on %s: %s"
                  .formatted(
                      Plural.of(total, "dead letter"), topic, DeadLetterFormat.counts(counts)));
      for (DeadLetterRecord letter : shown) {
        out.println();
        DeadLetterFormat.text(letter).forEach(out::println);
      }
      return 0;
    }

    private String wanted() {
      return reasons.isEmpty() ? "" : " of reason " + String.join(" or ", reasons);
    }

    private String since() {
      Map<Integer, Long> from = deadLetters.from();
      return from.isEmpty() ? "" : " from " + DeadLetterReplay.offsets(from) + " on";
    }

    private void accept(DeadLetterRecord letter) {
      counts.merge(letter.reason(), 1L, Long::sum);
      shown.addLast(letter);
      if (shown.size() > last) {
        shown.removeFirst();
      }
    }
  }

  @Command(
      name = "replay",
      description = {
        "Sends rejected records back to the topics that they came from, unchanged: key, value,"
            + " headers, timestamp and partition.",
        "The dead letters stay on their topic: records that are sent twice are learned twice."
      },
      footer = {
        "",
        "Examples:",
        "  ./millrace dlq replay -c fraud.yaml --reason unknown-class --dry-run",
        "  ./millrace dlq replay -c fraud.yaml --all --from 0:1200"
      })
  static final class Replay implements Callable<Integer> {
    @Mixin private DeadLetters deadLetters;

    @ArgGroup(multiplicity = "1")
    private Choice choice;

    @Option(names = "--dry-run", description = "Sends nothing and prints what it would send.")
    private boolean dryRun;

    @Spec private CommandSpec spec;

    private static final class Choice {
      @Option(
          names = "--reason",
          paramLabel = "REASON",
          split = ",",
          required = true,
          description = "Sends these reasons only.")
      private List<String> reasons = List.of();

      @Option(names = "--all", required = true, description = "Sends every reason.")
      @SuppressWarnings("unused") // without reasons it is all
      private boolean all;
    }

    /** Original position of a rejected record. */
    private record Origin(String topic, int partition, long offset) {}

    private final Map<String, Long> chosen = new TreeMap<>();
    private final Set<Origin> origins = new HashSet<>();
    private long incomplete;
    private long repeated;

    @Override
    public Integer call() {
      requireReasons(choice.reasons);
      Settings settings = deadLetters.kafka.settings();
      if (settings == null) {
        throw CliError.usage(
            "dlq replay needs -c FILE: the file names the topics that the records may go back to");
      }
      String topic = deadLetters.requireTopic();
      settings.input().topics().forEach(deadLetters.kafka::requireTopic);
      try (StopSignal stop = new StopSignal();
          DeadLetterReplay replay =
              dryRun ? null : new DeadLetterReplay(deadLetters.kafka.kafka(), deadLetters.from())) {
        if (replay != null) {
          stop.onStop(replay::stop);
        }
        try {
          Map<Integer, Long> next =
              deadLetters.read(topic, choice.reasons, letter -> accept(letter, replay, stop));
          if (replay != null) {
            replay.flush();
          }
          report(topic, "Sent", "Later ones", next);
        } catch (CancellationException e) {
          reportStopped(topic, replay);
        } catch (CliError e) {
          if (stop.isRequested()) {
            reportStopped(topic, replay);
            return 0;
          }
          throw replay == null || chosen.isEmpty() ? e : replay.interrupted(e);
        }
      }
      return 0;
    }

    private void accept(
        DeadLetterRecord letter, @Nullable DeadLetterReplay replay, StopSignal stop) {
      if (stop.isRequested()) {
        throw new CancellationException();
      }
      // After a failure a job may have rejected a record again.
      Origin origin = new Origin(letter.topic(), letter.partition(), letter.offset());
      if (letter.isIncomplete()) {
        incomplete++;
      } else if (!origins.add(origin)) {
        repeated++;
      } else {
        if (replay != null) {
          replay.send(letter);
        }
        chosen.merge(letter.reason(), 1L, Long::sum);
        return;
      }
      if (replay != null) {
        replay.skip(letter);
      }
    }

    private void reportStopped(String topic, @Nullable DeadLetterReplay replay) {
      Map<Integer, Long> next = replay == null ? Map.of() : replay.rest();
      if (replay != null && replay.hasFailed()) {
        report(
            topic,
            "Sent at most",
            "Stopped; the others, including a few that may have been sent",
            next);
      } else {
        report(topic, "Sent", "Stopped; the others", next);
      }
    }

    private void report(String topic, String sent, String rest, Map<Integer, Long> next) {
      PrintWriter out = spec.commandLine().getOut();
      long total = chosen.values().stream().mapToLong(Long::longValue).sum();
      String letters = Plural.of(total, "dead letter") + " of " + topic;
      out.println(
          (dryRun ? "Would send " : sent + " ")
              + letters
              + (total == 0 ? "." : ": " + DeadLetterFormat.counts(chosen)));
      if (incomplete > 0) {
        out.println(
            "%s cannot be sent: a part was larger than the topic accepts, and is lost."
                .formatted(Plural.of(incomplete, "more", "more")));
      }
      if (repeated > 0) {
        out.println(
            "%s of the same records, rejected again after a failure of the job, are skipped."
                .formatted(Plural.of(repeated, "more", "more")));
      }
      if (!dryRun && total > 0) {
        out.println(rest + ": --from " + DeadLetterReplay.offsets(next));
      }
    }
  }

  private static void requireReasons(List<String> reasons) {
    List<String> known = Stream.of(DeadLetterReason.values()).map(DeadLetterReason::id).toList();
    for (String reason : reasons) {
      if (!known.contains(reason)) {
        String nearest = Suggestions.nearest(reason, known);
        throw CliError.usage(
            "Unknown --reason \"%s\". %s"
                .formatted(
                    reason,
                    nearest == null
                        ? "Reasons: " + String.join(", ", known)
                        : "Did you mean " + nearest + "?"));
      }
    }
  }
}
