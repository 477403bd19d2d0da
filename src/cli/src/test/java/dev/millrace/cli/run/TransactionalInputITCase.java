package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An input topic to which an exactly-once job or another transactional producer writes. */
class TransactionalInputITCase {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;

  @Test
  void abortedTransactionsAreNotLearned() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline = pipeline(kafka, "earliest");
      send(kafka);

      LocalJob job =
          LocalJob.start(PipelineFile.read(pipeline), 1, dir.resolve("state"), null, true);
      assertThat(job.awaitEnd(Duration.ofMinutes(2))).isTrue();

      Cli models = Cli.run("models", "list", "--json", "-c", "" + pipeline);
      JsonNode model = JSON.readTree(models.out());
      assertThat(model.path("examples").asInt()).as(models.out() + models.err()).isEqualTo(300);
    }
  }

  @Test
  void aJobAtLatestLearnsTransactionsCommittedAfterItsStart() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null);
        KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
      Path pipeline = pipeline(kafka, "latest");
      producer.initTransactions();
      producer.beginTransaction();
      send(producer);
      producer.commitTransaction();
      producer.beginTransaction();
      send(producer);

      LocalJob job =
          LocalJob.start(PipelineFile.read(pipeline), 1, dir.resolve("state"), null, false);
      producer.commitTransaction();

      Awaitility.await().atMost(Patience.MAX).until(() -> lastSeq(kafka) == 60);
      job.cancel();
    }
  }

  private static int lastSeq(EmbeddedKafka kafka) throws IOException {
    int seq = 0;
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedRecords.read(kafka.bootstrapServers(), "taken-back.metrics")) {
      seq = JSON.readTree(record.value()).path("seq").asInt();
    }
    return seq;
  }

  private Path pipeline(EmbeddedKafka kafka, String start) throws IOException {
    Path pipeline =
        Files.writeString(
            dir.resolve("taken-back.yaml"),
            """
            pipeline: taken-back
            kafka: { bootstrap.servers: "%s" }
            input:
              start: %s
              format: csv
              columns: [x, class]
              label: class
              classes: [yes, no]
              features: [x]
            """
                .formatted(kafka.bootstrapServers(), start));
    Cli.run("topics", "create", "-c", "" + pipeline, "--partitions", "1");
    return pipeline;
  }

  private static KafkaProducer<byte[], byte[]> producer(EmbeddedKafka kafka) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "upstream"),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /** Ten transactions of 60 records, of which every second one is aborted, the last one too. */
  private static void send(EmbeddedKafka kafka) {
    try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
      producer.initTransactions();
      for (int t = 0; t < 10; t++) {
        producer.beginTransaction();
        send(producer);
        if (t % 2 == 0) {
          producer.commitTransaction();
        } else {
          producer.abortTransaction();
        }
      }
    }
  }

  private static void send(KafkaProducer<byte[], byte[]> producer) {
    byte[] key = "k".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 60; i++) {
      byte[] line = (i + (i % 2 == 0 ? ",yes" : ",no")).getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>("taken-back.examples", key, line));
    }
    producer.flush();
  }
}
