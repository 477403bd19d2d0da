package dev.millrace.flink;

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
 * than its topic keeps records. Kafka's client goes on with the oldest one left, and tells nobody.
 *
 * <p>Offsets that are passed over are no proof: markers of transactions have offsets too, and a
 * compacted topic has holes. Where a partition begins is, and the brokers are asked for that once a
 * checkpoint. Not thread-safe, except for the counter.
 */
final class LostRecords {
  /** The position in a partition of which nothing has been read. */
  private static final long UNKNOWN = -1;

  private static final Logger LOG = LoggerFactory.getLogger(LostRecords.class);

  private final List<String> topics;
  private final Function<TopicPartition, CompletableFuture<Long>> beginning;
  private final Counter lost;
  // [topics][partitions]
  private final long[][] positions;
  // The longest run of offsets that was passed over since the brokers were asked last.
  private final long[][] gapStarts;
  private final long[][] gapEnds;

  /**
   * @param topics whose records are looked at
   * @param beginning the offset of the oldest record of a partition
   * @param lost counts them; is used by the threads that complete {@code beginning}
   */
  LostRecords(
      List<String> topics,
      Function<TopicPartition, CompletableFuture<Long>> beginning,
      Counter lost) {
    this.topics = topics;
    this.beginning = beginning;
    this.lost = lost;
    positions = new long[topics.size()][0];
    gapStarts = new long[topics.size()][0];
    gapEnds = new long[topics.size()][0];
  }

  /**
   * Looks at the next record of a partition.
   *
   * @param topic its place among the topics
   */
  void see(int topic, int partition, long offset) {
    if (partition < positions[topic].length && positions[topic][partition] == offset) {
      positions[topic][partition] = offset + 1;
    } else {
      jump(topic, partition, offset);
    }
  }

  /** The offset that comes next in a partition; nothing of it has been read if below 0. */
  long position(int topic, int partition) {
    return positions[topic][partition];
  }

  /** How many partitions of a topic are known. */
  int partitions(int topic) {
    return positions[topic].length;
  }

  /** Takes up a position of a former run, unless a later one of the same partition is known. */
  void restore(String topic, int partition, long position) {
    int index = topics.indexOf(topic);
    if (index >= 0) {
      reserve(index, partition);
      positions[index][partition] = Math.max(positions[index][partition], position);
    }
  }

  /** Asks the brokers about what was passed over since the last call, and does not wait. */
  void check() {
    for (int topic = 0; topic < positions.length; topic++) {
      for (int partition = 0; partition < positions[topic].length; partition++) {
        if (gapEnds[topic][partition] > gapStarts[topic][partition]) {
          ask(
              new TopicPartition(topics.get(topic), partition),
              gapStarts[topic][partition],
              gapEnds[topic][partition]);
          gapEnds[topic][partition] = gapStarts[topic][partition];
        }
      }
    }
  }

  private void jump(int topic, int partition, long offset) {
    reserve(topic, partition);
    long expected = positions[topic][partition];
    positions[topic][partition] = offset + 1;
    // An offset below is one of a topic that was made anew.
    long known = gapEnds[topic][partition] - gapStarts[topic][partition];
    if (expected != UNKNOWN && offset - expected > known) {
      gapStarts[topic][partition] = expected;
      gapEnds[topic][partition] = offset;
    }
  }

  private void reserve(int topic, int partition) {
    int known = positions[topic].length;
    if (partition >= known) {
      positions[topic] = Arrays.copyOf(positions[topic], partition + 1);
      Arrays.fill(positions[topic], known, partition + 1, UNKNOWN);
      gapStarts[topic] = Arrays.copyOf(gapStarts[topic], partition + 1);
      gapEnds[topic] = Arrays.copyOf(gapEnds[topic], partition + 1);
    }
  }

  private void ask(TopicPartition partition, long from, long to) {
    beginning
        .apply(partition)
        .whenComplete(
            (first, failure) -> {
              if (failure != null) {
                LOG.warn(
                    "Offsets {} to {} of {} were passed over, and the brokers do not say whether"
                        + " records were deleted there",
                    from,
                    to - 1,
                    partition,
                    failure);
              } else if (first > from) {
                long deleted = Math.min(first, to) - from;
                lost.inc(deleted);
                LOG.warn(
                    "The brokers deleted {} records of {} before they were read, offsets {} to {};"
                        + " the job went on behind them. The topic's retention.ms and"
                        + " retention.bytes say how long it keeps records.",
                    deleted,
                    partition,
                    from,
                    from + deleted - 1);
              }
            });
  }
}
