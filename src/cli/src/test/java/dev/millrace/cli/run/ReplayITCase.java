package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.Cli;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/replay.md says of a start at a date, and of a savepoint under another name. */
class ReplayITCase {
  private static final int OCTOBER = 10;
  private static final int NOVEMBER = 20;
  private static final int LATER = 5;

  @TempDir private Path dir;

  @Test
  void aReplayBeginsAtADateAndThePipelineContinuesFromItsSavepoint() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path storms = pipeline(kafka, "storms");
      Path replay = pipeline(kafka, "storms-replay");
      send(kafka, OCTOBER, "2026-10-15T00:00:00Z");
      send(kafka, NOVEMBER, "2026-11-15T00:00:00Z");
      resetOffsets(kafka, "millrace-storms-replay", Instant.parse("2026-11-01T00:00:00Z"));

      LocalJob job = start(replay, null);
      awaitExamples(kafka, "storms-replay", NOVEMBER);
      String savepoint = job.stop(failure -> {}).orElseThrow();
      Path copy = dir.resolve("of-the-replay");
      copy(Snapshots.local(savepoint).orElseThrow(), copy);
      LocalJob continued = start(storms, copy);
      send(kafka, LATER, "2026-12-01T00:00:00Z");

      awaitExamples(kafka, "storms", NOVEMBER + LATER);
      continued.cancel();
    }
  }

  private Path pipeline(EmbeddedKafka kafka, String name) throws IOException {
    Path file =
        Files.writeString(
            dir.resolve(name + ".yaml"),
            """
            pipeline: %s
            kafka: { bootstrap.servers: "%s" }
            input: { topic: storms.examples, format: json, features: [x], label: y }
            metrics: { every: 1 }
            state: { checkpoint-interval: 1s }
            """
                .formatted(name, kafka.bootstrapServers()));
    Cli created = Cli.run("topics", "create", "-c", file.toString(), "--partitions", "1");
    assertThat(created.exitCode()).as(created.err()).isZero();
    return file;
  }

  private LocalJob start(Path pipeline, Path from) throws InterruptedException {
    String name = pipeline.getFileName().toString();
    return LocalJob.start(
        PipelineFile.read(pipeline), 1, dir.resolve(name + "-state"), from, false);
  }

  private static void send(EmbeddedKafka kafka, int records, String time) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < records; i++) {
        byte[] value = "{\"x\":%d,\"y\":\"a\"}".formatted(i).getBytes(StandardCharsets.UTF_8);
        long millis = Instant.parse(time).toEpochMilli() + i;
        producer
            .send(new ProducerRecord<>("storms.examples", 0, millis, new byte[] {'k'}, value))
            .get();
      }
    }
  }

  /** What kafka-consumer-groups.sh does for --reset-offsets --to-datetime. */
  private static void resetOffsets(EmbeddedKafka kafka, String group, Instant time)
      throws Exception {
    TopicPartition partition = new TopicPartition("storms.examples", 0);
    try (Admin admin =
        KafkaClients.admin(Map.of("bootstrap.servers", kafka.bootstrapServers()), Patience.MAX)) {
      long offset =
          admin
              .listOffsets(Map.of(partition, OffsetSpec.forTimestamp(time.toEpochMilli())))
              .partitionResult(partition)
              .get()
              .offset();
      assertThat(offset).isEqualTo(OCTOBER);
      admin
          .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset)))
          .all()
          .get();
    }
  }

  private static void awaitExamples(EmbeddedKafka kafka, String pipeline, long examples) {
    await()
        .atMost(Patience.MAX)
        .untilAsserted(
            () ->
                assertThat(CommittedRecords.examples(kafka.bootstrapServers(), pipeline))
                    .isEqualTo(examples));
  }

  /** What {@code cp -r} does; a savepoint has no directories in it. */
  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (var files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }
}
