package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.testing.AvroValues;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of classes come with the records, and no record may stop the job. */
class ManyClassesITCase {
  private static final int CLASSES = 1_000;
  // With its number nearly the 64 bytes that a name may have when there are so many.
  private static final String NAME = "c".repeat(60);

  @TempDir private Path dir;

  @Test
  void recordsThatWouldBeTooLargeWithAllClassesGoWithoutThem() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline = pipeline(kafka);
      assertThat(Cli.run("topics", "create", "-c", "" + pipeline).exitCode()).isZero();
      // With room for a tenth of the classes.
      ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "names.metrics");
      ConfigEntry bytes = new ConfigEntry("max.message.bytes", "131072");
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
        AlterConfigOp set = new AlterConfigOp(bytes, AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(topic, List.of(set))).all().get();
        // The broker learns it from the controller some time later.
        await()
            .atMost(Patience.MAX)
            .until(
                () ->
                    admin
                        .describeConfigs(List.of(topic))
                        .values()
                        .get(topic)
                        .get()
                        .get("max.message.bytes")
                        .value()
                        .equals("131072"));
      }
      send(kafka);

      assertThat(Story.learn(pipeline, dir.resolve("state"))).isEqualTo(CLASSES);

      List<JsonNode> reports = read(kafka, "names.metrics");
      assertThat(reports.get(0).path("per_class")).hasSize(100);
      assertThat(last(reports).path("examples").asInt()).isEqualTo(CLASSES);
      assertThat(last(reports).has("per_class")).isFalse();
      List<JsonNode> predictions = read(kafka, "names.predictions");
      assertThat(predictions).hasSize(CLASSES);
      assertThat(predictions.get(100).path("probabilities")).hasSize(100);
      assertThat(last(predictions).path("probabilities")).isEmpty();
      assertThat(last(predictions).path("actual").asText()).isEqualTo(name(CLASSES - 1));
    }
  }

  private Path pipeline(EmbeddedKafka kafka) throws IOException {
    return Files.writeString(
        dir.resolve("names.yaml"),
        """
        pipeline: names
        kafka: { bootstrap.servers: "%s" }
        input: { topic: names.examples, label: label }
        model: { layers: [{ units: 2 }] }
        metrics: { every: 100, max-interval: off, confusion-matrix: false }
        limits: { classes: %d }
        output:
          predictions: true
          topics:
            metrics: names.metrics
            events: names.events
            dead-letters: names.dlq
            models: names.models
            predictions: names.predictions
        """
            .formatted(kafka.bootstrapServers(), CLASSES));
  }

  private static void send(EmbeddedKafka kafka) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < CLASSES; i++) {
        byte[] key = "k".getBytes(StandardCharsets.UTF_8);
        byte[] value = AvroValues.classValue("k", name(i), i, 1);
        producer.send(new ProducerRecord<>("names.examples", key, value));
      }
    }
  }

  private static String name(int number) {
    return NAME + number;
  }

  private static List<JsonNode> read(EmbeddedKafka kafka, String topic) throws IOException {
    List<JsonNode> records = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedRecords.read(kafka.bootstrapServers(), topic)) {
      records.add(new ObjectMapper().readTree(record.value()));
    }
    return records;
  }

  private static JsonNode last(List<JsonNode> records) {
    return records.get(records.size() - 1);
  }
}
