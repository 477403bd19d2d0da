package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.http.HttpReply;
import dev.millrace.cli.http.HttpService;
import dev.millrace.cli.http.HttpToken;
import dev.millrace.cli.watch.MetricsRecords;
import dev.millrace.codec.json.SummaryJson;
import dev.millrace.report.SummaryReport;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Live web page over the metrics topic: takes records as JSON lines and shows them. It answers
 * {@code /}, paths below {@code /api} and {@code /events}. Thread-safe.
 */
public final class DashboardServer extends HttpService {
  private static final Logger LOG = LoggerFactory.getLogger(DashboardServer.class);
  private static final int FEW_THREADS = 8;
  private static final int DEFAULT_KEYS = 200;
  private static final int MAX_KEYS = 1_000;
  private static final String PATHS =
      "there are / /api/keys /api/history?key=KEY /api/latest?key=KEY /api/events /api/summary"
          + " /api/dead-letters /events";

  private final LongSupplier nanoClock;
  private final ScheduledExecutorService sampler =
      Executors.newSingleThreadScheduledExecutor(DashboardServer::daemon);
  private final Map<String, HttpReply> pages = DashboardPages.load();
  private final DashboardMarks marks = new DashboardMarks();
  private final DashboardHistory history = new DashboardHistory(marks);
  private final DashboardSummary summary = new DashboardSummary();
  private final DashboardDeadLetters deadLetters = new DashboardDeadLetters();
  private final DashboardEvents events;
  private volatile @Nullable String wanted; // the pipeline to show, null for any
  private volatile String note = "";
  private volatile String trouble = "";

  /** Binds {@code host}:{@code port} for requests without a token. */
  public DashboardServer(String host, int port) {
    this(host, port, HttpToken.NONE, System::nanoTime);
  }

  /**
   * Binds {@code host}:{@code port} (0 takes a free port); answers after {@link #start}.
   *
   * @param token that requests must bear
   * @param nanoClock for the age of what arrived
   * @throws CliError if the address cannot be used
   */
  public DashboardServer(String host, int port, HttpToken token, LongSupplier nanoClock) {
    super(host, port, FEW_THREADS, token);
    this.nanoClock = nanoClock;
    events = new DashboardEvents(this::writeOverview, history::writeSummary);
  }

  /** Starts to answer requests; records may be published before. */
  @Override
  public void start() {
    super.start();
    long period = DashboardSummary.PERIOD.toMillis();
    sampler.scheduleAtFixedRate(this::sample, period, period, TimeUnit.MILLISECONDS);
  }

  /** Adds a point to the series over all keys. */
  public void sample() {
    long now = nanoClock.getAsLong();
    summary.sample(history.summary(now, System.currentTimeMillis()), history.figures(), now);
    events.overviewChanged();
  }

  /** Ignores records of other pipelines. */
  void showOnly(String pipeline) {
    wanted = pipeline;
  }

  /**
   * Adds one line of the metrics, the events or the summary topic. Other lines are counted; a
   * repeated record changes nothing. Never waits for a browser.
   */
  public void publish(String json) {
    JsonNode node = MetricsRecords.read(json);
    String pipeline = wanted;
    if (pipeline != null
        && node.has("pipeline")
        && !pipeline.equals(node.path("pipeline").asText())) {
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
    } else if (!addOther(node, now, nowMillis) && history.countIgnored() == 1) {
      LOG.warn("Ignored a line that is not a metrics record: {}", Terminal.printable(json, 120));
    }
    events.overviewChanged();
  }

  private boolean addOther(JsonNode node, long now, long nowMillis) {
    Optional<DashboardMark> mark = DashboardMark.of(node);
    mark.ifPresent(marks::add);
    Optional<SummaryReport> report = SummaryJson.decode(node);
    report.ifPresent(known -> summary.add(known, now, nowMillis));
    return mark.isPresent() || report.isPresent();
  }

  /** Shows a short text in the page's head, such as "replay finished"; "" for none. */
  public void note(String text) {
    note = text;
    events.overviewChanged();
  }

  /** Shows why nothing can arrive, such as that no broker answers; "" when it can. */
  public void trouble(String text) {
    trouble = text;
    events.overviewChanged();
  }

  /**
   * Counts a record of the dead-letter topic.
   *
   * @param topics whose rejected records are counted; null for any
   */
  void deadLetter(ConsumerRecord<byte[], byte[]> deadLetter, @Nullable Set<String> topics) {
    if (deadLetters.add(deadLetter, topics)) {
      events.overviewChanged();
    }
  }

  /** Sets the number of input records after the last reported one; null if unknown. */
  void lag(@Nullable Long records) {
    summary.lag(records);
    events.overviewChanged();
  }

  /** Returns the highest reported offset of each partition of each input topic. */
  Map<TopicPartition, Long> offsets() {
    return history.offsets();
  }

  /** Stops answering, ends open pages' connections and frees the port. */
  @Override
  public void close() {
    sampler.shutdownNow();
    events.close();
    stop(0);
  }

  private void writeOverview(JsonGenerator out) throws IOException {
    history.writeOverview(out, nanoClock.getAsLong());
    summary.writeOverview(out);
    out.writeNumberField("dead_letters", deadLetters.total());
    out.writeNumberField("events", marks.count());
    out.writeStringField("note", note);
    out.writeStringField("trouble", trouble);
  }

  @Override
  protected void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    HttpReply rejection = rejection(exchange, true, "GET");
    if (rejection != null) {
      send(exchange, rejection, null);
    } else if (path.equals("/events")) {
      sendEvents(exchange);
    } else {
      HttpReply reply = pages.get(path);
      send(
          exchange, reply == null ? withQuery(exchange, query -> reply(path, query)) : reply, null);
    }
  }

  private HttpReply reply(String path, Map<String, String> query) {
    return switch (path) {
      case "/api/keys" -> keys(query);
      case "/api/history" -> keyReply(query, history.historyJson(key(query), after(query)));
      case "/api/latest" -> keyReply(query, history.latestJson(key(query)));
      case "/api/events" -> json(out -> marks.write(out, query.get("key")));
      case "/api/summary" -> json(out -> writeSummary(out, after(query)));
      case "/api/dead-letters" -> json(this::writeDeadLetters);
      default -> HttpReply.error(404, "not-found", PATHS);
    };
  }

  private static HttpReply json(DashboardLines.Fields fields) {
    return HttpReply.json(DashboardLines.object(fields));
  }

  private HttpReply keys(Map<String, String> query) {
    return HttpReply.json(
        history.keysJson(
            query.getOrDefault("search", ""),
            DashboardOrder.of(query.getOrDefault("sort", "")),
            (int) number(query, "offset", 0, Integer.MAX_VALUE),
            (int) number(query, "limit", DEFAULT_KEYS, MAX_KEYS)));
  }

  private static HttpReply keyReply(Map<String, String> query, Optional<String> json) {
    if (!query.containsKey("key")) {
      return HttpReply.error(400, "malformed-request", "name a key: ?key=KEY");
    }
    return json.map(HttpReply::json)
        .orElseGet(() -> HttpReply.error(404, "unknown-key", "no record of that key has arrived"));
  }

  private void writeSummary(JsonGenerator out, long after) throws IOException {
    long now = nanoClock.getAsLong();
    summary.write(out, history.summary(now, System.currentTimeMillis()), after, now);
    history.writeFigures(out);
  }

  private void writeDeadLetters(JsonGenerator out) throws IOException {
    List<DashboardDeadLetters.Reason> reasons = deadLetters.byReason();
    out.writeNumberField(
        "count", reasons.stream().mapToLong(DashboardDeadLetters.Reason::count).sum());
    out.writeObjectField("reasons", reasons);
  }

  private static String key(Map<String, String> query) {
    return query.getOrDefault("key", "");
  }

  private static long after(Map<String, String> query) {
    return number(query, "after", -1, Long.MAX_VALUE);
  }

  private static long number(Map<String, String> query, String name, long otherwise, long max) {
    String text = query.getOrDefault(name, "");
    return text.matches("\\d{1,18}") ? Math.min(Long.parseLong(text), max) : otherwise;
  }

  private void sendEvents(HttpExchange exchange) throws IOException {
    if (!events.hasRoom()) {
      String message = DashboardEvents.MAX_LISTENERS + " pages are open; close one";
      send(exchange, HttpReply.error(503, "overloaded", message), null);
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    events.serve(exchange.getResponseBody());
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "dashboard-sampler");
    thread.setDaemon(true);
    return thread;
  }
}
