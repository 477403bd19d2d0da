package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.data.IdHash;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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

  private static final int SHOPS = 3;
  private static final int CARDS = 10_000;

  private static final int COLLIDING = 262_144;

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
      send(kafka, IntStream.rangeClosed(1, SEGMENTS).mapToObj(AttacksITCase::segment));
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

  /**
   * Each record has a new group, of 24.8 kB: 60 bytes that leave 400 times as much in the state.
   */
  @Test
  void runSurvivesRecordsThatAllHaveANewGroup() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline = groups(kafka.bootstrapServers());
      assertThat(Cli.run("topics", "create", "-c", "" + pipeline).exitCode()).isZero();
      send(kafka, cards().map(card -> json("groups.in", card.json())));
      List<String> arguments =
          List.of("run", "-c", "" + pipeline, "--state-dir", "" + dir.resolve("s"));
      try (MillraceProcess run =
          MillraceProcess.start(dir, "run", Millrace.class, List.of("-Xmx700m"), arguments)) {
        Awaitility.await()
            .atMost(Patience.MAX)
            .until(
                () ->
                    !run.isAlive()
                        || CommittedRecords.examples(kafka.bootstrapServers(), "groups")
                            == SHOPS * CARDS);

        assertThat(run.isAlive()).as(run.out() + run.err()).isTrue();
        run.terminate();
        run.awaitEnd();
        assertThat(run.out()).contains("Stopped with savepoint");
      }
    }
  }

  @Test
  void evaluateSurvivesRecordsThatAllHaveANewGroup() throws Exception {
    Path input = dir.resolve("groups.csv");
    Files.write(
        input, Stream.concat(Stream.of("shop,at,card,x,l"), cards().map(Card::csv)).toList());
    Path pipeline = groups("127.0.0.1:1");

    List<String> arguments = List.of("evaluate", "-c", "" + pipeline, "--input", "" + input);
    try (MillraceProcess evaluate =
        MillraceProcess.start(dir, "evaluate", Millrace.class, List.of("-Xmx700m"), arguments)) {

      assertThat(evaluate.awaitEnd()).as(evaluate.out() + evaluate.err()).isZero();
      assertThat(evaluate.out()).contains("30,000 examples", "0 dead letters");
    }
  }

  /** A header that names a pass which no other record is of. */
  @Test
  void aSeriesIsForecastAfterARecordOfAPassFarAhead() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline =
          Files.writeString(
              dir.resolve("series.yaml"),
              """
              pipeline: series
              kafka: { bootstrap.servers: "%s" }
              input:
                topic: series.in
                start: earliest
                format: json
                key: shop
                event-time: at
              forecast: { column: v, horizons: [1h], season: [1d] }
              output: { predictions: true }
              state: { checkpoint-interval: 1s }
              """
                  .formatted(kafka.bootstrapServers()));
      assertThat(Cli.run("topics", "create", "-c", "" + pipeline).exitCode()).isZero();
      List<ProducerRecord<byte[], byte[]>> values =
          IntStream.rangeClosed(0, 200)
              .mapToObj(
                  hour ->
                      "{\"shop\":\"s\",\"at\":%d,\"v\":%d}"
                          .formatted(1_780_000_000_000L + hour * 3_600_000L, hour % 24))
              .map(value -> json("series.in", value))
              .toList();
      values.get(100).headers().add("millrace.epoch", "999999999".getBytes(StandardCharsets.UTF_8));
      send(kafka, values.stream());

      List<String> arguments =
          List.of("run", "-c", "" + pipeline, "--state-dir", "" + dir.resolve("s"));
      try (MillraceProcess run =
          MillraceProcess.start(dir, "run", Millrace.class, List.of("-Xmx700m"), arguments)) {
        Awaitility.await()
            .atMost(Patience.MAX)
            .untilAsserted(
                () ->
                    assertThat(
                            CommittedRecords.read(kafka.bootstrapServers(), "series.predictions"))
                        .hasSize(201));
      }
    }
  }

  private static void send(EmbeddedKafka kafka, Stream<ProducerRecord<byte[], byte[]>> records) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      records.forEach(producer::send);
      producer.flush();
    }
  }

  private static ProducerRecord<byte[], byte[]> json(String topic, String value) {
    return new ProducerRecord<>(topic, value.getBytes(StandardCharsets.UTF_8));
  }

  private record Card(String shop, long at, String card, int x, String label) {
    private String json() {
      return "{\"shop\":\"%s\",\"at\":%d,\"card\":\"%s\",\"x\":%d,\"l\":\"%s\"}"
          .formatted(shop, at, card, x, label);
    }

    private String csv() {
      return "%s,%d,%s,%d,%s".formatted(shop, at, card, x, label);
    }
  }

  private static Stream<Card> cards() {
    return IntStream.range(0, SHOPS * CARDS)
        .mapToObj(
            record ->
                new Card(
                    "s" + record / CARDS,
                    1_796_083_200_000L + record,
                    "c" + record % CARDS,
                    record % 7,
                    record % 2 == 0 ? "a" : "b"));
  }

  private Path groups(String bootstrapServers) throws IOException {
    return Files.writeString(
        dir.resolve("groups.yaml"),
        """
        pipeline: groups
        kafka: { bootstrap.servers: "%s" }
        input:
          topic: groups.in
          start: earliest
          format: json
          key: shop
          event-time: at
          label: l
          classes: [a, b]
          features: [x]
          derived: [{ lag: x, ago: [1h, 1d, 7d], by: card }]
        auto: fast
        state: { checkpoint-interval: 1s }
        """
            .formatted(bootstrapServers));
  }

  /** Ids that all start within 4,096 places of a table which places them by their hash alone. */
  @Test
  void evaluateLearnsIdsThatWereMadeToCollide() throws Exception {
    StringBuilder rows = new StringBuilder("tags,x,y\n");
    List<String> ids = collidingIds();
    for (int i = 0; i < COLLIDING; i += 64) {
      rows.append(String.join("|", ids.subList(i, i + 64)))
          .append(i % 128 == 0 ? ",1,a\n" : ",2,b\n");
    }
    Path input = Files.writeString(dir.resolve("ids.csv"), rows);
    Path pipeline =
        Files.writeString(
            dir.resolve("ids.yaml"),
            """
            pipeline: ids
            kafka: { bootstrap.servers: "127.0.0.1:1" }
            input:
              format: json
              label: y
              classes: [a, b]
              features: [{ name: tags, type: set, max: 64 }, x]
            auto: fast
            """);

    List<String> arguments = List.of("evaluate", "-c", "" + pipeline, "--input", "" + input);
    try (MillraceProcess evaluate =
        MillraceProcess.start(dir, "evaluate", Millrace.class, List.of("-Xmx700m"), arguments)) {

      assertThat(evaluate.awaitEnd()).as(evaluate.out() + evaluate.err()).isZero();
      assertThat(evaluate.out()).contains("4,096 examples", "0 dead letters");
    }
  }

  private static List<String> collidingIds() {
    IdHash hash = new IdHash("tags");
    List<String> ids = new ArrayList<>();
    for (long n = 0; ids.size() < COLLIDING; n++) {
      String id = "u" + Long.toHexString(n);
      byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
      long place =
          ((hash.of(utf8, utf8.length) * 0x9E3779B97F4A7C15L) >>> 32) & (2 * COLLIDING - 1);
      if (place < 4_096) {
        ids.add(id);
      }
    }
    return ids;
  }

  private static HttpResponse<String> get(URI address) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
  }
}
