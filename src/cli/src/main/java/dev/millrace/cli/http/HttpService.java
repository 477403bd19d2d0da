package dev.millrace.cli.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.console.Terminal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP server of a command: checks host and token of each request, limits what clients can hold on
 * to, and answers errors as JSON. Thread-safe.
 */
public abstract class HttpService implements AutoCloseable {
  /** Maximum time for reading a request. */
  protected static final String SECONDS_PER_REQUEST = "20";

  private static final Logger LOG = LoggerFactory.getLogger(HttpService.class);

  static {
    // The JDK's server reads these once. Without the first a small answer waits 40 ms for the
    // client's acknowledgement; without the others a client could hold a thread for ever, or all
    // sockets.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.maxReqTime", SECONDS_PER_REQUEST);
    System.setProperty(
        "jdk.httpserver.maxConnections", Integer.toString(RequestThreads.MAX_CONNECTIONS));
  }

  private final HttpServer server;
  private final RequestThreads threads;
  private final HttpToken token;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Binds {@code host}:{@code port} (0 takes a free port); answers after {@link #start}.
   *
   * @param fewThreads that answer while none has to wait
   * @param token that requests must bear
   * @throws CliError if the address cannot be used
   */
  protected HttpService(String host, int port, int fewThreads, HttpToken token) {
    this.token = token;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), port), 0);
    } catch (IOException e) {
      throw Ports.unusable(host, port, e);
    }
    threads = new RequestThreads(fewThreads);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
  }

  /** Answers a request, whatever it asks for. */
  protected abstract void answer(HttpExchange exchange) throws IOException;

  /** Starts to answer requests. */
  public void start() {
    server.start();
  }

  /** Returns the address for clients on this machine, such as {@code http://127.0.0.1:8090}. */
  public URI address() {
    InetAddress bound = server.getAddress().getAddress();
    String host = bound.isAnyLocalAddress() ? "127.0.0.1" : bound.getHostAddress();
    String inUrl = host.contains(":") ? "[" + host + "]" : host;
    return URI.create("http://" + inUrl + ":" + server.getAddress().getPort());
  }

  /** Frees the port, after it has finished the requests that are being answered or time is up. */
  protected void stop(int seconds) {
    if (closed.compareAndSet(false, true)) {
      server.stop(seconds);
      threads.close();
    }
  }

  /** Handles a request. After an exception the JDK closes the connection with no end of answer. */
  protected void handle(HttpExchange exchange) throws IOException {
    try {
      secure(exchange.getResponseHeaders());
      answer(exchange);
      exchange.close();
    } catch (RuntimeException e) {
      LOG.error("Failed to answer {}", Terminal.printable("" + exchange.getRequestURI(), 120), e);
      if (exchange.getResponseCode() >= 0) {
        throw e;
      }
      send(
          exchange,
          HttpReply.error(500, "internal-error", "this is a defect; the log has more"),
          null);
      exchange.close();
    }
  }

  /** Sets headers that keep pages of other sites from reading or framing the answer. */
  private static void secure(Headers headers) {
    headers.set(
        "Content-Security-Policy",
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none';"
            + " frame-ancestors 'none'");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
  }

  /**
   * Returns the error that answers a request to another host, without token or with another method;
   * null if there is none.
   *
   * @param method that is answered, or "" for any
   */
  protected @Nullable HttpReply rejection(
      HttpExchange exchange, boolean needsToken, String method) {
    if (!isAddressedHere(exchange)) {
      return HttpReply.error(403, "unknown-host", "use " + address());
    }
    if (needsToken && !token.admits(exchange.getRequestHeaders())) {
      exchange
          .getResponseHeaders()
          .put("WWW-Authenticate", List.of("Basic realm=\"Millrace\"", "Bearer"));
      return HttpReply.error(
          401,
          "unauthorized",
          "send the header Authorization: Bearer TOKEN, or the token as password");
    }
    if (!method.isEmpty() && !method.equals(exchange.getRequestMethod())) {
      exchange.getResponseHeaders().set("Allow", method);
      return HttpReply.error(405, "method-not-allowed", "only " + method + " is answered here");
    }
    return null;
  }

  // A page of another site can have its own name resolve to 127.0.0.1 and then read what is served
  // there (DNS rebinding); its requests carry that name, so on loopback only our own are answered.
  private boolean isAddressedHere(HttpExchange exchange) {
    String host = exchange.getRequestHeaders().getFirst("Host");
    if (host == null || !server.getAddress().getAddress().isLoopbackAddress()) {
      return true;
    }
    String name = host.replaceFirst(":\\d*$", "");
    return name.equalsIgnoreCase("localhost")
        || name.matches("127(\\.\\d{1,3}){3}")
        || name.equals("[::1]");
  }

  /** Returns what answers the parameters of a request, or the error for a malformed query. */
  protected static HttpReply withQuery(
      HttpExchange exchange, Function<Map<String, String>, HttpReply> answer) {
    Map<String, String> query = new HashMap<>();
    String raw = exchange.getRequestURI().getRawQuery();
    try {
      for (String pair : raw == null ? new String[0] : raw.split("&")) {
        String[] parts = pair.split("=", 2);
        query.put(decode(parts[0]), parts.length < 2 ? "" : decode(parts[1]));
      }
    } catch (IllegalArgumentException e) {
      return HttpReply.error(400, "malformed-request", "the query is not URL-encoded UTF-8");
    }
    return answer.apply(query);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** Returns a limit for waiting for one client. */
  protected ClientWait clientWait(long nanos) {
    return new ClientWait(threads, nanos);
  }

  /**
   * Sends an answer.
   *
   * @param wait that the client may cause, or null if the server's own limit is enough
   */
  protected void send(HttpExchange exchange, HttpReply reply, @Nullable ClientWait wait)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", reply.contentType());
    HttpBody body = new HttpBody(exchange, reply.status(), wait);
    reply.body().write(body);
    body.finish();
  }
}
