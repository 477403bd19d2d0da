package dev.millrace.cli.models;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.cli.run.LocalJob;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.nn.Learner;
import dev.millrace.onnx.OnnxExport;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.testing.OnnxModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands {@code models list}, {@code show} and {@code export} after a real job. */
class ModelsCommandITCase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NETWORK =
      "{ layers: [{ units: 32, activation: tanh }], optimizer: rmsprop, clip: 0 }";

  @TempDir private static Path dir;

  private static EmbeddedKafka kafka;
  private static Path pipeline;

  @BeforeAll
  static void train() throws Exception {
    kafka = EmbeddedKafka.start(0, null);
    pipeline = pipeline("shops", "shops", NETWORK);
    Cli.run("topics", "create", "-c", pipeline.toString(), "--partitions", "2");
    produce(pipeline);
    run(pipeline);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void listsTheNewestModelOfEachKey() {
    Cli table = Cli.run("models", "list", "-c", pipeline.toString());

    assertThat(table.err()).isEmpty();
    assertThat(table.exitCode()).isZero();
    assertThat(table.out().lines().map(line -> line.split(" +")[0]))
        .containsExactly("key", "shop-0", "shop-1", "shop-2");
    assertThat(table.out().lines().skip(1))
        .allMatch(
            line -> line.matches("shop-\\d +100 +100 +\\d,\\d{3} +2 classes: (ok bad|bad ok)"));
  }

  @Test
  void listsAsJsonFromAnAddress() throws IOException {
    Cli cli =
        Cli.run(
            "models",
            "list",
            "--json",
            "--bootstrap-server=" + kafka.bootstrapServers(),
            "--topic=shops.models");

    assertThat(cli.exitCode()).isZero();
    JsonNode first = JSON.readTree(cli.out().lines().findFirst().orElseThrow());
    assertThat(first.path("pipeline").asText()).isEqualTo("shops");
    assertThat(first.path("key").asText()).isEqualTo("shop-0");
    assertThat(first.path("examples").asInt()).isEqualTo(100);
    assertThat(first.path("model_version").asInt()).isEqualTo(100);
    assertThat(first.path("config_hash").asText())
        .isEqualTo(PipelineFile.read(pipeline).configHash());
  }

  @Test
  void showsOneModel() {
    Cli cli = Cli.run("models", "show", "shop-1", "-c", pipeline.toString());

    assertThat(cli.exitCode()).isZero();
    assertThat(cli.out())
        .contains(
            "key       shop-1", "pipeline  shops, config ", "features  2", "32 tanh, softmax");
  }

  @Test
  void exportsWhatOnnxRuntimePredictsAsTheModelDoesAndNewModelsStartFrom() throws Exception {
    Path onnx = dir.resolve("shop-1.onnx");
    Path raw = dir.resolve("shop-1.millrace");
    Cli first = Cli.run("models", "export", "shop-1", "-c", pipeline.toString(), "-o", "" + onnx);
    Cli second =
        Cli.run(
            "models",
            "export",
            "shop-1",
            "--format=millrace",
            "--topic=shops.models",
            "--bootstrap-server=" + kafka.bootstrapServers(),
            "--output=" + raw);

    assertThat(first.err() + second.err()).isEmpty();
    assertThat(first.out()).startsWith("Wrote " + onnx).contains("operator set 17, 100 examples");
    assertThat(second.exitCode()).isZero();
    Settings settings = PipelineFile.read(pipeline);
    Learner learner =
        ModelSnapshot.decode(null, null, "shop-1", Files.readAllBytes(raw))
            .learner(settings.model());
    float[][] batch = {{3f, 1f}, {250f, 0f}};
    float[][] actual =
        (float[][]) OnnxModels.run(Files.readAllBytes(onnx), batch, OnnxExport.PROBABILITIES);
    for (int r = 0; r < batch.length; r++) {
      assertThat(actual[r]).containsExactly(learner.predict(batch[r]), Offset.offset(1e-5f));
    }

    Path next =
        pipeline("next", "shops", "{ warm-start: { file: shop-1.onnx }, batch-size: 1000 }");
    Cli.run("topics", "create", "-c", next.toString());
    run(next);
    Cli.run("models", "export", "shop-2", "-c", "" + next, "-o", dir.resolve("2.onnx") + "");
    assertThat(weights("2.onnx")).isEqualTo(weights("shop-1.onnx"));
  }

  @Test
  void aModelAboveTheMessageLimitComesBackWhole() throws Exception {
    Path large = pipeline("large", "shops", "{ layers: [{ units: 512 }, { units: 512 }] }");
    Cli.run("topics", "create", "-c", large.toString(), "--partitions", "3");
    run(large);

    Cli list = Cli.run("models", "list", "--json", "-c", large.toString());
    Path file = dir.resolve("large.millrace");
    Cli.run("models", "export", "shop-2", "--format=millrace", "-c", "" + large, "-o", "" + file);

    assertThat(list.err()).isEmpty();
    assertThat(list.out().lines()).hasSize(3);
    JsonNode last = JSON.readTree(list.out().lines().skip(2).findFirst().orElseThrow());
    assertThat(last.path("bytes").asInt()).isGreaterThan(1 << 20);
    byte[] model = Files.readAllBytes(file);
    assertThat(model).hasSize(last.path("bytes").asInt());
    assertThat(
            ModelSnapshot.decode(null, null, "shop-2", model)
                .learner(PipelineFile.read(large).model())
                .examples())
        .isEqualTo(100);
  }

  @Test
  void anUnknownKeyIsOneLineWithTheNearestOne() {
    Cli cli = Cli.run("models", "show", "shop-11", "-c", pipeline.toString());

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err())
        .isEqualToIgnoringNewLines(
            "Topic shops.models has no model of key \"shop-11\". Did you mean \"shop-1\"?");
  }

  @Test
  void aKeyLikeNoOtherIsOneLineWithTheCommandThatListsThem() {
    Cli cli = Cli.run("models", "show", "something-else", "-c", pipeline.toString());

    assertThat(cli.err())
        .contains("has no model of key \"something-else\". It has ")
        .endsWith(" See them with: ./millrace models list -c " + pipeline + System.lineSeparator());
  }

  @Test
  void theModelsOfAnotherPipelineAreNamedAsSuch() throws IOException {
    Path other = pipeline("other", "shops", NETWORK);
    Files.writeString(other, Files.readString(other).replace("other.models", "shops.models"));

    Cli list = Cli.run("models", "list", "-c", other.toString());
    Cli show = Cli.run("models", "show", "shop-1", "-c", other.toString());

    assertThat(list.exitCode()).isEqualTo(1);
    assertThat(list.err())
        .startsWith("Topic shops.models has no model of pipeline other, only of shops.");
    assertThat(show.exitCode()).isEqualTo(1);
    assertThat(show.err()).isEqualTo(list.err());
  }

  @Test
  void pipelinesThatShareATopicHaveTheirOwnModelsOfTheSameKeys() throws Exception {
    Path first = pipeline("first", "shops", NETWORK);
    Path second = pipeline("second", "shops", NETWORK);
    Files.writeString(second, Files.readString(second).replace("second.models", "first.models"));
    for (Path each : List.of(first, second)) {
      Cli.run("topics", "create", "-c", "" + each);
      run(each);
    }

    for (Path each : List.of(first, second)) {
      Cli list = Cli.run("models", "list", "--json", "-c", "" + each);
      assertThat(list.out().lines())
          .as(list.err())
          .hasSize(3)
          .allMatch(line -> line.contains(each.getFileName().toString().replace(".yaml", "")));
    }
  }

  @Test
  void settingsThatTheModelWasNotTrainedWithAreNoticedOrRejected() throws IOException {
    Path changed = pipeline("changed", "shops", "{ layers: [{ units: 3 }] }");
    Files.writeString(
        changed,
        Files.readString(changed)
            .replace("pipeline: changed", "pipeline: shops")
            .replace("changed.models", "shops.models"));

    Cli cli = Cli.run("models", "export", "shop-1", "-c", "" + changed, "-o", dir + "/no.onnx");

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err().lines())
        .hasSize(2)
        .first()
        .asString()
        .startsWith("Note: the model was trained with other settings");
    assertThat(cli.err()).contains("stored (", "32 tanh", "configured (", "3 tanh");
    assertThat(dir.resolve("no.onnx")).doesNotExist();
  }

  @Test
  void aMixtureOfNetworksIsNoOnnxFile() throws IOException {
    Path mixture = pipeline("mixture", "shops", "auto");
    Files.writeString(
        mixture,
        Files.readString(mixture)
            .replace("pipeline: mixture", "pipeline: shops")
            .replace("mixture.models", "shops.models"));

    Cli cli = Cli.run("models", "export", "shop-1", "-c", "" + mixture, "-o", dir + "/no.onnx");

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err()).contains("model: auto is a mixture of networks", "--format millrace");
    assertThat(dir.resolve("no.onnx")).doesNotExist();
  }

  @Test
  void emptyAndAbsentTopicsAreReported() throws Exception {
    Path empty = pipeline("empty", "empty", "auto");
    Cli absent = Cli.run("models", "list", "-c", empty.toString());
    Cli.run("topics", "create", "-c", empty.toString());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      byte[] key = "k".getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>("empty.models", key, new byte[] {1, 2})).get();
    }

    Cli list = Cli.run("models", "list", "-c", empty.toString());

    assertThat(absent.exitCode()).isEqualTo(1);
    assertThat(absent.err()).startsWith("Topic empty.models does not exist on ");
    assertThat(list.exitCode()).isEqualTo(1);
    assertThat(list.err().lines())
        .containsExactly(
            "Skipped 1 record that is no model, or one of a newer release.",
            "Topic empty.models has no models."
                + " A job publishes them as configured by output.snapshots, and when its input ends"
                + " or it is drained.");
  }

  @Test
  void onnxNeedsThePipelineFileAndABrokerMustAnswer() {
    Cli usage = Cli.run("models", "export", "k", "--bootstrap-server=" + kafka.bootstrapServers());
    Cli gone = Cli.run("models", "list", "--bootstrap-server=localhost:1", "--timeout=1");

    assertThat(usage.exitCode()).isEqualTo(2);
    assertThat(usage.err()).startsWith("--format onnx needs -c FILE");
    assertThat(gone.exitCode()).isEqualTo(1);
    assertThat(gone.err()).startsWith("No broker answered at localhost:1 within 1 s");
  }

  private static Map<String, Object> weights(String file) throws Exception {
    return ModelProto.parseFrom(Files.readAllBytes(dir.resolve(file)))
        .getGraph()
        .getInitializerList()
        .stream()
        .filter(tensor -> tensor.getName().startsWith("layer"))
        .collect(Collectors.toMap(tensor -> tensor.getName(), tensor -> tensor.getRawData()));
  }

  private static void run(Path pipeline) throws InterruptedException {
    Path state = dir.resolve("state-" + pipeline.getFileName());
    LocalJob job = LocalJob.start(PipelineFile.read(pipeline), 1, state, null, true);
    assertThat(job.awaitEnd(Duration.ofMinutes(2))).isTrue();
  }

  private static void produce(Path pipeline) throws IOException {
    String lines =
        IntStream.range(0, 300)
            .mapToObj(
                i -> "shop-%d,%d,%d,%s\n".formatted(i % 3, i, i % 7, i % 2 == 0 ? "ok" : "bad"))
            .collect(Collectors.joining());
    Path csv = Files.writeString(dir.resolve("rows.csv"), "shop,amount,day,class\n" + lines);
    Cli cli = Cli.run("produce", "-c", "" + pipeline, "--input", "" + csv, "--key", "shop");
    assertThat(cli.exitCode()).as(cli.err()).isZero();
  }

  private static Path pipeline(String name, String examples, String model) throws IOException {
    String yaml =
        """
        pipeline: %1$s
        kafka: { bootstrap.servers: "%2$s" }
        input: { label: class, topic: %3$s.examples }
        model: %4$s
        output:
          topics: { metrics: %1$s.metrics, dead-letters: %1$s.dlq, models: %1$s.models }
        """;
    return Files.writeString(
        dir.resolve(name + ".yaml"),
        yaml.formatted(name, kafka.bootstrapServers(), examples, model));
  }
}
