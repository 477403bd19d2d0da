package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Metrics records as lines of an aligned table, at most 80 columns wide. The rate is how fast
 * examples of all keys come in as seen from here, measured over a second or more. Not thread-safe.
 */
public final class MetricsTable {
  private static final String CLASSES = "%9s  %-10s  %6s %6s  %6s %6s  %9s  %7s  %9s";
  private static final String NUMBERS = "%9s  %-10s  %8s %6s  %8s %6s  %10s %7s %8s";
  private static final int KEY_WIDTH = 10;
  private static final int ROWS_PER_HEADER = 30;
  private static final long RATE_INTERVAL_NANOS = 1_000_000_000L;
  private static final String NO_VALUE = "-";

  private final LongSupplier nanoTime;
  private final Map<String, Long> examplesOfKey = new HashMap<>();
  private long examplesInInterval;
  private long intervalStart;
  private double rate = Double.NaN;
  private int rowsUnderHeader;
  private Boolean regressionHeader;

  public MetricsTable() {
    this(System::nanoTime);
  }

  MetricsTable(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** The lines for one metrics record: its row, below a header where one is due. */
  public List<String> lines(JsonNode record) {
    boolean regression = isRegression(record);
    List<String> lines = new ArrayList<>(3);
    boolean sameTask = regressionHeader != null && regressionHeader == regression;
    if (!sameTask || rowsUnderHeader == ROWS_PER_HEADER) {
      lines.addAll(header(regression));
      regressionHeader = regression;
      rowsUnderHeader = 0;
    }
    rowsUnderHeader++;
    lines.add(row(record));
    return lines;
  }

  /** The two lines above the columns. */
  public static List<String> header(boolean regression) {
    if (regression) {
      return List.of(
          line(NUMBERS, "examples", "key", "window", "", "total", "", "last-value", "loss", "rate"),
          line(NUMBERS, "", "", "mae", "r2", "mae", "r2", "window mae", "window", "rec/s"));
    }
    return List.of(
        line(CLASSES, "examples", "key", "window", "", "total", "", "no-change", "loss", "rate"),
        line(CLASSES, "", "", "acc", "f1", "acc", "f1", "win acc", "window", "rec/s"));
  }

  /** The row of one metrics record. */
  public String row(JsonNode record) {
    boolean regression = isRegression(record);
    String first = regression ? "mae" : "accuracy";
    String second = regression ? "r2" : "f1";
    String baseline = regression ? "last_value" : "no_change";
    JsonNode window = record.path("window");
    JsonNode total = record.path("total");
    measureRate(record);
    return line(
        regression ? NUMBERS : CLASSES,
        grouped(record.path("examples").asDouble(Double.NaN)),
        Terminal.printable(record.path("key").asText(""), KEY_WIDTH),
        number(window.path(first)),
        number(window.path(second)),
        number(total.path(first)),
        number(total.path(second)),
        number(record.path("baseline").path(baseline).path("window").path(first)),
        number(window.path("loss")),
        grouped(rate));
  }

  private static boolean isRegression(JsonNode record) {
    return record.path("task").asText("").equals("regression");
  }

  private void measureRate(JsonNode record) {
    long examples = record.path("examples").asLong();
    Long before = examplesOfKey.put(record.path("key").asText(""), examples);
    long now = nanoTime.getAsLong();
    if (examplesOfKey.size() == 1 && before == null) {
      intervalStart = now;
    }
    // What a key learned before it was first seen here is not part of the rate.
    examplesInInterval += before == null ? 0 : Math.max(0, examples - before);
    if (now - intervalStart >= RATE_INTERVAL_NANOS) {
      rate = examplesInInterval * 1e9 / (now - intervalStart);
      examplesInInterval = 0;
      intervalStart = now;
    }
  }

  private static String line(String format, Object... columns) {
    return String.format(Locale.ROOT, format, columns).stripTrailing();
  }

  private static String grouped(double value) {
    return Double.isNaN(value) ? NO_VALUE : String.format(Locale.ROOT, "%,.0f", value);
  }

  private static String number(JsonNode node) {
    if (!node.isNumber()) {
      return NO_VALUE;
    }
    double value = node.doubleValue();
    double size = Math.abs(value);
    String format = size < 10 ? "%.3f" : size < 1_000 ? "%.1f" : size < 1e6 ? "%.0f" : "%.1e";
    return String.format(Locale.ROOT, format, value);
  }
}
