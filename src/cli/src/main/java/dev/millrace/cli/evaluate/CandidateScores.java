package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.Plural;
import dev.millrace.data.Printable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Scores of champion and challengers over all keys: means weighted by the examples learned, and the
 * number of keys of which each model is champion. Not thread-safe.
 */
final class CandidateScores {

  /** Sums of one model over the keys. */
  private static final class Sums {
    private long championOf;
    private double examples;
    private double loss;
    private double accuracy;
  }

  private final Map<String, Sums> byName = new LinkedHashMap<>();
  private final boolean regression;

  CandidateScores(FinalMetrics metrics) {
    regression = metrics.isRegression();
    metrics.newest().forEach(newest -> newest.path("models").forEach(this::add));
  }

  private void add(JsonNode model) {
    Sums sums = byName.computeIfAbsent(model.path("name").asText(), name -> new Sums());
    double examples = model.path("examples").asDouble();
    sums.championOf += model.path("role").asText().equals("champion") ? 1 : 0;
    sums.examples += examples;
    sums.loss += examples * model.path(lossName()).asDouble();
    sums.accuracy += examples * model.path("accuracy").asDouble();
  }

  private String lossName() {
    return regression ? "mae" : "log_loss";
  }

  /** Returns a header and a line for each model; nothing for pipelines of one model. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (byName.isEmpty()) {
      return lines;
    }
    String loss = regression ? "mae" : "log-loss";
    lines.add("");
    lines.add(row("model", "champion of", loss, regression ? "" : "accuracy"));
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

  private static String mean(double sum, Sums of) {
    return of.examples == 0 ? "-" : SummaryTable.score(sum / of.examples);
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
          model.put(lossName(), FinalMetrics.finite(sums.loss / sums.examples));
          if (!regression) {
            model.put("accuracy", FinalMetrics.finite(sums.accuracy / sums.examples));
          }
        });
  }
}
