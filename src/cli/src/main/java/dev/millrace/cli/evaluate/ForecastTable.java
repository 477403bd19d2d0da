package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.Figures;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.evaluate.FinalForecasts.Horizon;
import dev.millrace.cli.evaluate.FinalForecasts.Score;
import java.util.ArrayList;
import java.util.List;

/** Formats the scores of forecasts: for each horizon the models, then the baselines. */
final class ForecastTable {
  private final List<Horizon> horizons;

  ForecastTable(FinalForecasts forecasts) {
    horizons = forecasts.horizons();
  }

  /** Returns the table, and lines of intervals and of horizons whose best baseline is better. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(row("horizon", "forecast by", "mae", "rmse", "smape", "mase"));
    for (Horizon horizon : horizons) {
      for (Score score : horizon.scores()) {
        boolean isModel = score == horizon.model();
        lines.add(
            row(
                isModel ? horizon.horizon() : "",
                isModel && horizon.series() > 1
                    ? "%,d models".formatted(horizon.series())
                    : score.name(),
                Figures.score(score.mae()),
                Figures.score(score.rmse()),
                isModel ? percent(score.smape()) : "",
                Figures.score(score.mase())));
      }
    }
    for (Horizon horizon : horizons) {
      if (horizon.coverage() != null) {
        lines.add("Horizon %s: %s".formatted(horizon.horizon(), horizon.coverage().text()));
      }
      if (horizon.model().mae() >= horizon.best().mae()) {
        lines.add(
            "Horizon %s: worse than %s on mae (%s). What may help: other features, seasons, or more rows"
                .formatted(
                    horizon.horizon(), horizon.best().name(), Figures.score(horizon.best().mae())));
      }
      if (horizon.expired() > 0) {
        lines.add(
            "Horizon %s: no value came for %s"
                .formatted(horizon.horizon(), Plural.of(horizon.expired(), "forecast")));
      }
    }
    return lines;
  }

  private static String row(String horizon, String by, Object... scores) {
    return ("%-8s %-22s".formatted(horizon, by) + "%11s %11s %8s %9s".formatted(scores))
        .stripTrailing();
  }

  private static String percent(double smape) {
    return Double.isNaN(smape) ? "-" : "%.2f".formatted(smape);
  }

  /** Adds the horizons to a report. */
  void put(ObjectNode json) {
    ArrayNode all = json.putArray("horizons");
    for (Horizon horizon : horizons) {
      ObjectNode one = all.addObject();
      one.put("horizon", horizon.horizon());
      one.put("series", horizon.series());
      one.put("examples", horizon.examples());
      one.put("expired", horizon.expired());
      put(one, horizon.model());
      one.put("smape", Finite.orNull(horizon.model().smape()));
      if (horizon.coverage() != null) {
        horizon.coverage().put(one);
      }
      ArrayNode baselines = one.putArray("baselines");
      for (Score baseline : horizon.scores().subList(1, horizon.scores().size())) {
        ObjectNode scores = baselines.addObject();
        scores.put("name", baseline.name());
        put(scores, baseline);
      }
    }
  }

  private static void put(ObjectNode to, Score score) {
    to.put("mae", Finite.orNull(score.mae()));
    to.put("rmse", Finite.orNull(score.rmse()));
    to.put("mase", Finite.orNull(score.mase()));
  }
}
