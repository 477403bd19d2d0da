package dev.millrace.flink.kafka;

import dev.millrace.data.KafkaRecord;
import dev.millrace.kafka.EndOffsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.util.clock.Clock;
import org.apache.flink.util.function.ThrowingRunnable;

/**
 * Reads partitions of several topics as one stream: of the records that are next in their
 * partitions, the oldest comes first; of those of the same time, that of the topic named first, and
 * then that of the lowest partition.
 *
 * <p>Each partition has a reader of its own, since one for all of them would give what was fetched
 * together one partition after the other. A reader that is not polled fills its queue and then
 * stops to fetch, so partitions that are ahead wait without any pausing.
 */
final class MergedSourceReader implements SourceReader<KafkaRecord, KafkaPartitionSplit> {
  // While a record waits for other partitions: how long that may last is up to the clock, too.
  private static final long LOOK_AGAIN_MILLIS = 100;

  private final List<String> topics;
  private final Function<KafkaPartitionSplit, SourceReader<KafkaRecord, KafkaPartitionSplit>>
      readers;
  private final EndOffsets ends;
  private final Clock clock;
  // By partition, and then by topic.
  private final List<MergedPartition> partitions = new ArrayList<>();

  private CompletableFuture<Void> changed = new CompletableFuture<>();
  private boolean noMoreSplits;
  // Result of the last poll.
  private InputStatus status = InputStatus.MORE_AVAILABLE;
  private boolean waiting;

  /**
   * @param topics in the order of records of the same time
   * @param readers makes a reader for one partition
   */
  MergedSourceReader(
      List<String> topics,
      Function<KafkaPartitionSplit, SourceReader<KafkaRecord, KafkaPartitionSplit>> readers,
      EndOffsets ends,
      Clock clock) {
    this.topics = topics;
    this.readers = readers;
    this.ends = ends;
    this.clock = clock;
  }

  @Override
  public void start() {}

  @Override
  public InputStatus pollNext(ReaderOutput<KafkaRecord> output) throws Exception {
    MergedPartition oldest = null;
    boolean finished = noMoreSplits;
    for (MergedPartition partition : partitions) {
      partition.poll(output);
      finished &= partition.isFinished();
      if (partition.hasNext() && (oldest == null || isBefore(partition, oldest))) {
        oldest = partition;
      }
    }
    waiting = oldest != null && isHeldBack(oldest.timestamp());
    if (oldest != null && !waiting) {
      oldest.emit();
      status = InputStatus.MORE_AVAILABLE;
    } else {
      status = finished ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
    }
    return status;
  }

  private static boolean isBefore(MergedPartition one, MergedPartition other) {
    return one.timestamp() < other.timestamp()
        || (one.timestamp() == other.timestamp() && one.rank() < other.rank());
  }

  // Asks all of them, for each may have to ask the broker.
  private boolean isHeldBack(long timestamp) {
    boolean held = false;
    for (MergedPartition partition : partitions) {
      held |= partition.isWaitedFor(timestamp);
    }
    return held;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    if (status != InputStatus.NOTHING_AVAILABLE) {
      return CompletableFuture.completedFuture(null);
    }
    List<CompletableFuture<?>> news = new ArrayList<>(List.of(changed));
    partitions.forEach(partition -> partition.addNews(news::add));
    if (waiting) {
      news.add(
          new CompletableFuture<>()
              .completeOnTimeout(null, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS));
    }
    return CompletableFuture.anyOf(news.toArray(CompletableFuture[]::new))
        .thenApply(ignored -> null);
  }

  @Override
  public void addSplits(List<KafkaPartitionSplit> splits) {
    for (KafkaPartitionSplit split : splits) {
      int rank = topics.indexOf(split.getTopic());
      partitions.add(new MergedPartition(split, rank, readers.apply(split), ends, clock));
    }
    partitions.sort(
        Comparator.comparingInt(MergedPartition::number).thenComparing(MergedPartition::rank));
    tellOfChange();
  }

  @Override
  public void notifyNoMoreSplits() {
    noMoreSplits = true;
    tellOfChange();
  }

  private void tellOfChange() {
    changed.complete(null);
    changed = new CompletableFuture<>();
  }

  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
    List<KafkaPartitionSplit> splits = new ArrayList<>();
    for (MergedPartition partition : partitions) {
      splits.addAll(partition.snapshot(checkpointId));
    }
    return splits;
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    for (MergedPartition partition : partitions) {
      partition.checkpointCompleted(checkpointId);
    }
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    for (MergedPartition partition : partitions) {
      partition.checkpointAborted(checkpointId);
    }
  }

  /**
   * Closes all readers at once: where brokers do not answer, each reader waits for them for half a
   * minute, and Flink ends a task manager with a task that takes more than three minutes to end.
   */
  @Override
  public void close() throws Exception {
    ends.close();
    ExecutorService threads = Executors.newCachedThreadPool();
    CompletableFuture<?>[] closing =
        partitions.stream()
            .map(
                each ->
                    CompletableFuture.runAsync(ThrowingRunnable.unchecked(each::close), threads))
            .toArray(CompletableFuture[]::new);
    threads.shutdown();
    CompletableFuture.allOf(closing).get();
  }
}
