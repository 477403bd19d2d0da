package dev.millrace.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live web page over the metrics topic: takes metrics records as JSON lines and shows them.
 * Thread-safe. It answers {@code /}, {@code /api/keys}, {@code /api/history}, {@code /api/latest}
 * and {@code /events}, and sends nothing anywhere else.
 */
public final class DashboardServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DashboardServer.class);

  private static final String PLAIN = "text/plain; charset=utf-8";
  private static final String JSON = "application/json";
  private static final int DEFAULT_KEYS = 200;
  private static final int MOST_KEYS = 1_000;
  private static final String NOT_FOUND =
      "Not found. There are: / /api/keys /api/history?key=KEY /api/latest?key=KEY /events";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool(daemons());
  private final DashboardPages pages = new DashboardPages();
  private final DashboardHistory history = new DashboardHistory();
  private final DashboardEvents events = new DashboardEvents(history);
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Listens on {@code host}:{@code port} (0 takes a free port) and answers after {@link #start}.
   *
   * @throws IOException when the address cannot be had; the message names it and the way out
   */
  public DashboardServer(String host, int port) throws IOException {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), port), 0);
    } catch (BindException e) {
      BindException clearer =
          new BindException(
              "The dashboard cannot listen on "
                  + (host + ":" + port + " (" + e.getMessage() + "). ")
                  + "Choose another port, or 0 for any free one.");
      clearer.initCause(e);
      throw clearer;
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
  }

  /** Where a browser on this machine finds the page, such as {@code http://127.0.0.1:8090}. */
  public URI address() {
    return HttpSafety.address(server.getAddress());
  }

  /** Begins to answer requests; records may be published before. */
  public void start() {
    server.start();
  }

  /**
   * Takes in one line of the metrics topic. A line that is not a metrics record is counted, shown
   * as a count on the page and otherwise ignored, and so is a repeated (key, seq). Never waits for
   * a browser.
   */
  public void publish(String metricsJson) {
    Optional<DashboardRecord> record = DashboardRecord.parse(metricsJson);
    if (record.isEmpty()) {
      if (history.countIgnored() == 1) {
        LOG.warn(
            "Ignored a line that is not a metrics record: {}", HttpSafety.printable(metricsJson));
      }
      events.overviewChanged();
    } else if (history.add(record.get(), System.nanoTime())) {
      events.changed(record.get());
    } else {
      events.overviewChanged();
    }
  }

  /** Shows a short remark in the page's head, such as "replay finished"; "" takes it away. */
  public void note(String text) {
    history.note(text == null ? "" : text);
    events.overviewChanged();
  }

  /** Stops answering, ends open pages' connections and frees the port. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      events.close();
      server.stop(0);
      threads.shutdownNow();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      HttpSafety.secure(exchange.getResponseHeaders());
      if (!HttpSafety.isAddressedTo(server.getAddress(), exchange.getRequestHeaders())) {
        send(exchange, 403, PLAIN, "Unknown host name. Open " + address() + " instead.");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        send(exchange, 405, PLAIN, "Only GET is answered here.");
      } else {
        answer(exchange);
      }
    } catch (RuntimeException e) {
      LOG.error(
          "The dashboard failed to answer {}", HttpSafety.printable(exchange.getRequestURI()), e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    Map<String, String> query;
    try {
      query = HttpSafety.query(exchange.getRequestURI());
    } catch (IllegalArgumentException e) {
      send(exchange, 400, PLAIN, "The query is not URL-encoded UTF-8.");
      return;
    }
    switch (exchange.getRequestURI().getPath()) {
      case "/api/keys" -> sendKeys(exchange, query);
      case "/api/history" -> {
        long after = number(query, "after", -1, Long.MAX_VALUE);
        sendKnown(exchange, query, history.historyJson(query.getOrDefault("key", ""), after));
      }
      case "/api/latest" ->
          sendKnown(exchange, query, history.latestJson(query.getOrDefault("key", "")));
      case "/events" -> sendEvents(exchange);
      default -> sendPage(exchange);
    }
  }

  private void sendKeys(HttpExchange exchange, Map<String, String> query) throws IOException {
    int limit = (int) number(query, "limit", DEFAULT_KEYS, MOST_KEYS);
    send(exchange, 200, JSON, history.keysJson(query.getOrDefault("search", ""), limit));
  }

  private void sendKnown(HttpExchange exchange, Map<String, String> query, Optional<String> json)
      throws IOException {
    if (!query.containsKey("key")) {
      send(exchange, 400, PLAIN, "Name a key: ?key=KEY");
    } else if (json.isEmpty()) {
      send(exchange, 404, PLAIN, "No record of that key has arrived.");
    } else {
      send(exchange, 200, JSON, json.get());
    }
  }

  private void sendPage(HttpExchange exchange) throws IOException {
    Optional<DashboardPages.Page> page = pages.find(exchange.getRequestURI().getPath());
    if (page.isEmpty()) {
      send(exchange, 404, PLAIN, NOT_FOUND);
    } else {
      send(exchange, 200, page.get().contentType(), page.get().body());
    }
  }

  private void sendEvents(HttpExchange exchange) throws IOException {
    if (!events.hasRoom()) {
      String most = DashboardEvents.MAX_LISTENERS + " pages are open. Close one.";
      send(exchange, 503, PLAIN, most);
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    events.serve(exchange.getResponseBody());
  }

  private static void send(HttpExchange exchange, int status, String contentType, String body)
      throws IOException {
    String text = contentType.equals(PLAIN) ? body + "\n" : body;
    send(exchange, status, contentType, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, String contentType, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", contentType);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head ? -1 : body.length);
    if (!head) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  private static long number(Map<String, String> query, String name, long otherwise, long most) {
    String text = query.getOrDefault(name, "");
    return text.matches("\\d{1,18}") ? Math.min(Long.parseLong(text), most) : otherwise;
  }

  private static ThreadFactory daemons() {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "dashboard-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
