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

/**
 * Tells in one line that no broker answers any more, or that a topic is gone, and in another that
 * it is there again: the job waits meanwhile, and would say nothing.
 */
public final class BrokerWatch implements AutoCloseable {
  private static final long SECONDS_BETWEEN = 5;
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final Admin admin;
  private final List<String> topics;
  private final Line line;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(BrokerWatch::daemon);

  /** What is told of a broker that may or may not answer. Not thread-safe. */
  static final class Line {
    private final String servers;
    private final PrintWriter err;
    private final Path config;
    private final Set<String> gone = new TreeSet<>();
    private long lastAnswer;
    private boolean away;

    /**
     * @param config the pipeline file that names brokers and topics
     * @param now in nanoseconds, of {@link System#nanoTime}
     */
    Line(String servers, Path config, PrintWriter err, long now) {
      this.servers = servers;
      this.config = config;
      this.err = err;
      this.lastAnswer = now;
    }

    void look(boolean answers, long now) {
      if (answers && away) {
        err.printf(
            "A broker answers again, after %d s.%n",
            TimeUnit.NANOSECONDS.toSeconds(now - lastAnswer));
      } else if (!answers && !away) {
        err.printf("No broker answers at %s; the job waits, and goes on by itself.%n", servers);
      }
      away = !answers;
      lastAnswer = answers ? now : lastAnswer;
    }

    /** Takes the topics that the brokers do not have, of those that the job needs. */
    void lookAtTopics(Set<String> missing) {
      for (String topic : missing) {
        if (gone.add(topic)) {
          err.printf(
              "Topic %s does not exist any more on %s; the job does not get on without it. Make it"
                  + " again with: ./millrace topics create -c %s%n",
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

  private BrokerWatch(Admin admin, List<String> topics, Line line) {
    this.admin = admin;
    this.topics = topics;
    this.line = line;
    clock.scheduleWithFixedDelay(this::look, SECONDS_BETWEEN, SECONDS_BETWEEN, TimeUnit.SECONDS);
  }

  /**
   * Watches the brokers of a pipeline, which have answered just now, and its topics.
   *
   * @param config the pipeline file
   */
  public static BrokerWatch start(Settings settings, Path config, PrintWriter err) {
    String servers = settings.kafka().get("bootstrap.servers");
    List<String> topics = new ArrayList<>(settings.input().topics());
    topics.addAll(settings.output().topics());
    return new BrokerWatch(
        KafkaClients.admin(settings.kafka(), ANSWER),
        topics,
        new Line(servers, config, err, System.nanoTime()));
  }

  private void look() {
    try {
      admin.describeCluster().nodes().get();
      line.look(true, System.nanoTime());
      line.lookAtTopics(missing());
    } catch (ExecutionException e) {
      line.look(false, System.nanoTime());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The topics that are surely not there: one that may not be seen, or not now, is none. */
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
