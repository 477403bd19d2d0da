package dev.millrace;

import static dev.millrace.testing.StubRegistry.withReference;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.config.PipelineFile;
import dev.millrace.data.IdHash;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import dev.millrace.testing.StubRegistry;
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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What hostile writers send to the topics of a pipeline, whose processes have little memory. */
@Tag("attacks")
class AttacksITCase extends AttackedPipelines {
  // 40,000 held up a reader that looks at all of them for each for a minute, these for half an
  // hour.
  private static final int SEGMENTS = 200_000;

  private static final int SHOPS = 3;
  private static final int CARDS = 10_000;

  private static final int COLLIDING = 262_144;

  /** Small segments of a model that is never whole. */
  @Test
  void serveAnswersOverAModelsTopicOfManySmallSegments() throws Exception {
    Path pipeline = create("shops", "input: { label: click, features: [price] }");
    send(IntStream.rangeClosed(1, SEGMENTS).mapToObj(AttacksITCase::segment));
    try (MillraceProcess serve = start("serve", pipeline, "--port", "0")) {
      serve.awaitOut("Serving ");
      URI health = URI.create(serve.find("Serving +(\\S+) over") + "/healthz");

      Awaitility.await()
          .atMost(Patience.MAX)
          .untilAsserted(() -> assertThat(get(health).statusCode()).isEqualTo(200));

      assertThat(get(health).body()).contains("\"status\":\"ok\"", "\"remaining\":0,");
    }
  }

  private static ProducerRecord<byte[], byte[]> segment(int number) {
    byte[] model = bytes("slow");
    byte[] key =
        ByteBuffer.allocate(5 + model.length).put((byte) 0xFE).putInt(number).put(model).array();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>("shops.models", key, new byte[] {'x'});
    record.headers().add("millrace.pipeline", bytes("shops"));
    record.headers().add("millrace.digest", bytes("2".repeat(32)));
    return record;
  }

  private static HttpResponse<String> get(URI address) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
  }

  /**
   * Each record has a new group, of 24.8 kB: 60 bytes that leave 400 times as much in the state.
   */
  @Test
  void runSurvivesRecordsThatAllHaveANewGroup() throws Exception {
    Path pipeline = groups();
    send(
        cards("{\"shop\":\"s%d\",\"at\":%d,\"card\":\"c%d\",\"x\":%d,\"l\":\"%s\"}")
            .map(card -> record("groups.in", card)));

    run(pipeline, () -> examples("groups") == SHOPS * CARDS);
  }

  @Test
  void evaluateSurvivesRecordsThatAllHaveANewGroup() throws Exception {
    Stream<String> rows = Stream.concat(Stream.of("shop,at,card,x,l"), cards("s%d,%d,c%d,%d,%s"));

    assertThat(evaluate(groups(), rows)).contains("30,000 examples", "0 dead letters");
  }

  private static Stream<String> cards(String format) {
    return IntStream.range(0, SHOPS * CARDS)
        .mapToObj(
            record ->
                format.formatted(
                    record / CARDS,
                    1_796_083_200_000L + record,
                    record % CARDS,
                    record % 7,
                    record % 2 == 0 ? "a" : "b"));
  }

  private Path groups() throws Exception {
    return create(
        "groups",
        """
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
        """);
  }

  /** A header that names a pass which no other record is of. */
  @Test
  void aSeriesIsForecastAfterARecordOfAPassFarAhead() throws Exception {
    Path pipeline =
        create(
            "series",
            """
            input: { topic: series.in, start: earliest, format: json, key: shop, event-time: at }
            forecast: { column: v, horizons: [1h], season: [1d] }
            output: { predictions: true }
            """);
    List<ProducerRecord<byte[], byte[]>> values =
        IntStream.rangeClosed(0, 200)
            .mapToObj(
                hour ->
                    "{\"shop\":\"s\",\"at\":%d,\"v\":%d}"
                        .formatted(1_780_000_000_000L + hour * 3_600_000L, hour % 24))
            .map(value -> record("series.in", value))
            .toList();
    values.get(100).headers().add("millrace.epoch", bytes("999999999"));
    send(values.stream());

    run(pipeline, () -> read("series.predictions").size() == 201);
  }

  /** Ids that all start within 4,096 places of a table which places them by their hash alone. */
  @Test
  void evaluateLearnsIdsThatWereMadeToCollide() throws Exception {
    Path pipeline =
        create(
            "ids",
            """
            input:
              format: json
              label: y
              classes: [a, b]
              features: [{ name: tags, type: set, max: 64 }, x]
            auto: fast
            """);
    List<String> rows = new ArrayList<>(List.of("tags,x,y"));
    List<String> ids = collidingIds();
    for (int i = 0; i < COLLIDING; i += 64) {
      rows.add(String.join("|", ids.subList(i, i + 64)) + (i % 128 == 0 ? ",1,a" : ",2,b"));
    }

    assertThat(evaluate(pipeline, rows.stream())).contains("4,096 examples", "0 dead letters");
  }

  private static List<String> collidingIds() {
    IdHash hash = new IdHash("tags");
    List<String> ids = new ArrayList<>();
    for (long n = 0; ids.size() < COLLIDING; n++) {
      String id = "u" + Long.toHexString(n);
      byte[] utf8 = bytes(id);
      long place =
          ((hash.of(utf8, utf8.length) * 0x9E3779B97F4A7C15L) >>> 32) & (2 * COLLIDING - 1);
      if (place < 4_096) {
        ids.add(id);
      }
    }
    return ids;
  }

  /**
   * Schemas of more references, levels or bytes than are read, and answers that are none. {@link
   * RegistryITCase} has an outage, after which all records are decoded.
   */
  @Test
  void recordsBehindThoseOfAHostileRegistryAreLearned() throws Exception {
    try (StubRegistry registry = new StubRegistry().withNestedSchemas(60, 900)) {
      registry.with(1, Files.readString(Path.of("schemas", "training_example.avsc")));
      registry.withAnswer("/schemas/ids/2", withReference(with("S", "R12"), "r12", 1));
      registry.withAnswer("/schemas/ids/3", withReference(with("S", "C0"), "c0", 1));
      registry.withAnswer("/subjects/c0/versions/1", withReference(with("C0", "C1"), "c1", 1));
      registry.withAnswer("/subjects/c1/versions/1", withReference(with("C1", "C0"), "c0", 1));
      registry.withStatus("/schemas/ids/4", 302).withStatus("/schemas/ids/5", 500);
      registry.withAnswer("/schemas/ids/6", "{\"schema\":\"" + "a".repeat(5_000_000) + "\"}");
      registry.withAnswer("/schemas/ids/7", "<html>no");
      Path pipeline =
          create(
              "framed",
              "input: { topic: framed.in, start: earliest, label: class, classes: [a, b, c]%s }"
                  .formatted(RegistryITCase.registry(registry)));
      IntStream ids = IntStream.of(StubRegistry.NESTED, 2, 3, 4, 5, 6, 7, 0, -1, Integer.MIN_VALUE);
      ids = IntStream.concat(ids, IntStream.range(10_000, 13_000));
      byte[] value = JobTopics.examples(1, 1).get(0).value();
      ProducerRecord<byte[], byte[]> example =
          JobTopics.record("key-0", value, System.currentTimeMillis());
      JobTopics.send(
          PipelineFile.read(pipeline),
          IntStream.concat(ids, IntStream.of(1))
              .mapToObj(id -> RegistryITCase.framed(id, example))
              .toList());

      run(pipeline, () -> examples("framed") == 1);

      assertThat(
              read("framed.dlq").stream()
                  .map(letter -> letter.headers().lastHeader("__millrace.errors.reason").value())
                  .collect(
                      Collectors.groupingBy(
                          reason -> new String(reason, StandardCharsets.UTF_8),
                          Collectors.counting())))
          .isEqualTo(Map.of("unknown-schema", 3_006L, "unavailable-schema", 4L));
    }
  }

  private static String with(String name, String field) {
    return "{\"type\":\"record\",\"name\":\"%s\",\"fields\":[{\"name\":\"f\",\"type\":\"%s\"}]}"
        .formatted(name, field);
  }
}
