package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.kafka.EmbeddedKafka;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two pipelines that publish their models on the same topic. */
class SharedModelsITCase {
  @TempDir private Path dir;

  @Test
  void doctorWarnsOfModelsOfAnotherPipelineOnTheTopicAndNotOfOnesOwn() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path tides = pipeline(kafka, "tides");
      Path weather = pipeline(kafka, "weather");
      Cli.run("topics", "create", "-c", tides.toString());
      publish(kafka, "weather");

      Cli other = Cli.run("doctor", "-c", tides.toString());
      Cli own = Cli.run("doctor", "-c", weather.toString());

      assertThat(other.out())
          .contains("warning  models      shared.models has models of pipeline weather too; ")
          .contains("output.topics.models: tides.models");
      assertThat(own.out()).doesNotContain("has models of pipeline");
    }
  }

  private Path pipeline(EmbeddedKafka kafka, String name) throws IOException {
    return Files.writeString(
        dir.resolve(name + ".yaml"),
        """
        pipeline: %s
        kafka: { bootstrap.servers: "%s" }
        input: { label: class }
        output: { topics: { models: shared.models } }
        """
            .formatted(name, kafka.bootstrapServers()));
  }

  private static void publish(EmbeddedKafka kafka, String pipeline) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>("shared.models", utf8("oslo"), new byte[] {1});
      record.headers().add("millrace.pipeline", utf8(pipeline));
      producer.send(record).get();
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
