package dev.millrace.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.http.HttpToken;
import dev.millrace.cli.watch.SummaryView;
import dev.millrace.codec.models.ModelAssembler.Place;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.serving.ModelSamples;
import dev.millrace.serving.ServedModels;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** docs/openapi.yaml describes the requests that a server answers, and its answers. */
class OpenApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path DOCUMENT = Path.of("docs", "openapi.yaml");
  private static final String TOKEN = "0123456789abcdef";

  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicBoolean ready = new AtomicBoolean(true);
  private final ServedModels models =
      new ServedModels(
          ModelSamples.SETTINGS,
          (key, places) -> {
            throw new IOException("no broker");
          },
          1 << 20);
  private JsonNode document;
  private SummaryView summary;
  private ServeServer server;

  @BeforeEach
  void start() throws IOException {
    document = new ObjectMapper(new YAMLFactory()).readTree(Files.readString(DOCUMENT));
    models.accept(ModelSamples.arrival("k", 100, new Place(0, 0)));
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
    summary = new SummaryView(settings, notice -> {});
    ServeMetrics metrics = new ServeMetrics();
    ServeApi api =
        new ServeApi(
            ModelSamples.SETTINGS.input().spec(),
            models,
            summary,
            () -> new ServeStatus(ready.get(), true, ready.get() ? 0 : -1, 0, 0),
            false,
            2,
            metrics);
    server = new ServeServer(Ports.HOST, 0, 2, new HttpToken(TOKEN), api, metrics);
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
    summary.close();
  }

  @Test
  void theDocumentHasTheEndpointsOfTheServerAndNoOther() {
    Set<String> described = new TreeSet<>();
    for (var path : document.path("paths").properties()) {
      path.getValue()
          .fieldNames()
          .forEachRemaining(
              method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey()));
    }

    assertThat(described)
        .containsExactlyInAnyOrder(
            Arrays.stream(ServeEndpoint.values())
                .filter(endpoint -> endpoint != ServeEndpoint.OTHER)
                .map(endpoint -> endpoint.method() + " " + endpoint.path())
                .toArray(String[]::new));
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    assertThat(document.findValuesAsText("$ref"))
        .isNotEmpty()
        .allSatisfy(
            reference -> assertThat(document.at(reference.substring(1)).isMissingNode()).isFalse());
  }

  @Test
  void aServerAnswersWithIt() throws Exception {
    HttpResponse<String> response = get("/openapi.yaml", TOKEN);

    assertThat(response.body()).isEqualTo(Files.readString(DOCUMENT));
    assertDescribed("get", "/openapi.yaml", response);
  }

  @Test
  void theExamplesOfTheDocumentAreRequests() {
    JsonNode body = document.at("/paths/~1v1~1predict/post/requestBody/content/application~1json");

    assertThat(body.path("examples")).hasSize(3);
    body.path("examples")
        .forEach(example -> assertFits(body.path("schema"), example.path("value")));
  }

  @Test
  void predictionsAreDescribed() throws Exception {
    String good = "{\"key\":\"k\",\"features\":{\"a\":1,\"c\":\"x\"}%s}";
    models.accept(ModelSamples.arrival("cold", 10, new Place(0, 1)));
    Set<Integer> seen = new TreeSet<>();
    for (String body :
        List.of(
            good.formatted(""),
            good.formatted(",\"top\":1"),
            "{\"instances\":[" + good.formatted("") + ",{\"key\":\"none\"}]}",
            "{",
            "{\"key\":\"none\",\"features\":{}}",
            "{\"key\":\"k\",\"features\":{}}",
            "x".repeat(ServeServer.MAX_BODY_BYTES + 1))) {
      HttpResponse<String> response = predict(body, "application/json");
      assertDescribed("post", "/v1/predict", response);
      seen.add(response.statusCode());
    }
    assertDescribed("post", "/v1/predict", predict("{}", "text/plain"));
    assertDescribed("post", "/v1/predict", get("/v1/predict", TOKEN));
    assertDescribed("post", "/v1/predict", get("/v1/predict", "none"));
    ready.set(false);
    assertDescribed("post", "/v1/predict", predict(good.formatted(""), "application/json"));

    assertThat(seen).containsExactly(200, 400, 404, 413, 422);
  }

  @Test
  void answersOfAllGetEndpointsAreDescribed() throws Exception {
    for (String path :
        List.of(
            "/v1/models",
            "/v1/models?limit=1",
            "/v1/models?limit=0",
            "/v1/models?key=k",
            "/v1/models?key=none",
            "/v1/summary",
            "/healthz",
            "/metrics")) {
      assertDescribed("get", path, get(path, TOKEN));
      assertDescribed("get", path, get(path, "none"));
    }
    summary.accept("{\"pipeline\":\"samples\",\"keys\":1}");
    assertDescribed("get", "/v1/summary", get("/v1/summary", TOKEN));
    ready.set(false);
    assertDescribed("get", "/v1/models", get("/v1/models", TOKEN));
    assertDescribed("get", "/healthz", get("/healthz", "none"));
  }

  @Test
  void everyErrorThatTheCodeKnowsIsListed() throws IOException {
    Set<String> codes = new TreeSet<>();
    Pattern error = Pattern.compile("\\(\\s*(?:exchange,\\s*)?\\d{3},\\s*\"([a-z-]+)\"");
    for (String file :
        List.of("serve/ServeApi.java", "serve/ServeServer.java", "http/HttpService.java")) {
      String source = Files.readString(Path.of("src/cli/src/main/java/dev/millrace/cli", file));
      error.matcher(source).results().forEach(found -> codes.add(found.group(1)));
    }
    codes.add(ServeApi.UNKNOWN_KEY);
    codes.addAll(
        List.of(
            "invalid-key",
            "missing-feature",
            "invalid-feature",
            "non-finite-feature",
            "wrong-feature-count"));
    Set<String> listed = new LinkedHashSet<>();
    document
        .at("/components/schemas/Error/properties/error/properties/code/enum")
        .forEach(code -> listed.add(code.asText()));

    assertThat(listed).containsExactlyElementsOf(codes);
  }

  private HttpResponse<String> get(String path, String token) throws Exception {
    return send(request(path, token).build());
  }

  private HttpResponse<String> predict(String body, String type) throws Exception {
    return send(
        request("/v1/predict", TOKEN)
            .header("Content-Type", type)
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  private HttpRequest.Builder request(String path, String token) {
    return HttpRequest.newBuilder(URI.create(server.address() + path))
        .header("Authorization", "Bearer " + token);
  }

  private HttpResponse<String> send(HttpRequest request) throws Exception {
    return client.send(request, BodyHandlers.ofString());
  }

  private void assertDescribed(String method, String path, HttpResponse<String> response)
      throws IOException {
    JsonNode operation = document.path("paths").path(path.replaceFirst("\\?.*", "")).path(method);
    JsonNode answer = operation.path("responses").path("" + response.statusCode());
    assertThat(answer.isObject()).as("%s %s", path, response).isTrue();
    JsonNode found =
        answer.has("$ref") ? document.at(answer.path("$ref").asText().substring(1)) : answer;
    String type = response.headers().firstValue("Content-Type").orElseThrow();
    JsonNode content = found.path("content").path(type);
    assertThat(content.isObject()).as("%s of %s", type, path).isTrue();
    JsonNode body =
        type.equals("application/json")
            ? JSON.readTree(response.body())
            : type.equals("application/yaml") ? document : JSON.getNodeFactory().textNode("");
    assertFits(content.path("schema"), body);
  }

  private void assertFits(JsonNode schema, JsonNode body) {
    ObjectNode whole = schema.deepCopy();
    whole.set("components", document.path("components"));

    assertThat(JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(whole).validate(body))
        .as("%s", body)
        .isEmpty();
  }

  @Test
  void aFieldThatIsNotDescribedIsFound() throws Exception {
    JsonNode schema = document.at("/components/schemas/Health");
    JsonNode health = JSON.readTree(get("/healthz", TOKEN).body());

    Stream.of("status", "connected", "remaining", "models", "in_memory")
        .forEach(field -> assertThat(health.has(field)).isTrue());
    ((ObjectNode) health).put("more", 1);
    assertThat(
            JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(schema).validate(health))
        .isNotEmpty();
  }
}
