package dev.millrace.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.jspecify.annotations.Nullable;

/** Reads the first and the end offsets of partitions from the brokers; connects on first use. */
public final class BrokerOffsets implements EndOffsets {
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final Map<String, String> kafka;
  private final ListOffsetsOptions options;
  // Created by the first request.
  private @Nullable Admin admin;

  /**
   * @param kafka properties of the consumer, whose isolation level limits what it may see
   */
  public BrokerOffsets(Map<String, String> kafka) {
    this.kafka = kafka;
    String isolation = kafka.get(ConsumerConfig.ISOLATION_LEVEL_CONFIG);
    options =
        new ListOffsetsOptions(
            isolation == null
                ? IsolationLevel.READ_UNCOMMITTED
                : IsolationLevel.valueOf(isolation.toUpperCase(Locale.ROOT)));
  }

  @Override
  public CompletableFuture<Long> end(TopicPartition partition) {
    return offset(partition, OffsetSpec.latest());
  }

  /** Returns the offset of the oldest record that is left. */
  public CompletableFuture<Long> beginning(TopicPartition partition) {
    return offset(partition, OffsetSpec.earliest());
  }

  /**
   * Returns the current end offsets of all partitions of topics.
   *
   * @throws KafkaException if no address can be resolved
   */
  public Map<TopicPartition, Long> ends(List<String> topics)
      throws InterruptedException, ExecutionException {
    Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
    for (TopicDescription topic : admin().describeTopics(topics).allTopicNames().get().values()) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        specs.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest());
      }
    }
    Map<TopicPartition, Long> ends = new HashMap<>();
    admin()
        .listOffsets(specs, options)
        .all()
        .get()
        .forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  private CompletableFuture<Long> offset(TopicPartition partition, OffsetSpec which) {
    try {
      return admin()
          .listOffsets(Map.of(partition, which), options)
          .partitionResult(partition)
          .toCompletionStage()
          .thenApply(ListOffsetsResultInfo::offset)
          .toCompletableFuture();
    } catch (KafkaException e) {
      return CompletableFuture.failedFuture(e); // no address can be resolved now
    }
  }

  private Admin admin() {
    if (admin == null) {
      admin = KafkaClients.admin(kafka, ANSWER);
    }
    return admin;
  }

  @Override
  public void close() {
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
  }
}
