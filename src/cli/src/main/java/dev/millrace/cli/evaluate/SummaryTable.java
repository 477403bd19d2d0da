package dev.millrace.cli.evaluate;

import dev.millrace.cli.console.Figures;
import dev.millrace.codec.json.MetricsRecord;
import dev.millrace.data.Printable;
import dev.millrace.report.Score;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Formats the final metrics: a line for each key, worst window first, and one for all keys. */
public final class SummaryTable {
  private static final int MAX_KEYS = 20;

  private static final Object[][] CLASS_HEADER = {
    {"", "", "window", "no-change", "total", "total", "no-change", "majority"},
    {"key", "examples", "accuracy", "accuracy", "accuracy", "f1", "accuracy", "accuracy"},
  };
  private static final List<ToDoubleFunction<MetricsRecord>> CLASS_SCORES =
      List.of(
          key -> key.window().scores().get(Score.ACCURACY),
          key -> key.baseline().noChange().window().get(Score.ACCURACY),
          key -> key.total().scores().get(Score.ACCURACY),
          key -> key.total().scores().get(Score.F1),
          key -> key.baseline().noChange().total().get(Score.ACCURACY),
          key -> key.baseline().majority().total().get(Score.ACCURACY));

  private static final Object[][] NUMBER_HEADER = {
    {"", "", "window", "last-value", "total", "total", "last-value", "mean"},
    {"key", "examples", "mae", "mae", "mae", "r2", "mae", "mae"},
  };
  private static final List<ToDoubleFunction<MetricsRecord>> NUMBER_SCORES =
      List.of(
          key -> key.window().scores().get(Score.MAE),
          key -> key.baseline().lastValue().window().get(Score.MAE),
          key -> key.total().scores().get(Score.MAE),
          key -> key.total().scores().get(Score.R2),
          key -> key.baseline().lastValue().total().get(Score.MAE),
          key -> key.baseline().mean().total().get(Score.MAE));

  private SummaryTable() {}

  /**
   * Returns the table, and which members of a mixture matter.
   *
   * @param verbose true for the weights and losses of all members
   */
  public static List<String> lines(FinalMetrics metrics, boolean verbose) {
    boolean regression = metrics.isRegression();
    List<ToDoubleFunction<MetricsRecord>> scores = regression ? NUMBER_SCORES : CLASS_SCORES;
    List<String> lines = new ArrayList<>();
    for (Object[] header : regression ? NUMBER_HEADER : CLASS_HEADER) {
      lines.add(row(header));
    }
    for (MetricsRecord key : worst(metrics, regression)) {
      lines.add(keyRow(key, scores));
    }
    int keys = metrics.newest().size();
    if (keys > 1) {
      lines.add(allKeys(metrics, regression, scores));
    }
    lines.addAll(new MemberLines(metrics).lines(verbose));
    return lines;
  }

  private static String allKeys(
      FinalMetrics metrics, boolean regression, List<ToDoubleFunction<MetricsRecord>> scores) {
    FinalMetrics.Totals totals = metrics.totals();
    int keys = metrics.newest().size();
    return row(
        keys > MAX_KEYS ? "all %,d keys".formatted(keys) : "all",
        Figures.grouped(totals.examples()),
        Figures.score(metrics.windowMean(scores.get(0))),
        Figures.score(metrics.windowMean(scores.get(1))),
        Figures.score(totals.get(regression ? Score.MAE : Score.ACCURACY)),
        Figures.score(totals.get(regression ? Score.R2 : Score.F1)),
        Figures.score(totals.firstBaseline()),
        Figures.score(totals.secondBaseline()));
  }

  private static List<MetricsRecord> worst(FinalMetrics metrics, boolean regression) {
    Comparator<MetricsRecord> byError =
        regression
            ? Comparator.comparingDouble(key -> -orZero(NUMBER_SCORES.get(0), key))
            : Comparator.comparingDouble(key -> orZero(CLASS_SCORES.get(0), key));
    return metrics.newest().stream().sorted(byError).limit(MAX_KEYS).toList();
  }

  private static double orZero(ToDoubleFunction<MetricsRecord> score, MetricsRecord key) {
    double value = score.applyAsDouble(key);
    return Double.isNaN(value) ? 0 : value;
  }

  private static String keyRow(MetricsRecord key, List<ToDoubleFunction<MetricsRecord>> scores) {
    Object[] cells = new Object[2 + scores.size()];
    cells[0] = Printable.line(key.key(), 14);
    cells[1] = Figures.grouped(key.examples());
    for (int s = 0; s < scores.size(); s++) {
      cells[2 + s] = Figures.score(scores.get(s).applyAsDouble(key));
    }
    return row(cells);
  }

  private static String row(Object... cells) {
    return "%-14s %9s  %9s %10s  %9s %7s %10s %9s".formatted(cells).stripTrailing();
  }
}
