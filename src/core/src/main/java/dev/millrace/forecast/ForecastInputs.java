package dev.millrace.forecast;

import dev.millrace.data.ForecastSpec;
import dev.millrace.data.ForecastSpec.Step;
import dev.millrace.eval.KnownValues;
import java.util.List;

/**
 * What is known of a future value when it is forecast: the inputs that a model has behind the
 * declared features, and the forecasts of the baselines. Not thread-safe.
 */
public final class ForecastInputs {
  private final List<Step> seasons;
  private final Step horizon;
  private final long[] tolerances;

  /** Creates inputs of the model of a horizon. */
  public ForecastInputs(ForecastSpec spec, Step horizon) {
    this.seasons = spec.seasons();
    this.horizon = horizon;
    tolerances = seasons.stream().mapToLong(season -> spec.tolerance(season, horizon)).toArray();
  }

  /**
   * Writes the inputs that {@link ForecastSpec#inputs} names; NaN for what is not known.
   *
   * @param from place of the first one
   */
  public void fill(Series series, float[] into, int from) {
    int at = from;
    for (int lag = 0; lag < ForecastSpec.LAGS; lag++) {
      into[at++] = (float) series.lag(lag);
    }
    double last = series.lag(0);
    for (int s = 0; s < seasons.size(); s++) {
      double naive = naive(series, s);
      double base = base(series, s);
      into[at++] = (float) naive;
      into[at++] = (float) before(series, s, 1);
      into[at++] = (float) (naive + (last - base));
      into[at++] = last > 0 && base > 0 ? (float) (naive * (last / base)) : Float.NaN;
      into[at++] = (float) series.mean(s);
      into[at++] = (float) series.deviation(s);
    }
  }

  /** Returns the forecasts of the baselines. */
  public KnownValues baselines(Series series) {
    double last = series.lag(0);
    double[] seasonal = new double[2 * seasons.size()];
    for (int s = 0; s < seasons.size(); s++) {
      double naive = naive(series, s);
      seasonal[2 * s] = naive;
      seasonal[2 * s + 1] = naive + (last - base(series, s));
    }
    return new KnownValues(last, series.mean(), seasonal);
  }

  /** Returns the latest value that is known and a number of whole seasons before the target. */
  private double naive(Series series, int s) {
    double value = before(series, s, 0);
    return Double.isNaN(value) ? before(series, s, 1) : value;
  }

  /**
   * Returns the value that is before the target by the fewest whole seasons whose value can be
   * known.
   *
   * @param more seasons before that
   */
  private double before(Series series, int s, int more) {
    long seasonsBack = seasons.get(s).timesIn(horizon) + more;
    long target = series.position() + horizon.length();
    return series.at(target - seasonsBack * seasons.get(s).length(), tolerances[s]);
  }

  /** Returns the value that is as many seasons before the last one as the naive forecast is. */
  private double base(Series series, int s) {
    if (!series.hasValue()) {
      return Double.NaN;
    }
    long back = seasons.get(s).timesIn(horizon) * seasons.get(s).length();
    return series.at(series.lastPosition() - back, tolerances[s]);
  }
}
