package dev.millrace.cli.evaluate;

import dev.millrace.cli.console.Figures;
import dev.millrace.cli.console.Plural;
import dev.millrace.codec.json.MetricsRecord;
import dev.millrace.data.Printable;
import dev.millrace.data.Task;
import dev.millrace.report.Score;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Formats the scores of several outputs: of all together for each key, worst window first, then of
 * each output over all keys, next to its baselines.
 */
final class OutputTable {
  private static final int MAX_KEYS = 20;
  private static final int MAX_OUTPUTS = 40;
  private static final int MAX_NAMES = 5;
  private static final List<Column> SET_SCORES =
      List.of(
          new Column(MetricsRecord::window, Score.SET_F1),
          new Column(MetricsRecord::window, Score.EXACT_MATCH),
          new Column(MetricsRecord::total, Score.SET_F1),
          new Column(MetricsRecord::total, Score.SET_MACRO_F1),
          new Column(MetricsRecord::total, Score.JACCARD),
          new Column(MetricsRecord::total, Score.HAMMING_LOSS),
          new Column(MetricsRecord::total, Score.EXACT_MATCH));

  /** A score of a block. */
  private record Column(Function<MetricsRecord, MetricsRecord.Block> block, Score score) {
    double of(MetricsRecord key) {
      return block.apply(key).scores().get(score);
    }
  }

  private final FinalMetrics metrics;
  private final List<FinalMetrics.Output> outputs;

  OutputTable(FinalMetrics metrics) {
    this.metrics = metrics;
    outputs = metrics.outputs();
  }

  /** Returns the tables, and lines of outputs whose baselines are better. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (!Double.isNaN(total(Score.EXACT_MATCH))) {
      addSets(lines);
    }
    List<FinalMetrics.Output> shown = outputs.subList(0, Math.min(MAX_OUTPUTS, outputs.size()));
    if (shown.stream().anyMatch(output -> !output.metrics().isRegression())) {
      begin(lines);
      lines.add(
          classes(
              "output",
              "task",
              "examples",
              "accuracy",
              "majority",
              "f1",
              "log-loss",
              "frequencies"));
      shown.stream()
          .filter(output -> !output.metrics().isRegression())
          .forEach(output -> lines.add(classRow(output)));
    }
    if (shown.stream().anyMatch(output -> output.metrics().isRegression())) {
      begin(lines);
      lines.add(values("output", "task", "examples", "mae", "mae of mean", "rmse", "r2"));
      shown.stream()
          .filter(output -> output.metrics().isRegression())
          .forEach(output -> lines.add(valueRow(output)));
    }
    if (shown.size() < outputs.size()) {
      lines.add(
          "The first %d of %s; --json has all."
              .formatted(shown.size(), Plural.of(outputs.size(), "output")));
    }
    addLosers(lines);
    return lines;
  }

  private static void begin(List<String> lines) {
    if (!lines.isEmpty()) {
      lines.add("");
    }
  }

  private void addSets(List<String> lines) {
    lines.add(sets("", "", "window", "", "total", "", "", "", ""));
    lines.add(
        sets("key", "examples", "f1", "exact", "f1", "macro-f1", "jaccard", "hamming", "exact"));
    metrics.newest().stream()
        .sorted(Comparator.comparingDouble(OutputTable::windowF1))
        .limit(MAX_KEYS)
        .forEach(key -> lines.add(setRow(key)));
    int keys = metrics.newest().size();
    if (keys > 1) {
      Object[] cells = new Object[2 + SET_SCORES.size()];
      cells[0] = keys > MAX_KEYS ? "all %,d keys".formatted(keys) : "all";
      cells[1] = Figures.grouped(metrics.examples());
      for (int s = 0; s < SET_SCORES.size(); s++) {
        cells[2 + s] =
            Figures.score(
                metrics.ofAllOutputs(SET_SCORES.get(s).block(), SET_SCORES.get(s).score()));
      }
      lines.add(sets(cells));
    }
    lines.add(
        "f1 and jaccard are micro averages over the %s; exact: all of them were right"
            .formatted(isOfLabels() ? "labels" : "targets of two classes"));
  }

  private boolean isOfLabels() {
    return metrics.newest().stream().anyMatch(key -> key.is(Task.MULTILABEL));
  }

  private static double windowF1(MetricsRecord key) {
    double f1 = SET_SCORES.get(0).of(key);
    return Double.isNaN(f1) ? 0 : f1;
  }

  private double total(Score score) {
    return metrics.ofAllOutputs(MetricsRecord::total, score);
  }

  private static String setRow(MetricsRecord key) {
    Object[] cells = new Object[2 + SET_SCORES.size()];
    cells[0] = Printable.line(key.key(), 14);
    cells[1] = Figures.grouped(key.examples());
    for (int s = 0; s < SET_SCORES.size(); s++) {
      cells[2 + s] = Figures.score(SET_SCORES.get(s).of(key));
    }
    return sets(cells);
  }

  private static String classRow(FinalMetrics.Output output) {
    FinalMetrics.Totals totals = output.metrics().totals();
    return classes(
        Printable.line(output.name(), 18),
        output.task(),
        Figures.grouped(totals.examples()),
        Figures.score(totals.get(Score.ACCURACY)),
        Figures.score(totals.secondBaseline()),
        Figures.score(totals.get(Score.F1)),
        Figures.score(totals.get(Score.LOG_LOSS)),
        Figures.score(totals.get(Score.LOG_LOSS_BASELINE)));
  }

  private static String valueRow(FinalMetrics.Output output) {
    FinalMetrics.Totals totals = output.metrics().totals();
    return values(
        Printable.line(output.name(), 18),
        output.task(),
        Figures.grouped(totals.examples()),
        Figures.score(totals.get(Score.MAE)),
        Figures.score(totals.secondBaseline()),
        Figures.score(totals.get(Score.RMSE)),
        Figures.score(totals.get(Score.R2)));
  }

  private static String sets(Object... cells) {
    return "%-14s %9s  %6s %6s  %6s %8s %7s %7s %6s".formatted(cells).stripTrailing();
  }

  private static String classes(Object... cells) {
    return "%-18s %-10s %9s  %8s %8s %6s %8s %11s".formatted(cells).stripTrailing();
  }

  private static String values(Object... cells) {
    return "%-18s %-10s %9s  %9s %11s %9s %7s".formatted(cells).stripTrailing();
  }

  private void addLosers(List<String> lines) {
    List<String> losers = new ArrayList<>();
    for (FinalMetrics.Output output : outputs) {
      String score = lost(output.metrics());
      if (score != null) {
        losers.add("%s (%s)".formatted(Printable.line(output.name(), 40), score));
      }
    }
    if (!losers.isEmpty()) {
      int more = losers.size() - MAX_NAMES;
      lines.add(
          "Worse than a baseline: %s%s. What may help: other features, or more rows"
              .formatted(
                  String.join(", ", losers.subList(0, Math.min(MAX_NAMES, losers.size()))),
                  more > 0 ? " and %,d more".formatted(more) : ""));
    }
  }

  /** Returns the score that a baseline of an output is better on; null if none is. */
  private static @Nullable String lost(FinalMetrics metrics) {
    FinalMetrics.Totals totals = metrics.totals();
    if (metrics.isRegression()) {
      return totals.losesToBaseline() ? "mae" : null;
    }
    if (totals.losesToFrequencies()) {
      return "log-loss";
    }
    if (!metrics.isTuned()) {
      return totals.losesToBaseline() ? "accuracy" : null;
    }
    return metrics.losesOnF1() ? "f1" : null;
  }
}
