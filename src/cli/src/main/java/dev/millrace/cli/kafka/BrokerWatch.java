package dev.millrace.cli.kafka;

import dev.millrace.config.Settings;
import dev.millrace.kafka.KafkaClients;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Reports when brokers stop to answer or a topic is deleted, and when they are back. */
public final class BrokerWatch implements AutoCloseable {
  private static final long SECONDS_BETWEEN = 5;
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final Admin admin;
  private final List<String> topics;
  private final Notices notices;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(BrokerWatch::daemon);

  /** Notices about brokers and topics. Not thread-safe. */
  static final class Notices {
    private final String servers;
    private final PrintWriter err;
    private final Path config;
    private final Set<String> gone = new TreeSet<>();
    private long lastAnswer;
    private boolean away;

    /**
     * @param config the pipeline file
     * @param now time of {@link System#nanoTime}
     */
    Notices(String servers, Path config, PrintWriter err, long now) {
      this.servers = servers;
      this.config = config;
      this.err = err;
      this.lastAnswer = now;
    }

    void report(boolean answers, long now) {
      if (answers && away) {
        err.printf(
            "A broker answers again, after %d s.%n",
            TimeUnit.NANOSECONDS.toSeconds(now - lastAnswer));
      } else if (!answers && !away) {
        err.printf("No broker answers at %s; the job waits and then continues.%n", servers);
      }
      away = !answers;
      lastAnswer = answers ? now : lastAnswer;
    }

    /** Reports changes of the set of missing topics. */
    void reportTopics(Set<String> missing) {
      for (String topic : missing) {
        if (gone.add(topic)) {
          err.printf(
              "Topic %s no longer exists on %s; the job waits for it. Create it again with:"
                  + " ./millrace topics create -c %s%n",
              topic, servers, config);
        }
      }
      for (String topic : List.copyOf(gone)) {
        if (!missing.contains(topic)) {
          gone.remove(topic);
          err.printf("Topic %s exists again.%n", topic);
        }
      }
    }
  }

  private BrokerWatch(Admin admin, List<String> topics, Notices notices) {
    this.admin = admin;
    this.topics = topics;
    this.notices = notices;
    clock.scheduleWithFixedDelay(this::look, SECONDS_BETWEEN, SECONDS_BETWEEN, TimeUnit.SECONDS);
  }

  /**
   * Watches the brokers and the topics of a pipeline.
   *
   * @param config the pipeline file
   */
  public static BrokerWatch start(Settings settings, Path config, PrintWriter err) {
    String servers = BrokerCheck.servers(settings.kafka());
    List<String> topics = new ArrayList<>(settings.input().topics());
    topics.addAll(settings.output().topics());
    return new BrokerWatch(
        KafkaClients.admin(settings.kafka(), ANSWER),
        topics,
        new Notices(servers, config, err, System.nanoTime()));
  }

  private void look() {
    try {
      admin.describeCluster().nodes().get();
      notices.report(true, System.nanoTime());
      notices.reportTopics(missing());
    } catch (ExecutionException e) {
      notices.report(false, System.nanoTime());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns the topics that the brokers report as unknown. */
  private Set<String> missing() throws InterruptedException {
    Set<String> missing = new TreeSet<>();
    for (var answer : admin.describeTopics(topics).topicNameValues().entrySet()) {
      try {
        answer.getValue().get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof UnknownTopicOrPartitionException) {
          missing.add(answer.getKey());
        }
      }
    }
    return missing;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "millrace-broker-watch");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    clock.shutdownNow();
    admin.close(Duration.ZERO);
  }
}
