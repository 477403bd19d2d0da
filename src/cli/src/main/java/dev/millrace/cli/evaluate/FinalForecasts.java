package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.data.Durations;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Scores of forecasts by horizon: means over the series, weighted by their scored forecasts. */
final class FinalForecasts {

  /**
   * Errors of one way to forecast; NaN for a score that it has not.
   *
   * @param name {@code model}, or that of a baseline
   */
  record Score(String name, double mae, double rmse, double smape, double mase) {}

  /**
   * A horizon of all series.
   *
   * @param examples scored forecasts
   * @param expired forecasts that were never scored
   * @param scores of the models, then of the baselines
   * @param coverage of the intervals; null without intervals
   */
  record Horizon(
      String horizon,
      int series,
      long examples,
      long expired,
      List<Score> scores,
      @Nullable Coverage coverage) {
    Score model() {
      return scores.get(0);
    }

    /** Returns the baseline of the lowest error. */
    Score best() {
      Score best = scores.get(1);
      for (Score score : scores.subList(2, scores.size())) {
        best = score.mae() < best.mae() ? score : best;
      }
      return best;
    }
  }

  private final List<Horizon> horizons = new ArrayList<>();

  /**
   * @param newest metrics of each key
   */
  FinalForecasts(Collection<JsonNode> newest) {
    Map<Long, List<JsonNode>> byLength = new TreeMap<>();
    for (JsonNode metrics : newest) {
      if (metrics.has("horizon")) {
        long length = length(metrics.path("horizon").asText());
        byLength.computeIfAbsent(length, l -> new ArrayList<>()).add(metrics);
      }
    }
    byLength.values().forEach(series -> horizons.add(horizon(series)));
  }

  private static long length(String horizon) {
    return Durations.parse(horizon).orElseGet(() -> Long.parseLong(horizon));
  }

  private static Horizon horizon(List<JsonNode> series) {
    List<Score> scores = new ArrayList<>();
    Score model = score("model", series, "/total");
    scores.add(
        new Score(
            model.name(),
            model.mae(),
            model.rmse(),
            FinalMetrics.mean(series, "/total/smape", "/total/weight"),
            model.mase()));
    scores.add(score("last value", series, "/baseline/last_value/total"));
    scores.add(score("mean", series, "/baseline/mean/total"));
    JsonNode seasons = series.get(0).at("/baseline/seasonal");
    for (int s = 0; s < seasons.size(); s++) {
      String name = "season " + seasons.get(s).path("season").asText();
      String path = "/baseline/seasonal/" + s;
      scores.add(score(name, series, path + "/naive/total"));
      scores.add(score(name + " + drift", series, path + "/drift/total"));
    }
    return new Horizon(
        series.get(0).path("horizon").asText(),
        series.size(),
        series.stream().mapToLong(key -> key.at("/total/examples").asLong()).sum(),
        series.stream().mapToLong(key -> key.at("/forecast/expired").asLong()).sum(),
        List.copyOf(scores),
        Coverage.of(series, false));
  }

  private static Score score(String name, List<JsonNode> series, String path) {
    String weight = "/total/weight";
    double squares = 0;
    double scaled = 0;
    double count = 0;
    double scaledCount = 0;
    for (JsonNode key : series) {
      double n = key.at(weight).asDouble();
      double rmse = key.at(path + "/rmse").asDouble(Double.NaN);
      if (!Double.isNaN(rmse)) {
        squares += n * rmse * rmse;
        count += n;
      }
      double mase = key.at(path + "/mae").asDouble(Double.NaN) / scale(key);
      if (Double.isFinite(mase)) {
        scaled += n * mase;
        scaledCount += n;
      }
    }
    return new Score(
        name,
        FinalMetrics.mean(series, path + "/mae", weight),
        count == 0 ? Double.NaN : Math.sqrt(squares / count),
        Double.NaN,
        scaledCount == 0 ? Double.NaN : scaled / scaledCount);
  }

  private static double scale(JsonNode key) {
    return key.at("/baseline/scale").asDouble(Double.NaN);
  }

  /** Returns the horizons, shortest first; none if nothing is forecast. */
  List<Horizon> horizons() {
    return horizons;
  }
}
