package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.data.Printable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Formats the final metrics: a line for each key, worst window first, and one for all keys. */
public final class SummaryTable {
  private static final int MAX_KEYS = 20;

  private static final Object[][] CLASS_HEADER = {
    {"", "", "window", "no-change", "total", "total", "no-change", "majority"},
    {"key", "examples", "accuracy", "accuracy", "accuracy", "f1", "accuracy", "accuracy"},
  };
  private static final String[] CLASS_SCORES = {
    "/window/accuracy",
    "/baseline/no_change/window/accuracy",
    "/total/accuracy",
    "/total/f1",
    "/baseline/no_change/total/accuracy",
    "/baseline/majority/total/accuracy",
  };

  private static final Object[][] NUMBER_HEADER = {
    {"", "", "window", "last-value", "total", "total", "last-value", "mean"},
    {"key", "examples", "mae", "mae", "mae", "r2", "mae", "mae"},
  };
  private static final String[] NUMBER_SCORES = {
    "/window/mae",
    "/baseline/last_value/window/mae",
    "/total/mae",
    "/total/r2",
    "/baseline/last_value/total/mae",
    "/baseline/mean/total/mae",
  };

  private SummaryTable() {}

  /**
   * Returns the table, and which members of a mixture matter.
   *
   * @param verbose true for the weights and losses of all members
   */
  public static List<String> lines(FinalMetrics metrics, boolean verbose) {
    boolean regression = metrics.isRegression();
    String[] scores = regression ? NUMBER_SCORES : CLASS_SCORES;
    List<String> lines = new ArrayList<>();
    for (Object[] header : regression ? NUMBER_HEADER : CLASS_HEADER) {
      lines.add(row(header));
    }
    for (JsonNode key : worst(metrics, regression)) {
      lines.add(keyRow(key, scores));
    }
    int keys = metrics.newest().size();
    if (keys > 1) {
      lines.add(allKeys(metrics, regression, scores));
    }
    lines.addAll(new MemberLines(metrics).lines(verbose));
    return lines;
  }

  private static String allKeys(FinalMetrics metrics, boolean regression, String[] scores) {
    FinalMetrics.Totals totals = metrics.totals();
    int keys = metrics.newest().size();
    return row(
        keys > MAX_KEYS ? "all %,d keys".formatted(keys) : "all",
        count(totals.examples()),
        score(metrics.windowMean(scores[0])),
        score(metrics.windowMean(scores[1])),
        score(regression ? totals.mae() : totals.accuracy()),
        score(regression ? totals.r2() : totals.f1()),
        score(totals.firstBaseline()),
        score(totals.secondBaseline()));
  }

  private static List<JsonNode> worst(FinalMetrics metrics, boolean regression) {
    Comparator<JsonNode> byError =
        regression
            ? Comparator.comparingDouble(key -> -key.at(NUMBER_SCORES[0]).asDouble())
            : Comparator.comparingDouble(key -> key.at(CLASS_SCORES[0]).asDouble());
    return metrics.newest().stream().sorted(byError).limit(MAX_KEYS).toList();
  }

  private static String keyRow(JsonNode key, String[] scores) {
    Object[] cells = new Object[2 + scores.length];
    cells[0] = Printable.line(key.path("key").asText(), 14);
    cells[1] = count(key.path("examples").asLong());
    for (int s = 0; s < scores.length; s++) {
      cells[2 + s] = score(key.at(scores[s]).asDouble(Double.NaN));
    }
    return row(cells);
  }

  private static String row(Object... cells) {
    return "%-14s %9s  %9s %10s  %9s %7s %10s %9s".formatted(cells).stripTrailing();
  }

  private static String count(long value) {
    return "%,d".formatted(value);
  }

  static String score(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    double size = Math.abs(value);
    boolean isTiny = size > 0 && size < 1e-3;
    String format = isTiny || size >= 1e6 ? "%.2e" : size < 1_000 ? "%.4f" : "%.1f";
    return format.formatted(value);
  }
}
