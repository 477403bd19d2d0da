package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.cli.dashboard.DashboardRecord.Forecast;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The forecasts of one key whose time has not come, with a bounded number: of too many, some stay
 * that are evenly spread. Not thread-safe.
 */
final class DashboardForecasts {
  // Points of a key for each forecast that is kept.
  private static final int POINTS_PER_FORECAST = 8;

  private final List<Forecast> pending = new ArrayList<>(); // by ascending time
  private long now;
  private long reach; // from the newest record to the time of its forecast
  private long minDistance; // between forecasts, except the newest

  /** Returns the number of forecasts. */
  int size() {
    return pending.size();
  }

  /**
   * Adds the forecast of a record; removes those whose time has come with it, and older ones of the
   * same time or a later one.
   *
   * @param forecast null for none
   * @param eventTime of the record, milliseconds since the epoch; 0 if not known
   * @param bound points of the key
   */
  void add(@Nullable Forecast forecast, long eventTime, int bound) {
    now = Math.max(now, eventTime);
    pending.removeIf(one -> one.time() <= now);
    if (forecast == null
        || eventTime == 0
        || forecast.time() <= now
        || !Float.isFinite(forecast.value())) {
      return;
    }
    pending.removeIf(one -> one.time() >= forecast.time());
    int last = pending.size() - 1;
    if (last > 0 && pending.get(last).time() - pending.get(last - 1).time() < minDistance) {
      pending.remove(last);
    }
    pending.add(forecast);
    reach = forecast.time() - eventTime;
    shrink(bound);
  }

  /**
   * Removes forecasts until they are not too many.
   *
   * @param bound points of the key
   */
  void shrink(int bound) {
    int max = Math.max(1, bound / POINTS_PER_FORECAST);
    while (pending.size() > max) {
      List<Forecast> kept = new ArrayList<>();
      for (int i = (pending.size() - 1) % 2; i < pending.size(); i += 2) {
        kept.add(pending.get(i)); // the newest one stays
      }
      pending.clear();
      pending.addAll(kept);
      int last = kept.size() - 1;
      minDistance = (kept.get(last).time() - kept.get(0).time()) / Math.max(1, last);
    }
  }

  /**
   * Writes the forecasts of one series from several horizons as {@code [time, value, low, high]},
   * by ascending time: for each time those of the shortest horizon that reaches it, as they were
   * made last.
   *
   * @param from time after which they are wanted, as {@link #now} of the horizon that is shown
   */
  static void write(JsonGenerator out, Collection<DashboardForecasts> horizons, long from)
      throws IOException {
    List<DashboardForecasts> byReach = new ArrayList<>(horizons);
    byReach.sort(Comparator.comparingLong(horizon -> horizon.reach));
    long last = from;
    for (DashboardForecasts horizon : byReach) {
      for (Forecast forecast : horizon.pending) {
        if (forecast.time() > last) {
          last = forecast.time();
          out.writeStartArray();
          out.writeNumber(last);
          DashboardRecord.writeFinite(out, forecast.value());
          DashboardRecord.writeFinite(out, forecast.low());
          DashboardRecord.writeFinite(out, forecast.high());
          out.writeEndArray();
        }
      }
    }
  }

  /** Returns the latest event time of the records, in milliseconds since the epoch. */
  long now() {
    return now;
  }
}
