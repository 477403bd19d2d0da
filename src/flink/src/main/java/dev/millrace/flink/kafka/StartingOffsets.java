package dev.millrace.flink.kafka;

import dev.millrace.kafka.BrokerOffsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offsets that are read from the brokers at the first start only.
 *
 * <p>For a partition without records Flink's own initializers store a marker in snapshots, such as
 * "committed offset". A job that continues from there resolves it again, and skips all records
 * written in between. If the brokers have deleted the next record, reading continues with the
 * oldest one left; Flink's own initializers skip all records there.
 *
 * <p>End offsets are read when the job is submitted: a job that fails before its first checkpoint
 * starts without state, and would otherwise skip the records written until then.
 */
final class StartingOffsets implements OffsetsInitializer {
  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(StartingOffsets.class);

  private final boolean committed;
  private final boolean latest;
  // Empty to start at the beginning, or if the brokers did not return them.
  private final HashMap<TopicPartition, Long> ends;

  private StartingOffsets(boolean committed, boolean latest, Map<TopicPartition, Long> ends) {
    this.committed = committed;
    this.latest = latest;
    this.ends = new HashMap<>(ends);
  }

  /**
   * Starts with the records that come from now on.
   *
   * @param committed true to prefer the committed offsets of the group
   * @param consumer properties, whose isolation level decides where a partition ends
   */
  static StartingOffsets atTheEnd(
      boolean committed, Map<String, String> consumer, List<String> topics)
      throws InterruptedException {
    try (BrokerOffsets brokers = new BrokerOffsets(consumer)) {
      return new StartingOffsets(committed, true, brokers.ends(topics));
    } catch (ExecutionException | KafkaException e) {
      LOG.warn(
          "The end offsets of {} cannot be read, so the job starts at those of its first read: {}",
          topics,
          e.getMessage());
      return new StartingOffsets(committed, true, Map.of());
    }
  }

  /** Starts at the committed offsets of the group; without one at the oldest record. */
  static StartingOffsets committed() {
    return new StartingOffsets(true, false, Map.of());
  }

  /** Returns the offsets to start at without a request to the brokers; empty if there are none. */
  Map<TopicPartition, Long> fixed() {
    return committed ? Map.of() : ends;
  }

  @Override
  public Map<TopicPartition, Long> getPartitionOffsets(
      Collection<TopicPartition> partitions, PartitionOffsetsRetriever brokers) {
    boolean asksForEnds = latest && ends.isEmpty();
    Map<TopicPartition, Long> offsets =
        new HashMap<>(
            asksForEnds ? brokers.endOffsets(partitions) : brokers.beginningOffsets(partitions));
    offsets.putAll(ends);
    if (committed) {
      offsets.putAll(brokers.committedOffsets(partitions));
    }
    offsets.keySet().retainAll(partitions);
    return offsets;
  }

  @Override
  @SuppressWarnings("deprecation") // the connector's interface asks for Kafka's old enum
  public OffsetResetStrategy getAutoOffsetResetStrategy() {
    return OffsetResetStrategy.EARLIEST;
  }
}
