package dev.millrace.cli.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.dashboard.DashboardServer;
import dev.millrace.cli.tensorboard.TensorBoardRuns;
import dev.millrace.cli.watch.LiveTable;
import dev.millrace.cli.watch.MetricsRecords;
import dev.millrace.cli.watch.MetricsTable;
import dev.millrace.cli.watch.SummaryLines;
import dev.millrace.cli.watch.SummaryView;
import dev.millrace.serving.ModelSamples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** Whatever stands on the topics of metrics, events and summaries, it is shown or left out. */
public final class RecordsFuzz {
  private static final ObjectMapper STRICT =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final DashboardServer PAGE = new DashboardServer(Ports.HOST, 0);
  private static final Path LOGS = directory();

  private RecordsFuzz() {}

  private static Path directory() {
    try {
      Path directory = Files.createTempDirectory("millrace-fuzz");
      directory.toFile().deleteOnExit();
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What Jazzer calls; an exception is a find. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    PAGE.publish(text);
    SummaryView summary = new SummaryView(ModelSamples.SETTINGS, notice -> {});
    summary.accept(text);
    if (summary.newest() != null) {
      requireJson(summary.newest());
    }
    MetricsRecords.parse(text, SummaryLines.MARK).ifPresent(SummaryLines::of);
    Optional<JsonNode> metrics = MetricsRecords.parse(text);
    if (metrics.isPresent()) {
      requireJson(text); // it is passed on as it is
      show(metrics.get());
    }
  }

  private static void show(JsonNode record) {
    new MetricsTable().lines(record);
    LiveTable live = new LiveTable(() -> 0);
    live.accept(record);
    live.lines(Terminal.Size.DEFAULT);
    // Without room for a key nothing is written.
    new TensorBoardRuns(LOGS, 0, Instant.EPOCH).add(record);
  }

  private static void requireJson(String text) {
    try {
      STRICT.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("passed on as JSON: " + text, e);
    }
  }
}
