package dev.millrace.cli.evaluate;

import static dev.millrace.report.Score.MAE;
import static dev.millrace.report.Score.RMSE;
import static dev.millrace.report.Score.SMAPE;

import dev.millrace.codec.json.MetricsRecord;
import dev.millrace.codec.json.MetricsRecord.Season;
import dev.millrace.data.Durations;
import dev.millrace.report.ScoreBlock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
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
  FinalForecasts(Collection<MetricsRecord> newest) {
    Map<Long, List<MetricsRecord>> byLength = new TreeMap<>();
    for (MetricsRecord metrics : newest) {
      if (metrics.isForecast()) {
        byLength.computeIfAbsent(length(metrics.horizon()), l -> new ArrayList<>()).add(metrics);
      }
    }
    byLength.values().forEach(series -> horizons.add(horizon(series)));
  }

  private static long length(String horizon) {
    return Durations.parse(horizon).orElseGet(() -> Long.parseLong(horizon));
  }

  private static Horizon horizon(List<MetricsRecord> series) {
    List<Score> scores = new ArrayList<>();
    scores.add(score("model", series, key -> key.total().scores()));
    scores.add(score("last value", series, key -> key.baseline().lastValue().total()));
    scores.add(score("mean", series, key -> key.baseline().mean().total()));
    List<Season> seasons = series.get(0).baseline().seasonal();
    for (int s = 0; s < seasons.size(); s++) {
      int at = s;
      String name = "season " + seasons.get(s).season();
      scores.add(score(name, series, key -> key.baseline().seasonal().get(at).naive().total()));
      scores.add(
          score(
              name + " + drift", series, key -> key.baseline().seasonal().get(at).drift().total()));
    }
    return new Horizon(
        series.get(0).horizon(),
        series.size(),
        series.stream().mapToLong(key -> key.total().scores().examples()).sum(),
        series.stream().mapToLong(key -> key.forecast().expired()).sum(),
        List.copyOf(scores),
        Coverage.of(series, false));
  }

  private static Score score(
      String name, List<MetricsRecord> series, Function<MetricsRecord, ScoreBlock> block) {
    return new Score(
        name,
        mean(series, key -> block.apply(key).get(MAE)),
        Math.sqrt(mean(series, key -> Math.pow(block.apply(key).get(RMSE), 2))),
        mean(series, key -> block.apply(key).get(SMAPE)),
        mean(series, key -> Finite.orNan(block.apply(key).get(MAE) / key.baseline().scale())));
  }

  private static double mean(List<MetricsRecord> series, ToDoubleFunction<MetricsRecord> score) {
    return Means.of(series, score, Means::weight);
  }

  /** Returns the horizons, shortest first; none if nothing is forecast. */
  List<Horizon> horizons() {
    return horizons;
  }
}
