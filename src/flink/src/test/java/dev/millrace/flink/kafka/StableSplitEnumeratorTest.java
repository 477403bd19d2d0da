package dev.millrace.flink.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.mocks.MockSplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumerator;
import org.apache.flink.connector.kafka.source.enumerator.initializer.NoStoppingOffsetsInitializer;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StableSplitEnumeratorTest {
  private final MockSplitEnumeratorContext<KafkaPartitionSplit> context =
      new MockSplitEnumeratorContext<>(2);
  private final StableSplitEnumerator enumerator =
      new StableSplitEnumerator(
          new KafkaSourceEnumerator(
              KafkaSubscriber.getTopicListSubscriber(List.of("in", "labels")),
              KafkaIo.committedOrEarliest(),
              new NoStoppingOffsetsInitializer(),
              new Properties(),
              context,
              Boundedness.CONTINUOUS_UNBOUNDED,
              new KafkaSourceEnumState(Set.of(), true),
              (split, subtasks) -> split.getPartition() % subtasks),
          context,
          split -> !split.getTopic().equals("former"),
          Map.of());

  @AfterEach
  void close() throws Exception {
    enumerator.close();
    context.close();
  }

  @Test
  void restoredPartitionsGoToTheirSubtaskAtTheOffsetsOfTheSnapshot() {
    register(0, split("in", 1, 7), split("labels", 0, 3));
    register(1, split("in", 0, 5), split("labels", 1, 9), split("former", 0, 2));

    assertThat(assigned(0)).containsExactlyInAnyOrder(split("in", 0, 5), split("labels", 0, 3));
    assertThat(assigned(1)).containsExactlyInAnyOrder(split("in", 1, 7), split("labels", 1, 9));
  }

  @Test
  void afterAFailureBeforeTheFirstCheckpointEachIsDealtOutOnce() {
    register(0, split("in", 1, 7));
    register(1, split("in", 0, 5));
    context.getSplitsAssignmentSequence().clear();
    context.unregisterReader(0);
    context.unregisterReader(1);
    // Flink gives back what no checkpoint has, and those that are new are in no snapshot either.
    enumerator.addSplitsBack(List.of(split("in", 0, 5), split("in", 2, 0)), 0);
    enumerator.addSplitsBack(List.of(split("in", 1, 7)), 1);

    register(0, split("in", 1, 7));
    register(1, split("in", 0, 5));

    assertThat(assigned(0)).containsExactlyInAnyOrder(split("in", 0, 5), split("in", 2, 0));
    assertThat(assigned(1)).containsExactly(split("in", 1, 7));
  }

  private void register(int subtask, KafkaPartitionSplit... found) {
    context.registerReader(ReaderInfo.createReaderInfo(subtask, "here", List.of(found)));
    enumerator.addReader(subtask);
  }

  private static KafkaPartitionSplit split(String topic, int number, long offset) {
    return new KafkaPartitionSplit(new TopicPartition(topic, number), offset);
  }

  private List<KafkaPartitionSplit> assigned(int subtask) {
    return context.getSplitsAssignmentSequence().stream()
        .flatMap(one -> one.assignment().getOrDefault(subtask, List.of()).stream())
        .toList();
  }
}
