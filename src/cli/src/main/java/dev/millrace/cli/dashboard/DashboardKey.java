package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What the dashboard remembers of one key. Guarded by the history's lock. */
final class DashboardKey {
  private static final int MAX_EPOCHS = 1_000;
  private static final int SPARK_POINTS = 40;
  private static final String RATE = "rate";

  private DashboardRecord latest;
  private DashboardSeries series;
  private DashboardRate rate;
  private final TreeMap<Integer, Float> epochs = new TreeMap<>(); // validation loss of each
  private long run; // tells a page that holds older points that the series began again
  private long heardNanos;

  DashboardRecord latest() {
    return latest;
  }

  /** When the last record came, repeated ones included. */
  long heardNanos() {
    return heardNanos;
  }

  int points() {
    return series.size();
  }

  /**
   * Takes a record in.
   *
   * @param newRun number of the series if one begins with this record
   * @param bound of the series' points
   */
  void add(DashboardRecord record, long nowNanos, long newRun, int bound) {
    if (latest == null || startsAnew(record)) {
      series = newSeries(record.columns());
      rate = new DashboardRate(TimeUnit.MILLISECONDS.toNanos(500));
      epochs.clear();
      run = newRun;
    }
    latest = record;
    heardNanos = nowNanos;
    float[] values = record.values();
    float[] figures = new float[values.length + 1];
    System.arraycopy(values, 0, figures, 0, values.length);
    figures[values.length] = rate.update(record.examples(), nowNanos);
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
  }

  /**
   * An older seq is a re-delivery after a restart of the job. It is not when it lies before all
   * that is known of the key, or comes from another configuration: then the pipeline itself began
   * again.
   */
  boolean isRepeat(DashboardRecord record) {
    if (record.seq() == latest.seq()) {
      return record.config().equals(latest.config());
    }
    return record.seq() < latest.seq() && !startsAnew(record);
  }

  /** Whether a series begins with a record. */
  boolean startsAnew(DashboardRecord record) {
    boolean otherRun = !record.config().equals(latest.config());
    boolean otherFigures = record.columns() != latest.columns();
    boolean beforeAllKnown = record.seq() <= series.firstPlace();
    return otherFigures || beforeAllKnown || (otherRun && record.seq() <= latest.seq());
  }

  /** Writes the points after a seq, and how the validation loss went from epoch to epoch. */
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

  /** The windowed loss of the last points, oldest first. */
  float[] lastLosses() {
    return series.last(SPARK_POINTS, latest.columns().lossColumn());
  }
}
