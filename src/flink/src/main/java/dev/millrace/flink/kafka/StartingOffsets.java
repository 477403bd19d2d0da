package dev.millrace.flink.kafka;

import dev.millrace.kafka.PartitionOffsets;
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
 * Offsets that the brokers are asked for at the first start, and never again.
 *
 * <p>Of a partition without records Flink's own initializers put into snapshots that it begins
 * where the group has come to, say. Whoever goes on from there begins where that is by then, and
 * leaves out all that came between. Where the brokers have deleted what comes next, reading goes on
 * with the oldest record left; Flink's own would leave out all that is there.
 *
 * <p>Where partitions end is asked when the job is submitted: one that fails before its first
 * checkpoint begins anew, and would leave out what came until then.
 */
final class StartingOffsets implements OffsetsInitializer {
  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(StartingOffsets.class);

  private final boolean committed;
  private final boolean latest;
  // Empty if the beginning counts, or if nobody told.
  private final HashMap<TopicPartition, Long> ends;

  private StartingOffsets(boolean committed, boolean latest, Map<TopicPartition, Long> ends) {
    this.committed = committed;
    this.latest = latest;
    this.ends = new HashMap<>(ends);
  }

  /**
   * Begins with the records that come from now on.
   *
   * @param committed whether where the group has come to counts first
   * @param consumer properties, whose isolation level says where a partition ends
   */
  static StartingOffsets atTheEnd(
      boolean committed, Map<String, String> consumer, List<String> topics)
      throws InterruptedException {
    try (PartitionOffsets brokers = new PartitionOffsets(consumer)) {
      return new StartingOffsets(committed, true, brokers.ends(topics));
    } catch (ExecutionException | KafkaException e) {
      LOG.warn(
          "Where {} end now is not known, so the job begins where they end when it has started: {}",
          topics,
          e.getMessage());
      return new StartingOffsets(committed, true, Map.of());
    }
  }

  /** Begins where the group has come to; with the oldest record where it has not been yet. */
  static StartingOffsets committed() {
    return new StartingOffsets(true, false, Map.of());
  }

  /** Where partitions are begun with whatever the brokers may say; empty if they are asked. */
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
