package dev.millrace.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.cli.ServeApi.Reply;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Predictions over HTTP: {@code POST /v1/predict}, {@code GET /v1/models}, {@code GET /healthz}. It
 * reads no file and sends nothing anywhere else. Thread-safe.
 */
final class ServeServer implements AutoCloseable {
  /** Longest body of a request. */
  static final int MOST_BYTES = 1 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(ServeServer.class);
  private static final int SECONDS_TO_FINISH = 2;
  private static final String NOT_FOUND =
      "there are POST /v1/predict, GET /v1/models, GET /v1/fleet and GET /healthz";

  static {
    HttpSafety.limitRequests();
    // Without it a client that does not read could hold a thread for ever.
    System.setProperty("sun.net.httpserver.maxRspTime", HttpSafety.SECONDS_PER_REQUEST);
  }

  private final HttpServer server;
  private final ExecutorService threads;
  private final ServeApi api;
  private final Supplier<Reply> health;
  private final BooleanSupplier ready;
  private final HttpToken token;

  /**
   * Listens on {@code host}:{@code port} (0 takes a free port) and answers after {@link #start}.
   *
   * @param token that requests must bear
   * @param ready whether predictions can be made
   * @param health answers {@code /healthz}
   * @throws IOException if the address cannot be had
   */
  ServeServer(
      String host,
      int port,
      int threadCount,
      HttpToken token,
      ServeApi api,
      BooleanSupplier ready,
      Supplier<Reply> health)
      throws IOException {
    this.api = api;
    this.ready = ready;
    this.health = health;
    this.token = token;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), port), 0);
    AtomicInteger number = new AtomicInteger();
    threads =
        Executors.newFixedThreadPool(
            threadCount,
            task -> {
              Thread thread = new Thread(task, "serve-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", this::handle);
  }

  URI address() {
    return HttpSafety.address(server.getAddress());
  }

  void start() {
    server.start();
  }

  /** Finishes the requests that are being answered and frees the port. */
  @Override
  public void close() {
    server.stop(SECONDS_TO_FINISH);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      HttpSafety.secure(exchange.getResponseHeaders());
      Reply reply;
      try {
        reply = reply(exchange);
      } catch (RuntimeException e) {
        LOG.error("Failed to answer {}", HttpSafety.printable(exchange.getRequestURI()), e);
        reply = Reply.error(500, "internal-error", "this is a defect; the log has more");
      }
      send(exchange, reply);
    }
  }

  private Reply reply(HttpExchange exchange) throws IOException {
    if (!HttpSafety.isAddressedTo(server.getAddress(), exchange.getRequestHeaders())) {
      return Reply.error(403, "unknown-host", "use " + address());
    }
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/healthz")) {
      return isMethod(exchange, "GET") ? health.get() : wrongMethod(exchange, "GET");
    }
    if (!token.admits(exchange.getRequestHeaders())) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      return Reply.error(401, "unauthorized", "send the header Authorization: Bearer TOKEN");
    }
    return switch (path) {
      case "/v1/predict" ->
          isMethod(exchange, "POST") ? predict(exchange) : wrongMethod(exchange, "POST");
      case "/v1/models" ->
          isMethod(exchange, "GET") ? models(exchange) : wrongMethod(exchange, "GET");
      case "/v1/fleet" -> isMethod(exchange, "GET") ? api.fleet() : wrongMethod(exchange, "GET");
      default -> Reply.error(404, "not-found", NOT_FOUND);
    };
  }

  private Reply predict(HttpExchange exchange) throws IOException {
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    // No page of another site can send this type unasked.
    if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase("application/json")) {
      return Reply.error(415, "unsupported-media-type", "Content-Type must be application/json");
    }
    if (!ready.getAsBoolean()) {
      return Reply.error(503, "starting", "the models topic is still being read");
    }
    byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
    if (body.length > MOST_BYTES) {
      exchange.getResponseHeaders().set("Connection", "close");
      return Reply.error(
          413, "request-too-large", "a request has at most %,d bytes".formatted(MOST_BYTES));
    }
    return api.predict(body);
  }

  private Reply models(HttpExchange exchange) {
    Map<String, String> query;
    try {
      query = HttpSafety.query(exchange.getRequestURI());
    } catch (IllegalArgumentException e) {
      return Reply.error(400, "malformed-request", "the query is not URL-encoded UTF-8");
    }
    String key = query.get("key");
    return key != null
        ? api.model(key)
        : api.list(query.getOrDefault("after", ""), query.get("limit"));
  }

  private static boolean isMethod(HttpExchange exchange, String method) {
    return exchange.getRequestMethod().equals(method);
  }

  private static Reply wrongMethod(HttpExchange exchange, String allowed) {
    exchange.getResponseHeaders().set("Allow", allowed);
    return Reply.error(405, "method-not-allowed", "only " + allowed + " is answered here");
  }

  private static void send(HttpExchange exchange, Reply reply) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(reply.status(), head ? -1 : reply.body().length);
    if (!head) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(reply.body());
      }
    }
  }
}
