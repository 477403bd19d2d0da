package dev.millrace.cli.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.http.HttpReply;
import dev.millrace.cli.http.HttpToken;
import dev.millrace.cli.watch.SummaryView;
import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.codec.models.ModelAssembler.Place;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.Task;
import dev.millrace.explain.RowColumns;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.serving.ModelSamples;
import dev.millrace.serving.ServedModels;
import dev.millrace.testing.Monitoring;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The prediction server over HTTP, with models that were never on a topic. */
class ServeServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOKEN = "0123456789abcdef";

  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicBoolean ready = new AtomicBoolean(true);
  private final AtomicInteger coldReads = new AtomicInteger();
  private final CountDownLatch broker = new CountDownLatch(1);
  private final ServedModels models =
      new ServedModels(ModelSamples.SETTINGS, (key, places) -> coldRead(key), 1 << 20);
  private final SummaryView summary = new SummaryView(ModelSamples.SETTINGS, notice -> {});
  private ServeServer server;
  private ServeServer guarded;

  @BeforeEach
  void start() throws IOException {
    models.accept(ModelSamples.arrival("k", 100, new Place(0, 0)));
    models.accept(ModelSamples.arrival("l", 50, new Place(0, 1)));
    server = server(null);
    guarded = server(TOKEN);
  }

  private ServeServer server(String token) throws IOException {
    ServeMetrics metrics = new ServeMetrics();
    ServeApi api = api(metrics, false);
    ServeServer started = new ServeServer("127.0.0.1", 0, 2, new HttpToken(token), api, metrics);
    started.start();
    return started;
  }

  private ServeApi api(ServeMetrics metrics, boolean hasReasons) {
    return new ServeApi(
        ModelSamples.SETTINGS.input().spec(),
        models,
        summary,
        () -> new ServeStatus(ready.get(), true, ready.get() ? 0 : 40_000, 3, 2),
        hasReasons,
        2,
        metrics);
  }

  @AfterEach
  void stop() {
    server.close();
    guarded.close();
  }

  private static HttpRequest.Builder request(ServeServer to, String path) {
    return HttpRequest.newBuilder(URI.create(to.address() + path));
  }

  private HttpResponse<String> send(HttpRequest request) throws Exception {
    return client.send(request, BodyHandlers.ofString());
  }

  private HttpRequest predictRequest(String body) {
    return request(server, "/v1/predict")
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  private HttpResponse<String> predict(String body) throws Exception {
    return send(predictRequest(body));
  }

  // As a broker that does not answer, until it is counted down.
  private byte[] coldRead(String key) throws IOException {
    coldReads.incrementAndGet();
    try {
      broker.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IOException("no broker gives " + key);
  }

  private void assertRefused(String body, int status, String code, String message)
      throws Exception {
    HttpResponse<String> response = predict(body);
    assertThat(response.statusCode()).isEqualTo(status);
    JsonNode error = JSON.readTree(response.body()).path("error");
    assertThat(error.path("code").asText()).isEqualTo(code);
    assertThat(error.path("message").asText()).contains(message);
  }

  @Test
  void rejectsNumbersOutsideJsonWithTheRemedy() throws Exception {
    assertRefused(
        "{\"key\":\"k\",\"features\":{\"a\":NaN}}",
        400,
        "malformed-request",
        "the body is not JSON: NaN is not JSON: write null, and declare the feature nullable");
  }

  @Test
  void aNumberThatOverflowsIsNoKey() throws Exception {
    assertRefused(
        "{\"key\":1e999999999,\"features\":{\"a\":1}}",
        422,
        "invalid-key",
        "\"key\" is Infinity, no finite number");
  }

  @Test
  void aRequestWhoseReasonsTakeManyPredictionsIsLong() {
    ServeApi plain = api(new ServeMetrics(), false);
    ServeApi explaining = api(new ServeMetrics(), true);
    int ofInstance = RowColumns.maxPredictions(ModelSamples.SETTINGS.input().spec());
    int allowed = ServeApi.SHORT_BODY_BYTES / ofInstance;

    assertThat(ofInstance).isEqualTo(4 * ModelSamples.SETTINGS.input().spec().features().size());
    assertThat(explaining.isLong(instances(allowed))).isFalse();
    assertThat(explaining.isLong(instances(allowed + 1))).isTrue();
    assertThat(plain.isLong(instances(allowed + 1))).isFalse();
    assertThat(explaining.isLong(new byte[] {'{'})).isFalse();
  }

  private static byte[] instances(int count) {
    String all = String.join(",", Collections.nCopies(count, "{}"));
    return ("{\"instances\":[" + all + "]}").getBytes(UTF_8);
  }

  @Test
  void oneExampleIsPredicted() throws Exception {
    HttpResponse<String> response =
        predict("{\"key\":\"k\",\"features\":{\"a\":1,\"b\":2.5,\"c\":\"x\",\"other\":[]}}");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
    JsonNode answer = JSON.readTree(response.body());
    assertThat(answer.path("key").asText()).isEqualTo("k");
    assertThat(answer.path("class").asText()).isIn("yes", "no");
    assertThat(answer.at("/probabilities/yes").isNumber()).isTrue();
    assertThat(answer.path("model_version").asInt()).isEqualTo(100);
    assertThat(answer.path("config_hash").asText()).isEqualTo("config");
  }

  @Test
  void manyArePredictedAtOnceEachWithItsOwnError() throws Exception {
    HttpResponse<String> response =
        predict(
            """
            {"instances": [
              {"key": "k", "features": {"a": 1, "c": "y"}},
              {"key": "nobody", "features": {"a": 1}},
              {"key": "l", "features": {"a": "text", "c": "y"}},
              {"key": "l", "features": {"a": 2, "c": "unlisted"}}
            ]}
            """);

    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode predictions = JSON.readTree(response.body()).path("predictions");
    assertThat(predictions).hasSize(4);
    assertThat(predictions.at("/0/key").asText()).isEqualTo("k");
    assertThat(predictions.at("/1/error/code").asText()).isEqualTo("unknown-key");
    assertThat(predictions.at("/2/error/code").asText()).isEqualTo("invalid-feature");
    assertThat(predictions.at("/3/model_version").asInt()).isEqualTo(50);
  }

  @Test
  void rejectedRequestsNameTheReason() throws Exception {
    assertRefused("{", 400, "malformed-request", "not JSON");
    assertRefused("[]", 400, "malformed-request", "not a JSON object");
    assertRefused("{\"features\":{}}", 400, "malformed-request", "\"key\" is missing");
    assertRefused("{\"key\":[7],\"features\":{}}", 400, "malformed-request", "\"key\" is missing");
    // A key that is a number has the name that the job gives it.
    assertRefused(
        "{\"key\":7.0,\"features\":{}}", 404, "unknown-key", "there is no model of key \"7\"");
    assertRefused("{\"key\":\"k\"}", 400, "malformed-request", "\"features\" must be");
    assertRefused(
        "{\"key\":\"m\",\"features\":{}}", 404, "unknown-key", "there is no model of key \"m\"");
    assertRefused(
        "{\"key\":\"k\",\"features\":{\"b\":1,\"c\":\"x\"}}", 422, "missing-feature", "\"a\"");
    assertRefused(
        "{\"key\":\"k\",\"features\":{\"a\":1e300,\"c\":\"x\"}}", 422, "non-finite-feature", "");
    assertRefused(
        "{\"key\":\"k\",\"features\":[1,2,3]}", 422, "wrong-feature-count", "3 numeric features");
    assertRefused("{\"instances\":{}}", 400, "malformed-request", "at most 1,000");
    assertRefused("x".repeat(ServeServer.MAX_BODY_BYTES + 1), 413, "request-too-large", "bytes");
    for (String top : List.of("0", "-1", "1.5", "\"1\"", "null", "99999999999")) {
      assertRefused(
          "{\"key\":\"k\",\"features\":{},\"top\":" + top + "}",
          400,
          "malformed-request",
          "\"top\" must be a whole number from 1");
    }
  }

  @Test
  void nothingIsAnsweredFromATopicThatIsStillBeingRead() throws Exception {
    ready.set(false);

    assertRefused(
        "{\"key\":\"k\",\"features\":{}}",
        503,
        "starting",
        "still being read; 40,000 records remain");
    for (String path : List.of("/v1/models", "/v1/models?key=k", "/v1/summary")) {
      HttpResponse<String> response = send(request(server, path).build());
      assertThat(response.statusCode()).as(path).isEqualTo(503);
      assertThat(response.body()).contains("\"starting\"");
    }
    HttpResponse<String> health = send(request(server, "/healthz").build());
    assertThat(health.statusCode()).isEqualTo(503);
    assertThat(health.body())
        .isEqualTo(
            "{\"status\":\"starting\",\"connected\":true,\"remaining\":40000,"
                + "\"models\":2,\"in_memory\":2}");
    assertThat(send(request(server, "/metrics").build()).body())
        .contains(
            "millrace_serve_ready 0.0\n", "millrace_serve_errors_total{code=\"starting\",} 4.0\n");
  }

  @Test
  void theLikeliestClassesAloneAreAnswered() throws Exception {
    List<String> classes = List.of("a", "b", "c", "d");
    models.accept(arrival("four", classes, 400));
    String body = "{\"key\":\"four\",\"features\":{\"a\":1,\"c\":\"x\"}%s}";

    JsonNode all = JSON.readTree(predict(body.formatted("")).body());
    JsonNode two = JSON.readTree(predict(body.formatted(",\"top\":2")).body());
    JsonNode batch =
        JSON.readTree(predict("{\"top\":1,\"instances\":[" + body.formatted("") + "]}").body());

    assertThat(all.path("probabilities")).hasSize(4);
    assertThat(two.path("class")).isEqualTo(all.path("class"));
    assertThat(two.path("probabilities")).hasSize(2);
    List<String> named = new ArrayList<>();
    two.path("probabilities").fieldNames().forEachRemaining(named::add);
    assertThat(named)
        .isEqualTo(
            classes.stream()
                .sorted(
                    Comparator.comparing(
                        name -> -all.path("probabilities").path(name).floatValue()))
                .limit(2)
                .toList());
    assertThat(batch.at("/predictions/0/probabilities")).hasSize(1);
    assertThat(JSON.readTree(predict(body.formatted(",\"top\":9")).body())).isEqualTo(all);
  }

  /** Names that JSON writes six times as long: the answer to 36 kB had 600 MB. */
  @Test
  void aSmallRequestCannotAskForAHugeAnswer() throws Exception {
    models.accept(arrival("fat", longNames(100, 1_000), 100));
    String instance = "{\"key\":\"fat\",\"features\":{\"a\":1,\"c\":\"x\"}}";

    assertRefused(instances(instance, 1_000), 413, "answer-too-large", "ask for the likeliest");
    HttpResponse<String> some = predict(instances(instance, 20));
    HttpResponse<String> top =
        predict(instances(instance, 1_000).replaceFirst("\\{", "{\"top\":1,"));

    assertThat(some.statusCode()).isEqualTo(200);
    assertThat(some.body().length()).isBetween(10_000_000, ServeApi.MAX_ANSWER_BYTES);
    assertThat(JSON.readTree(some.body()).path("predictions")).hasSize(20);
    assertThat(top.statusCode()).isEqualTo(200);
    assertThat(top.body().length()).isLessThan(ServeApi.MAX_ANSWER_BYTES);
    assertThat(JSON.readTree(top.body()).path("predictions")).hasSize(1_000);
  }

  @Test
  void oneAnswerCanBeTooLargeByItself() throws Exception {
    models.accept(arrival("fattest", longNames(2_000, 2_000), 1));
    String one = "{\"key\":\"fattest\",\"features\":{\"a\":1,\"c\":\"x\"}%s}";

    assertRefused(one.formatted(""), 413, "answer-too-large", "\"top\"");
    assertThat(predict(one.formatted(",\"top\":2")).statusCode()).isEqualTo(200);
  }

  @Test
  void aPageOfLongSummariesEndsEarly() throws Exception {
    for (int key = 0; key < 12; key++) {
      models.accept(arrival("fat-%02d".formatted(key), longNames(100, 1_000), 1));
    }

    JsonNode first = JSON.readTree(send(request(server, "/v1/models").build()).body());

    assertThat(first.path("models")).hasSizeBetween(1, 11);
    String next = first.path("next").asText();
    assertThat(first.path("models").get(first.path("models").size() - 1).path("key").asText())
        .isEqualTo(next);
    JsonNode rest = JSON.readTree(send(request(server, "/v1/models?after=" + next).build()).body());
    assertThat(rest.at("/models/0/key").asText()).isGreaterThan(next);
  }

  private static List<String> longNames(int count, int length) {
    return IntStream.range(0, count).mapToObj(c -> c + "\u0001".repeat(length)).toList();
  }

  private static String instances(String instance, int count) {
    return "{\"instances\":[" + String.join(",", Collections.nCopies(count, instance)) + "]}";
  }

  private static Arrival arrival(String key, List<String> classes, int examples) {
    byte[] bytes = ModelSamples.bytes(Task.MULTICLASS, classes, examples);
    return new Arrival(key, "samples", "config", bytes, List.of(new Place(0, key.hashCode())));
  }

  @Test
  void incompleteRequestsDelayNoOther() throws Exception {
    List<Socket> open = new ArrayList<>();
    try {
      for (String body : List.of("{", "{".repeat(ServeApi.SHORT_BODY_BYTES))) {
        for (int c = 0; c < 20; c++) {
          Socket socket = new Socket(server.address().getHost(), server.address().getPort());
          open.add(socket);
          String head =
              "POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                  + "Content-Length: 10000\r\n\r\n";
          socket.getOutputStream().write((head + body).getBytes(UTF_8));
        }
      }

      assertThat(predict("{\"key\":\"k\",\"features\":{\"a\":1,\"c\":\"x\"}}").statusCode())
          .isEqualTo(200);
      assertThat(send(request(server, "/healthz").build()).statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  @Test
  void largeRequestsThatTrickleKeepOthersWaitingForAMomentOnly() throws Exception {
    List<Socket> open = new ArrayList<>();
    try {
      // As many as are answered at a time.
      for (int c = 0; c < 2; c++) {
        Socket socket = new Socket(server.address().getHost(), server.address().getPort());
        open.add(socket);
        String head =
            "POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + "Content-Length: 10000\r\n\r\n";
        String body = "{".repeat(ServeApi.SHORT_BODY_BYTES + 1);
        socket.getOutputStream().write((head + body).getBytes(UTF_8));
      }
      HttpResponse<String> answer =
          predict(
              "{\"key\":\"k\",\"features\":{\"a\":1,\"c\":\"x\"}}"
                  + " ".repeat(ServeApi.SHORT_BODY_BYTES));

      assertThat(answer.statusCode()).isEqualTo(200);
      for (Socket socket : open) {
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
      }
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  @Test
  void unreadableModelsDelayNoOtherKey() throws Exception {
    for (int key = 0; key < 8; key++) {
      models.accept(ModelSamples.arrival("cold-" + key, 10, new Place(0, 100 + key)));
    }
    // Larger than all memory for models, so that the others are read again.
    models.accept(arrival("large", longNames(1_100, 1_000), 1));
    models.accept(ModelSamples.arrival("k", 100, new Place(0, 0)));
    List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
    for (int request = 0; request < 16; request++) {
      String body = "{\"key\":\"cold-" + request % 8 + "\",\"features\":{\"a\":1,\"c\":\"x\"}}";
      waiting.add(client.sendAsync(predictRequest(body), BodyHandlers.ofString()));
    }
    await().until(() -> coldReads.get() == 8);

    assertThat(predict("{\"key\":\"k\",\"features\":{\"a\":1,\"c\":\"x\"}}").statusCode())
        .isEqualTo(200);
    assertThat(send(request(server, "/healthz").build()).statusCode()).isEqualTo(200);
    assertThat(waiting).noneMatch(CompletableFuture::isDone);
    broker.countDown();
    for (CompletableFuture<HttpResponse<String>> answer : waiting) {
      assertThat(answer.get().statusCode()).isEqualTo(503);
      assertThat(answer.get().body()).contains("model-unavailable", "no broker");
    }
    assertThat(coldReads).hasValueBetween(8, 16);
  }

  @Test
  void metricsAreCounted() throws Exception {
    predict("{\"key\":\"k\",\"features\":{\"a\":1,\"c\":\"x\"}}");
    predict(
        "{\"instances\":[{\"key\":\"k\",\"features\":{\"a\":1,\"c\":\"x\"}},{\"key\":\"none\"}]}");
    predict("{\"key\":\"none\",\"features\":{}}");
    send(request(server, "/nothing").build());

    // A request is counted when its answer has been sent.
    await()
        .until(
            () -> send(request(server, "/metrics").build()).body(),
            text -> text.contains("requests_total{endpoint=\"other\""));

    HttpResponse<String> response = send(request(server, "/metrics").build());

    assertThat(response.headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    assertThat(response.body().lines())
        .contains(
            "# TYPE millrace_serve_request_duration_seconds histogram",
            "millrace_serve_requests_total{endpoint=\"predict\",status=\"200\",} 2.0",
            "millrace_serve_requests_total{endpoint=\"predict\",status=\"404\",} 1.0",
            "millrace_serve_requests_total{endpoint=\"other\",status=\"404\",} 1.0",
            "millrace_serve_request_duration_seconds_bucket{endpoint=\"predict\",le=\"+Inf\",} 3.0",
            "millrace_serve_request_duration_seconds_count{endpoint=\"predict\",} 3.0",
            "millrace_serve_predictions_total 2.0",
            "millrace_serve_errors_total{code=\"not-found\",} 1.0",
            "millrace_serve_errors_total{code=\"unknown-key\",} 2.0",
            "millrace_serve_models 2.0",
            "millrace_serve_models_in_memory 2.0",
            "millrace_serve_model_cache_misses_total 0.0",
            "millrace_serve_model_updates_total 2.0",
            "millrace_serve_ready 1.0",
            "millrace_serve_connected 1.0");
    assertThat(response.body()).contains(Monitoring.serveSeries(Monitoring.alertQueries()));
    assertThat(response.body())
        .contains("\nmillrace_serve_incomplete_models_dropped_total 3.0\n")
        .contains("\nmillrace_serve_incomplete_models 2.0\n")
        .containsPattern("\nmillrace_serve_model_update_age_seconds \\d")
        .containsPattern("\nmillrace_serve_models_memory_bytes \\d+\\.0\n");
    assertThat(response.body().lines())
        .allMatch(
            line ->
                line.matches("# (HELP|TYPE) millrace_serve_[a-z_]+ .+")
                    || line.matches("millrace_serve_[a-z_]+(\\{[a-z]+=\"[^\"]+\".*})? [-0-9.E]+"));
  }

  @Test
  void modelsOfOtherSettingsAreNotUsed() throws Exception {
    ServedModels others =
        new ServedModels(
            ModelSamples.SETTINGS.withModel(ModelSpec.auto(1)), (key, places) -> null, 1000);
    others.accept(ModelSamples.arrival("k", 100, new Place(0, 0)));
    ServeApi api = ServeSamples.api(others);

    HttpReply reply = api.predict("{\"key\":\"k\",\"features\":{}}".getBytes(UTF_8));

    assertThat(reply.status()).isEqualTo(409);
    assertThat(ServeSamples.body(reply)).contains("other-settings", "4 tanh");
  }

  @Test
  void aDamagedModelIsUnavailableRatherThanOfOtherSettings() throws Exception {
    byte[] whole = ModelSamples.bytes(100);
    byte[] damaged = Arrays.copyOf(whole, whole.length - 100);
    // The counts at its end are those of the whole one.
    System.arraycopy(whole, whole.length - 24, damaged, damaged.length - 24, 24);
    ServedModels models = new ServedModels(ModelSamples.SETTINGS, (key, places) -> null, 100_000);
    models.accept(new Arrival("k", "samples", "config", damaged, List.of(new Place(0, 0))));
    ServeApi api = ServeSamples.api(models);

    HttpReply reply = api.predict("{\"key\":\"k\",\"features\":{}}".getBytes(UTF_8));

    assertThat(reply.status()).isEqualTo(503);
    assertThat(ServeSamples.body(reply)).contains("model-unavailable");
  }

  @Test
  void theNewestFleetRecordOfThisPipelineIsAnswered() throws Exception {
    HttpResponse<String> off = send(request(server, "/v1/summary").build());
    assertThat(off.statusCode()).isEqualTo(404);
    assertThat(off.body()).contains("summary-off", "output.summary: true");

    Settings settings =
        PipelineFile.parse(
            "samples",
            """
            pipeline: samples
            kafka: { bootstrap.servers: "localhost:1" }
            input: { label: class }
            output: { summary: true }
            """,
            Path.of(""));
    try (SummaryView view = new SummaryView(settings, notice -> {})) {
      ServeApi api = ServeSamples.api(settings, models, view);
      assertThat(api.summary().status()).isEqualTo(503);

      view.accept("{\"pipeline\":\"samples\",\"keys\":1}");
      view.accept("{\"pipeline\":\"samples\",\"keys\":2}");
      view.accept("{\"pipeline\":\"others\",\"keys\":3}");
      view.accept("no JSON");

      assertThat(api.summary().status()).isEqualTo(200);
      assertThat(ServeSamples.body(api.summary()))
          .isEqualTo("{\"pipeline\":\"samples\",\"keys\":2}");
    }
  }

  @Test
  void modelsAreListed() throws Exception {
    HttpResponse<String> all = send(request(server, "/v1/models?limit=1").build());
    JsonNode list = JSON.readTree(all.body());
    assertThat(list.path("keys").asInt()).isEqualTo(2);
    assertThat(list.at("/models/0/examples").asInt()).isEqualTo(100);
    assertThat(list.path("next").asText()).isEqualTo("k");

    JsonNode rest = JSON.readTree(send(request(server, "/v1/models?after=k").build()).body());
    assertThat(rest.at("/models/0/key").asText()).isEqualTo("l");
    assertThat(rest.path("next").isNull()).isTrue();

    assertThat(send(request(server, "/v1/models?key=l").build()).body()).contains("\"bytes\"");
    assertThat(send(request(server, "/v1/models?key=x").build()).statusCode()).isEqualTo(404);
    assertThat(send(request(server, "/v1/models?limit=0").build()).statusCode()).isEqualTo(400);
  }

  @Test
  void otherMethodsPathsAndContentTypesAreRejected() throws Exception {
    HttpRequest.Builder plain = request(server, "/v1/predict").POST(BodyPublishers.ofString("{}"));
    assertThat(send(plain.build()).statusCode()).isEqualTo(415);
    HttpResponse<String> get = send(request(server, "/v1/predict").build());
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("Allow")).contains("POST");
    assertThat(send(request(server, "/../etc/passwd").build()).statusCode()).isEqualTo(404);
    assertThat(send(request(server, "/healthz").build()).statusCode()).isEqualTo(200);
  }

  @Test
  void withATokenNothingButHealthIsAnsweredWithoutIt() throws Exception {
    HttpResponse<String> none = send(request(guarded, "/v1/models").build());
    assertThat(none.statusCode()).isEqualTo(401);
    assertThat(none.headers().allValues("WWW-Authenticate")).contains("Bearer");
    HttpRequest.Builder wrong = request(guarded, "/v1/models");
    assertThat(send(wrong.header("Authorization", "Bearer 0123").build()).statusCode())
        .isEqualTo(401);
    HttpRequest.Builder right = request(guarded, "/v1/models");
    assertThat(send(right.header("Authorization", "Bearer " + TOKEN).build()).statusCode())
        .isEqualTo(200);
    assertThat(send(request(guarded, "/healthz").build()).statusCode()).isEqualTo(200);
  }
}
