package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.Figures;
import dev.millrace.cli.console.Plural;
import dev.millrace.codec.json.MetricsRecord;
import dev.millrace.data.Printable;
import dev.millrace.report.Score;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Scores of champion and challengers over all keys: means weighted by the examples learned, and the
 * number of keys of which each model is champion. Not thread-safe.
 */
final class CandidateTotals {

  /** Sums of one model over the keys. */
  private static final class Sums {
    private long championOf;
    private double examples;
    private double loss;
    private double accuracy;
  }

  private final Map<String, Sums> byName = new LinkedHashMap<>();
  private final boolean regression;

  CandidateTotals(FinalMetrics metrics) {
    regression = metrics.isRegression();
    metrics.newest().forEach(newest -> newest.models().forEach(this::add));
  }

  private void add(MetricsRecord.Model model) {
    Sums sums = byName.computeIfAbsent(model.name(), name -> new Sums());
    sums.championOf += model.isChampion() ? 1 : 0;
    sums.examples += model.examples();
    sums.loss += model.examples() * orZero(regression ? model.mae() : model.logLoss());
    sums.accuracy += model.examples() * orZero(model.accuracy());
  }

  private static double orZero(double score) {
    return Double.isNaN(score) ? 0 : score;
  }

  private String lossName() {
    return (regression ? Score.MAE : Score.LOG_LOSS).field();
  }

  /** Returns a header and a line for each model; nothing for pipelines of one model. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (byName.isEmpty()) {
      return lines;
    }
    lines.add("");
    lines.add(
        row("model", "champion of", lossName().replace('_', '-'), regression ? "" : "accuracy"));
    byName.forEach(
        (name, sums) ->
            lines.add(
                row(
                    Printable.line(name, 14),
                    keys(sums.championOf),
                    mean(sums.loss, sums),
                    regression ? "" : mean(sums.accuracy, sums))));
    return lines;
  }

  private static String keys(long count) {
    return count == 0 ? "-" : Plural.of(count, "key");
  }

  private static String mean(double sum, Sums sums) {
    return sums.examples == 0 ? "-" : Figures.score(sum / sums.examples);
  }

  private static String row(Object... cells) {
    return "%-14s %11s  %9s %10s".formatted(cells).stripTrailing();
  }

  /** Adds the models to a report by name; nothing for pipelines of one model. */
  void put(ObjectNode report) {
    if (byName.isEmpty()) {
      return;
    }
    ObjectNode models = report.putObject("models");
    byName.forEach(
        (name, sums) -> {
          ObjectNode model = models.putObject(name);
          model.put("champion_of", sums.championOf);
          model.put(lossName(), Finite.orNull(sums.loss / sums.examples));
          if (!regression) {
            model.put("accuracy", Finite.orNull(sums.accuracy / sums.examples));
          }
        });
  }
}
