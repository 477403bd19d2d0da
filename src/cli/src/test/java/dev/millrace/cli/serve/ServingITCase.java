package dev.millrace.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.cli.run.LocalJob;
import dev.millrace.cli.watch.SummaryView;
import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.codec.models.ModelAssembler.Place;
import dev.millrace.codec.models.ModelParts;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.Sha256;
import dev.millrace.flink.StateSpec;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.serving.ModelTopicReader;
import dev.millrace.serving.ModelsFollower;
import dev.millrace.serving.ServedModels;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is predicted with published models equals, bit for bit, what the job says about the same
 * examples. One pipeline learns all rows but the last of each key and publishes its models; another
 * learns all rows and publishes its predictions.
 */
class ServingITCase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int KEYS = 3;
  private static final int ROWS = 300;
  private static final String HEADER = "shop,amount,age,online,card,country,class\n";
  private static final String FEATURES =
      "[amount, { name: age, nullable: true }, { name: online, type: boolean },"
          + " { name: card, type: one-hot, values: [visa, amex] },"
          + " { name: country, type: hash, buckets: 8, nullable: true }]";

  private static final String NETWORK = "{ layers: [{ units: 8 }], batch-size: 7 }";

  @TempDir private static Path dir;

  private static EmbeddedKafka kafka;
  private static List<String> rows;

  @BeforeAll
  static void startBroker() {
    kafka = EmbeddedKafka.start(0, null);
    Random random = new Random(11);
    rows =
        random
            .ints(ROWS + KEYS, 0, 1 << 20)
            .mapToObj(
                r ->
                    "%.3f,%s,%s,%s,%s,%s\n"
                        .formatted(
                            r / 77.7,
                            r % 5 == 0 ? "" : r % 90,
                            r % 2 == 0,
                            List.of("visa", "amex", "other").get(r % 3),
                            r % 7 == 0 ? "" : "land-" + r % 20,
                            r % 4 == 0 ? "bad" : "ok"))
            .collect(Collectors.toList());
    for (int row = 0; row < rows.size(); row++) {
      rows.set(row, "shop-" + row % KEYS + "," + rows.get(row));
    }
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void recordsOfTheStandardSchemaWithDeclaredFeatures() throws Exception {
    check("declared", "avro", "features: " + FEATURES, "auto");
  }

  @Test
  void jsonRecords() throws Exception {
    check("json", "json", "format: json, features: " + FEATURES, NETWORK);
  }

  @Test
  void recordsWithoutDeclaredFeatures() throws Exception {
    check("undeclared", "avro", "start: earliest", "auto");
  }

  private void check(String name, String format, String input, String model) throws Exception {
    Path first = pipeline(name + "-first", name, input, model);
    Path second = pipeline(name + "-second", name, input, model);
    Cli.run("topics", "create", "-c", first.toString());
    Cli.run("topics", "create", "-c", second.toString());
    produce(first, format, rows.subList(0, ROWS));
    run(first);
    List<String> last = rows.subList(ROWS, ROWS + KEYS);
    produce(first, format, last);
    run(second);
    Map<String, JsonNode> said = saidAboutTheLast(second);

    Path csv = csv("last", last);
    Cli predict =
        Cli.run("predict", "-c", "" + first, "--input", "" + csv, "--key", "shop", "--json");
    assertThat(predict.err()).isEmpty();
    List<String> lines = predict.out().lines().toList();
    assertThat(lines).hasSize(KEYS);
    for (String line : lines) {
      JsonNode answer = JSON.readTree(line);
      assertSame(answer, said.get(answer.path("key").asText()));
    }
    checkServed(first, last, said);
  }

  private static void assertSame(JsonNode answer, JsonNode prediction) {
    assertThat(answer.path("class")).isEqualTo(prediction.path("class"));
    assertThat(answer.path("probabilities")).isNotEmpty();
    // As text: the shortest digits of each float.
    assertThat(answer.path("probabilities").toString())
        .isEqualTo(prediction.path("probabilities").toString());
    assertThat(answer.path("model_version")).isEqualTo(prediction.path("model_version"));
    assertThat(answer.path("examples").asInt()).isEqualTo(ROWS / KEYS);
  }

  private static Map<String, JsonNode> saidAboutTheLast(Path pipeline) throws IOException {
    Map<String, JsonNode> said = new TreeMap<>();
    String topic = PipelineFile.read(pipeline).output().predictions();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedRecords.read(kafka.bootstrapServers(), topic)) {
      JsonNode prediction = JSON.readTree(record.value());
      if (prediction.path("seq").asInt() == ROWS / KEYS + 1) {
        said.put(prediction.path("key").asText(), prediction);
      }
    }
    assertThat(said).hasSize(KEYS);
    return said;
  }

  /** The same over the API, with a follower of the topic, and with a cache that holds one model. */
  private static void checkServed(Path pipeline, List<String> last, Map<String, JsonNode> said)
      throws Exception {
    Settings settings = PipelineFile.read(pipeline);
    String topic = settings.output().models();
    try (ModelTopicReader reader = new ModelTopicReader(settings.kafka(), topic)) {
      ServedModels models = new ServedModels(settings, reader, 0);
      try (ModelsFollower follower =
          new ModelsFollower(
              settings.kafka(),
              topic,
              StateSpec.DEFAULT.stateBytes(),
              models::accept,
              notice -> {})) {
        Thread thread = new Thread(follower);
        thread.start();
        await().atMost(Patience.MAX).until(follower::isReady);
        ServeApi api = ServeSamples.api(settings, models, new SummaryView(settings, notice -> {}));
        for (int round = 0; round < 2; round++) {
          for (String row : last) {
            JsonNode answer = JSON.readTree(ServeSamples.body(api.predict(request(settings, row))));
            assertSame(answer, said.get(answer.path("key").asText()));
          }
        }
        assertThat(models.stats().inMemory()).isEqualTo(1);
        assertThat(reader.read("k", List.of(new Place(0, 1_000_000)))).isNull();
        follower.close();
        thread.join();
      }
    }
  }

  @Test
  void aModelOfManyIdsIsReadFromAllItsRecordsOrServedAsItWas() throws Exception {
    Path grown = manyIds("grown", 50);
    Path whole = manyIds("whole", 0);
    Cli.run("topics", "create", "-c", "" + grown);
    Cli.run("topics", "create", "-c", "" + whole);
    Path csv = Files.writeString(dir.resolve("tags.csv"), tagged());
    assertThat(Cli.run("produce", "-c=" + grown, "--input=" + csv, "--key=shop").exitCode())
        .isZero();
    run(grown);
    run(whole);

    String topic = PipelineFile.read(grown).output().models();
    List<ConsumerRecord<byte[], byte[]>> records =
        CommittedRecords.read(kafka.bootstrapServers(), topic);
    assertThat(records)
        .extracting(record -> ModelParts.number(record.key()))
        .containsExactly(1, 0, 2, 0, 3, 0);
    assertThat(records.get(2).value()).hasSizeLessThan(records.get(0).value().length / 10);
    String said = exported(whole, "whole.millrace");
    assertThat(exported(grown, "grown.millrace")).isEqualTo(said);
    assertThat(predictions(grown, csv)).isEqualTo(predictions(whole, csv));

    loseSegment(topic, records.get(4).key(), records.get(5));
    assertThat(exported(grown, "lost.millrace")).isEqualTo(said);
    Cli show = Cli.run("models", "show", "a", "-c=" + grown);
    assertThat(show.err()).contains("The newest 1 model is incomplete", "Key: a.");
    List<String> notices = new CopyOnWriteArrayList<>();
    checkOneIsServed(grown, notices, 130);
    assertThat(notices)
        .singleElement()
        .asString()
        .startsWith("The newest model of key \"a\" on grown.models is incomplete: ");
  }

  /** Ids of 50 rows are new; publishes after so many examples, and at the end. */
  private static Path manyIds(String name, int every) throws IOException {
    String tags = "features: [amount, { name: tags, type: set, separator: \" \", max: 100 }]";
    Path file = pipeline(name, "tags", "format: json, " + tags, "auto");
    String snapshots = "predictions: true\n  snapshots: { every: %d }".formatted(every);
    return Files.writeString(file, Files.readString(file).replace("predictions: true", snapshots));
  }

  private static String tagged() {
    StringBuilder rows = new StringBuilder("shop,amount,tags,class\n");
    for (int row = 0; row < 130; row++) {
      int first = row < 50 ? 100 * row : row % 7;
      String tags =
          IntStream.range(first, first + (row < 50 ? 100 : 3))
              .mapToObj(tag -> "t" + tag)
              .collect(Collectors.joining(" "));
      rows.append("a,%d,%s,%s\n".formatted(row % 9, tags, row % 3 == 0 ? "bad" : "ok"));
    }
    return rows.toString();
  }

  private static String exported(Path pipeline, String name) throws IOException {
    Path file = dir.resolve(name);
    Cli export =
        Cli.run("models", "export", "a", "--format=millrace", "-c=" + pipeline, "-o=" + file);
    assertThat(export.exitCode()).as(export.err()).isZero();
    return Sha256.hex(Files.readAllBytes(file));
  }

  private static List<String> predictions(Path pipeline, Path csv) {
    Cli predict = Cli.run("predict", "-c=" + pipeline, "--input=" + csv, "--key=shop", "--json");
    assertThat(predict.err()).isEmpty();
    return predict.out().lines().toList();
  }

  /** Ends the topic with a head whose last segment is gone. */
  private static void loseSegment(String topic, byte[] segment, ConsumerRecord<byte[], byte[]> head)
      throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, segment, null)).get();
      producer
          .send(new ProducerRecord<>(topic, 0, null, head.key(), head.value(), head.headers()))
          .get();
    }
  }

  private static void checkOneIsServed(Path pipeline, List<String> notices, int examples)
      throws Exception {
    Settings settings = PipelineFile.read(pipeline);
    String topic = settings.output().models();
    List<Arrival> arrivals = new CopyOnWriteArrayList<>();
    try (ModelsFollower follower =
            new ModelsFollower(
                settings.kafka(),
                topic,
                StateSpec.DEFAULT.stateBytes(),
                arrivals::add,
                notices::add);
        ModelTopicReader reader = new ModelTopicReader(settings.kafka(), topic)) {
      Thread thread = new Thread(follower);
      thread.start();
      await().atMost(Patience.MAX).until(follower::isReady);
      Arrival last = arrivals.get(arrivals.size() - 1);
      assertThat(ModelSnapshot.decode("p", "c", "a", last.bytes()).learner().examples())
          .isEqualTo(examples);
      assertThat(reader.read("a", last.places())).isEqualTo(last.bytes());
      assertThat(follower.incomplete()).isOne();
      follower.close();
      thread.join();
    }
  }

  private static byte[] request(Settings settings, String row) {
    String[] cells = row.strip().split(",");
    String age = cells[2].isEmpty() ? "null" : cells[2];
    String country = cells[5].isEmpty() ? "null" : "\"" + cells[5] + "\"";
    String features =
        settings.input().spec().features().isEmpty()
            ? "[%s, %s, %s], \"attributes\": {\"card\": \"%s\", \"country\": %s}"
            : "{\"amount\": %s, \"age\": %s, \"online\": %s, \"card\": \"%s\", \"country\": %s}";
    String filled = features.formatted(cells[1], age, cells[3], cells[4], country);
    return "{\"key\": \"%s\", \"features\": %s}"
        .formatted(cells[0], filled)
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aFeatureWithDotsHasTheNameOfTheFileEverywhere() throws Exception {
    Path pipeline =
        pipeline(
            "dots",
            "dots",
            "format: json, features: [amount, { name: user.id, type: hash, buckets: 8 }]");
    Cli.run("topics", "create", "-c", "" + pipeline);
    Path csv =
        Files.writeString(
            dir.resolve("dots.csv"),
            "shop,amount,user.id,class\na,1,u1,ok\na,2,u2,bad\na,3,u1,ok\n");
    assertThat(Cli.run("produce", "-c=" + pipeline, "--input=" + csv, "--key=shop").exitCode())
        .isZero();
    run(pipeline);

    Cli predict = Cli.run("predict", "-c=" + pipeline, "--input=" + csv, "--key=shop", "--json");
    assertThat(predict.err()).isEmpty();
    JsonNode ofFile = JSON.readTree(predict.out().lines().findFirst().orElseThrow());
    Settings settings = PipelineFile.read(pipeline);
    ServedModels models = new ServedModels(settings, (key, places) -> null, 1 << 20);
    try (ModelsFollower follower =
        new ModelsFollower(
            settings.kafka(),
            settings.output().models(),
            StateSpec.DEFAULT.stateBytes(),
            models::accept,
            notice -> {})) {
      Thread thread = new Thread(follower);
      thread.start();
      await().atMost(Patience.MAX).until(follower::isReady);
      follower.close();
      thread.join();
    }
    ServeApi api = ServeSamples.api(settings, models, new SummaryView(settings, notice -> {}));
    for (String user : List.of("\"user.id\": \"u1\"", "\"user\": {\"id\": \"u1\"}")) {
      String request = "{\"key\": \"a\", \"features\": {\"amount\": 1, %s}}".formatted(user);
      JsonNode answer =
          JSON.readTree(ServeSamples.body(api.predict(request.getBytes(StandardCharsets.UTF_8))));
      assertThat(answer.path("probabilities")).isEqualTo(ofFile.path("probabilities")).isNotEmpty();
    }
  }

  @Test
  void errorsOfPredictAreOneLine() throws Exception {
    Path pipeline = pipeline("errors", "errors", "features: " + FEATURES);
    Cli.run("topics", "create", "-c", pipeline.toString());
    produce(pipeline, "avro", rows.subList(0, 30));
    run(pipeline);
    Path unknown =
        csv(
            "unknown",
            List.of(
                "shop-1,1,2,true,visa,x,ok\n",
                "shop-9,1,2,true,visa,x,ok\n",
                ",1,2,true,visa,x,ok\n"));
    Path missing = Files.writeString(dir.resolve("missing.csv"), "shop,amount\nshop-1,2\n");
    Path text = csv("text", List.of("shop-1,much,2,true,visa,x,ok\n"));
    Path model = dir.resolve("shop-1.millrace");
    Cli.run(
        "models", "export", "shop-1", "--format=millrace", "-c", "" + pipeline, "-o", "" + model);

    Cli some = predict(pipeline, unknown, "--json");
    assertThat(some.exitCode()).isOne();
    assertThat(some.err().lines())
        .containsExactly(
            "unknown.csv:3: there is no model of this key (key \"shop-9\").",
            "unknown.csv:4: there is no model of this key (key \"\").",
            "2 of 3 rows could not be predicted.");
    assertThat(some.out().lines().toList())
        .satisfiesExactly(
            row -> assertThat(row).startsWith("{\"row\":1,\"key\":\"shop-1\",\"class\":"),
            row -> assertThat(row).contains("\"key\":\"shop-9\"", "\"unknown-key\""),
            row -> assertThat(row).contains("\"key\":\"\"", "\"unknown-key\""));
    Path other = csv("other", List.of("shop-9,1,2,true,visa,x,ok\n"));
    assertThat(predict(pipeline, other).err())
        .isEqualToIgnoringNewLines(
            "Topic errors.models has no model of key \"shop-9\". Did you mean \"shop-0\"?");
    assertThat(predict(pipeline, missing).err())
        .startsWith("input.features \"age\" is not a column of ");
    assertThat(predict(pipeline, text).err())
        .isEqualToIgnoringNewLines(
            "text.csv:2: feature \"amount\" is declared numeric but is the text \"much\" (key"
                + " \"shop-1\").1 of 1 row could not be predicted.");
    Cli csv = predict(pipeline, csv("good", rows.subList(1, 2)), "--model", "" + model);
    assertThat(csv.err()).isEmpty();
    assertThat(csv.out().lines().toList())
        .hasSize(2)
        .first()
        .isEqualTo("row,key,prediction,probability,model_version");
    assertThat(csv.out().lines().skip(1)).allMatch(l -> l.matches("1,shop-1,(ok|bad),0\\.\\d+,1"));

    Path narrow = pipeline("narrow", "errors", "start: earliest");
    Files.writeString(
        narrow,
        Files.readString(narrow)
            .replace("pipeline: narrow", "pipeline: errors")
            .replace("narrow.models", "errors.models"));
    Cli count = predict(narrow, Files.writeString(dir.resolve("n.csv"), "shop,a\nshop-1,2\n"));
    assertThat(count.exitCode()).isEqualTo(1);
    assertThat(count.err().lines().toList())
        .hasSize(3)
        .endsWith(
            "n.csv:2: there are 1 features; the model of this key has 15 inputs (key \"shop-1\").",
            "1 of 1 row could not be predicted.");
    assertThat(Cli.run("predict", "--bootstrap-server=x:1", "--input=f.csv").exitCode())
        .isEqualTo(2);
  }

  private static Cli predict(Path pipeline, Path csv, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("predict", "-c", "" + pipeline, "--input", "" + csv, "--key", "shop"));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray(String[]::new));
  }

  @Test
  void redirectedPredictionsStillShowProgress() throws Exception {
    Path pipeline = pipeline("bar", "bar", "format: json, features: " + FEATURES);
    Cli.run("topics", "create", "-c", pipeline.toString());
    produce(pipeline, "json", rows.subList(0, ROWS));
    run(pipeline);
    List<String> words =
        List.of(
            "predict",
            "--config=" + pipeline,
            "--input=" + csv("bar", rows.subList(0, 2 * KEYS)),
            "--key=shop");

    try (MillraceProcess predict =
        MillraceProcess.start(
            dir,
            "predict",
            System.getProperty("java.class.path"),
            Millrace.class.getName(),
            List.of("-Dmillrace.stderr.terminal=true", "-Dmillrace.stdout.terminal=false"),
            words,
            Map.of("TERM", "xterm"))) {
      assertThat(predict.awaitEnd()).as(predict.err()).isZero();
      assertThat(predict.err())
          .contains("predict", "100%", "%1$d/%1$d records".formatted(2 * KEYS));
      assertThat(predict.out().lines()).hasSize(1 + 2 * KEYS);
    }
  }

  @Test
  void anAddressThatOthersReachNeedsAToken() throws Exception {
    Path pipeline = pipeline("open", "open", "start: earliest");

    Cli open = Cli.run("serve", "-c", "" + pipeline, "--host", "0.0.0.0");
    Cli weak = Cli.run("serve", "-c", "" + pipeline, "--token", "short");

    assertThat(open.exitCode()).isEqualTo(2);
    assertThat(open.err())
        .startsWith("--host 0.0.0.0 is reachable from other machines and requires a token");
    assertThat(weak.err()).startsWith("--token must have at least 16 characters");
  }

  private static void run(Path pipeline) throws InterruptedException {
    Path state = dir.resolve("state-" + pipeline.getFileName());
    LocalJob job = LocalJob.start(PipelineFile.read(pipeline), 1, state, null, true);
    assertThat(job.awaitEnd(Duration.ofMinutes(2))).isTrue();
  }

  private static void produce(Path pipeline, String format, List<String> some) throws IOException {
    Cli cli =
        Cli.run(
            "produce",
            "-c=" + pipeline,
            "--input=" + csv("rows", some),
            "--key=shop",
            "--format=" + format);
    assertThat(cli.exitCode()).as(cli.err()).isZero();
  }

  private static Path csv(String name, List<String> some) throws IOException {
    return Files.writeString(dir.resolve(name + ".csv"), HEADER + String.join("", some));
  }

  private static Path pipeline(String name, String examples, String input) throws IOException {
    return pipeline(name, examples, input, NETWORK);
  }

  private static Path pipeline(String name, String examples, String input, String model)
      throws IOException {
    String yaml =
        """
        pipeline: %1$s
        kafka: { bootstrap.servers: "%2$s" }
        input: { label: class, topic: %3$s.examples, %4$s }
        model: %5$s
        output:
          predictions: true
          topics:
            metrics: %1$s.metrics
            predictions: %1$s.predictions
            events: %1$s.events
            dead-letters: %1$s.dlq
            models: %1$s.models
        """;
    return Files.writeString(
        dir.resolve(name + ".yaml"),
        yaml.formatted(name, kafka.bootstrapServers(), examples, input, model));
  }
}
