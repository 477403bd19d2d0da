package dev.millrace.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.Cli;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.cli.watch.SummaryView;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.flink.StateSpec;
import dev.millrace.serving.ModelSamples;
import dev.millrace.serving.ModelsFollower;
import dev.millrace.serving.ServedModels;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics that commands read back hold whatever anybody wrote: each command says so in a line. */
class BrokenRecordsITCase {
  private static final String SKIPPED =
      "Skipped a record that is no model, or one of a newer release: broken.models, partition 0,";

  @TempDir private static Path dir;

  private static EmbeddedKafka kafka;
  private static Path pipeline;

  @BeforeAll
  static void writeBrokenRecords() throws Exception {
    kafka = EmbeddedKafka.start(0, null);
    pipeline =
        Files.writeString(
            dir.resolve("broken.yaml"),
            """
            pipeline: broken
            kafka: { bootstrap.servers: "%s" }
            input:
              label: class
              format: json
              topic: broken.examples
              features: [a, { name: b, nullable: true }, { name: c, type: one-hot, values: [x, y] }]
            model: { layers: [{ units: 4 }] }
            output:
              topics: { metrics: broken.metrics, dead-letters: broken.dlq, models: broken.models }
            """
                .formatted(kafka.bootstrapServers()));
    Cli.run("topics", "create", "-c", "" + pipeline);
    byte[] model = ModelSamples.bytes(100);
    byte[] manyClasses = model.clone();
    ByteBuffer.wrap(manyClasses).putInt(4 + 2 + "BINARY".length() + 4, Integer.MAX_VALUE);
    byte[] newer = model.clone();
    ByteBuffer.wrap(newer).putInt(99);
    byte[] noise = new byte[500];
    new Random(3).nextBytes(noise);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      send(producer, "good", model);
      send(producer, "cut", Arrays.copyOf(model, model.length - 200));
      send(producer, "classes", manyClasses);
      send(producer, "newer", newer);
      send(producer, "noise", noise);
      send(producer, "empty", new byte[0]);
      ProducerRecord<byte[], byte[]> parts =
          new ProducerRecord<>("broken.models", utf8("parts"), model);
      parts.headers().add("millrace.parts", utf8("2147483647"));
      producer.send(parts).get();
      List<String> lines =
          List.of("", "{", "[1]", "{\"key\":1}", "{\"key\":\"k\"} {}", "[".repeat(5_000));
      for (String line : lines) {
        producer.send(new ProducerRecord<>("broken.metrics", utf8("k"), utf8(line))).get();
      }
      producer.send(new ProducerRecord<>("broken.metrics", utf8("k"), noise)).get();
      producer.send(new ProducerRecord<>("broken.metrics", utf8("k"), null)).get();
    }
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, String key, byte[] model)
      throws Exception {
    producer.send(new ProducerRecord<>("broken.models", utf8(key), model)).get();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void theModelsThatAreThereAreListedAndTheOthersCounted() {
    Cli list = Cli.run("models", "list", "-c", "" + pipeline);

    assertThat(list.exitCode()).isZero();
    assertThat(list.out().lines().map(line -> line.split(" +")[0]))
        .containsExactly("key", "cut", "good");
    assertThat(list.err().lines())
        .containsExactly("Skipped 5 records that are no models, or of a newer release.");
  }

  @Test
  void aModelThatIsCutOffIsNeitherExportedNorPredictedWith() throws IOException {
    Path csv = Files.writeString(dir.resolve("cut.csv"), "k,a,b,c\ncut,1,2,x\n");

    Cli export = Cli.run("models", "export", "cut", "-c", "" + pipeline, "-o", dir + "/cut.onnx");
    Cli predict = Cli.run("predict", "-c", "" + pipeline, "--input", "" + csv, "--key", "k");

    assertThat(export.exitCode()).isEqualTo(1);
    assertThat(lastLine(export))
        .startsWith("The model of key \"cut\" cannot be exported: the stored model: ")
        .endsWith(" are there; the bytes are cut off or damaged");
    assertThat(predict.exitCode()).isEqualTo(1);
    assertThat(lastLine(predict))
        .startsWith("The model of key \"cut\" cannot be used: the stored model: ");
  }

  /** What it says behind the lines that were expected. */
  private static String lastLine(Cli cli) {
    List<String> lines = cli.err().lines().toList();
    assertThat(lines).filteredOn(line -> line.startsWith("\tat ")).isEmpty();
    assertThat(lines).hasSizeLessThan(4);
    return lines.get(lines.size() - 1);
  }

  @Test
  void theModelsThatAreThereAreServed() throws Exception {
    Settings settings = PipelineFile.read(pipeline);
    List<String> notices = new ArrayList<>();
    ServedModels models = new ServedModels(settings, (key, places) -> null, 1 << 20);
    try (ModelsFollower follower =
        new ModelsFollower(
            settings.kafka(),
            settings.output().models(),
            StateSpec.DEFAULT.stateBytes(),
            models::accept,
            notices::add)) {
      Thread thread = new Thread(follower);
      thread.start();
      await().atMost(Patience.MAX).until(follower::isReady);
      follower.close();
      thread.join();
    }
    ServeApi api = ServeSamples.api(settings, models, new SummaryView(settings, notice -> {}));

    assertThat(api.predict(request("good")).status()).isEqualTo(200);
    assertThat(api.predict(request("cut")).status()).isEqualTo(503);
    assertThat(ServeSamples.body(api.predict(request("cut"))))
        .contains("the bytes are cut off or damaged");
    assertThat(api.predict(request("classes")).status()).isEqualTo(404);
    assertThat(notices)
        .hasSize(5)
        .allMatch(notice -> notice.startsWith(SKIPPED))
        .anyMatch(notice -> notice.contains(", key \"classes\": class names: "));
  }

  private static byte[] request(String key) {
    return utf8("{\"key\":\"%s\",\"features\":{\"a\":1,\"b\":2,\"c\":\"x\"}}".formatted(key));
  }

  @Test
  void invalidMetricsRecordsAreLeftOut() {
    Cli export = Cli.run("tensorboard", "-c", "" + pipeline, "--once", "--logdir", dir + "/runs");

    assertThat(export.err()).isEmpty();
    assertThat(export.exitCode()).isZero();
    assertThat(export.out()).startsWith("Wrote 0 records of 0 keys.");
  }
}
