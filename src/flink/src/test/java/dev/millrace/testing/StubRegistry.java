package dev.millrace.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.millrace.data.Secret;
import dev.millrace.input.RegistrySpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** A schema registry for tests: Confluent's answers, and what goes wrong on the way to them. */
public final class StubRegistry implements AutoCloseable {

  /** What the registry does with a question. */
  public enum Mode {
    WELL,
    /** Answers 503. */
    FAILING,
    /** Takes the question and does not answer until the registry is closed. */
    SILENT,
    /** Answers 200 with a page of a proxy. */
    PROXY,
    /** Answers 404 as a server without such a path does. */
    NO_SUCH_PATH,
    /** Answers with more bytes than anybody needs. */
    ENDLESS
  }

  static {
    // Header and body are two packets, and the second would wait 40 ms for word of the first.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final Map<String, Integer> statuses = new ConcurrentHashMap<>();
  private final AtomicInteger questions = new AtomicInteger();
  private volatile Mode mode = Mode.WELL;
  private volatile String authorization;

  /** One on a free port of loopback. */
  public StubRegistry() {
    this(null, false);
  }

  /** One that speaks TLS, and may ask for the client's certificate. */
  public StubRegistry(SSLContext tls, boolean needsClient) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try {
      server = tls == null ? HttpServer.create(address, 0) : https(address, tls, needsClient);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  private static HttpServer https(InetSocketAddress address, SSLContext tls, boolean needsClient)
      throws IOException {
    HttpsServer server = HttpsServer.create(address, 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(tls) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = tls.getDefaultSSLParameters();
            wanted.setNeedClientAuth(needsClient);
            parameters.setSSLParameters(wanted);
          }
        });
    return server;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public String url() {
    return (server instanceof HttpsServer ? "https" : "http") + "://localhost:" + port();
  }

  /** Questions that came, answered or not. */
  public int questions() {
    return questions.get();
  }

  public void setMode(Mode other) {
    mode = other;
  }

  /** Lets only those ask who send this header. */
  public void require(String authorizationHeader) {
    authorization = authorizationHeader;
  }

  /** Adds an Avro schema. */
  public StubRegistry with(int id, String schema) {
    return withAnswer("/schemas/ids/" + id, JSON.createObjectNode().put("schema", schema));
  }

  /** Adds a version of a subject. */
  public StubRegistry with(String subject, String version, int id, String schema) {
    ObjectNode answer = JSON.createObjectNode();
    answer.put("subject", subject).put("id", id).put("schema", schema);
    return withAnswer("/subjects/" + subject + "/versions/" + version, answer);
  }

  /** Adds an answer to a path. */
  public StubRegistry withAnswer(String path, ObjectNode answer) {
    return withAnswer(path, answer.toString());
  }

  /** Adds an answer to a path. */
  public StubRegistry withAnswer(String path, String answer) {
    answers.put(path, answer);
    return this;
  }

  /** The id of the schema of {@link #withNestedSchemas}. */
  public static final int NESTED = 1_000;

  /** Adds a chain of records, each of which has the one before within nested arrays. */
  public StubRegistry withNestedSchemas(int records, int depth) {
    with("r0", "1", 1, "{\"type\":\"record\",\"name\":\"R0\",\"fields\":[]}");
    ObjectNode answer = null;
    for (int i = 1; i <= records; i++) {
      String before = "r" + (i - 1);
      String nested =
          "{\"type\":\"array\",\"items\":".repeat(depth)
              + "\"R"
              + (i - 1)
              + "\""
              + "}".repeat(depth);
      String schema =
          "{\"type\":\"record\",\"name\":\"R%d\",\"fields\":[{\"name\":\"f\",\"type\":%s}]}"
              .formatted(i, nested);
      answer = withReference(schema, before, 1);
      withAnswer("/subjects/r" + i + "/versions/1", answer);
    }
    return withAnswer("/schemas/ids/" + NESTED, answer);
  }

  /** Returns the answer of a schema that refers to a version of a subject, under its name. */
  public static ObjectNode withReference(String schema, String subject, int version) {
    ObjectNode answer = JSON.createObjectNode().put("schema", schema);
    answer
        .putArray("references")
        .addObject()
        .put("name", subject)
        .put("subject", subject)
        .put("version", version);
    return answer;
  }

  /** Answers a path with nothing but a status. */
  public StubRegistry withStatus(String path, int status) {
    statuses.put(path, status);
    return this;
  }

  /** How a pipeline asks this registry: without patience. */
  public RegistrySpec spec() {
    return spec(url(), null, null, RegistrySpec.Tls.DEFAULT);
  }

  /** The same with secrets and TLS. */
  public static RegistrySpec spec(String url, Secret basic, Secret bearer, RegistrySpec.Tls tls) {
    RegistrySpec.Timing timing = new RegistrySpec.Timing(5_000, 30_000, 10, 20, 60_000);
    return new RegistrySpec(url, basic, bearer, tls, timing, 100);
  }

  private void answer(HttpExchange exchange) throws IOException {
    questions.incrementAndGet();
    try (exchange) {
      String given = exchange.getRequestHeaders().getFirst("Authorization");
      if (authorization != null && !authorization.equals(given)) {
        send(exchange, 401, "{\"error_code\":401,\"message\":\"Unauthorized\"}");
        return;
      }
      switch (mode) {
        case WELL -> answerWell(exchange);
        case FAILING -> send(exchange, 503, "{\"error_code\":50003,\"message\":\"no leader\"}");
        case SILENT -> awaitClosing();
        case PROXY -> send(exchange, 200, "<html>Please log in</html>");
        case NO_SUCH_PATH -> send(exchange, 404, "{\"error_code\":404,\"message\":\"HTTP 404\"}");
        case ENDLESS -> send(exchange, 200, "{\"schema\":\"" + " ".repeat(5 << 20) + "\"}");
      }
    }
  }

  private void answerWell(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String answer = answers.get(path);
    if (statuses.containsKey(path)) {
      send(exchange, statuses.get(path), "{}");
    } else if (answer == null) {
      send(exchange, 404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
    } else {
      send(exchange, 200, answer);
    }
  }

  private void awaitClosing() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
