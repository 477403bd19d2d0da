package dev.millrace.eval;

import dev.millrace.data.Task;
import dev.millrace.input.ForecastSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.Decaying;
import dev.millrace.report.MetricsReport.ForecastBaselines;
import dev.millrace.report.MetricsReport.RegressionBaseline;
import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.MetricsReport.SeasonScores;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prequential metrics of a regression model and of its baselines, which predict the last label and
 * the mean of all labels.
 *
 * <p>The baselines predict from the labels before the example at hand, or with labels that come
 * later from those that were known when its features came. For the first example of a key there are
 * none, so it does not count for them. Not thread-safe.
 */
public final class RegressionMetrics implements RollingMetrics {
  private static final double[] NONE = {};

  private final MetricsSpec spec;
  private final boolean areForecasts;
  private RegressionWindow window;
  private final RegressionSums total;
  private final @Nullable Decayed<RegressionSums> decayed;
  private final RunningMoments allLabels = new RunningMoments();
  // Of the labels in the mean that is a baseline.
  private final ValueLimit limit = new ValueLimit();
  private double previousLabel = Double.NaN;
  private double minLabel = Double.NaN;
  private double maxLabel = Double.NaN;
  // Of forecasts: mean absolute error of the value one season before, so far.
  private double seasonalError = Double.NaN;

  /** Creates metrics without any example. */
  public RegressionMetrics(MetricsSpec spec) {
    this.spec = spec;
    areForecasts = spec.forecast() != null;
    window = new RegressionWindow(spec);
    total = new RegressionSums(baselines(spec));
    decayed = Decayed.of(spec, new RegressionSums(baselines(spec)));
  }

  /**
   * Scores an example that was predicted before the model learned from it. A prediction that is not
   * finite counts as the label so far that is farthest from the actual one. Before the first label
   * the example is not scored then.
   *
   * @param actual its label, finite
   * @param predicted in units of the label
   * @param loss not in the mean if not finite
   * @param weight of the example in all scores, finite, at least 0
   * @param eventTime milliseconds since the epoch
   */
  public void update(double actual, double predicted, double loss, double weight, long eventTime) {
    update(actual, predicted, previousLabel, allLabels.mean(), NONE, loss, weight, eventTime);
  }

  /**
   * Scores an example whose label came later than its features.
   *
   * @param known what {@link #known} returned when the features came
   */
  public void update(
      double actual,
      double predicted,
      KnownLabels known,
      double loss,
      double weight,
      long eventTime) {
    update(actual, predicted, known.last(), known.usual(), NONE, loss, weight, eventTime);
  }

  @Override
  public KnownLabels known(int knownClasses) {
    return KnownLabels.ofValues(previousLabel, allLabels.mean());
  }

  /**
   * Scores a forecast, which the baselines made from values that were known as it was made.
   *
   * @param known forecasts of the baselines
   */
  public void update(
      double actual,
      double predicted,
      KnownValues known,
      double loss,
      double weight,
      long eventTime) {
    update(
        actual,
        predicted,
        known.lastValue(),
        known.mean(),
        known.seasonal(),
        loss,
        weight,
        eventTime);
  }

  private void update(
      double actual,
      double predicted,
      double lastValue,
      double mean,
      double[] seasonal,
      double loss,
      double weight,
      long eventTime) {
    double scored = Double.isFinite(predicted) ? predicted : farthestLabel(actual);
    if (!Double.isNaN(scored)) {
      window.add(actual, scored, lastValue, mean, seasonal, loss, weight, eventTime);
      total.add(actual, scored, lastValue, mean, loss, weight);
      if (areForecasts) {
        total.addForecast(actual, scored, seasonal, weight);
      }
      if (decayed != null) {
        double decayedWeight = weight * decayed.decay();
        decayed.sums().add(actual, scored, lastValue, mean, loss, decayedWeight);
        if (areForecasts) {
          decayed.sums().addForecast(actual, scored, seasonal, decayedWeight);
        }
      }
    }
    observe(actual, weight);
  }

  /** Sets the mean absolute error so far of the value one season before, which scales errors. */
  public void setSeasonalError(double error) {
    seasonalError = error;
  }

  /** Returns the number of seasonal baselines, or {@link RegressionSums#NO_FORECASTS}. */
  static int baselines(MetricsSpec spec) {
    return spec.forecast() == null
        ? RegressionSums.NO_FORECASTS
        : 2 * spec.forecast().seasons().size();
  }

  /** Returns the label farthest from this one so far; 0 if all equal it, NaN without any. */
  private double farthestLabel(double actual) {
    if (minLabel == actual && maxLabel == actual) {
      return 0;
    }
    return actual - minLabel > maxLabel - actual ? minLabel : maxLabel;
  }

  /** Updates the baselines by the label of an example without a prediction. */
  public void observe(double actual, double weight) {
    previousLabel = actual;
    // The comparisons are false for NaN, which is before the first label.
    minLabel = minLabel <= actual ? minLabel : actual;
    maxLabel = maxLabel >= actual ? maxLabel : actual;
    if (weight > 0) {
      allLabels.add(limit.updateAndLimit(actual), weight);
    }
  }

  @Override
  public MetricsReport report(MetricsReport.Context context) {
    RegressionSums inWindow = window.sums();
    Map<Score, Double> totalScores = scores(total);
    totalScores.put(Score.LABEL_MEAN, total.labels().mean());
    totalScores.put(Score.LABEL_SD, total.labels().standardDeviation());
    Map<Score, Double> windowScores = scores(inWindow);
    if (areForecasts) {
      putForecast(windowScores, inWindow);
      putForecast(totalScores, total);
    }
    RegressionScores scores =
        new RegressionScores(
            spec.window(),
            spec.windowMillis(),
            block(inWindow, windowScores),
            block(total, totalScores),
            decayed == null
                ? null
                : new Decaying(
                    spec.decay(),
                    decayed.sums().model().weight() / decayed.gain(),
                    block(decayed.sums(), scores(decayed.sums()))),
            baseline(inWindow.lastValue(), total.lastValue()),
            baseline(inWindow.mean(), total.mean()),
            spec.forecast() == null ? null : forecast(spec.forecast(), inWindow));
    return new MetricsReport(context, Task.REGRESSION, scores);
  }

  private ForecastBaselines forecast(ForecastSpec forecast, RegressionSums inWindow) {
    List<SeasonScores> seasons = new ArrayList<>();
    for (int s = 0; s < forecast.seasons().size(); s++) {
      int naive = 2 * s;
      int drift = naive + 1;
      seasons.add(
          new SeasonScores(
              forecast.seasons().get(s).text(),
              baseline(inWindow.seasonal(naive), total.seasonal(naive)),
              baseline(inWindow.seasonal(drift), total.seasonal(drift))));
    }
    return new ForecastBaselines(seasonalError, List.copyOf(seasons));
  }

  private static ScoreBlock block(RegressionSums sums, Map<Score, Double> scores) {
    return new ScoreBlock(sums.examples(), sums.model().weight(), scores);
  }

  private Map<Score, Double> scores(RegressionSums sums) {
    ErrorSums model = sums.model();
    Map<Score, Double> scores = new EnumMap<>(Score.class);
    scores.put(Score.MAE, model.mae());
    scores.put(Score.RMSE, model.rmse());
    scores.put(Score.R2, model.r2(sums.labels()));
    scores.put(Score.MAPE, sums.mape());
    scores.put(Score.QUANTILE_LOSS, sums.quantileLoss(spec.quantile()));
    scores.put(Score.VALUE_LOSS, sums.loss());
    scores.put(Score.VALUE_BETTER_THAN_BASELINE, ScoreBlock.number(isBetterThanBaselines(sums)));
    return scores;
  }

  private void putForecast(Map<Score, Double> scores, RegressionSums sums) {
    scores.put(Score.SMAPE, sums.smape());
    scores.put(Score.MASE, sums.model().mae() / seasonalError);
  }

  /** Returns true if MAE is below that of each baseline; null without baseline predictions. */
  private static @Nullable Boolean isBetterThanBaselines(RegressionSums sums) {
    double best = Math.min(sums.lastValue().mae(), sums.mean().mae());
    for (int b = 0; b < sums.seasonalBaselines(); b++) {
      double mae = sums.seasonal(b).mae();
      best = mae < best ? mae : best; // NaN of one that has not begun is not
    }
    return Double.isNaN(best) ? null : sums.model().mae() < best;
  }

  private static RegressionBaseline baseline(ErrorSums inWindow, ErrorSums total) {
    return new RegressionBaseline(inWindow.mae(), inWindow.rmse(), total.mae(), total.rmse());
  }

  @Override
  public double totalLoss() {
    return total.loss();
  }

  @Override
  public long memoryBytes(int classes) {
    return window.memoryBytes();
  }

  @Override
  public RegressionMetrics copy() {
    return State.copy(this, new RegressionMetrics(spec));
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    window =
        v.custom(
            window,
            RegressionWindow::write,
            in -> RegressionWindow.read(in, spec),
            RegressionWindow::copy);
    total.visit(v);
    v.optional(decayed, () -> new Decayed<>(new RegressionSums(baselines(spec)), 1));
    allLabels.visit(v);
    limit.visit(v);
    previousLabel = v.number(previousLabel);
    minLabel = v.number(minLabel);
    maxLabel = v.number(maxLabel);
    if (areForecasts) {
      seasonalError = v.number(seasonalError);
    }
  }
}
