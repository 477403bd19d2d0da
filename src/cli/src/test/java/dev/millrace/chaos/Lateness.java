package dev.millrace.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How long a record takes from its sending until a reader of committed metrics has the report that
 * it completes: the offset of that record stands in the report.
 */
final class Lateness implements AutoCloseable {
  static final Figures UNKNOWN = new Figures(0, 0, 0);

  private static final Duration POLL = Duration.ofMillis(100);
  private static final ObjectMapper JSON = new ObjectMapper();

  // When the first report came that ends with a record.
  private final Map<Traffic.Place, Long> seen = new HashMap<>();
  private final Traffic traffic;
  private final Thread reader;
  private volatile boolean closed;

  /** Milliseconds of the slowest in a hundred reports, and of the slowest of all. */
  record Figures(int reports, long p99, long most) {}

  /**
   * Reads a topic of metrics from its first record.
   *
   * @param traffic knows when each record was sent
   */
  Lateness(String bootstrapServers, String metrics, Traffic traffic) {
    this.traffic = traffic;
    reader = new Thread(() -> read(bootstrapServers, metrics), "chaos-lateness");
    reader.setDaemon(true);
    reader.start();
  }

  private void read(String bootstrapServers, String metrics) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", bootstrapServers,
                "isolation.level", "read_committed",
                "auto.offset.reset", "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, Input.PARTITIONS)
              .mapToObj(partition -> new TopicPartition(metrics, partition))
              .toList();
      consumer.assign(partitions);
      while (!closed) {
        for (ConsumerRecord<byte[], byte[]> report : consumer.poll(POLL)) {
          see(last(report.value()));
        }
      }
    }
  }

  // All records of a key are in one partition.
  private static Traffic.Place last(byte[] report) {
    try {
      Map.Entry<String, JsonNode> offsets =
          JSON.readTree(report).path("input").elements().next().properties().iterator().next();
      return new Traffic.Place(
          Integer.parseInt(offsets.getKey()), offsets.getValue().path(1).asInt());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized void see(Traffic.Place last) {
    seen.putIfAbsent(last, System.currentTimeMillis());
  }

  /** Different reports that have come so far. */
  synchronized int reports() {
    return seen.size();
  }

  /** Of the reports that belong to records sent from {@code begin} to {@code end}, in epoch ms. */
  synchronized Figures between(long begin, long end) {
    long[] late =
        seen.entrySet().stream()
            .filter(entry -> isBetween(traffic.sentAt(entry.getKey()), begin, end))
            .mapToLong(entry -> entry.getValue() - traffic.sentAt(entry.getKey()))
            .toArray();
    if (late.length == 0) {
      return UNKNOWN;
    }
    Arrays.sort(late);
    return new Figures(late.length, late[(late.length * 99 - 1) / 100], late[late.length - 1]);
  }

  private static boolean isBetween(long time, long begin, long end) {
    return begin <= time && time <= end;
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    reader.join();
  }
}
