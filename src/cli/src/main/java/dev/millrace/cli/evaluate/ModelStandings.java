package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Terminal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How the models did of which one answers, over all keys: of how many each is champion, and the
 * means of its scores, weighted by the examples that it has learned. Not thread-safe.
 */
final class ModelStandings {

  /** One model over the keys. */
  private static final class Sums {
    private long championOf;
    private double examples;
    private double loss;
    private double accuracy;
  }

  private final Map<String, Sums> byName = new LinkedHashMap<>();
  private final boolean regression;

  ModelStandings(FinalMetrics metrics) {
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

  /** A header and a line for each model; nothing where there is but one. */
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
                    Terminal.printable(name, 14),
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
    return String.format(Locale.ROOT, "%-14s %11s  %9s %10s", cells).stripTrailing();
  }

  /** Adds the models to a report, by name; nothing where there is but one. */
  void put(ObjectNode report) {
    if (byName.isEmpty()) {
      return;
    }
    ObjectNode models = report.putObject("models");
    byName.forEach(
        (name, sums) -> {
          ObjectNode model = models.putObject(name);
          model.put("champion_of", sums.championOf);
          put(model, lossName(), sums.loss / sums.examples);
          if (!regression) {
            put(model, "accuracy", sums.accuracy / sums.examples);
          }
        });
  }

  private static void put(ObjectNode json, String name, double value) {
    if (Double.isFinite(value)) {
      json.put(name, value);
    } else {
      json.putNull(name);
    }
  }
}
