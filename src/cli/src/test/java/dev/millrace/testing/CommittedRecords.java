package dev.millrace.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.evaluate.FinalModels;
import dev.millrace.codec.OutputRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What is committed on the topics that a job writes. */
public final class CommittedRecords {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CommittedRecords() {}

  /** Examples that the newest metrics of all keys of a pipeline count. */
  public static int examples(String bootstrapServers, String pipeline) throws IOException {
    Map<String, Integer> newest = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : read(bootstrapServers, pipeline + ".metrics")) {
      JsonNode metrics = JSON.readTree(new String(record.value(), StandardCharsets.UTF_8));
      newest.put(metrics.path("key").asText(), metrics.path("examples").asInt());
    }
    return newest.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** One SHA-256 over the models that the job has published, as {@code evaluate} prints it. */
  public static String modelsSha256(String bootstrapServers, String topic) {
    FinalModels models = new FinalModels(Long.MAX_VALUE);
    for (ConsumerRecord<byte[], byte[]> record : read(bootstrapServers, topic)) {
      Header[] headers = record.headers().toArray();
      models.accept(
          new OutputRecord(
              record.timestamp(),
              record.key(),
              record.value(),
              Arrays.stream(headers).map(Header::key).toArray(String[]::new),
              Arrays.stream(headers).map(Header::value).toArray(byte[][]::new)));
    }
    return models.sha256();
  }

  /**
   * All records that a topic has now, in the order of each partition. Waits for transactions that
   * are on their way to be visible, for a broker confirms a commit before.
   */
  public static List<ConsumerRecord<byte[], byte[]>> read(String bootstrapServers, String topic) {
    Map<TopicPartition, Long> ends = ends(bootstrapServers, topic);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(bootstrapServers, "read_committed")) {
      consumer.assign(ends.keySet());
      consumer.seekToBeginning(ends.keySet());
      long begun = System.nanoTime();
      while (ends.keySet().stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        if (System.nanoTime() - begun > Patience.MAX.toNanos()) {
          throw new IllegalStateException(topic + " has records that nobody has committed");
        }
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  /** How many records a topic has got so far, committed or not; marks of transactions count too. */
  public static long written(String bootstrapServers, String topic) {
    return ends(bootstrapServers, topic).values().stream().mapToLong(Long::longValue).sum();
  }

  private static Map<TopicPartition, Long> ends(String bootstrapServers, String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(bootstrapServers, "read_uncommitted")) {
      return consumer.endOffsets(partitions(consumer, topic));
    }
  }

  private static KafkaConsumer<byte[], byte[]> consumer(String bootstrapServers, String isolation) {
    return new KafkaConsumer<>(
        Map.of("bootstrap.servers", bootstrapServers, "isolation.level", isolation),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
        .toList();
  }
}
