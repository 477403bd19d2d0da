package dev.millrace.cli;

import dev.millrace.Settings;
import dev.millrace.flink.KafkaIo;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;

/**
 * Tells in one line that no broker answers any more, and in another that one does again: the job
 * waits meanwhile, and would say nothing.
 */
final class BrokerWatch implements AutoCloseable {
  private static final long SECONDS_BETWEEN = 5;
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final Admin admin;
  private final Line line;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(BrokerWatch::daemon);

  /** What is told of a broker that may or may not answer. Not thread-safe. */
  static final class Line {
    private final String servers;
    private final PrintWriter err;
    private long lastAnswer;
    private boolean away;

    /**
     * @param now in nanoseconds, of {@link System#nanoTime}
     */
    Line(String servers, PrintWriter err, long now) {
      this.servers = servers;
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
  }

  private BrokerWatch(Admin admin, Line line) {
    this.admin = admin;
    this.line = line;
    clock.scheduleWithFixedDelay(this::look, SECONDS_BETWEEN, SECONDS_BETWEEN, TimeUnit.SECONDS);
  }

  /** Watches the brokers of a pipeline, which have answered just now. */
  static BrokerWatch start(Settings settings, PrintWriter err) {
    String servers = settings.kafka().get("bootstrap.servers");
    return new BrokerWatch(
        KafkaIo.admin(settings.kafka(), ANSWER), new Line(servers, err, System.nanoTime()));
  }

  private void look() {
    try {
      admin.describeCluster().nodes().get();
      line.look(true, System.nanoTime());
    } catch (ExecutionException e) {
      line.look(false, System.nanoTime());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
