package dev.millrace.flink.kafka;

import dev.millrace.data.KafkaRecord;
import dev.millrace.kafka.EndOffsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.util.clock.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of several partitions that are read as one stream: its reader, the output that this reader
 * sees, and the record that is next. A task polls, so nothing here is thread-safe.
 *
 * <p>Whether others wait for a partition without a next record is decided in {@link #isWaitedFor},
 * and nowhere else.
 */
final class MergedPartition implements ReaderOutput<KafkaRecord>, AutoCloseable {
  /** A record of this age was just written: what other partitions have is as new. */
  static final Duration LIVE = Duration.ofSeconds(1);

  /** Time for which the broker's end offset counts as current. */
  static final Duration FRESH = Duration.ofMillis(500);

  /**
   * Maximum wait for an idle partition that has unread records, or whose end the broker does not
   * report. The marks of transactions count as more, and a partition without a leader must not stop
   * the others.
   */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(MergedPartition.class);
  private static final long UNKNOWN = -1;

  private final KafkaPartitionSplit split;
  private final int rank;
  private final SourceReader<KafkaRecord, KafkaPartitionSplit> reader;
  private final EndOffsets ends;
  private final Clock clock;

  @SuppressWarnings("NullAway.Init") // poll sets it before the reader uses it
  private ReaderOutput<KafkaRecord> main;

  // Null until the reader has asked for it.
  private @Nullable SourceOutput<KafkaRecord> output;
  // The next record, if it is known.
  private @Nullable KafkaRecord head;
  private long timestamp;
  private boolean finished;

  // The reader commits what it has given, and so a record too many while one is next: it is asked
  // for a snapshot of its own once after each checkpoint, when all that it gave was handed on. They
  // have numbers of their own.
  private final TreeMap<Long, Long> commits = new TreeMap<>();
  private long lastSnapshot;
  private boolean hasSnapshot;

  // Behind the last record that the reader gave.
  private long position;
  // The request to the broker that is under way.
  private @Nullable CompletableFuture<Long> asked;
  private long end = UNKNOWN;
  // When that end was the broker's answer, by the clock's relative time; null before the first one.
  private @Nullable Long answered;
  // Since when other partitions wait for this one, by the same time; null while none waits.
  private @Nullable Long waitedSince;

  /**
   * @param split that the reader reads, and no other
   * @param rank of its topic: of records of the same time, those of the lowest are first
   */
  MergedPartition(
      KafkaPartitionSplit split,
      int rank,
      SourceReader<KafkaRecord, KafkaPartitionSplit> reader,
      EndOffsets ends,
      Clock clock) {
    this.split = split;
    this.rank = rank;
    this.reader = reader;
    this.ends = ends;
    this.clock = clock;
    // A name for a place, such as the beginning, is below 0.
    position = Math.max(0, split.getStartingOffset());
    reader.start();
    reader.addSplits(List.of(split));
    reader.notifyNoMoreSplits();
  }

  int number() {
    return split.getPartition();
  }

  int rank() {
    return rank;
  }

  /** Returns true if the next record is known. */
  boolean hasNext() {
    return head != null;
  }

  /** Returns the timestamp of the next record. */
  long timestamp() {
    return timestamp;
  }

  /** Returns true if there will be no more records. */
  boolean isFinished() {
    return finished;
  }

  /** Asks the reader for the next record, if it is not known and the reader has something to do. */
  void poll(ReaderOutput<KafkaRecord> to) throws Exception {
    main = to;
    if (head == null && !finished && reader.isAvailable().isDone()) {
      finished = reader.pollNext(this) == InputStatus.END_OF_INPUT;
    }
  }

  /** Hands the next record on. */
  void emit() {
    KafkaRecord record = Objects.requireNonNull(head);
    head = null;
    output().collect(record, timestamp);
    if (!hasSnapshot) {
      snapshotReader();
    }
  }

  private List<KafkaPartitionSplit> snapshotReader() {
    hasSnapshot = true;
    return reader.snapshotState(++lastSnapshot);
  }

  private boolean isOver(long since, Duration length) {
    return clock.relativeTimeNanos() - since >= length.toNanos();
  }

  /**
   * Returns true if a record has to wait, because this partition may have an older one that has not
   * been read yet. That is so unless
   *
   * <ul>
   *   <li>this partition's next record is known, or it has come to its end,
   *   <li>the record was written just now: then the job has caught up, and nothing is to wait,
   *   <li>the broker reports that there is nothing more, or did so a moment ago,
   *   <li>the wait for this partition timed out.
   * </ul>
   *
   * @param time of that record
   */
  boolean isWaitedFor(long time) {
    if (head != null || finished || Math.abs(clock.absoluteTimeMillis() - time) < LIVE.toMillis()) {
      return false;
    }
    if (asked != null && asked.isDone()) {
      end = asked.join();
      asked = null;
      answered = clock.relativeTimeNanos();
    }
    boolean hasMore = end > position;
    boolean isFresh = answered != null && !isOver(answered, FRESH);
    if (end != UNKNOWN && !hasMore && isFresh) {
      waitedSince = null; // a silent partition without unread records never times out
      return false;
    }
    if (waitedSince == null) {
      waitedSince = clock.relativeTimeNanos();
    }
    if (isOver(waitedSince, PATIENCE)) {
      return false;
    }
    if (asked == null && !hasMore && !isFresh) {
      asked = ends.end(split.getTopicPartition()).exceptionally(this::unknown);
    }
    return true;
  }

  private long unknown(Throwable why) {
    LOG.warn(
        "The end offset of {} is unknown; records of other partitions wait for it, max {} ms: {}",
        split.getTopicPartition(),
        PATIENCE.toMillis(),
        why.toString());
    return UNKNOWN;
  }

  /** Hands over what completes when there may be something new to know. */
  void addNews(Consumer<CompletableFuture<?>> news) {
    if (head == null && !finished) {
      news.accept(reader.isAvailable());
      if (asked != null) {
        news.accept(asked);
      }
    }
  }

  /**
   * Returns where reading continues after this checkpoint: at the next record, if it is known, for
   * it was not handed on. Then the offset that is committed is that of the first record handed on
   * since the checkpoint before.
   */
  List<KafkaPartitionSplit> snapshot(long checkpointId) {
    List<KafkaPartitionSplit> splits =
        head == null ? snapshotReader() : List.of(RegistrySourceReader.from(split, head.offset()));
    if (lastSnapshot > 0) {
      commits.put(checkpointId, lastSnapshot);
    }
    hasSnapshot = false;
    return splits;
  }

  void checkpointCompleted(long checkpointId) throws Exception {
    Long snapshot = commits.get(checkpointId);
    commits.headMap(checkpointId, true).clear();
    if (snapshot != null) {
      reader.notifyCheckpointComplete(snapshot);
    }
  }

  void checkpointAborted(long checkpointId) {
    commits.remove(checkpointId);
  }

  @Override
  public void close() throws Exception {
    reader.close();
  }

  @Override
  public void collect(KafkaRecord record, long unused) {
    collect(record);
  }

  @Override
  public void collect(KafkaRecord record) {
    if (head != null) {
      throw new IllegalStateException("The reader of " + split + " gave two records at once");
    }
    head = record;
    timestamp = record.timestamp();
    position = record.offset() + 1;
    waitedSince = null;
  }

  private SourceOutput<KafkaRecord> output() {
    return output == null ? main : output;
  }

  @Override
  public SourceOutput<KafkaRecord> createOutputForSplit(String splitId) {
    output = main.createOutputForSplit(splitId);
    return this;
  }

  @Override
  public void releaseOutputForSplit(String splitId) {
    output = null;
    main.releaseOutputForSplit(splitId);
  }

  @Override
  public void emitWatermark(Watermark watermark) {
    output().emitWatermark(watermark);
  }

  @Override
  public void markIdle() {
    output().markIdle();
  }

  @Override
  public void markActive() {
    output().markActive();
  }
}
