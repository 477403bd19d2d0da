package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.data.KafkaRecord;
import dev.millrace.flink.kafka.KafkaIo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.api.connector.source.mocks.MockSplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** Where a source that begins with what comes from now on begins. */
class StartingOffsetsITCase {
  @Test
  void latestOffsetsSurviveACheckpointTakenBeforePartitionDiscovery() throws Throwable {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Map<String, String> brokers = Map.of("bootstrap.servers", kafka.bootstrapServers());
      createTopic(brokers);
      send(brokers, 0, 3);
      byte[] checkpoint = checkpointWithoutAnAnswer(fromTheEnd(brokers));

      send(brokers, 0, 5);
      send(brokers, 1, 7);

      assertThat(begins(fromTheEnd(brokers), checkpoint))
          .isEqualTo(Map.of(partition(0), 3L, partition(1), 0L));
    }
  }

  /** What a checkpoint has of the source while the brokers have not told it of partitions. */
  private static byte[] checkpointWithoutAnAnswer(
      Source<KafkaRecord, KafkaPartitionSplit, KafkaSourceEnumState> source) throws Exception {
    try (var context = new MockSplitEnumeratorContext<KafkaPartitionSplit>(1);
        var enumerator = source.createEnumerator(context)) {
      return SimpleVersionedSerialization.writeVersionAndSerialize(
          source.getEnumeratorCheckpointSerializer(), enumerator.snapshotState(1));
    }
  }

  /** Where partitions are read from by a source that goes on from a checkpoint. */
  private static Map<TopicPartition, Long> begins(
      Source<KafkaRecord, KafkaPartitionSplit, KafkaSourceEnumState> source, byte[] checkpoint)
      throws Throwable {
    KafkaSourceEnumState state =
        SimpleVersionedSerialization.readVersionAndDeSerialize(
            source.getEnumeratorCheckpointSerializer(), checkpoint);
    Map<TopicPartition, Long> begins = new HashMap<>();
    try (var context = new MockSplitEnumeratorContext<KafkaPartitionSplit>(1);
        SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator =
            source.restoreEnumerator(context, state)) {
      enumerator.start();
      context.registerReader(new ReaderInfo(0, "here"));
      enumerator.addReader(0);
      context.runPeriodicCallable(0);
      while (!context.getOneTimeCallables().isEmpty()) {
        context.runNextOneTimeCallable();
      }
      for (SplitsAssignment<KafkaPartitionSplit> dealt : context.getSplitsAssignmentSequence()) {
        for (KafkaPartitionSplit split : dealt.assignment().get(0)) {
          assertThat(begins.put(split.getTopicPartition(), split.getStartingOffset())).isNull();
        }
      }
    }
    return begins;
  }

  private static Source<KafkaRecord, KafkaPartitionSplit, KafkaSourceEnumState> fromTheEnd(
      Map<String, String> brokers) throws InterruptedException {
    List<String> topics = List.of("in");
    return KafkaIo.source(brokers, topics, "group", KafkaIo.latest(brokers, topics), false);
  }

  private static void createTopic(Map<String, String> brokers) throws Exception {
    try (Admin admin = Admin.create(Map.copyOf(brokers))) {
      admin.createTopics(List.of(new NewTopic("in", 2, (short) 1))).all().get();
    }
  }

  private static void send(Map<String, String> brokers, int partition, int records)
      throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.copyOf(brokers), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < records; i++) {
        producer.send(new ProducerRecord<>("in", partition, null, new byte[1])).get();
      }
    }
  }

  private static TopicPartition partition(int number) {
    return new TopicPartition("in", number);
  }
}
