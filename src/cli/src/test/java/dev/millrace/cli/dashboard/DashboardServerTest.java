package dev.millrace.cli.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.cli.console.CliError;
import dev.millrace.codec.DeadLetterEncoder;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.KafkaRecord;
import dev.millrace.report.Score;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
public class DashboardServerTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private DashboardServer server;

  /** A metrics record of a two-class model; the figures are JSON, so that null can be one. */
  public static String record(String key, long seq, String accuracy, String f1, String loss) {
    return """
    {"pipeline":"fraud","key":%s,"seq":%d,"task":"binary","examples":%d,"model_version":%d,\
    "event_time":"2026-11-25T09:14:03.120Z","window":{"size":1000,"examples":1000,\
    "accuracy":%s,"precision":0.74,"recall":0.66,"f1":%s,"kappa":0.68,"loss":%s},\
    "total":{"examples":%d,"accuracy":0.9,"f1":0.6,"loss":0.1},\
    "baseline":{"no_change":{"window":{"accuracy":0.9,"f1":0.5},\
    "total":{"accuracy":0.9,"f1":0.5}}},\
    "per_class":[{"class":"ok","precision":0.9,"recall":0.9,"f1":0.9,"support":967}],\
    "confusion_matrix":{"rows":"actual","labels":["ok","fraud"],\
    "counts":[[958,9],[10,23]],"total_counts":[[9580,90],[100,230]]},\
    "learning_rate":0.005,"skipped_steps":0,\
    "input":{"fraud.examples":{"0":[120344,121871]}},"config_hash":"b1946ac9"}\
    """
        .formatted(
            JsonNodeFactory.instance.textNode(key), seq, seq, seq - 1, accuracy, f1, loss, seq);
  }

  /** A line of the events topic; {@code what} is its other fields. */
  public static String event(String key, long seq, String what) {
    return """
    {"pipeline":"fraud","key":%s,"seq":%d,"event_time":"2026-11-25T09:14:03.120Z",%s,\
    "model_version":7,"config_hash":"b1946ac9"}\
    """
        .formatted(JsonNodeFactory.instance.textNode(key), seq, what);
  }

  /** A line of the summary topic. */
  static String summary(String time, int keys) {
    return """
    {"pipeline":"fraud","time":"%s","keys":%d,"active":9,"examples":70,\
    "accuracy":{"mean":0.8,"min":0.1,"p10":0.2,"p50":0.5,"p90":0.9,"max":1},"loss":null,\
    "worst":[{"key":"worst-of-all","examples":7,"loss":0.9,"accuracy":0.1}],"config_hash":"b1946ac9"}\
    """
        .formatted(time, keys);
  }

  /** A record of the dead-letter topic. */
  public static ConsumerRecord<byte[], byte[]> deadLetter(
      String topic, DeadLetterReason why, int offset) {
    KafkaRecord refused = KafkaRecord.of(topic, 0, offset, 0, null, null);
    OutputRecord record =
        DeadLetterEncoder.encode(
            new DeadLetter(refused, why, "the value is \"x\"", null), "p", 1_000_000);
    ConsumerRecord<byte[], byte[]> received =
        new ConsumerRecord<>("fraud.dlq", 0, 0, record.key(), record.value());
    for (int h = 0; h < record.headerNames().length; h++) {
      received.headers().add(record.headerNames()[h], record.headerValues()[h]);
    }
    return received;
  }

  @BeforeEach
  void start() {
    server = new DashboardServer("127.0.0.1", 0);
    server.start();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void deadLettersAreCountedByReasonTheMostFrequentFirstWithTheLastOfEach() throws Exception {
    Set<String> topics = Set.of("examples");
    server.deadLetter(deadLetter("examples", DeadLetterReason.MISSING_LABEL, 7), topics);
    server.deadLetter(deadLetter("examples", DeadLetterReason.EMPTY_VALUE, 8), topics);
    server.deadLetter(deadLetter("examples", DeadLetterReason.EMPTY_VALUE, 9), topics);
    server.deadLetter(deadLetter("of another pipeline", DeadLetterReason.EMPTY_VALUE, 10), topics);
    server.deadLetter(new ConsumerRecord<>("fraud.dlq", 0, 0, null, null), null);

    JsonNode letters = json("/api/dead-letters");
    assertThat(letters.path("count").asInt()).isEqualTo(3);
    assertThat(letters.path("reasons")).hasSize(2);
    assertThat(letters.at("/reasons/0/reason").asText()).isEqualTo("empty-value");
    assertThat(letters.at("/reasons/0/count").asInt()).isEqualTo(2);
    assertThat(letters.at("/reasons/0/last/offset").asText()).isEqualTo("9");
    assertThat(letters.at("/reasons/1/last/message").asText()).isEqualTo("the value is \"x\"");
    assertThat(letters.at("/reasons/1/last/topic").asText()).isEqualTo("examples");
    try (Events events = new Events()) {
      assertThat(events.next().at("/overview/dead_letters").asInt()).isEqualTo(3);
    }
  }

  @Test
  void servesThePageAndItsPartsWithHeadersThatKeepItAtHome() throws Exception {
    for (String path :
        List.of(
            "/",
            "/dashboard.js",
            "/theme.js",
            "/keys.js",
            "/dashboard.css",
            "/favicon.svg",
            "/uplot.js",
            "/uplot.css")) {
      HttpResponse<String> answer = get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(200);
      assertThat(answer.body()).as(path).isNotBlank();
      assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
          .startsWith("default-src 'self';");
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }
    assertThat(get("/").body()).doesNotContain("http://", "https://");
    assertThat(get("/uplot.js").body()).contains("uPlot");
  }

  @Test
  void thePageTakesNamesAndDirectionsOfAllScoresFromTheCatalogue() throws Exception {
    String script = get("/scores.js").body();

    JsonNode scores = MAPPER.readTree(script.substring(script.indexOf('{')));

    for (Score score : Score.values()) {
      JsonNode known = scores.path(score.kind().name().toLowerCase(Locale.ROOT));
      if (score.part() == null) {
        assertThat(known.at("/" + score.field() + "/label").asText()).isEqualTo(score.label());
      }
    }
    assertThat(scores.at("/classes/auc_roc/label").asText()).isEqualTo("AUC");
    assertThat(scores.at("/classes/accuracy/better").asInt()).isEqualTo(1);
    assertThat(scores.at("/values/mae/better").asInt()).isEqualTo(-1);
    assertThat(scores.at("/values/label_mean/better").asInt()).isZero();
    assertThat(scores.at("/sets/macro_f1/label").asText()).isEqualTo("macro F1");
  }

  @Test
  void listsKeysWithTheWorstWindowedLossFirstAndThoseWithoutOneLast() throws Exception {
    server.publish(record("good", 100, "0.99", "0.9", "0.01"));
    server.publish(record("none", 100, "null", "null", "null"));
    server.publish(record("bad", 100, "0.60", "0.4", "0.90"));
    server.publish(record("perfect", 100, "1.0", "1.0", "0"));

    JsonNode answer = json("/api/keys");

    assertThat(answer.at("/matching").asInt()).isEqualTo(4);
    assertThat(answer.path("keys").findValuesAsText("key"))
        .containsExactly("bad", "good", "perfect", "none");
    JsonNode worst = answer.at("/keys/0");
    assertThat(worst.path("task").asText()).isEqualTo("binary");
    assertThat(worst.path("examples").asLong()).isEqualTo(100);
    assertThat(worst.path("accuracy").asDouble()).isEqualTo(0.60);
    assertThat(worst.path("drifting").asBoolean(true)).isFalse();
    assertThat(worst.path("baseline_accuracy").asDouble()).isEqualTo(0.9);
    assertThat(worst.path("spark")).hasSize(1);
    assertThat(answer.at("/keys/3/loss").isNull()).isTrue();
  }

  @Test
  void searchAndLimitNarrowTheList() throws Exception {
    for (int i = 0; i < 50; i++) {
      server.publish(record("Shop-" + i, 100, "0.9", "0.9", "0." + (10 + i)));
    }
    assertThat(json("/api/keys?limit=7").path("keys")).hasSize(7);
    JsonNode found = json("/api/keys?search=shop-4&limit=3");
    assertThat(found.path("matching").asInt()).isEqualTo(11);
    assertThat(found.path("keys").findValuesAsText("key"))
        .containsExactly("Shop-49", "Shop-48", "Shop-47");
    JsonNode next = json("/api/keys?search=shop-4&offset=9&limit=3");
    assertThat(next.path("offset").asInt()).isEqualTo(9);
    assertThat(next.path("keys").findValuesAsText("key")).containsExactly("Shop-40", "Shop-4");
    assertThat(json("/api/keys?offset=1000").path("keys")).isEmpty();
  }

  @Test
  void keysComeInTheOrderThatWasAskedFor() throws Exception {
    server.publish(record("c", 300, "0.95", "0.9", "0.3")); // the baseline is at 0.9
    server.publish(record("B", 100, "0.85", "0.9", "0.2"));
    server.publish(record("a", 200, "null", "0.9", "0.1"));

    assertThat(keysBy("loss")).containsExactly("c", "B", "a");
    assertThat(keysBy("name")).containsExactly("a", "B", "c");
    assertThat(keysBy("examples")).containsExactly("c", "a", "B");
    assertThat(keysBy("baseline")).containsExactly("B", "c", "a");
    assertThat(keysBy("%00")).as("no such order").containsExactly("c", "B", "a");
  }

  private List<String> keysBy(String sort) throws Exception {
    return json("/api/keys?sort=" + sort).path("keys").findValuesAsText("key");
  }

  @Test
  void theDetailOfAnEventIsThatOfItsKind() throws Exception {
    server.publish(event("a", 1, "\"event\":\"rollback\",\"rollbacks\":2,\"learning_rate\":0.05"));
    String drift =
        "\"event\":\"input_drift\",\"column\":\"%s\",\"measure\":\"%s\",\"reference\":%s,\"recent\":2.5";
    server.publish(event("a", 2, drift.formatted("amount", "mean", "1.25")));
    server.publish(event("a", 3, drift.formatted("kind", "share", "null") + ",\"value\":\"far\""));
    server.publish(event("a", 4, "\"event\":\"new\",\"to\":\"x\",\"from\":\"y\",\"count\":3"));
    server.publish(event("a", 5, "\"event\":\"expired\""));

    assertThat(json("/api/events").path("events").findValuesAsText("detail"))
        .containsExactly(
            "",
            "y, x",
            "kind, share of far none → 2.500",
            "amount, mean 1.250 → 2.500",
            "learning rate 0.05");
  }

  @Test
  void eventsOfAKeyAndOfAllComeNewestFirstAndOnceEach() throws Exception {
    server.publish(record("a", 1_000, "0.9", "0.9", "0.3"));
    server.publish(event("a", 100, "\"event\":\"warning\",\"detector\":\"ddm\""));
    String drift = "\"event\":\"drift\",\"detector\":\"ddm\",\"action\":\"reset\",\"drifts\":1";
    server.publish(event("a", 900, drift));
    server.publish(event("a", 900, drift));
    server.publish(event("b", 5, "\"event\":\"skipped_steps\",\"skipped_steps\":3"));

    JsonNode all = json("/api/events");
    JsonNode ofA = json("/api/events?key=a");

    assertThat(all.path("count").asInt()).isEqualTo(3);
    assertThat(all.path("events").findValuesAsText("seq")).containsExactly("5", "900", "100");
    assertThat(all.at("/events/0/detail").asText()).isEqualTo("3 so far");
    assertThat(ofA.path("events").findValuesAsText("detail")).containsExactly("ddm, reset", "ddm");
    assertThat(ofA.at("/events/0/time").asLong()).isEqualTo(1_795_598_043_120L);
    assertThat(json("/api/keys").at("/keys/0/drifting").asBoolean()).isTrue();
    assertThat(json("/api/summary").at("/summary/drifting/count").asInt()).isEqualTo(1);
  }

  @Test
  void allKeysTogetherAreSummedUpAndTakenDownOverTime() throws Exception {
    for (int i = 1; i <= 20; i++) {
      server.publish(record("key-" + i, 100, "0." + (10 + i), "0.9", "0." + (10 + i)));
    }
    server.lag(42L);
    server.sample();

    JsonNode answer = json("/api/summary");

    assertThat(answer.at("/summary/keys").asInt()).isEqualTo(20);
    assertThat(answer.at("/summary/active").asInt()).isEqualTo(20);
    assertThat(answer.at("/summary/examples").asInt()).isEqualTo(2_000);
    assertThat(answer.at("/summary/accuracy/p10").floatValue()).isEqualTo(0.12f);
    assertThat(answer.at("/summary/worst").findValuesAsText("key"))
        .hasSize(10)
        .startsWith("key-20");
    assertThat(answer.path("columns").toString()).startsWith("[\"time_ms\",\"time\",\"keys\"");
    int last = answer.at("/values/0").size() - 1;
    assertThat(answer.at("/values/5/" + last).asInt()).as("lag").isEqualTo(42);
    long later = answer.at("/values/0/" + last).asLong() + 60_000;
    assertThat(json("/api/summary?after=" + later).at("/values/0")).isEmpty();
  }

  @Test
  void summaryRecordsTakePrecedenceOverThePagesOwnCounts() throws Exception {
    server.publish(record("a", 100, "0.9", "0.9", "0.3"));
    server.publish(summary("2026-11-25T09:00:00.000Z", 70_000));
    server.publish(summary("3026-11-25T09:00:00.000Z", 3));
    server.publish(summary("2026-11-25T09:00:05.000Z", 70_001));
    server.publish(summary("2026-11-25T09:00:05.000Z", 1));
    server.sample();

    JsonNode answer = json("/api/summary");

    assertThat(answer.path("from_topic").asBoolean()).isTrue();
    assertThat(answer.at("/summary/keys").asInt()).isEqualTo(70_001);
    assertThat(answer.at("/values/2").toString()).isEqualTo("[70000.0,70001.0]");
  }

  @Test
  void anotherPipelineOfTheSameTopicsIsLeftOut() throws Exception {
    server.showOnly("fraud");
    server.publish(record("a", 100, "0.9", "0.9", "0.3"));
    server.publish(record("b", 100, "0.9", "0.9", "0.3").replace("\"fraud\"", "\"other\""));
    server.publish(event("b", 5, "\"event\":\"drift\"").replace("\"fraud\"", "\"other\""));

    assertThat(json("/api/keys").path("keys").findValuesAsText("key")).containsExactly("a");
    assertThat(json("/api/events").path("count").asInt()).isZero();
  }

  @Test
  void historyHasOneArrayPerColumnAndStartsAfterASeq() throws Exception {
    server.publish(record("a", 100, "0.5", "0.25", "1.5"));
    server.publish(record("a", 200, "0.75", "null", "0.5"));

    JsonNode all = json("/api/history?key=a");
    JsonNode later = json("/api/history?key=a&after=100");

    assertThat(all.path("columns").toString())
        .isEqualTo(
            "[\"seq\",\"time\",\"accuracy\",\"precision\",\"recall\",\"f1\",\"loss\","
                + "\"baseline_accuracy\",\"baseline_f1\",\"majority_accuracy\","
                + "\"validation_accuracy\",\"validation_loss\","
                + "\"auc_roc\",\"log_loss\",\"log_loss_baseline\",\"coverage\",\"coverage_level\","
                + "\"estimate_accuracy\",\"estimate_f1\",\"rate\"]");
    assertThat(all.path("values").toString())
        .startsWith(
            "[[100,200],[1795598043120,1795598043120],[0.5,0.75],[0.74,0.74],[0.66,0.66],"
                + "[0.25,null],[1.5,0.5],[0.9,0.9],[0.5,0.5],[null,null],");
    assertThat(later.at("/values/0").toString()).isEqualTo("[200]");
    assertThat(later.path("run")).isEqualTo(all.path("run"));
  }

  @Test
  void regressionHasItsOwnColumns() throws Exception {
    DashboardSamples model = new DashboardSamples("chick", 3, 0.3);
    server.publish(model.nextRegression());

    assertThat(json("/api/history?key=chick").path("columns").toString())
        .isEqualTo(
            "[\"seq\",\"time\",\"mae\",\"rmse\",\"r2\",\"loss\","
                + "\"baseline_mae\",\"baseline_rmse\",\"mean_mae\",\"validation_mae\","
                + "\"coverage\",\"coverage_level\",\"value\",\"forecast\",\"forecast_low\","
                + "\"forecast_high\",\"seasonal_mae\",\"mase\",\"rate\"]");
    assertThat(json("/api/keys").at("/keys/0/baseline_mae").isNumber()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"<script>alert(1)</script>", "a/b?c=d&\u00e9", "", " ", "\u0000\n\"", "%zz"})
  void anyKeyCanBeAskedFor(String key) throws Exception {
    String line = record(key, 100, "0.5", "0.5", "0.5");
    server.publish(line);

    String encoded = URLEncoder.encode(key, StandardCharsets.UTF_8);

    HttpResponse<String> latest = get("/api/latest?key=" + encoded);
    assertThat(latest.body()).isEqualTo(line);
    assertThat(latest.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(json("/api/history?key=" + encoded).path("key").asText()).isEqualTo(key);
    assertThat(json("/api/keys").at("/keys/0/key").asText()).isEqualTo(key);
  }

  @Test
  void invalidMetricsRecordsAreCountedAndChangeNothing() throws Exception {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("no json");
    lines.add("[1,2]");
    lines.add("{\"key\":\"a\",\"seq\":1,\"task\":\"binary\"}");
    lines.add(record("a", 1, "0.5", "0.5", "0.5").replace("binary", "BINARY"));
    lines.add(record("a", 1, "0.5", "0.5", "0.5").replace("\"seq\":1", "\"seq\":1.5"));
    lines.add(record("a", 1, "0.5", "0.5", "0.5").replace("\"key\":\"a\"", "\"key\":null"));
    lines.add(record("a", 1, "0.5", "0.5", "0.5") + "{}");
    lines.add(record("a", 1, "NaN", "0.5", "0.5"));
    lines.add(event("a", 1, "\"event\":7"));
    lines.add(event("a", 1, "\"event\":\"drift\"").replace("\"seq\":1", "\"seq\":null"));
    lines.add(summary("yesterday", 7));
    lines.add(summary("2026-11-25T09:00:00.000Z", 7).replace("\"worst\"", "\"best\""));
    lines.forEach(server::publish);

    assertThat(json("/api/keys").path("matching").asInt()).isZero();
    try (Events events = new Events()) {
      JsonNode overview = events.next().path("overview");
      assertThat(overview.path("ignored").asInt()).isEqualTo(lines.size());
      assertThat(overview.path("age_ms").isNull()).isTrue();
    }
  }

  @Test
  void eventsTellOfEachChangedKeyAndCoalesceBursts() throws Exception {
    try (Events events = new Events()) {
      assertThat(events.next().at("/overview/keys").asInt()).isZero();
      for (int seq = 1; seq <= 5_000; seq++) {
        server.publish(record("burst", seq, "0.5", "0.5", "0.5"));
      }
      server.publish(record("other", 7, "0.5", "0.5", "0.5"));
      JsonNode event = events.next();
      int count = 1;
      while (event.at("/overview/records").asInt() < 5_001) {
        event = events.next();
        count++;
      }
      assertThat(event.path("changed").findValuesAsText("key")).contains("other");
      assertThat(event.at("/overview/examples").asInt()).isEqualTo(5_007);
      assertThat(event.at("/overview/pipeline").asText()).isEqualTo("fraud");
      assertThat(count).as("events for 5,001 records").isLessThan(500);
    }
  }

  @Test
  void oneEventNamesAtMostTwoHundredKeysAndSaysThatThereAreMore() throws Exception {
    try (Events events = new Events()) {
      events.next();
      for (int i = 0; i < 3_000; i++) {
        server.publish(record("key-" + i, 1, "0.5", "0.5", "0.5"));
      }
      boolean more = false;
      int seen = 0;
      while (seen < 3_000) {
        JsonNode event = events.next();
        assertThat(event.path("changed").size()).isLessThanOrEqualTo(200);
        more |= event.path("more").asBoolean();
        seen = event.at("/overview/keys").asInt();
      }
      assertThat(more).isTrue();
    }
  }

  @Test
  void aListenerThatDoesNotReadDelaysNoOther() throws Exception {
    try (Socket deaf = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        Events events = new Events()) {
      deaf.setReceiveBufferSize(1_024);
      deaf.getOutputStream()
          .write(
              "GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < 20_000; i++) {
        server.publish(record("key-" + i % 300, 1 + i, "0.5", "0.5", "0.5"));
      }
      JsonNode event = events.next();
      while (event.at("/overview/records").asInt() < 20_000) {
        event = events.next();
      }
      assertThat(event.at("/overview/keys").asInt()).isEqualTo(300);
    }
  }

  @Test
  void aNoteReachesThePage() throws Exception {
    try (Events events = new Events()) {
      events.next();
      server.note("replay finished");
      assertThat(events.next().at("/overview/note").asText()).isEqualTo("replay finished");
    }
  }

  @Test
  void answersInOneLineWhatItDoesNotHave() throws Exception {
    assertOneLine(get("/etc/passwd"), 404);
    assertOneLine(get("/api/latest?key=absent"), 404);
    assertOneLine(get("/api/history?key=absent"), 404);
    assertOneLine(get("/api/latest"), 400);
    assertOneLine(
        http.send(
            request("/api/keys").POST(HttpRequest.BodyPublishers.ofString("x")).build(),
            HttpResponse.BodyHandlers.ofString()),
        405);
    HttpResponse<String> head =
        http.send(
            request("/").method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(head.statusCode()).isEqualTo(405);
    assertThat(head.headers().firstValue("Allow")).hasValue("GET");
    assertThat(rawStatus("GET /api/latest?key=%zz HTTP/1.1\r\nHost: 127.0.0.1")).contains("400");
  }

  @Test
  void rejectsTheNameOfAnotherSiteThatResolvesHere() throws Exception {
    assertThat(rawStatus("GET /api/keys HTTP/1.1\r\nHost: evil.example:80")).contains("403");
    assertThat(rawStatus("GET /api/keys HTTP/1.1\r\nHost: localhost:9")).contains("200");
    assertThat(rawStatus("GET /api/keys HTTP/1.1\r\nHost: [::1]:9")).contains("200");
  }

  @Test
  void aTakenPortIsNamedWithTheWayOut() {
    int port = server.address().getPort();
    assertThatThrownBy(() -> new DashboardServer("127.0.0.1", port))
        .isInstanceOf(CliError.class)
        .hasMessageContaining("Port %d on 127.0.0.1", port)
        .hasMessageContaining("Choose another");
  }

  @Test
  void closeEndsOpenPagesAndFreesThePort() throws Exception {
    int port = server.address().getPort();
    try (Events events = new Events()) {
      events.next();
      server.close();
      server.close();
      assertThatThrownBy(
              () -> {
                while (true) {
                  events.next();
                }
              })
          .isInstanceOf(IOException.class);
    }
    try (DashboardServer again = new DashboardServer("127.0.0.1", port)) {
      assertThat(again.address()).isEqualTo(URI.create("http://127.0.0.1:" + port));
    }
  }

  @Test
  void pagesThatHaveGoneMakeRoomForOthers() throws Exception {
    List<Events> open = new ArrayList<>();
    try {
      for (int i = 0; i < DashboardEvents.MAX_LISTENERS; i++) {
        open.add(new Events());
        open.get(i).next();
      }
      assertOneLine(get("/events"), 503);
      for (Events events : open) {
        events.close();
      }
      await().until(() -> statusOfEvents() == 200);
    } finally {
      for (Events events : open) {
        events.close();
      }
    }
  }

  private int statusOfEvents() throws Exception {
    server.note("a write shows the server who has gone");
    HttpResponse<InputStream> answer =
        http.send(request("/events").build(), HttpResponse.BodyHandlers.ofInputStream());
    answer.body().close();
    return answer.statusCode();
  }

  private static void assertOneLine(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body())
        .matches("\\{\"error\":\\{\"code\":\"[a-z-]+\",\"message\":\".+\"}}")
        .hasLineCount(1);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
  }

  private String rawStatus(String requestHead) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      byte[] bytes =
          (requestHead + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8);
      socket.getOutputStream().write(bytes);
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
          .readLine();
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server.address() + path));
  }

  /** What a page answers to a path. */
  public static String get(DashboardServer server, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(server.address() + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return MAPPER.readTree(answer.body());
  }

  /** The stream of events as a page hears it. */
  private final class Events implements AutoCloseable {
    private final BufferedReader lines;

    Events() throws Exception {
      HttpResponse<InputStream> answer =
          http.send(request("/events").build(), HttpResponse.BodyHandlers.ofInputStream());
      assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
      lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    }

    /** Data of the next event; throws an IOException when the stream has ended. */
    JsonNode next() throws IOException {
      String line = lines.readLine();
      while (line != null && !line.startsWith("data: ")) {
        line = lines.readLine();
      }
      if (line == null) {
        throw new IOException("the stream has ended");
      }
      return MAPPER.readTree(line.substring("data: ".length()));
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }
}
