package dev.millrace.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumers without a group: any number of them can look on and none leaves a trace. */
public final class TopicReader {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration CALL = Duration.ofSeconds(15);
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private TopicReader() {}

  /**
   * A consumer without a group, which leaves no trace on the brokers.
   *
   * @param kafka client properties
   */
  public static KafkaConsumer<byte[], byte[]> consumer(Map<String, String> kafka) {
    Map<String, Object> properties = new HashMap<>(kafka);
    properties.remove("group.id");
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "earliest");
    // Looking for a topic must not make it.
    properties.put("allow.auto.create.topics", "false");
    // A job with the exactly-once guarantee writes in transactions; aborted ones are not
    // shown.
    properties.put("isolation.level", "read_committed");
    // By default a client looks for new partitions only every 5 minutes.
    properties.putIfAbsent("metadata.max.age.ms", "10000");
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer()) {
      // There is nothing to send at the end, and the default waits half a minute for brokers that
      // hang.
      @Override
      public void close() {
        close(CloseOptions.timeout(CLOSE));
      }
    };
  }

  /** The partitions of a topic, none if it does not exist. */
  public static List<TopicPartition> partitions(
      KafkaConsumer<byte[], byte[]> consumer, String topic, Duration atMost) {
    return consumer.partitionsFor(topic, atMost).stream()
        .map(partition -> new TopicPartition(topic, partition.partition()))
        .toList();
  }

  /** Returns true if the brokers answer, and have no such topic. */
  public static boolean isGone(
      KafkaConsumer<byte[], byte[]> consumer, String topic, Duration atMost) {
    try {
      return partitions(consumer, topic, atMost).isEmpty();
    } catch (RetriableException e) {
      return false;
    }
  }

  /**
   * Assigns the partitions that were added to a topic meanwhile, next to those that are assigned.
   * They are read from their beginning: all that is in them was written since.
   */
  public static void assignAdded(
      KafkaConsumer<byte[], byte[]> consumer, String topic, Duration atMost) {
    Set<TopicPartition> added = new HashSet<>(partitions(consumer, topic, atMost));
    added.removeAll(consumer.assignment());
    if (!added.isEmpty()) {
      Set<TopicPartition> all = new HashSet<>(consumer.assignment());
      all.addAll(added);
      consumer.assign(all);
      consumer.seekToBeginning(added);
    }
  }

  /**
   * Reads all that a topic has now, in the order of each partition.
   *
   * @throws org.apache.kafka.common.KafkaException if the brokers cannot be read
   */
  public static void readAll(
      Map<String, String> kafka, String topic, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    readLast(kafka, topic, Long.MAX_VALUE, each);
  }

  /**
   * Reads the last records that each partition of a topic has now, in the order of the partition.
   *
   * @param most records of each partition
   * @throws org.apache.kafka.common.KafkaException if the brokers cannot be read
   */
  public static void readLast(
      Map<String, String> kafka,
      String topic,
      long most,
      Consumer<ConsumerRecord<byte[], byte[]>> each) {
    read(kafka, topic, Set.of(), (partition, end) -> end - most, total -> {}, each);
  }

  /**
   * Reads what the partitions of a topic have now, from an offset each.
   *
   * @param from the first offset of a partition, 0 where it names none
   * @param total takes, before the first record, how many offsets will be read
   * @return where each partition ended
   * @throws IllegalArgumentException if it names a partition that the topic does not have
   * @throws org.apache.kafka.common.KafkaException if the brokers cannot be read
   */
  public static Map<Integer, Long> readFrom(
      Map<String, String> kafka,
      String topic,
      Map<Integer, Long> from,
      LongConsumer total,
      Consumer<ConsumerRecord<byte[], byte[]>> each) {
    return read(
        kafka,
        topic,
        from.keySet(),
        (partition, end) -> from.getOrDefault(partition, 0L),
        total,
        each);
  }

  private static Map<Integer, Long> read(
      Map<String, String> kafka,
      String topic,
      Set<Integer> required,
      BiFunction<Integer, Long, Long> first,
      LongConsumer total,
      Consumer<ConsumerRecord<byte[], byte[]>> each) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(kafka)) {
      List<TopicPartition> partitions = partitions(consumer, topic, CALL);
      for (int partition : required) {
        if (!partitions.contains(new TopicPartition(topic, partition))) {
          throw new IllegalArgumentException(
              "has no partition %d; it has %d".formatted(partition, partitions.size()));
        }
      }
      consumer.assign(partitions);
      Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions, CALL);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, CALL);
      long offsets = 0;
      for (Map.Entry<TopicPartition, Long> last : ends.entrySet()) {
        TopicPartition partition = last.getKey();
        long end = last.getValue();
        long wanted = first.apply(partition.partition(), end);
        long start = Math.max(begins.getOrDefault(partition, 0L), Math.min(end, wanted));
        consumer.seek(partition, start);
        offsets += end - start;
      }
      total.accept(offsets);
      return readTo(ends, consumer, each);
    }
  }

  /** Reads up to some offsets, and returns them by partition. */
  private static Map<Integer, Long> readTo(
      Map<TopicPartition, Long> ends,
      KafkaConsumer<byte[], byte[]> consumer,
      Consumer<ConsumerRecord<byte[], byte[]>> each) {
    Map<Integer, Long> ended = new TreeMap<>();
    ends.forEach((partition, end) -> ended.put(partition.partition(), end));
    while (ends.entrySet().stream()
        .anyMatch(last -> consumer.position(last.getKey(), CALL) < last.getValue())) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (record.offset() < ended.getOrDefault(record.partition(), 0L)) {
          each.accept(record);
        }
      }
      if (records.isEmpty()) {
        // A consumer waits for absent brokers without a word; this call needs an answer.
        consumer.endOffsets(ends.keySet(), CALL);
      }
    }
    return ended;
  }
}
