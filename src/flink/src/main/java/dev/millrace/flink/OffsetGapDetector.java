package dev.millrace.flink;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.flink.metrics.Counter;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices records that the brokers deleted before they were read, as when a job is down for longer
 * than its topic keeps records. Kafka's client continues with the oldest one left, without an
 * error.
 *
 * <p>Offsets that are passed over are no proof: markers of transactions have offsets too, and a
 * compacted topic has holes. Where a partition begins is, and the brokers are asked for that once a
 * checkpoint, about the longest gap of each partition. What was deleted of a partition of which
 * nothing had been read is not noticed. Not thread-safe, except for the counter.
 */
final class OffsetGapDetector {
  private static final Logger LOG = LoggerFactory.getLogger(OffsetGapDetector.class);

  private static final long UNKNOWN = -1;

  private final List<String> topics;
  private final Function<TopicPartition, CompletableFuture<Long>> beginning;
  private final Counter lost;
  // [topics][partitions]
  private final Partition[][] partitions;

  private static final class Partition {
    /** The offset that comes next. */
    long position = UNKNOWN;

    boolean readNow;
    boolean toldByItsReader;

    /** The longest run of offsets that was passed over since the brokers were asked last. */
    long gapStart;

    long gapEnd;
  }

  /**
   * Position at which reading continues.
   *
   * @param offset of the next record
   * @param isOwn true if the subtask has read the partition itself. Others have older positions,
   *     which are higher if the topic was created again since.
   */
  record Position(String topic, int partition, long offset, boolean isOwn) {}

  /**
   * @param topics whose records are looked at
   * @param beginning the offset of the oldest record of a partition
   * @param lost counts them; is used by the threads that complete {@code beginning}
   */
  OffsetGapDetector(
      List<String> topics,
      Function<TopicPartition, CompletableFuture<Long>> beginning,
      Counter lost) {
    this.topics = topics;
    this.beginning = beginning;
    this.lost = lost;
    partitions = new Partition[topics.size()][0];
  }

  /**
   * Looks at the next record of a partition.
   *
   * @param topic its place among the topics
   */
  void see(int topic, int number, long offset) {
    Partition[] known = partitions[topic];
    if (number < known.length && known[number].position == offset) {
      known[number].position = offset + 1;
      known[number].readNow = true;
    } else {
      jump(partition(topic, number), offset);
    }
  }

  private static void jump(Partition partition, long offset) {
    long expected = partition.position;
    partition.position = offset + 1;
    partition.readNow = true;
    // A lower offset belongs to a recreated topic.
    if (expected != UNKNOWN && offset - expected > partition.gapEnd - partition.gapStart) {
      partition.gapStart = expected;
      partition.gapEnd = offset;
    }
  }

  private Partition partition(int topic, int number) {
    int known = partitions[topic].length;
    if (number >= known) {
      partitions[topic] = Arrays.copyOf(partitions[topic], number + 1);
      Arrays.setAll(partitions[topic], p -> p < known ? partitions[topic][p] : new Partition());
    }
    return partitions[topic][number];
  }

  /** Restores a position of the previous run; each of its subtasks stored its own. */
  void restore(Position position) {
    int topic = topics.indexOf(position.topic());
    if (topic < 0) {
      return;
    }
    Partition partition = partition(topic, position.partition());
    if (position.isOwn()) {
      partition.position = position.offset();
      partition.toldByItsReader = true;
    } else if (!partition.toldByItsReader) {
      partition.position = Math.max(partition.position, position.offset());
    }
  }

  /** Returns the positions of all partitions, for the next run. */
  List<Position> positions() {
    List<Position> all = new ArrayList<>();
    for (int topic = 0; topic < partitions.length; topic++) {
      for (int number = 0; number < partitions[topic].length; number++) {
        Partition partition = partitions[topic][number];
        if (partition.position != UNKNOWN) {
          all.add(new Position(topics.get(topic), number, partition.position, partition.readNow));
        }
      }
    }
    return all;
  }

  /** Asks the brokers about what was passed over since the last call, and does not wait. */
  void check() {
    for (int topic = 0; topic < partitions.length; topic++) {
      for (int number = 0; number < partitions[topic].length; number++) {
        Partition partition = partitions[topic][number];
        if (partition.gapEnd > partition.gapStart) {
          ask(new TopicPartition(topics.get(topic), number), partition.gapStart, partition.gapEnd);
          partition.gapEnd = partition.gapStart;
        }
      }
    }
  }

  private void ask(TopicPartition partition, long from, long to) {
    beginning
        .apply(partition)
        .whenComplete(
            (first, failure) -> {
              if (failure != null) {
                LOG.warn(
                    "Offsets {} to {} of {} were skipped, and it is unknown whether records were"
                        + " deleted there",
                    from,
                    to - 1,
                    partition,
                    failure);
              } else if (first > from) {
                long deleted = Math.min(first, to) - from;
                lost.inc(deleted);
                LOG.warn(
                    "The brokers deleted offsets {} to {} of {} before they were read; the job"
                        + " continued after them. The topic's retention.ms and retention.bytes set"
                        + " how long it keeps records.",
                    from,
                    from + deleted - 1,
                    partition);
              }
            });
  }
}
