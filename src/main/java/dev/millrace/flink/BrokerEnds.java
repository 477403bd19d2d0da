package dev.millrace.flink;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Where partitions begin and end, as the brokers know it; connects when first asked. */
final class BrokerEnds implements PartitionEnds {
  private final Map<String, String> kafka;
  private final ListOffsetsOptions options;
  // Null until asked.
  private Admin admin;

  /**
   * @param kafka properties of the consumer, whose isolation level says what it may see
   */
  BrokerEnds(Map<String, String> kafka) {
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

  /** The offset of the oldest record that is left. */
  CompletableFuture<Long> beginning(TopicPartition partition) {
    return offset(partition, OffsetSpec.earliest());
  }

  private CompletableFuture<Long> offset(TopicPartition partition, OffsetSpec which) {
    if (admin == null) {
      try {
        admin = KafkaIo.admin(kafka, MergedPartition.PATIENCE);
      } catch (KafkaException e) {
        return CompletableFuture.failedFuture(e); // no address can be resolved now
      }
    }
    return admin
        .listOffsets(Map.of(partition, which), options)
        .partitionResult(partition)
        .toCompletionStage()
        .thenApply(ListOffsetsResultInfo::offset)
        .toCompletableFuture();
  }

  @Override
  public void close() {
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
  }
}
