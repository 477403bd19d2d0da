package dev.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.PipelineFile;
import dev.millrace.Settings;
import dev.millrace.cli.ServeApi.Reply;
import dev.millrace.flink.ModelAssembler.Arrival;
import dev.millrace.flink.ModelAssembler.Place;
import dev.millrace.nn.ModelSpec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The prediction server over HTTP, with models that were never on a topic. */
class ServeServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOKEN = "0123456789abcdef";

  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicBoolean ready = new AtomicBoolean(true);
  private final ServedModels models =
      new ServedModels(ModelSamples.SETTINGS, (key, places) -> null, 1 << 20);
  private final FleetView fleet = new FleetView(ModelSamples.SETTINGS, notice -> {});
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
    ServeApi api = new ServeApi(ModelSamples.SETTINGS.input().spec(), models, fleet);
    ServeServer started =
        new ServeServer(
            "127.0.0.1",
            0,
            2,
            new HttpToken(token),
            api,
            ready::get,
            () -> Reply.of(200, json -> json.writeNumber(1)));
    started.start();
    return started;
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

  private HttpResponse<String> predict(String body) throws Exception {
    return send(
        request(server, "/v1/predict")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build());
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
  void aNumberThatJsonHasNoWordForIsRefusedWithTheWayOut() throws Exception {
    assertRefused(
        "{\"key\":\"k\",\"features\":{\"a\":NaN}}",
        400,
        "malformed-request",
        "the body is not JSON: NaN is no JSON: write null, and declare the feature nullable");
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
    assertThat(answer.path("config").asText()).isEqualTo("config");
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
  void whatCannotBeAnsweredSaysWhy() throws Exception {
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
    assertRefused("x".repeat(ServeServer.MOST_BYTES + 1), 413, "request-too-large", "bytes");
    ready.set(false);
    assertRefused("{\"key\":\"k\",\"features\":{}}", 503, "starting", "");
  }

  @Test
  void modelsOfOtherSettingsAreNotUsed() throws Exception {
    ServedModels others =
        new ServedModels(
            ModelSamples.SETTINGS.withModel(ModelSpec.auto(1)), (key, places) -> null, 1000);
    others.accept(ModelSamples.arrival("k", 100, new Place(0, 0)));
    ServeApi api = new ServeApi(ModelSamples.SETTINGS.input().spec(), others, fleet);

    Reply reply = api.predict("{\"key\":\"k\",\"features\":{}}".getBytes(UTF_8));

    assertThat(reply.status()).isEqualTo(409);
    assertThat(new String(reply.body(), UTF_8)).contains("other-settings", "4 tanh");
  }

  @Test
  void aDamagedModelIsUnavailableRatherThanOfOtherSettings() throws Exception {
    byte[] whole = ModelSamples.bytes(100);
    byte[] damaged = Arrays.copyOf(whole, whole.length - 100);
    // The counts at its end are those of the whole one.
    System.arraycopy(whole, whole.length - 24, damaged, damaged.length - 24, 24);
    ServedModels models = new ServedModels(ModelSamples.SETTINGS, (key, places) -> null, 100_000);
    models.accept(new Arrival("k", "samples", "config", damaged, List.of(new Place(0, 0))));
    ServeApi api = new ServeApi(ModelSamples.SETTINGS.input().spec(), models, fleet);

    Reply reply = api.predict("{\"key\":\"k\",\"features\":{}}".getBytes(UTF_8));

    assertThat(reply.status()).isEqualTo(503);
    assertThat(new String(reply.body(), UTF_8)).contains("model-unavailable");
  }

  @Test
  void theNewestFleetRecordOfThisPipelineIsAnswered() throws Exception {
    HttpResponse<String> off = send(request(server, "/v1/fleet").build());
    assertThat(off.statusCode()).isEqualTo(404);
    assertThat(off.body()).contains("fleet-off", "output.fleet: true");

    Settings settings =
        PipelineFile.parse(
            "samples",
            """
            pipeline: samples
            kafka: { bootstrap.servers: "localhost:1" }
            input: { label: class }
            output: { fleet: true }
            """,
            Path.of(""));
    try (FleetView view = new FleetView(settings, notice -> {})) {
      ServeApi api = new ServeApi(settings.input().spec(), models, view);
      assertThat(api.fleet().status()).isEqualTo(503);

      view.accept("{\"pipeline\":\"samples\",\"keys\":1}");
      view.accept("{\"pipeline\":\"samples\",\"keys\":2}");
      view.accept("{\"pipeline\":\"others\",\"keys\":3}");
      view.accept("no JSON");

      assertThat(api.fleet().status()).isEqualTo(200);
      assertThat(new String(api.fleet().body(), UTF_8))
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
  void onlyWhatIsMeantToBeIsAnswered() throws Exception {
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
    assertThat(none.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    HttpRequest.Builder wrong = request(guarded, "/v1/models");
    assertThat(send(wrong.header("Authorization", "Bearer 0123").build()).statusCode())
        .isEqualTo(401);
    HttpRequest.Builder right = request(guarded, "/v1/models");
    assertThat(send(right.header("Authorization", "Bearer " + TOKEN).build()).statusCode())
        .isEqualTo(200);
    assertThat(send(request(guarded, "/healthz").build()).statusCode()).isEqualTo(200);
  }
}
