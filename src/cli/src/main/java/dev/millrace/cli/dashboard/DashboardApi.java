package dev.millrace.cli.dashboard;

import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What the page asks for below {@code /api}. */
final class DashboardApi {
  private static final int DEFAULT_KEYS = 200;
  private static final int MAX_KEYS = 1_000;

  private final DashboardHistory history;
  private final DashboardFleet fleet;
  private final DashboardMarks marks;
  private final DashboardDeadLetters letters;
  private final LongSupplier nanoClock;

  DashboardApi(
      DashboardHistory history,
      DashboardFleet fleet,
      DashboardMarks marks,
      DashboardDeadLetters letters,
      LongSupplier nanoClock) {
    this.history = history;
    this.fleet = fleet;
    this.marks = marks;
    this.letters = letters;
    this.nanoClock = nanoClock;
  }

  /** The answer to a path with its parameters, or empty if there is no such path. */
  Optional<DashboardReply> reply(String path, Map<String, String> query) {
    return switch (path) {
      case "/api/keys" -> Optional.of(keys(query));
      case "/api/history" ->
          Optional.of(ofKey(query, history.historyJson(key(query), after(query))));
      case "/api/latest" -> Optional.of(ofKey(query, history.latestJson(key(query))));
      case "/api/events" -> Optional.of(events(query));
      case "/api/summary" -> Optional.of(fleet(query));
      case "/api/dead-letters" ->
          Optional.of(DashboardReply.json(DashboardLines.object(letters::write)));
      default -> Optional.empty();
    };
  }

  private DashboardReply keys(Map<String, String> query) {
    return DashboardReply.json(
        history.keysJson(
            query.getOrDefault("search", ""),
            DashboardOrder.of(query.getOrDefault("sort", "")),
            (int) number(query, "offset", 0, Integer.MAX_VALUE),
            (int) number(query, "limit", DEFAULT_KEYS, MAX_KEYS)));
  }

  private static DashboardReply ofKey(Map<String, String> query, Optional<String> json) {
    if (!query.containsKey("key")) {
      return DashboardReply.error(400, "Name a key: ?key=KEY");
    }
    return json.map(DashboardReply::json)
        .orElseGet(() -> DashboardReply.error(404, "No record of that key has arrived."));
  }

  private DashboardReply events(Map<String, String> query) {
    return DashboardReply.json(
        DashboardLines.object(
            out -> {
              out.writeNumberField("count", marks.count());
              marks.write(out, query.get("key"));
            }));
  }

  private DashboardReply fleet(Map<String, String> query) {
    long now = nanoClock.getAsLong();
    return DashboardReply.json(
        DashboardLines.object(
            out -> {
              fleet.write(out, history.fleet(now, System.currentTimeMillis()), after(query), now);
            }));
  }

  private static String key(Map<String, String> query) {
    return query.getOrDefault("key", "");
  }

  private static long after(Map<String, String> query) {
    return number(query, "after", -1, Long.MAX_VALUE);
  }

  private static long number(Map<String, String> query, String name, long otherwise, long most) {
    String text = query.getOrDefault(name, "");
    return text.matches("\\d{1,18}") ? Math.min(Long.parseLong(text), most) : otherwise;
  }
}
