package dev.millrace.cli.dashboard;

import dev.millrace.kafka.TopicReader;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/** Measures the lag: the input records after the last ones that metrics records report. */
final class DashboardLag implements Runnable, AutoCloseable {
  private static final Duration CALL = Duration.ofSeconds(3);
  private static final long PERIOD_SECONDS = 2;

  private final DashboardServer page;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final CountDownLatch closed = new CountDownLatch(1);

  DashboardLag(Map<String, String> kafka, DashboardServer page) {
    this.page = page;
    this.consumer = TopicReader.consumer(kafka);
  }

  /** Measures every few seconds until closed. */
  @Override
  public void run() {
    try (consumer) {
      while (!closed.await(PERIOD_SECONDS, TimeUnit.SECONDS)) {
        page.lag(measure(page.offsets()));
      }
    } catch (WakeupException e) {
      // close() was called: the one source of wakeups.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Long measure(Map<TopicPartition, Long> reported) {
    if (reported.isEmpty()) {
      return null;
    }
    try {
      // Of partitions that are not assigned, the consumer logs a warning at each look.
      consumer.assign(reported.keySet());
      Map<TopicPartition, Long> ends = consumer.endOffsets(reported.keySet(), CALL);
      return reported.entrySet().stream()
          .mapToLong(last -> ends.getOrDefault(last.getKey(), 0L) - last.getValue() - 1)
          .filter(behind -> behind > 0)
          .sum();
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      return null; // no broker, no such topic any more, or no permission
    }
  }

  @Override
  public void close() {
    closed.countDown();
    consumer.wakeup();
  }
}
