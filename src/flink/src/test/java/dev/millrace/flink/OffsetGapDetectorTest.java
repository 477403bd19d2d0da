package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.flink.OffsetGapDetector.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class OffsetGapDetectorTest {
  private final Map<TopicPartition, Long> beginnings = new HashMap<>();
  private final List<TopicPartition> asked = new ArrayList<>();
  private final Counter lost = new SimpleCounter();
  private final OffsetGapDetector records = records();

  @Test
  void deletedRecordsAreCounted() {
    beginnings.put(partition("examples", 3), 20L);
    records.see(0, 3, 4);

    records.see(0, 3, 20);
    records.see(0, 3, 21);
    records.check();

    assertThat(lost.getCount()).isEqualTo(15);
    assertThat(asked).containsExactly(partition("examples", 3));
  }

  @Test
  void recordsReadBeforeTheirDeletionAreNotLost() {
    beginnings.put(partition("examples", 0), 100L);
    records.see(0, 0, 4);

    records.see(0, 0, 20);
    records.check();

    assertThat(lost.getCount()).isEqualTo(15);
  }

  @Test
  void holesAndMarkersOfTransactionsAreNotLost() {
    beginnings.put(partition("examples", 0), 2L);
    records.see(0, 0, 2);

    records.see(0, 0, 4);
    records.see(0, 0, 9);
    records.check();

    assertThat(asked).hasSize(1);
    assertThat(lost.getCount()).isZero();
  }

  @Test
  void theLongestJumpIsAskedAbout() {
    beginnings.put(partition("examples", 0), 50L);
    records.see(0, 0, 0);

    records.see(0, 0, 2);
    records.see(0, 0, 50);
    records.see(0, 0, 52);
    records.check();

    assertThat(lost.getCount()).isEqualTo(47);
  }

  @Test
  void consecutiveOffsetsNeedNoRequestToTheBroker() {
    for (int offset = 7; offset < 100; offset++) {
      records.see(0, 0, offset);
      records.see(1, 5, offset);
    }

    records.check();

    assertThat(asked).isEmpty();
  }

  @Test
  void aGapIsAskedAboutOnce() {
    beginnings.put(partition("labels", 0), 20L);
    records.see(1, 0, 0);
    records.see(1, 0, 20);

    records.check();
    records.check();

    assertThat(asked).containsExactly(partition("labels", 0));
    assertThat(lost.getCount()).isEqualTo(19);
  }

  @Test
  void aRecreatedTopicHasLostNothing() {
    records.see(0, 0, 5_000);

    records.see(0, 0, 0);
    records.see(0, 0, 1);
    records.check();

    assertThat(asked).isEmpty();
  }

  @Test
  void aPositionOfAFormerRunCounts() {
    beginnings.put(partition("examples", 2), 20L);
    records.restore(new Position("examples", 2, 5, false));
    records.restore(new Position("examples", 2, 3, false));
    records.restore(new Position("another topic", 2, 1, true));

    records.see(0, 2, 20);
    records.check();

    assertThat(lost.getCount()).isEqualTo(15);
    assertThat(records.positions()).containsExactly(new Position("examples", 2, 21, true));
  }

  @Test
  void theSubtaskThatReadAPartitionKnowsItsPosition() {
    beginnings.put(partition("examples", 0), 20L);
    // The others have that of the topic before it was made anew.
    records.restore(new Position("examples", 0, 5_000, false));
    records.restore(new Position("examples", 0, 4, true));
    records.restore(new Position("examples", 0, 5_000, false));
    assertThat(records.positions()).containsExactly(new Position("examples", 0, 4, false));

    records.see(0, 0, 20);
    records.check();

    assertThat(lost.getCount()).isEqualTo(16);
  }

  @Test
  void brokersThatDoNotAnswerMakeNothingLost() {
    records.see(0, 0, 0);
    records.see(0, 0, 20);

    records.check(); // the beginning of this partition is not known here

    assertThat(asked).hasSize(1);
    assertThat(lost.getCount()).isZero();
  }

  private OffsetGapDetector records() {
    return new OffsetGapDetector(
        List.of("examples", "labels"),
        partition -> {
          asked.add(partition);
          Long beginning = beginnings.get(partition);
          return beginning == null
              ? CompletableFuture.failedFuture(new IllegalStateException("no answer"))
              : CompletableFuture.completedFuture(beginning);
        },
        lost);
  }

  private static TopicPartition partition(String topic, int partition) {
    return new TopicPartition(topic, partition);
  }
}
