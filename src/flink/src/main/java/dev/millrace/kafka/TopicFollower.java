package dev.millrace.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Follows every partition of a topic, from its oldest record by default, without a consumer group,
 * so that any number of viewers leaves no trace. {@link #run} works in the calling thread until
 * {@link #close} is called from another one; it outlives any absence of the brokers.
 */
public final class TopicFollower implements Runnable, AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration CALL = Duration.ofSeconds(3);
  private static final Duration CHECK = Duration.ofSeconds(5);

  /** Takes one line when the brokers or the topic go away or come back. */
  public interface Notice {
    void accept(boolean absent, String text);
  }

  private final String topic;
  private final Map<Integer, Long> next; // offsets to start at, by partition
  private final Consumer<ConsumerRecord<byte[], byte[]>> onRecord;
  private final Notice onNotice;
  private final String servers;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final CountDownLatch positioned = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable String absence;
  private volatile boolean caughtUp;
  private Runnable onCaughtUp = () -> {};
  private volatile long remaining = -1;

  /**
   * @param kafka client properties
   * @param onRecord takes each record, in the thread of {@link #run}
   */
  public TopicFollower(
      Map<String, String> kafka,
      String topic,
      Consumer<ConsumerRecord<byte[], byte[]>> onRecord,
      Notice onNotice) {
    this(kafka, topic, Map.of(), onRecord, onNotice);
  }

  /**
   * @param kafka client properties
   * @param next offset of the first record of each partition; other partitions are read from their
   *     oldest record
   * @param onRecord takes each record, in the thread of {@link #run}
   */
  public TopicFollower(
      Map<String, String> kafka,
      String topic,
      Map<Integer, Long> next,
      Consumer<ConsumerRecord<byte[], byte[]>> onRecord,
      Notice onNotice) {
    this.topic = topic;
    this.next = next;
    this.onRecord = onRecord;
    this.onNotice = onNotice;
    this.servers = kafka.getOrDefault("bootstrap.servers", "");
    this.consumer = TopicReader.consumer(kafka);
  }

  /** Returns a consumer of records that passes their values on as text, other than tombstones. */
  public static Consumer<ConsumerRecord<byte[], byte[]>> values(Consumer<String> onValue) {
    return record -> {
      if (record.value() != null) {
        onValue.accept(new String(record.value(), StandardCharsets.UTF_8));
      }
    };
  }

  /**
   * Sets an action for the time when the records that were on the topic at the start have been
   * read; it runs once, in the thread of {@link #run}.
   */
  public void onCaughtUp(Runnable action) {
    onCaughtUp = action;
  }

  @Override
  public void run() {
    try (consumer) {
      List<TopicPartition> partitions = awaitPartitions();
      if (isClosed()) {
        return;
      }
      consumer.assign(partitions);
      awaitPositions(partitions);
      Map<TopicPartition, Long> ends = awaitEnds(partitions);
      present();
      positioned.countDown();
      follow(ends);
    } catch (WakeupException e) {
      // close() was called: the one source of wakeups.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      positioned.countDown();
    }
  }

  /**
   * Returns why nothing could be read at the last check, such as "No broker answers at
   * localhost:9092", or null if brokers and topic were there.
   */
  public @Nullable String absence() {
    return absence;
  }

  /** Returns true once the records that were on the topic at the start have been read. */
  public boolean isCaughtUp() {
    return caughtUp;
  }

  /**
   * Returns the number of records of the topic that are not yet read, or -1 if it is not yet known.
   * It counts offsets, so also records that compaction has removed.
   */
  public long remaining() {
    return remaining;
  }

  /** Waits until the follower knows what the topic has now, or {@link #run} has ended. */
  public void awaitPositioned() throws InterruptedException {
    positioned.await();
  }

  /** Ends {@link #run} within moments. May be called from any thread, more than once. */
  @Override
  public void close() {
    closed.countDown();
    consumer.wakeup();
  }

  private List<TopicPartition> awaitPartitions() throws InterruptedException {
    while (!isClosed()) {
      try {
        List<TopicPartition> partitions = TopicReader.partitions(consumer, topic, CALL);
        if (!partitions.isEmpty()) {
          return partitions;
        }
        report("Topic " + topic + " does not exist on " + servers + " yet");
        closed.await(POLL.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RetriableException e) {
        reportAbsence();
      }
    }
    return List.of();
  }

  private void awaitPositions(List<TopicPartition> partitions) {
    consumer.seekToBeginning(partitions);
    for (TopicPartition partition : partitions) {
      Long offset = next.get(partition.partition());
      if (offset != null) {
        consumer.seek(partition, offset);
      }
    }
    // A seek is carried out later; asking for the position carries it out now.
    for (TopicPartition partition : partitions) {
      boolean done = false;
      while (!done) {
        try {
          consumer.position(partition, CALL);
          done = true;
        } catch (RetriableException e) {
          reportAbsence();
        }
      }
    }
  }

  private Map<TopicPartition, Long> awaitEnds(List<TopicPartition> partitions) {
    while (true) {
      try {
        return consumer.endOffsets(partitions, CALL);
      } catch (RetriableException e) {
        reportAbsence();
      }
    }
  }

  private void follow(Map<TopicPartition, Long> ends) {
    long checked = System.nanoTime();
    while (!isClosed()) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      long behind = records.count() + unfetched();
      remaining = behind;
      for (ConsumerRecord<byte[], byte[]> record : records) {
        present();
        onRecord.accept(record);
        remaining = --behind;
      }
      if (!caughtUp && isPast(ends)) {
        caughtUp = true;
        onCaughtUp.run();
      }
      if (System.nanoTime() - checked >= CHECK.toNanos()) {
        checkBroker();
        checked = System.nanoTime();
      }
    }
  }

  private long unfetched() {
    return consumer.assignment().stream()
        .mapToLong(partition -> consumer.currentLag(partition).orElse(0))
        .sum();
  }

  private boolean isPast(Map<TopicPartition, Long> ends) {
    try {
      return ends.entrySet().stream()
          .allMatch(end -> consumer.position(end.getKey(), CALL) >= end.getValue());
    } catch (RetriableException e) {
      return false;
    }
  }

  // A consumer waits for absent brokers silently; a call that needs an answer throws.
  private void checkBroker() {
    try {
      consumer.endOffsets(consumer.assignment(), CALL);
      TopicReader.assignAdded(consumer, topic, CALL);
      present();
    } catch (RetriableException e) {
      if (TopicReader.isGone(consumer, topic, CALL)) {
        report("Topic " + topic + " does not exist any more on " + servers);
      } else {
        reportAbsence();
      }
    }
  }

  private void reportAbsence() {
    report("No broker answers at " + servers);
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  private void report(String what) {
    if (absence == null) {
      absence = what;
      onNotice.accept(true, what + "; waiting for it.");
    }
  }

  private void present() {
    if (absence != null) {
      absence = null;
      onNotice.accept(false, "Following " + topic + " on " + servers + ".");
    }
  }
}
