package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.data.OutputRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What is committed on the topics that a job writes. */
public final class MetricsTopic {
  private static final ObjectMapper JSON = new ObjectMapper();

  private MetricsTopic() {}

  /** Examples that the newest metrics of all keys count. */
  public static int examples(String bootstrapServers) throws IOException {
    Map<String, Integer> newest = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : read(bootstrapServers, "millrace.metrics.v1")) {
      JsonNode metrics = JSON.readTree(new String(record.value(), StandardCharsets.UTF_8));
      newest.put(metrics.path("key").asText(), metrics.path("examples").asInt());
    }
    return newest.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** One SHA-256 over the models that the job has published, as {@code evaluate} prints it. */
  public static String modelsSha256(String bootstrapServers) {
    ModelHash hash = new ModelHash();
    for (ConsumerRecord<byte[], byte[]> record : read(bootstrapServers, "millrace.models.v1")) {
      hash.accept(OutputRecord.of(record.timestamp(), record.key(), record.value()));
    }
    return hash.hex();
  }

  /** All records that a topic has now, in the order of each partition. */
  public static List<ConsumerRecord<byte[], byte[]>> read(String bootstrapServers, String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (PartitionInfo partition : consumer.partitionsFor(topic)) {
        partitions.add(new TopicPartition(partition.topic(), partition.partition()));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }
}
