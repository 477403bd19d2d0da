package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Terminal;
import dev.millrace.codec.json.SummaryJson;
import dev.millrace.report.SummaryReport;
import dev.millrace.report.SummaryReport.Drifting;
import dev.millrace.report.SummaryReport.Spread;
import dev.millrace.report.SummarySample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Formats a summary record as text. */
public final class SummaryLines {
  /** Field of every summary record, and of no metrics record. */
  public static final String MARK = "time";

  private static final int MAX_KEY = 40;

  private SummaryLines() {}

  /** Returns lines over all keys, then the worst keys; none for another kind of record. */
  public static List<String> of(JsonNode record) {
    String time = Terminal.printable(record.path(MARK).asText(), MAX_KEY);
    return SummaryJson.decode(record).map(report -> of(time, report)).orElse(List.of());
  }

  private static List<String> of(String time, SummaryReport report) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s  %s, %,d active, %s",
            time,
            Plural.of(report.keys(), "key"),
            report.active(),
            Plural.of(report.examples(), "example")));
    spread(lines, "accuracy", report.accuracy());
    spread(lines, "loss", report.loss());
    drifting(lines, report.drifting());
    String row = "  %-" + MAX_KEY + "s %12s %8s %8s";
    lines.add(String.format(Locale.ROOT, row, "worst", "examples", "loss", "accuracy"));
    for (SummarySample worst : report.worst()) {
      lines.add(
          String.format(
              Locale.ROOT,
              row,
              Terminal.printable(worst.key(), MAX_KEY),
              String.format(Locale.ROOT, "%,d", worst.examples()),
              number(worst.loss()),
              number(worst.accuracy())));
    }
    return lines;
  }

  private static void drifting(List<String> lines, Drifting drifting) {
    if (drifting.count() > 0) {
      int more = drifting.count() - drifting.keys().size();
      lines.add(
          String.format(
              Locale.ROOT,
              "  drifting  %s%s",
              drifting.keys().stream()
                  .map(key -> Terminal.printable(key, MAX_KEY))
                  .collect(Collectors.joining(", ")),
              more > 0 ? String.format(Locale.ROOT, " and %,d more", more) : ""));
    }
    if (!drifting.columns().isEmpty()) {
      lines.add(
          "  columns   "
              + drifting.columns().stream()
                  .map(column -> Terminal.printable(column, MAX_KEY))
                  .collect(Collectors.joining(", ")));
    }
  }

  private static void spread(List<String> lines, String name, @Nullable Spread spread) {
    if (spread != null) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-8s  mean %s  min %s  p10 %s  p50 %s  p90 %s  max %s",
              name,
              number(spread.mean()),
              number(spread.min()),
              number(spread.p10()),
              number(spread.p50()),
              number(spread.p90()),
              number(spread.max())));
    }
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }
}
