package dev.millrace.cli.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.cli.http.ClientWait;
import dev.millrace.cli.http.HttpSafety;
import dev.millrace.cli.http.HttpToken;
import dev.millrace.cli.http.ServeThreads;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves predictions over HTTP: the requests of {@link ServeEndpoint}. It sends nothing anywhere
 * else. Thread-safe.
 *
 * <p>Clients that send or read slowly, and models that are read from the brokers, delay no short
 * request ({@link ServeThreads}). Memory is bounded all the same: most requests are short, large
 * ones (bodies above 8 KiB) are answered a few at a time, and no answer is in memory as a whole. A
 * large request is cut off after it has waited 2 s for its client to send the rest of the body, or
 * 2 s for its client to read the answer; others wait up to 5 s for their turn.
 */
final class ServeServer implements AutoCloseable {
  /** Bytes of the longest body of a request. */
  static final int MAX_BODY_BYTES = 1 << 20;

  /** Bytes up to which a body counts as short. */
  static final int SHORT_BODY_BYTES = 8 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(ServeServer.class);
  private static final int SECONDS_TO_FINISH = 2;
  private static final int SECONDS_TO_WAIT = 5;
  // That a long request waits for its client, once for the rest of its body and once for its
  // answer.
  private static final int SECONDS_FOR_LONG = 2;

  static {
    HttpSafety.limitRequests();
    // Without it a client that does not read could hold a thread for ever.
    System.setProperty("sun.net.httpserver.maxRspTime", HttpSafety.SECONDS_PER_REQUEST);
  }

  private final HttpServer server;
  private final ServeThreads threads;
  private final ServeApi api;
  private final ServeMetrics metrics;
  private final HttpToken token;
  // Requests with a long body that may be answered at the same time.
  private final Semaphore longRequests;
  private final byte[] openApi;

  /**
   * Listens on {@code host}:{@code port} (0 takes a free port) and answers after {@link #start}.
   *
   * @param threads that answer while none has to wait, and requests with a body of more than {@link
   *     #SHORT_BODY_BYTES} that are answered at the same time
   * @param token that requests must bear
   * @throws IOException if the address cannot be had
   */
  ServeServer(
      String host, int port, int threads, HttpToken token, ServeApi api, ServeMetrics metrics)
      throws IOException {
    this.api = api;
    this.metrics = metrics;
    this.token = token;
    this.longRequests = new Semaphore(threads);
    try (InputStream document = ServeServer.class.getResourceAsStream("/openapi.yaml")) {
      openApi = document.readAllBytes();
    }
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), port), 0);
    this.threads = new ServeThreads(threads);
    server.setExecutor(this.threads);
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
    threads.close();
  }

  // What it throws has the connection closed, without an end to an answer that was begun.
  private void handle(HttpExchange exchange) throws IOException {
    long start = System.nanoTime();
    ServeEndpoint endpoint = ServeEndpoint.of(exchange.getRequestURI().getPath());
    try {
      HttpSafety.secure(exchange.getResponseHeaders());
      answer(exchange, endpoint);
      exchange.close();
    } catch (RuntimeException e) {
      LOG.error("Failed to answer {}", HttpSafety.printable(exchange.getRequestURI()), e);
      if (exchange.getResponseCode() >= 0) {
        throw e;
      }
      send(exchange, ServeReply.error(500, "internal-error", "this is a defect; the log has more"));
      exchange.close();
    } finally {
      metrics.request(endpoint, exchange.getResponseCode(), System.nanoTime() - start);
    }
  }

  private void answer(HttpExchange exchange, ServeEndpoint endpoint) throws IOException {
    ServeReply refusal = refusal(exchange, endpoint);
    if (refusal != null) {
      send(exchange, refusal);
    } else if (endpoint == ServeEndpoint.PREDICT) {
      predict(exchange);
    } else {
      send(exchange, reply(exchange, endpoint));
    }
  }

  /** Returns why a request is not answered whatever it asks for, or null. */
  private ServeReply refusal(HttpExchange exchange, ServeEndpoint endpoint) {
    if (!HttpSafety.isAddressedTo(server.getAddress(), exchange.getRequestHeaders())) {
      return ServeReply.error(403, "unknown-host", "use " + address());
    }
    if (endpoint != ServeEndpoint.HEALTHZ && !token.admits(exchange.getRequestHeaders())) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      return ServeReply.error(401, "unauthorized", "send the header Authorization: Bearer TOKEN");
    }
    if (endpoint == ServeEndpoint.OTHER) {
      return ServeReply.error(404, "not-found", "there are " + ServeEndpoint.list());
    }
    if (!exchange.getRequestMethod().equals(endpoint.method())) {
      exchange.getResponseHeaders().set("Allow", endpoint.method());
      return ServeReply.error(
          405, "method-not-allowed", "only " + endpoint.method() + " is answered here");
    }
    return switch (endpoint) {
      case PREDICT -> {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        // No page of another site can send this type unasked.
        yield type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase("application/json")
            ? ServeReply.error(
                415, "unsupported-media-type", "Content-Type must be application/json")
            : api.starting();
      }
      case MODELS, FLEET -> api.starting();
      case HEALTHZ, METRICS, OPENAPI, OTHER -> null;
    };
  }

  private ServeReply reply(HttpExchange exchange, ServeEndpoint endpoint) {
    return switch (endpoint) {
      case MODELS -> models(exchange);
      case FLEET -> api.fleet();
      case HEALTHZ -> api.health();
      case METRICS -> api.metrics();
      case OPENAPI -> ServeReply.bytes("application/yaml", openApi);
      case PREDICT, OTHER -> throw new IllegalArgumentException(endpoint.id());
    };
  }

  private void predict(HttpExchange exchange) throws IOException {
    InputStream in = exchange.getRequestBody();
    byte[] start = in.readNBytes(SHORT_BODY_BYTES + 1);
    if (start.length <= SHORT_BODY_BYTES) {
      send(exchange, api.predict(start));
    } else if (awaitTurn()) {
      try {
        predictLong(exchange, start, in);
      } finally {
        longRequests.release();
      }
    } else {
      exchange.getResponseHeaders().set("Retry-After", "1");
      sendUnread(exchange, 503, "overloaded", "too many large requests are being answered", null);
    }
  }

  private void predictLong(HttpExchange exchange, byte[] start, InputStream in) throws IOException {
    byte[] body = Arrays.copyOf(start, MAX_BODY_BYTES + 1);
    int rest = body.length - start.length;
    int length =
        start.length + clientWait().call(() -> in.readNBytes(body, start.length, rest)).intValue();
    if (length <= MAX_BODY_BYTES) {
      send(exchange, api.predict(Arrays.copyOf(body, length)), clientWait());
    } else {
      String message = "a request has at most %,d bytes".formatted(MAX_BODY_BYTES);
      sendUnread(exchange, 413, "request-too-large", message, clientWait());
    }
  }

  private ClientWait clientWait() {
    return new ClientWait(threads, TimeUnit.SECONDS.toNanos(SECONDS_FOR_LONG));
  }

  private boolean awaitTurn() throws InterruptedIOException {
    try {
      return longRequests.tryAcquire(SECONDS_TO_WAIT, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the server is being closed");
    }
  }

  private ServeReply models(HttpExchange exchange) {
    Map<String, String> query;
    try {
      query = HttpSafety.query(exchange.getRequestURI());
    } catch (IllegalArgumentException e) {
      return ServeReply.error(400, "malformed-request", "the query is not URL-encoded UTF-8");
    }
    String key = query.get("key");
    return key != null
        ? api.model(key)
        : api.list(query.getOrDefault("after", ""), query.get("limit"));
  }

  private void sendUnread(
      HttpExchange exchange, int status, String code, String message, ClientWait wait)
      throws IOException {
    exchange.getResponseHeaders().set("Connection", "close");
    send(exchange, ServeReply.error(status, code, message), wait);
  }

  private void send(HttpExchange exchange, ServeReply reply) throws IOException {
    send(exchange, reply, null);
  }

  private void send(HttpExchange exchange, ServeReply reply, ClientWait wait) throws IOException {
    if (reply.code() != null) {
      metrics.error(reply.code());
    }
    exchange.getResponseHeaders().set("Content-Type", reply.contentType());
    ServeBody body = new ServeBody(exchange, reply.status(), wait);
    reply.body().write(body);
    body.finish();
  }
}
