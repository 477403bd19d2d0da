package dev.millrace.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.testing.Patience;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class CommittedOffsetsITCase {
  private static final String TOPIC = "read.examples";

  @Test
  void aStartWithoutASnapshotKnowsWhatThePipelineHasReadAndWhatWaits() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Settings settings = settings(kafka, "committed");
      try (Admin admin = KafkaClients.admin(settings.kafka(), Patience.MAX)) {
        admin.createTopics(List.of(new NewTopic(TOPIC, 2, (short) 1))).all().get();
        send(kafka, 0, 3);
        send(kafka, 1, 1);
        assertThat(CommittedOffsets.of(settings)).contains(new CommittedOffsets(0, 0));

        commit(admin, settings, 2);
      }

      assertThat(CommittedOffsets.of(settings)).contains(new CommittedOffsets(2, 1));
      assertThat(CommittedOffsets.of(settings(kafka, "earliest"))).isEmpty();
    }
  }

  @Test
  void committedOffsetsAreShownWithTheWayToReadAllAgain() {
    assertThat(new CommittedOffsets(12_000, 5).text())
        .isEqualTo(
            ", after the 12,000 records that were read before; 5 wait"
                + " (input.start: earliest reads all)");
    assertThat(new CommittedOffsets(1, 1).text())
        .isEqualTo(
            ", after the record that was read before; 1 waits (input.start: earliest reads all)");
    assertThat(new CommittedOffsets(0, 7).text()).isEmpty();
  }

  private static Settings settings(EmbeddedKafka kafka, String start) {
    return PipelineFile.parse(
        "read.yaml",
        """
        pipeline: read
        kafka: { bootstrap.servers: "%s" }
        input: { label: class, start: %s }
        """
            .formatted(kafka.bootstrapServers(), start),
        Path.of(""));
  }

  private static void send(EmbeddedKafka kafka, int partition, int records) {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      for (int i = 0; i < records; i++) {
        producer.send(new ProducerRecord<>(TOPIC, partition, "k", "v"));
      }
    }
  }

  private static void commit(Admin admin, Settings settings, long offset) throws Exception {
    admin
        .alterConsumerGroupOffsets(
            settings.consumerGroup(),
            Map.of(new TopicPartition(TOPIC, 0), new OffsetAndMetadata(offset)))
        .all()
        .get();
  }
}
