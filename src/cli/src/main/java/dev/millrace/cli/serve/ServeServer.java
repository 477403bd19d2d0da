package dev.millrace.cli.serve;

import com.sun.net.httpserver.HttpExchange;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.http.ClientWait;
import dev.millrace.cli.http.HttpReply;
import dev.millrace.cli.http.HttpService;
import dev.millrace.cli.http.HttpToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serves predictions over HTTP: the requests of {@link ServeEndpoint}. Thread-safe.
 *
 * <p>Clients that send or read slowly, and models that are read from the brokers, delay no short
 * request. Memory is bounded all the same: most requests are short, large ones (bodies above 8 KiB)
 * are answered a few at a time, and no answer is in memory as a whole. A large request is cut off
 * after it has waited 2 s for its client to send the rest of the body, or 2 s for its client to
 * read the answer; others wait up to 5 s for their turn.
 */
final class ServeServer extends HttpService {
  /** Maximum number of bytes in the body of a request. */
  static final int MAX_BODY_BYTES = 1 << 20;

  private static final int SECONDS_TO_FINISH = 2;
  private static final int SECONDS_TO_WAIT = 5;
  // That a long request waits for its client, once for the rest of its body and once for its
  // answer.
  private static final int SECONDS_FOR_LONG = 2;

  static {
    // Without it a client that does not read could hold a thread for ever.
    System.setProperty("sun.net.httpserver.maxRspTime", SECONDS_PER_REQUEST);
  }

  private final ServeApi api;
  private final ServeMetrics metrics;
  // Long requests that may be answered at the same time: by their body, or by their reasons.
  private final Semaphore longRequests;
  private final HttpReply openApi = HttpReply.resource("openapi.yaml", "application/yaml");

  /**
   * Binds {@code host}:{@code port} (0 takes a free port); answers after {@link #start}.
   *
   * @param threads that answer while none has to wait, and long requests that are answered at the
   *     same time: with a body of more than {@link ServeApi#SHORT_BODY_BYTES}, or {@link
   *     ServeApi#isLong}
   * @param token that requests must bear
   * @throws CliError if the address cannot be used
   */
  ServeServer(
      String host, int port, int threads, HttpToken token, ServeApi api, ServeMetrics metrics) {
    super(host, port, threads, token);
    this.api = api;
    this.metrics = metrics;
    this.longRequests = new Semaphore(threads);
  }

  /** Finishes the requests that are being answered and frees the port. */
  @Override
  public void close() {
    stop(SECONDS_TO_FINISH);
  }

  @Override
  protected void handle(HttpExchange exchange) throws IOException {
    long start = System.nanoTime();
    try {
      super.handle(exchange);
    } finally {
      metrics.request(endpoint(exchange), exchange.getResponseCode(), System.nanoTime() - start);
    }
  }

  private static ServeEndpoint endpoint(HttpExchange exchange) {
    return ServeEndpoint.of(exchange.getRequestURI().getPath());
  }

  @Override
  protected void answer(HttpExchange exchange) throws IOException {
    ServeEndpoint endpoint = endpoint(exchange);
    HttpReply rejection = rejection(exchange, endpoint);
    if (rejection != null) {
      send(exchange, rejection, null);
    } else if (endpoint == ServeEndpoint.PREDICT) {
      predict(exchange);
    } else {
      send(exchange, reply(exchange, endpoint), null);
    }
  }

  private @Nullable HttpReply rejection(HttpExchange exchange, ServeEndpoint endpoint) {
    HttpReply rejection = rejection(exchange, endpoint != ServeEndpoint.HEALTHZ, endpoint.method());
    if (rejection != null) {
      return rejection;
    }
    return switch (endpoint) {
      case PREDICT -> {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        // No page of another site can send this type unasked.
        yield type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase("application/json")
            ? HttpReply.error(
                415, "unsupported-media-type", "Content-Type must be application/json")
            : api.starting();
      }
      case MODELS, SUMMARY -> api.starting();
      case OTHER -> HttpReply.error(404, "not-found", "there are " + ServeEndpoint.list());
      case HEALTHZ, METRICS, OPENAPI -> null;
    };
  }

  private HttpReply reply(HttpExchange exchange, ServeEndpoint endpoint) {
    return switch (endpoint) {
      case MODELS -> withQuery(exchange, this::models);
      case SUMMARY -> api.summary();
      case HEALTHZ -> api.health();
      case METRICS -> api.metrics();
      case OPENAPI -> openApi;
      case PREDICT, OTHER -> throw new IllegalArgumentException(endpoint.id());
    };
  }

  private void predict(HttpExchange exchange) throws IOException {
    InputStream in = exchange.getRequestBody();
    byte[] start = in.readNBytes(ServeApi.SHORT_BODY_BYTES + 1);
    if (start.length <= ServeApi.SHORT_BODY_BYTES && !api.isLong(start)) {
      send(exchange, api.predict(start), null);
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
    return clientWait(TimeUnit.SECONDS.toNanos(SECONDS_FOR_LONG));
  }

  private boolean awaitTurn() throws InterruptedIOException {
    try {
      return longRequests.tryAcquire(SECONDS_TO_WAIT, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the server is being closed");
    }
  }

  private HttpReply models(Map<String, String> query) {
    String key = query.get("key");
    return key != null
        ? api.model(key)
        : api.list(query.getOrDefault("after", ""), query.get("limit"));
  }

  private void sendUnread(
      HttpExchange exchange, int status, String code, String message, @Nullable ClientWait wait)
      throws IOException {
    exchange.getResponseHeaders().set("Connection", "close");
    send(exchange, HttpReply.error(status, code, message), wait);
  }

  @Override
  protected void send(HttpExchange exchange, HttpReply reply, @Nullable ClientWait wait)
      throws IOException {
    if (reply.code() != null) {
      metrics.error(reply.code());
    }
    super.send(exchange, reply, wait);
  }
}
