package dev.millrace.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.console.CliError;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaITCase {
  @TempDir private Path dir;

  @Test
  void keepsItsRecordsOverARestartOnTheSameDirectory() throws Exception {
    Path data = dir.resolve("data");
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, data)) {
      createTopic(kafka, "kept");
      // Two records: one as old as any data set, to be kept as well.
      send(kafka, new ProducerRecord<>("kept", 0, 0L, "k", "old"));
      send(kafka, new ProducerRecord<>("kept", "k", "new"));
    }

    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, data)) {
      assertThat(read(kafka, "kept", 2)).containsExactly("old", "new");
      assertThat(kafka.isTemporary()).isFalse();
    }
    assertThat(data.resolve("meta.properties")).exists();
    assertThat(Files.getPosixFilePermissions(data))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void rejectsAPortAndADirectoryThatAnotherBrokerUsesAndDoesNotHarmIt() throws Exception {
    Path data = dir.resolve("data");
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, data)) {
      int port = Integer.parseInt(kafka.bootstrapServers().split(":")[1]);

      assertThatThrownBy(() -> EmbeddedKafka.start(port, null))
          .isInstanceOf(CliError.class)
          .hasMessage(
              "Port "
                  + port
                  + " on 127.0.0.1 cannot be used: Address already in use. Choose another one; 0"
                  + " is any free port.");
      List<Path> before = metadataSnapshots(data);
      assertThatThrownBy(() -> EmbeddedKafka.start(0, data))
          .isInstanceOf(CliError.class)
          .hasMessage("Another broker is using --data-dir " + data + ".");
      assertThat(metadataSnapshots(data)).isEqualTo(before);
      createTopic(kafka, "unharmed");
      send(kafka, new ProducerRecord<>("unharmed", "k", "v"));
      assertThat(read(kafka, "unharmed", 1)).containsExactly("v");
    }
  }

  @Test
  void leavesADirectoryAloneThatHoldsSomethingElse() throws IOException {
    Files.writeString(dir.resolve("thesis.txt"), "years of work");

    assertThatThrownBy(() -> EmbeddedKafka.start(0, dir))
        .isInstanceOf(CliError.class)
        .hasMessageContaining("is not empty and has no broker data");
    assertThat(dir).isDirectoryContaining("glob:**/thesis.txt");
  }

  @Test
  void removesATemporaryDirectoryAndCreatesNoTopicUnasked() throws Exception {
    Path data;
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      data = kafka.dataDir();
      assertThat(data).isDirectory();
      assertThatThrownBy(() -> BrokerCheck.requireTopic(properties(kafka), "unasked", null))
          .hasMessageContaining("Topic unasked does not exist on " + kafka.bootstrapServers());
    }
    assertThat(data).doesNotExist();
  }

  // A second controller on the same files leaves snapshots of its own.
  private static List<Path> metadataSnapshots(Path data) throws IOException {
    try (Stream<Path> files = Files.list(data.resolve("__cluster_metadata-0"))) {
      return files.filter(file -> file.toString().endsWith(".snapshot")).sorted().toList();
    }
  }

  private static void createTopic(EmbeddedKafka kafka, String name) throws Exception {
    try (Admin admin = KafkaClients.admin(properties(kafka), Patience.MAX)) {
      admin.createTopics(List.of(new NewTopic(name, Optional.of(1), Optional.empty()))).all().get();
    }
  }

  private static void send(EmbeddedKafka kafka, ProducerRecord<String, String> record)
      throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all"),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(record).get();
    }
  }

  private static List<String> read(EmbeddedKafka kafka, String topic, int records) {
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new StringDeserializer(),
            new StringDeserializer())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      List<String> values = new java.util.ArrayList<>();
      for (int polls = 0; values.size() < records && polls < 60; polls++) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
          values.add(record.value());
        }
      }
      return values;
    }
  }

  private static Map<String, String> properties(EmbeddedKafka kafka) {
    return Map.of("bootstrap.servers", kafka.bootstrapServers());
  }
}
