package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A record of the summary as text. */
public final class FleetLines {
  /** A field that every such record has, and no metrics record. */
  public static final String MARK = "time";

  private static final int MAX_KEY = 40;

  private FleetLines() {}

  /** A block of lines: all keys together, then the worst of them. */
  public static List<String> of(JsonNode record) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s  %s, %,d active, %s",
            Terminal.printable(record.path(MARK).asText(), MAX_KEY),
            Plural.of(record.path("keys").asLong(), "key"),
            record.path("active").asLong(),
            Plural.of(record.path("examples").asLong(), "example")));
    spread(lines, "accuracy", record.path("accuracy"));
    spread(lines, "loss", record.path("loss"));
    drifting(lines, record.path("drifting"));
    String row = "  %-" + MAX_KEY + "s %12s %8s %8s";
    lines.add(String.format(Locale.ROOT, row, "worst", "examples", "loss", "accuracy"));
    for (JsonNode worst : record.path("worst")) {
      lines.add(
          String.format(
              Locale.ROOT,
              row,
              Terminal.printable(worst.path("key").asText(), MAX_KEY),
              String.format(Locale.ROOT, "%,d", worst.path("examples").asLong()),
              number(worst.path("loss")),
              number(worst.path("accuracy"))));
    }
    return lines;
  }

  private static void drifting(List<String> lines, JsonNode drifting) {
    if (drifting.path("count").asInt() > 0) {
      List<String> keys = new ArrayList<>();
      drifting.path("keys").forEach(key -> keys.add(Terminal.printable(key.asText(), MAX_KEY)));
      int more = drifting.path("count").asInt() - keys.size();
      lines.add(
          String.format(
              Locale.ROOT,
              "  drifting  %s%s",
              String.join(", ", keys),
              more > 0 ? String.format(Locale.ROOT, " and %,d more", more) : ""));
    }
  }

  private static void spread(List<String> lines, String name, JsonNode spread) {
    if (spread.isObject()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-8s  mean %s  min %s  p10 %s  p50 %s  p90 %s  max %s",
              name,
              number(spread.path("mean")),
              number(spread.path("min")),
              number(spread.path("p10")),
              number(spread.path("p50")),
              number(spread.path("p90")),
              number(spread.path("max"))));
    }
  }

  private static String number(JsonNode value) {
    return value.isNumber() ? String.format(Locale.ROOT, "%.3f", value.doubleValue()) : "-";
  }
}
