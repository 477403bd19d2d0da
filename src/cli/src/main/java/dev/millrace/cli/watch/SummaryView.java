package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.config.Settings;
import dev.millrace.kafka.TopicFollower;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Holds the newest record of the summary of one pipeline. Thread-safe. */
public final class SummaryView implements AutoCloseable {
  private final String pipeline;
  private final String topic;
  private final Consumer<String> notice;
  // Null if the job writes no summary.
  private final @Nullable TopicFollower follower;
  private volatile @Nullable String newest;
  private volatile boolean started;
  private volatile boolean failed;

  /**
   * @param notice takes one line when the brokers or the topic go away or come back, or the topic
   *     cannot be read
   */
  public SummaryView(Settings settings, Consumer<String> notice) {
    pipeline = settings.pipeline();
    topic = settings.output().summary();
    this.notice = notice;
    follower =
        settings.output().publish().summary()
            ? new TopicFollower(
                settings.kafka(),
                topic,
                TopicFollower.values(this::accept),
                (absent, text) -> notice.accept(text))
            : null;
  }

  /** Follows the topic in a thread of its own until {@link #close}. */
  public void start() {
    TopicFollower running = follower;
    if (running != null) {
      started = true;
      Thread thread = new Thread(() -> follow(running), "summary");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void follow(TopicFollower running) {
    try {
      BrokerCheck.follow(running, topic);
    } catch (CliError e) {
      failed = true;
      notice.accept(String.valueOf(e.getMessage()));
    }
  }

  /** Returns true if the pipeline's job writes such records. */
  public boolean isOn() {
    return follower != null;
  }

  /** Returns true until the records that were on the topic at the start have been read. */
  public boolean isStarting() {
    return started && !failed && follower != null && !follower.isCaughtUp();
  }

  /** Returns the newest record, a JSON object, or null before the first. */
  public @Nullable String newest() {
    return newest;
  }

  @Override
  public void close() {
    if (follower != null) {
      follower.close();
    }
  }

  /** Accepts a record of the topic, which other pipelines may share. */
  public void accept(String record) {
    Optional<JsonNode> view = MetricsRecords.parse(record, "pipeline");
    if (view.isPresent() && pipeline.equals(view.get().path("pipeline").textValue())) {
      newest = record;
    }
  }
}
