package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.PipelineFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An input topic to which an exactly-once job or another transactional producer writes. */
class TransactionalInputITCase {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;

  @Test
  void whatItsProducerTookBackIsNotLearned() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline =
          Files.writeString(
              dir.resolve("taken-back.yaml"),
              """
              pipeline: taken-back
              kafka: { bootstrap.servers: "%s" }
              input:
                format: csv
                columns: [x, class]
                label: class
                classes: [yes, no]
                features: [x]
              """
                  .formatted(kafka.bootstrapServers()));
      Cli.run("topics", "create", "-c", "" + pipeline, "--partitions", "1");
      send(kafka, "millrace.examples.v1");

      LocalJob job =
          LocalJob.start(PipelineFile.read(pipeline), 1, dir.resolve("state"), null, true);
      assertThat(job.awaitEnd(Duration.ofMinutes(2))).isTrue();

      Cli models = Cli.run("models", "list", "--json", "-c", "" + pipeline);
      JsonNode model = JSON.readTree(models.out());
      assertThat(model.path("examples").asInt()).as(models.out() + models.err()).isEqualTo(300);
    }
  }

  /** Ten transactions of 60 records, of which every second one is aborted, the last one too. */
  private static void send(EmbeddedKafka kafka, String topic) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "upstream"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.initTransactions();
      for (int t = 0; t < 10; t++) {
        producer.beginTransaction();
        for (int i = 0; i < 60; i++) {
          byte[] line = (i + (i % 2 == 0 ? ",yes" : ",no")).getBytes(StandardCharsets.UTF_8);
          producer.send(new ProducerRecord<>(topic, "k".getBytes(StandardCharsets.UTF_8), line));
        }
        producer.flush();
        if (t % 2 == 0) {
          producer.commitTransaction();
        } else {
          producer.abortTransaction();
        }
      }
    }
  }
}
