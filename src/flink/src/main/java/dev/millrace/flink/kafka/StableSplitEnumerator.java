package dev.millrace.flink.kafka;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.common.TopicPartition;

/**
 * Deals out the partitions of a snapshot as it does new ones, to the same subtasks.
 *
 * <p>Flink by itself leaves a partition to the subtask that finds it in its part of the snapshot,
 * whatever topics the job read when that was written, and by how many subtasks. Not thread-safe.
 */
final class StableSplitEnumerator
    implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> {
  private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator;
  private final SplitEnumeratorContext<KafkaPartitionSplit> context;
  private final Predicate<KafkaPartitionSplit> isRead;
  private final Map<TopicPartition, Long> begins;
  // Splits of snapshots: after a failure their readers find them there once more.
  private final Set<String> restored = new HashSet<>();

  /**
   * @param enumerator assigns the splits that are returned to it, or that it finds
   * @param isRead returns true if a partition of a snapshot is still read
   * @param begins starting offsets of partitions that the brokers have not listed yet; empty if the
   *     brokers decide them too
   */
  StableSplitEnumerator(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
      SplitEnumeratorContext<KafkaPartitionSplit> context,
      Predicate<KafkaPartitionSplit> isRead,
      Map<TopicPartition, Long> begins) {
    this.enumerator = enumerator;
    this.context = context;
    this.isRead = isRead;
    this.begins = begins;
  }

  @Override
  public void start() {
    enumerator.start();
  }

  @Override
  public void addReader(int subtask) {
    ReaderInfo reader = Objects.requireNonNull(context.registeredReaders().get(subtask));
    List<KafkaPartitionSplit> found = reader.getReportedSplitsOnRegistration();
    List<KafkaPartitionSplit> read = found.stream().filter(isRead).toList();
    if (!read.isEmpty()) {
      read.forEach(split -> restored.add(split.splitId()));
      enumerator.addSplitsBack(read, subtask);
      // Each gets what is meant for it by now.
      context.registeredReaders().keySet().forEach(enumerator::addReader);
    } else {
      enumerator.addReader(subtask);
    }
  }

  @Override
  public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
    enumerator.addSplitsBack(
        splits.stream().filter(split -> !restored.contains(split.splitId())).toList(), subtask);
  }

  @Override
  public void handleSplitRequest(int subtask, String host) {
    enumerator.handleSplitRequest(subtask, host);
  }

  @Override
  public void handleSourceEvent(int subtask, SourceEvent event) {
    enumerator.handleSourceEvent(subtask, event);
  }

  /**
   * Adds the starting offsets. While the brokers have not answered, Flink's own state is empty, and
   * a run that continues from it would begin at the end of that later time.
   */
  @Override
  public KafkaSourceEnumState snapshotState(long checkpointId) throws Exception {
    KafkaSourceEnumState state = enumerator.snapshotState(checkpointId);
    boolean isKnown = state.initialDiscoveryFinished() || !state.splits().isEmpty();
    if (isKnown || begins.isEmpty()) {
      return state;
    }
    List<KafkaPartitionSplit> unread = new ArrayList<>();
    begins.forEach((partition, begin) -> unread.add(new KafkaPartitionSplit(partition, begin)));
    return new KafkaSourceEnumState(List.of(), unread, true);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    enumerator.notifyCheckpointComplete(checkpointId);
  }

  @Override
  public void close() throws IOException {
    enumerator.close();
  }
}
