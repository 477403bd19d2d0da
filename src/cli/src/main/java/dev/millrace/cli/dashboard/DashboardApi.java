package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.cli.http.HttpReply;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Answers the requests of the page below {@code /api}. */
final class DashboardApi {
  private static final int DEFAULT_KEYS = 200;
  private static final int MAX_KEYS = 1_000;
  private static final String PATHS =
      "there are / /api/keys /api/history?key=KEY /api/latest?key=KEY /api/events /api/summary"
          + " /api/dead-letters /events";

  private final DashboardHistory history;
  private final DashboardSummary summary;
  private final DashboardMarks marks;
  private final DashboardDeadLetters deadLetters;
  private final LongSupplier nanoClock;

  DashboardApi(
      DashboardHistory history,
      DashboardSummary summary,
      DashboardMarks marks,
      DashboardDeadLetters deadLetters,
      LongSupplier nanoClock) {
    this.history = history;
    this.summary = summary;
    this.marks = marks;
    this.deadLetters = deadLetters;
    this.nanoClock = nanoClock;
  }

  /** Returns the answer to a path with its parameters. */
  HttpReply reply(String path, Map<String, String> query) {
    return switch (path) {
      case "/api/keys" -> keys(query);
      case "/api/history" -> ofKey(query, history.historyJson(key(query), after(query)));
      case "/api/latest" -> ofKey(query, history.latestJson(key(query)));
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

  private static HttpReply ofKey(Map<String, String> query, Optional<String> json) {
    if (!query.containsKey("key")) {
      return HttpReply.error(400, "malformed-request", "name a key: ?key=KEY");
    }
    return json.map(HttpReply::json)
        .orElseGet(() -> HttpReply.error(404, "unknown-key", "no record of that key has arrived"));
  }

  private void writeSummary(JsonGenerator out, long after) throws IOException {
    long now = nanoClock.getAsLong();
    summary.write(out, history.summary(now, System.currentTimeMillis()), after, now);
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
}
