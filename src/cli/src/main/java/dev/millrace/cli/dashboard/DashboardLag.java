package dev.millrace.cli.dashboard;

import dev.millrace.kafka.TopicReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Tells a page how many records of the input lie behind the last one that a metrics record tells
 * of, over the partitions that any tells of.
 */
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

  /** Looks every few seconds until closed. */
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

  private Long measure(Map<String, Map<Integer, Long>> read) {
    List<TopicPartition> partitions = new ArrayList<>();
    read.forEach(
        (topic, offsets) ->
            offsets.keySet().forEach(p -> partitions.add(new TopicPartition(topic, p))));
    if (partitions.isEmpty()) {
      return null;
    }
    try {
      long behind = 0;
      // Of partitions that are not assigned, the consumer logs a warning at each look.
      consumer.assign(partitions);
      for (Map.Entry<TopicPartition, Long> end : consumer.endOffsets(partitions, CALL).entrySet()) {
        TopicPartition partition = end.getKey();
        long last = read.get(partition.topic()).get(partition.partition());
        behind += Math.max(0, end.getValue() - last - 1);
      }
      return behind;
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      return null; // no broker, no such topic any more, no right to look: nobody knows
    }
  }

  @Override
  public void close() {
    closed.countDown();
    consumer.wakeup();
  }
}
