package dev.millrace.forecast;

import dev.millrace.eval.KnownValues;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.ForecastSpec.Step;
import java.util.List;

/**
 * Computes the inputs of a forecast: those that a model has behind the declared features, and the
 * forecasts of the baselines. Not thread-safe.
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
    double last = series.lag(0);
    int at = from;
    into[at++] = (float) last;
    into[at++] = (float) series.lag(1);
    into[at++] = (float) series.lag(2);
    into[at++] = (float) series.slowMean();
    into[at++] = (float) series.fastMean();
    for (int s = 0; s < seasons.size(); s++) {
      long number = naive(series, s);
      double naive = value(series, number);
      double base = base(series, s);
      into[at++] = (float) naive;
      into[at++] = (float) value(series, before(series, s, 1));
      into[at++] = (float) (naive + (last - base));
      into[at++] = (float) grown(naive, last, base);
      into[at++] = number < 0 ? Float.NaN : (float) series.season(s).phaseMean(number);
      into[at++] = (float) series.season(s).mean();
    }
    for (int i = from; i < at; i++) {
      into[i] = Float.isFinite(into[i]) ? into[i] : Float.NaN;
    }
  }

  /** Returns the naive forecast times the growth since; NaN near 0, where growth is undefined. */
  private static double grown(double naive, double last, double base) {
    double growth = last / base;
    boolean isUsable = naive > 0 && last > 0 && base > 0 && growth >= 0.5 && growth <= 2;
    return isUsable ? naive * growth : Double.NaN;
  }

  /** Returns the forecasts of the baselines. */
  public KnownValues baselines(Series series) {
    double last = series.lag(0);
    double[] seasonal = new double[2 * seasons.size()];
    for (int s = 0; s < seasons.size(); s++) {
      double naive = value(series, naive(series, s));
      seasonal[2 * s] = naive;
      seasonal[2 * s + 1] = naive + (last - base(series, s));
    }
    return new KnownValues(last, series.mean(), seasonal);
  }

  private static double value(Series series, long number) {
    return number < 0 ? Double.NaN : series.valueOf(number);
  }

  /** Returns the number of the latest value that is whole seasons before the target, or -1. */
  private long naive(Series series, int s) {
    long number = before(series, s, 0);
    return number < 0 ? before(series, s, 1) : number;
  }

  /**
   * Returns the number of the value that is before the target by the fewest whole seasons whose
   * value can be known; -1 if it is not known.
   *
   * @param more seasons before that
   */
  private long before(Series series, int s, int more) {
    long seasonsBack = seasons.get(s).timesIn(horizon) + more;
    long target = series.position() + horizon.length();
    return series.find(target - seasonsBack * seasons.get(s).length(), tolerances[s]);
  }

  /** Returns the value that is as many seasons before the last one as the naive forecast is. */
  private double base(Series series, int s) {
    if (!series.hasValue()) {
      return Double.NaN;
    }
    long back = seasons.get(s).timesIn(horizon) * seasons.get(s).length();
    return value(series, series.find(series.lastPosition() - back, tolerances[s]));
  }
}
