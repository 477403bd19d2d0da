package dev.millrace.prequential.key;

import dev.millrace.data.SizeChecks;
import dev.millrace.eval.interval.ConformalBounds;
import dev.millrace.forecast.Series;
import dev.millrace.input.ErasedId;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.ForecastSpec.Step;
import dev.millrace.prequential.labels.PendingForecast;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.ForecastValue;
import dev.millrace.report.Prediction;
import dev.millrace.state.KeyPart;
import dev.millrace.state.State;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The series of one model key, its horizon, and the forecasts whose value is still to come, oldest
 * first. {@code Forecaster} updates it. Not thread-safe.
 *
 * <p>Reads and writes by hand: the series is made of the stored horizon.
 */
public final class ForecastState implements KeyPart {
  /**
   * Max number of pending forecasts. A horizon in records is not longer; of one in time, forecasts
   * that follow each other sooner than this part of it are dropped.
   */
  static final int MAX_PENDING = 16_000;

  public final Step horizon;
  final ArrayDeque<PendingForecast> pending;
  private final ForecastSpec spec;
  public Series series;
  public long expired;
  public long dropped;
  public long missing;
  public long late;
  private double lastForecast = Double.NaN;
  private double lastBound = Double.NaN;
  private long reported;
  private long pendingBytes;

  /** Creates the state of a key that has no records yet; null if the pipeline forecasts nothing. */
  static @Nullable ForecastState create(PartOrigin origin) {
    ForecastSpec spec = origin.spec().input().forecast();
    if (spec == null) {
      return null;
    }
    if (origin.key() == null) {
      throw new IllegalArgumentException("no series is stored");
    }
    Step horizon = horizon(spec, origin.key());
    return new ForecastState(spec, horizon, new Series(spec, horizon), new ArrayDeque<>());
  }

  private ForecastState(
      ForecastSpec spec, Step horizon, Series series, ArrayDeque<PendingForecast> pending) {
    this.spec = spec;
    this.horizon = horizon;
    this.series = series;
    this.pending = pending;
  }

  /**
   * Returns the horizon of a model key.
   *
   * @throws IllegalArgumentException if the key has none of the pipeline
   */
  static Step horizon(ForecastSpec spec, String key) {
    Step horizon = spec.horizon(key);
    if (horizon == null) {
      throw new IllegalArgumentException(
          "the model key \"%s\" of a forecast must end in %s and a horizon of %s"
              .formatted(key, ForecastSpec.SEPARATOR, spec.horizons()));
    }
    return horizon;
  }

  /**
   * Keeps a forecast until its value comes, unless too many are pending.
   *
   * @param left bytes that there are for it
   */
  public void keep(PendingForecast forecast, long left) {
    PendingForecast newest = pending.peekLast();
    long distance = series.isOfTime() ? horizon.length() / MAX_PENDING : 0;
    boolean isTooSoon = newest != null && forecast.target() - newest.target() < distance;
    if (isTooSoon || pending.size() == MAX_PENDING || forecast.memoryBytes() > left) {
      dropped++;
    } else {
      pending.add(forecast);
      pendingBytes += forecast.memoryBytes();
    }
  }

  /** Removes and returns the oldest pending forecast; null if there is none up to that target. */
  public @Nullable PendingForecast take(long lastTarget) {
    PendingForecast oldest = pending.peek();
    if (oldest == null || oldest.target() > lastTarget) {
      return null;
    }
    pendingBytes -= oldest.memoryBytes();
    return pending.remove();
  }

  /** Notes the last forecast whose value came, for the report. */
  public void score(PendingForecast forecast) {
    lastForecast = forecast.value();
    lastBound = forecast.features().bound().value();
  }

  /**
   * Returns the time that a forecast of the last record is of, in milliseconds since the epoch; if
   * steps are records, estimated from the time between the last two.
   */
  public long targetTime() {
    return targetTime(series.position() + horizon.length());
  }

  private long targetTime(long target) {
    if (series.isOfTime()) {
      return target;
    }
    return series.interval() == 0
        ? Prediction.Forecast.UNKNOWN_TIME
        : series.lastTime() + (target - series.position()) * series.interval();
  }

  /** Starts another pass over the data: a series of its own. */
  @Override
  public void startEpoch(int last) {
    expired += pending.size();
    pending.clear();
    pendingBytes = 0;
    series = new Series(spec, horizon);
  }

  @Override
  public long erasePending(ErasedId id) {
    int before = pending.size();
    pending.removeIf(forecast -> forecast.features().has(id));
    pendingBytes = pending.stream().mapToLong(PendingForecast::memoryBytes).sum();
    return (long) before - pending.size();
  }

  @Override
  public int pending() {
    return pending.size();
  }

  @Override
  public boolean hasRecords() {
    return records() > 0;
  }

  private long records() {
    return series.records() + late;
  }

  @Override
  public boolean hasUnreported() {
    return records() != reported;
  }

  @Override
  public void report(MetricsReport.Draft report) {
    report.forecast = report(report.context.key());
  }

  private MetricsReport.Forecast report(String key) {
    reported = records();
    PendingForecast newest = pending.peekLast();
    return new MetricsReport.Forecast(
        ForecastSpec.series(key),
        horizon.text(),
        pending.size(),
        expired,
        dropped,
        missing,
        late,
        series.last(),
        value(lastForecast, lastBound),
        newest == null
            ? value(Double.NaN, Double.NaN)
            : value(newest.value(), newest.features().bound().value()),
        newest == null ? Prediction.Forecast.UNKNOWN_TIME : targetTime(newest.target()));
  }

  private static ForecastValue value(double forecast, double bound) {
    return new ForecastValue(
        forecast, ConformalBounds.low(forecast, bound), ConformalBounds.high(forecast, bound));
  }

  @Override
  public long memoryBytes() {
    return series.memoryBytes() + pendingBytes;
  }

  /** Returns a copy that shares pending forecasts, which are immutable. */
  @Override
  public ForecastState copy() {
    ForecastState copy = new ForecastState(spec, horizon, series.copy(), pending.clone());
    copy.expired = expired;
    copy.dropped = dropped;
    copy.missing = missing;
    copy.late = late;
    copy.lastForecast = lastForecast;
    copy.lastBound = lastBound;
    copy.reported = reported;
    copy.pendingBytes = pendingBytes;
    return copy;
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeUTF(horizon.text());
    out.writeLong(horizon.length());
    series.write(out);
    out.writeInt(pending.size());
    for (PendingForecast forecast : pending) {
      forecast.write(out);
    }
    out.writeLong(expired);
    out.writeLong(dropped);
    out.writeLong(missing);
    out.writeLong(late);
    out.writeDouble(lastForecast);
    out.writeDouble(lastBound);
    out.writeLong(reported);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @return null if the pipeline forecasts nothing
   */
  static @Nullable ForecastState read(DataInput in, PartOrigin origin) throws IOException {
    ForecastSpec spec = origin.spec().input().forecast();
    if (spec == null) {
      return null;
    }
    int outputs = origin.learner().outputs();
    Step horizon = new Step(in.readUTF(), in.readLong());
    ForecastState state =
        new ForecastState(
            spec, horizon, State.read(in, new Series(spec, horizon)), new ArrayDeque<>());
    int baselines = 2 * spec.seasons().size();
    int size = SizeChecks.read(in, "pending forecasts", MAX_PENDING, Long.BYTES);
    for (int left = size; left > 0; left--) {
      state.keep(PendingForecast.read(in, outputs, baselines), Long.MAX_VALUE);
    }
    state.expired = in.readLong();
    state.dropped = in.readLong();
    state.missing = in.readLong();
    state.late = in.readLong();
    state.lastForecast = in.readDouble();
    state.lastBound = in.readDouble();
    state.reported = in.readLong();
    return state;
  }
}
