package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What hostile writers send to the topics of a pipeline, whose processes have little memory. */
@Tag("attacks")
class AttacksITCase {
  // 40,000 held up a reader that looks at all of them for each for a minute, these for half an
  // hour.
  private static final int SEGMENTS = 200_000;

  @TempDir private Path dir;

  /** Small segments of a model that is never whole. */
  @Test
  void serveAnswersOverAModelsTopicOfManySmallSegments() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline =
          Files.writeString(
              dir.resolve("shops.yaml"),
              """
              pipeline: shops
              kafka: { bootstrap.servers: "%s" }
              input: { label: click, features: [price] }
              """
                  .formatted(kafka.bootstrapServers()));
      assertThat(Cli.run("topics", "create", "-c", "" + pipeline).exitCode()).isZero();
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", kafka.bootstrapServers()),
              new ByteArraySerializer(),
              new ByteArraySerializer())) {
        for (int number = 1; number <= SEGMENTS; number++) {
          producer.send(segment(number));
        }
        producer.flush();
      }
      try (MillraceProcess serve =
          MillraceProcess.start(
              dir,
              "serve",
              Millrace.class,
              List.of("-Xmx700m"),
              List.of("serve", "-c", "" + pipeline, "--port", "0"))) {
        serve.awaitOut("Serving ");
        URI health = URI.create(serve.find("Serving +(\\S+) over") + "/healthz");

        Awaitility.await()
            .atMost(Patience.MAX)
            .untilAsserted(() -> assertThat(get(health).statusCode()).isEqualTo(200));

        assertThat(get(health).body()).contains("\"status\":\"ok\"", "\"remaining\":0,");
      }
    }
  }

  private static ProducerRecord<byte[], byte[]> segment(int number) {
    byte[] model = "slow".getBytes(StandardCharsets.UTF_8);
    byte[] key =
        ByteBuffer.allocate(5 + model.length).put((byte) 0xFE).putInt(number).put(model).array();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>("shops.models", key, new byte[] {'x'});
    record.headers().add("millrace.pipeline", "shops".getBytes(StandardCharsets.UTF_8));
    record.headers().add("millrace.digest", "2".repeat(32).getBytes(StandardCharsets.UTF_8));
    return record;
  }

  private static HttpResponse<String> get(URI address) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
  }
}
