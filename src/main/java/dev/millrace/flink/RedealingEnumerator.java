package dev.millrace.flink;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;

/**
 * Deals out the partitions of a snapshot as it does new ones, to the same subtasks.
 *
 * <p>Flink by itself leaves a partition to the subtask that finds it in its part of the snapshot,
 * whatever topics the job read when that was written, and by how many subtasks. Not thread-safe.
 */
final class RedealingEnumerator
    implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> {
  private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator;
  private final SplitEnumeratorContext<KafkaPartitionSplit> context;
  private final Predicate<KafkaPartitionSplit> isRead;
  // Of snapshots: after a failure their readers find them there once more.
  private final Set<String> restored = new HashSet<>();

  /**
   * @param enumerator deals out those that it is given back, or finds
   * @param isRead whether a partition of a snapshot is to be read any more
   */
  RedealingEnumerator(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
      SplitEnumeratorContext<KafkaPartitionSplit> context,
      Predicate<KafkaPartitionSplit> isRead) {
    this.enumerator = enumerator;
    this.context = context;
    this.isRead = isRead;
  }

  @Override
  public void start() {
    enumerator.start();
  }

  @Override
  public void addReader(int subtask) {
    List<KafkaPartitionSplit> found =
        context.registeredReaders().get(subtask).getReportedSplitsOnRegistration();
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

  @Override
  public KafkaSourceEnumState snapshotState(long checkpointId) throws Exception {
    return enumerator.snapshotState(checkpointId);
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
