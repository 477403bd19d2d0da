package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.cli.http.HttpSafety;
import dev.millrace.cli.http.HttpToken;
import dev.millrace.codec.json.SummaryJson;
import dev.millrace.data.FleetReport;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live web page over the metrics topic: takes records as JSON lines and shows them.
 * Thread-safe. It answers {@code /}, what {@link DashboardApi} has and {@code /events}, and sends
 * nothing anywhere else.
 */
public final class DashboardServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DashboardServer.class);

  private static final String NOT_FOUND =
      "Not found. There are: / /api/keys /api/history?key=KEY /api/latest?key=KEY /api/events"
          + " /api/summary /api/dead-letters /events";

  static {
    HttpSafety.limitRequests();
  }

  private final HttpServer server;
  private final HttpToken token;
  private final LongSupplier nanoClock;
  private final ExecutorService threads = Executors.newCachedThreadPool(daemons());
  private final ScheduledExecutorService sampler =
      Executors.newSingleThreadScheduledExecutor(daemons());
  private final DashboardPages pages = new DashboardPages();
  private final DashboardMarks marks = new DashboardMarks();
  private final DashboardHistory history = new DashboardHistory(marks);
  private final DashboardFleet fleet = new DashboardFleet();
  private final DashboardDeadLetters letters = new DashboardDeadLetters();
  private final DashboardApi api;
  private final DashboardEvents events;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile String wanted; // the pipeline to show, null for any
  private volatile String note = "";
  private volatile String trouble = "";

  /**
   * Listens on {@code host}:{@code port} (0 takes a free port) and answers after {@link #start}.
   *
   * @throws IOException when the address cannot be had; the message names it and the way out
   */
  public DashboardServer(String host, int port) throws IOException {
    this(host, port, HttpToken.NONE, System::nanoTime);
  }

  /**
   * @param token that requests must bear
   * @param nanoClock by which the age of what arrived is told
   */
  public DashboardServer(String host, int port, HttpToken token, LongSupplier nanoClock)
      throws IOException {
    this.token = token;
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
    this.nanoClock = nanoClock;
    api = new DashboardApi(history, fleet, marks, letters, nanoClock);
    events = new DashboardEvents(this::writeOverview, history::writeSummary);
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
    long period = DashboardFleet.PERIOD.toMillis();
    sampler.scheduleAtFixedRate(this::sample, period, period, TimeUnit.MILLISECONDS);
  }

  /** Takes a point of how all keys together are doing now. */
  public void sample() {
    long now = nanoClock.getAsLong();
    fleet.sample(history.fleet(now, System.currentTimeMillis()), now);
    events.overviewChanged();
  }

  /** Shows this pipeline alone, whatever else its topics hold. */
  void showOnly(String pipeline) {
    wanted = pipeline;
  }

  /**
   * Takes in one line of the metrics, the events or the summary topic. One that is no such record
   * is counted, shown as a count on the page and otherwise ignored; one that repeats another
   * changes nothing. Never waits for a browser.
   */
  public void publish(String json) {
    JsonNode node = DashboardLines.read(json);
    if (wanted != null && node.has("pipeline") && !wanted.equals(node.path("pipeline").asText())) {
      return;
    }
    long now = nanoClock.getAsLong();
    long nowMillis = System.currentTimeMillis();
    Optional<DashboardRecord> record =
        node.isObject() ? DashboardRecord.of(node, json.strip(), nowMillis) : Optional.empty();
    if (record.isPresent()) {
      if (history.add(record.get(), now)) {
        events.changed(record.get());
        return;
      }
    } else if (!takeOther(node, json, now, nowMillis) && history.countIgnored() == 1) {
      LOG.warn("Ignored a line that is not a metrics record: {}", HttpSafety.printable(json));
    }
    events.overviewChanged();
  }

  private boolean takeOther(JsonNode node, String json, long now, long nowMillis) {
    Optional<DashboardMark> mark = DashboardMark.of(node);
    mark.ifPresent(marks::add);
    Optional<FleetReport> report = SummaryJson.decode(node);
    report.ifPresent(known -> fleet.add(known, now, nowMillis));
    return mark.isPresent() || report.isPresent();
  }

  /** Shows a short remark in the page's head, such as "replay finished"; "" takes it away. */
  public void note(String text) {
    note = text == null ? "" : text;
    events.overviewChanged();
  }

  /** Says on the page why nothing can arrive, such as that no broker answers; "" when it can. */
  public void trouble(String text) {
    trouble = text;
    events.overviewChanged();
  }

  /**
   * Counts a record of the dead-letter topic.
   *
   * @param topics of whose records the letters are; null for any
   */
  void deadLetter(ConsumerRecord<byte[], byte[]> letter, Set<String> topics) {
    if (letters.add(letter, topics)) {
      events.overviewChanged();
    }
  }

  /** How many records of the input no metrics record tells of yet; null if nobody knows. */
  void lag(Long records) {
    fleet.lag(records);
    events.overviewChanged();
  }

  /** The highest offset reported of each partition of each input topic. */
  Map<String, Map<Integer, Long>> offsets() {
    return history.offsets();
  }

  /** Stops answering, ends open pages' connections and frees the port. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      sampler.shutdownNow();
      events.close();
      server.stop(0);
      threads.shutdownNow();
    }
  }

  private void writeOverview(JsonGenerator out) throws IOException {
    history.writeOverview(out, nanoClock.getAsLong());
    fleet.writeOverview(out);
    letters.writeOverview(out);
    out.writeNumberField("events", marks.count());
    out.writeStringField("note", note);
    out.writeStringField("trouble", trouble);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      HttpSafety.secure(exchange.getResponseHeaders());
      if (!HttpSafety.isAddressedTo(server.getAddress(), exchange.getRequestHeaders())) {
        String instead = "Unknown host name. Open " + address() + " instead.";
        send(exchange, DashboardReply.error(403, instead));
      } else if (!token.admits(exchange.getRequestHeaders())) {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"Millrace\"");
        send(exchange, DashboardReply.error(401, "The password is the token of the dashboard."));
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        send(exchange, DashboardReply.error(405, "Only GET is answered here."));
      } else if (exchange.getRequestURI().getPath().equals("/events")) {
        sendEvents(exchange);
      } else {
        send(exchange, reply(exchange.getRequestURI()));
      }
    } catch (RuntimeException e) {
      LOG.error(
          "The dashboard failed to answer {}", HttpSafety.printable(exchange.getRequestURI()), e);
    }
  }

  private DashboardReply reply(URI request) {
    Map<String, String> query;
    try {
      query = HttpSafety.query(request);
    } catch (IllegalArgumentException e) {
      return DashboardReply.error(400, "The query is not URL-encoded UTF-8.");
    }
    return api.reply(request.getPath(), query)
        .or(() -> pages.find(request.getPath()))
        .orElseGet(() -> DashboardReply.error(404, NOT_FOUND));
  }

  private void sendEvents(HttpExchange exchange) throws IOException {
    if (!events.hasRoom()) {
      String most = DashboardEvents.MAX_LISTENERS + " pages are open. Close one.";
      send(exchange, DashboardReply.error(503, most));
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    events.serve(exchange.getResponseBody());
  }

  private static void send(HttpExchange exchange, DashboardReply reply) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", reply.contentType());
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(reply.status(), head ? -1 : reply.body().length);
    if (!head) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(reply.body());
      }
    }
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
