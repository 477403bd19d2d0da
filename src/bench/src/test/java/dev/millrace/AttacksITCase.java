package dev.millrace;

import static dev.millrace.AttackedPipelines.bytes;
import static dev.millrace.AttackedPipelines.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.IdHash;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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
  private AttackedPipelines pipelines;

  @BeforeEach
  void start() {
    pipelines = new AttackedPipelines(dir);
  }

  @AfterEach
  void stop() {
    pipelines.close();
  }

  /** Small segments of a model that is never whole. */
  @Test
  void serveAnswersOverAModelsTopicOfManySmallSegments() throws Exception {
    Path pipeline = pipelines.create("shops", "input: { label: click, features: [price] }");
    pipelines.send(IntStream.rangeClosed(1, SEGMENTS).mapToObj(AttacksITCase::segment));
    try (MillraceProcess serve = pipelines.start("serve", pipeline, "--port", "0")) {
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
    pipelines.send(
        cards("{\"shop\":\"s%d\",\"at\":%d,\"card\":\"c%d\",\"x\":%d,\"l\":\"%s\"}")
            .map(card -> record("groups.in", card)));

    pipelines.run(
        pipeline, () -> CommittedRecords.examples(pipelines.servers(), "groups") == SHOPS * CARDS);
  }

  @Test
  void evaluateSurvivesRecordsThatAllHaveANewGroup() throws Exception {
    Stream<String> rows = Stream.concat(Stream.of("shop,at,card,x,l"), cards("s%d,%d,c%d,%d,%s"));

    assertThat(pipelines.evaluate(groups(), rows)).contains("30,000 examples", "0 dead letters");
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
    return pipelines.create(
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
        pipelines.create(
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
    pipelines.send(values.stream());

    pipelines.run(
        pipeline,
        () -> CommittedRecords.read(pipelines.servers(), "series.predictions").size() == 201);
  }

  /** Ids that all start within 4,096 places of a table which places them by their hash alone. */
  @Test
  void evaluateLearnsIdsThatWereMadeToCollide() throws Exception {
    Path pipeline =
        pipelines.create(
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

    assertThat(pipelines.evaluate(pipeline, rows.stream()))
        .contains("4,096 examples", "0 dead letters");
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
}
