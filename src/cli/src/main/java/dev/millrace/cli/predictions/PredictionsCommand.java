package dev.millrace.cli.predictions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.cli.console.TemporaryDirectories;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.kafka.RequiredPipeline;
import dev.millrace.cli.predictions.PredictionsCsv.Classes;
import dev.millrace.cli.watch.MetricsRecords;
import dev.millrace.config.Settings;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.kafka.TopicFollower;
import dev.millrace.kafka.TopicReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes the predictions topic as CSV. */
@Command(
    name = "predictions",
    description = {
      "Writes the predictions on the predictions topic as CSV.",
      "Needs a pipeline with output.predictions. Without declared classes, the columns of their",
      "probabilities are those of the records that are on the topic at the start."
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace predictions -c fraud.yaml --output predictions.csv",
      "  ./millrace predictions -c fraud.yaml --key shop-17 --follow"
    })
public final class PredictionsCommand implements Callable<Integer> {
  @Mixin private RequiredPipeline kafka;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "File to write (default: standard output).")
  private @Nullable Path output;

  @Option(names = "--key", paramLabel = "KEY", description = "Writes one model key only.")
  private @Nullable String key;

  @Option(names = "--limit", paramLabel = "N", description = "Max records.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--follow",
      description = "Continues with new predictions after the existing ones. Ctrl-C stops it.")
  private boolean follow;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    Settings settings = kafka.settings();
    if (!settings.output().publish().predictions()) {
      throw CliError.usage(
          "%s has no output.predictions, so its job writes none. Add: output: { predictions: true }"
              .formatted(kafka.config()));
    }
    if (limit < 1) {
      throw CliError.usage("--limit must be at least 1, but was " + limit);
    }
    String topic = settings.output().predictions();
    kafka.requireTopic(topic);
    Path directory = TemporaryDirectories.create("millrace-predictions-");
    Lines lines = new Lines(settings, directory.resolve("waiting"));
    try (lines) {
      Map<Integer, Long> ends = readExisting(topic, lines);
      if (follow) {
        follow(topic, ends, lines);
      }
    } catch (EnoughException e) {
      // Such as "| head": it has what it wanted.
    } finally {
      TemporaryDirectories.delete(directory);
    }
    if (output != null || lines.count == 0) {
      PrintWriter err = spec.commandLine().getErr();
      err.printf("%s of topic %s", Plural.of(lines.count, "prediction"), topic);
      err.println(output == null || lines.count == 0 ? "." : " in " + output);
    }
    return 0;
  }

  private Map<Integer, Long> readExisting(String topic, Lines lines) {
    try {
      return TopicReader.readFrom(kafka.kafka(), topic, Map.of(), total -> {}, lines::accept);
    } catch (KafkaException e) {
      throw BrokerCheck.failure("Topic " + topic + " cannot be read", e);
    }
  }

  private void follow(String topic, Map<Integer, Long> next, Lines lines)
      throws InterruptedException {
    lines.follow();
    try (StopSignal stop = new StopSignal();
        TopicFollower follower =
            new TopicFollower(
                kafka.kafka(),
                topic,
                next,
                lines::accept,
                (absent, text) -> spec.commandLine().getErr().println(text))) {
      stop.onStop(follower::close);
      BrokerCheck.follow(follower, topic);
    }
  }

  /** Ends the command: it has printed all records, or standard output is closed. */
  private static final class EnoughException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Place of a prediction among those of its key. */
  private record InKey(boolean hasIds) implements PredictionsCsv.Place {
    @Override
    public String header() {
      return hasIds ? "key,id,seq,event_time," : "key,seq,event_time,";
    }

    @Override
    public String cells(PredictionRecord prediction) {
      return CsvCells.quoted(prediction.key())
          + (hasIds ? "," + CsvCells.quoted(prediction.id()) : "")
          + ","
          + CsvCells.text(prediction.seq())
          + ","
          + CsvCells.quoted(prediction.eventTime())
          + ",";
    }
  }

  /** The lines of the topic's records. */
  private final class Lines implements AutoCloseable {
    private final Settings settings;
    private final Path waiting;
    private final @Nullable FileChannel channel;
    private final @Nullable Writer file;
    private @Nullable PredictionsCsv csv; // null before the first record
    private boolean isFollowing;
    private long count;

    Lines(Settings settings, Path waiting) {
      this.settings = settings;
      this.waiting = waiting;
      try {
        // Keeps what is in the file until there is a record.
        channel =
            output == null
                ? null
                : FileChannel.open(output, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        file =
            channel == null
                ? null
                : new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw failure(e);
      }
    }

    void accept(ConsumerRecord<byte[], byte[]> record) {
      if (record.value() != null) {
        MetricsRecords.parse(new String(record.value(), StandardCharsets.UTF_8))
            .filter(prediction -> MetricsRecords.isOf(key, settings, prediction))
            .ifPresent(this::add);
      }
    }

    private void add(JsonNode prediction) {
      try {
        if (csv == null) {
          csv = begin(prediction);
        }
        csv.accept(prediction);
        count++;
        if (isFollowing) {
          settle();
        }
      } catch (IOException e) {
        throw failure(e);
      }
      if (count >= limit) {
        throw new EnoughException();
      }
    }

    private PredictionsCsv begin(JsonNode first) throws IOException {
      if (channel != null) {
        channel.truncate(0);
      }
      InputSpec spec = settings.input().spec();
      String positive = settings.metrics().positiveClass();
      boolean areClasses =
          spec.task() == null ? !first.has("value") : spec.task() != Task.REGRESSION;
      @Nullable Classes known =
          !areClasses
              ? Classes.NONE
              : positive != null
                  ? Classes.positive(positive)
                  : spec.classes().isEmpty() ? null : new Classes(spec.classes(), false);
      return new PredictionsCsv(
          this::write,
          new InKey(first.has("id")),
          known,
          areClasses,
          spec,
          settings.output(),
          waiting);
    }

    private void write(String line) throws IOException {
      if (file != null) {
        file.write(line + "\n");
        return;
      }
      PrintWriter out = spec.commandLine().getOut();
      out.println(Terminal.outIsInteractive() ? Terminal.printable(line, line.length()) : line);
      if (out.checkError()) {
        throw new EnoughException();
      }
    }

    /** Writes each record at once from now on, after those that wait. */
    void follow() {
      isFollowing = true;
      try {
        settle();
      } catch (IOException e) {
        throw failure(e);
      }
    }

    private void settle() throws IOException {
      if (csv != null) {
        csv.settle();
      }
      if (file != null) {
        file.flush();
      }
    }

    private CliError failure(IOException e) {
      return output == null
          ? new CliError("Predictions cannot be written: " + e.getMessage(), e)
          : OutputFile.failure(output, e);
    }

    @Override
    public void close() {
      PredictionsCsv begun = csv;
      try (file;
          begun) {
        settle();
      } catch (IOException e) {
        throw failure(e);
      }
    }
  }
}
