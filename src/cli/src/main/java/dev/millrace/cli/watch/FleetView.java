package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.config.Settings;
import java.util.Optional;
import java.util.function.Consumer;

/** The newest record of the summary of one pipeline. Thread-safe. */
public final class FleetView implements AutoCloseable {
  private final String pipeline;
  // Null if the job writes no summary.
  private final MetricsFollower follower;
  private volatile String newest;
  private volatile boolean started;

  /**
   * @param notice takes one line when the brokers or the topic go away or come back
   */
  public FleetView(Settings settings, Consumer<String> notice) {
    pipeline = settings.pipeline();
    follower =
        settings.output().hasSummary()
            ? new MetricsFollower(
                settings.kafka(), settings.output().summary(), true, this::accept, notice)
            : null;
  }

  /** Follows the topic in a thread of its own until {@link #close}. */
  public void start() {
    if (follower != null) {
      started = true;
      Thread thread = new Thread(follower, "fleet");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Whether the pipeline's job writes such records. */
  public boolean isOn() {
    return follower != null;
  }

  /** Returns true while records are read that were on the topic before, and are no news. */
  public boolean isStarting() {
    return started && !follower.isCaughtUp();
  }

  /** A JSON object, or null before the first. */
  public String newest() {
    return newest;
  }

  @Override
  public void close() {
    if (follower != null) {
      follower.close();
    }
  }

  /** Takes a record of the topic, which other pipelines may share. */
  public void accept(String record) {
    Optional<JsonNode> view = MetricsRecords.parse(record, "pipeline");
    if (view.isPresent() && pipeline.equals(view.get().path("pipeline").textValue())) {
      newest = record;
    }
  }
}
