package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.cli.watch.ExamplesRate;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Latest record and series of one key. Guarded by the history's lock. */
final class DashboardKey {
  private static final int MAX_EPOCHS = 1_000;
  private static final int SPARK_POINTS = 40;
  private static final String RATE = "rate";

  private final DashboardSeries series;
  private final ExamplesRate rate = new ExamplesRate(Duration.ofMillis(500));
  private final TreeMap<Integer, Float> epochs = new TreeMap<>(); // validation loss of each
  private final DashboardForecasts forecasts = new DashboardForecasts();
  private final long run;
  private DashboardRecord latest;
  private long heardNanos;

  /**
   * @param first record of the series
   * @param run number of the series
   */
  DashboardKey(DashboardRecord first, long run) {
    this.latest = first;
    this.run = run;
    this.series = newSeries(first.columns());
  }

  DashboardRecord latest() {
    return latest;
  }

  /** Returns when the last record came, repeated ones included. */
  long heardNanos() {
    return heardNanos;
  }

  int points() {
    return series.size();
  }

  /** Returns the forecasts whose time has not come. */
  DashboardForecasts forecasts() {
    return forecasts;
  }

  /**
   * Adds a record.
   *
   * @param bound of the series' points
   */
  void add(DashboardRecord record, long nowNanos, int bound) {
    boolean isUpdate = points() > 0 && isUpdate(record);
    latest = record;
    heardNanos = nowNanos;
    forecasts.add(record.forecast(), record.eventTime(), bound);
    if (!isUpdate) {
      addPoint(record, nowNanos, bound);
    }
  }

  private void addPoint(DashboardRecord record, long nowNanos, int bound) {
    float[] values = record.values();
    float[] figures = Arrays.copyOf(values, values.length + 1);
    figures[values.length] = (float) rate.update(record.examples(), nowNanos);
    series.add(record.seq(), record.eventTime(), figures, bound);
    if (record.epoch() != null) {
      epochs.put(record.epoch().number(), record.epoch().loss());
      if (epochs.size() > MAX_EPOCHS) {
        epochs.pollFirstEntry();
      }
    }
  }

  private static DashboardSeries newSeries(DashboardColumns columns) {
    String[] names = new String[columns.count() + 1];
    for (int i = 0; i < columns.count(); i++) {
      names[i] = columns.name(i);
    }
    names[columns.count()] = RATE;
    return new DashboardSeries("seq", names);
  }

  void heard(long nowNanos) {
    heardNanos = nowNanos;
  }

  void shrink(int bound) {
    series.shrink(bound);
    forecasts.shrink(bound);
  }

  /**
   * Returns true if a record repeats one. An older seq is a re-delivery after a restart of the job,
   * unless it is before all known points, or of another configuration: then the pipeline started
   * again.
   */
  boolean isRepeat(DashboardRecord record) {
    if (record.seq() == latest.seq()) {
      return record.config().equals(latest.config()) && !isUpdate(record);
    }
    return record.seq() < latest.seq() && !startsAgain(record);
  }

  /**
   * Returns true if a record reports what has come after the last example: features or values that
   * wait for their label.
   */
  private boolean isUpdate(DashboardRecord record) {
    return record.seq() == latest.seq()
        && record.config().equals(latest.config())
        && record.columns() == latest.columns()
        && record.eventTime() > latest.eventTime();
  }

  /** Returns true if a new series starts with a record. */
  boolean startsAgain(DashboardRecord record) {
    if (isUpdate(record)) {
      return false;
    }
    boolean otherRun = !record.config().equals(latest.config());
    boolean otherFigures = record.columns() != latest.columns();
    boolean beforeAllKnown = record.seq() <= series.firstPlace();
    return otherFigures || beforeAllKnown || (otherRun && record.seq() <= latest.seq());
  }

  /** Writes the points after a seq, and the validation loss of each epoch. */
  void writeHistory(JsonGenerator out, long after) throws IOException {
    out.writeStringField("key", latest.key());
    out.writeNumberField("run", run);
    series.write(out, after);
    out.writeArrayFieldStart("epochs");
    for (Map.Entry<Integer, Float> epoch : epochs.entrySet()) {
      out.writeStartArray();
      out.writeNumber(epoch.getKey());
      DashboardRecord.writeFinite(out, epoch.getValue());
      out.writeEndArray();
    }
    out.writeEndArray();
  }

  /** Returns the figure by which keys are ordered at the last points, oldest first. */
  float[] lastRanks() {
    return series.last(SPARK_POINTS, latest.columns().rankColumn(latest.values()));
  }
}
