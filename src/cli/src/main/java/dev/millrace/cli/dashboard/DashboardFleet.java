package dev.millrace.cli.dashboard;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.codec.json.SummaryJson;
import dev.millrace.data.FleetReport;
import dev.millrace.data.FleetReport.Spread;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * How all keys together do over time, by the clock: from the records of the summary topic where
 * there are any, else from what the page knows of each key. Thread-safe.
 */
final class DashboardFleet {
  /** Time between two points that the page takes itself. */
  static final Duration PERIOD = Duration.ofSeconds(5);

  private static final int MAX_POINTS = 2_000;
  private static final long FRESH_NANOS = Duration.ofSeconds(15).toNanos();
  private static final String[] COLUMNS = {
    "keys",
    "active",
    "rate",
    "lag",
    "accuracy_p10",
    "accuracy_p50",
    "accuracy_p90",
    "loss_p10",
    "loss_p50",
    "loss_p90"
  };

  private DashboardSeries series;
  private DashboardRate rate;
  private long run; // tells a page that holds older points that the series began again
  private FleetReport newest; // from the topic, null before the first
  private long newestNanos;
  private long lastTime;
  private long points;
  private Long lag;

  DashboardFleet() {
    begin();
  }

  private void begin() {
    series = new DashboardSeries("time_ms", COLUMNS);
    rate = new DashboardRate(0);
    lastTime = 0;
    run++;
  }

  /** How many records of the input no metrics record tells of yet; null if nobody knows. */
  synchronized void lag(Long records) {
    lag = records;
  }

  /**
   * Takes a record of the summary topic in; false for one that is not newer than the last point, or
   * of a time that is still far off.
   */
  synchronized boolean add(FleetReport report, long nowNanos, long nowMillis) {
    if (DashboardRecord.isFarOff(report.time(), nowMillis)) {
      return false;
    }
    if (newest == null) {
      begin(); // the topic knows more than the page, and from earlier on
    }
    if (report.time() <= lastTime) {
      return false;
    }
    newest = report;
    newestNanos = nowNanos;
    boolean isNew = nowMillis - report.time() < PERIOD.toMillis();
    addPoint(report, isNew ? lag : null);
    return true;
  }

  /** Adds a point of what the page knows itself, unless the summary topic is at work. */
  synchronized void sample(FleetReport report, long nowNanos) {
    if (!isFromTopic(nowNanos) && report.keys() > 0 && report.time() > lastTime) {
      addPoint(report, lag);
    }
  }

  private boolean isFromTopic(long nowNanos) {
    return newest != null && nowNanos - newestNanos < FRESH_NANOS;
  }

  private void addPoint(FleetReport report, Long lagNow) {
    float[] figures = new float[COLUMNS.length];
    figures[0] = report.keys();
    figures[1] = report.active();
    figures[2] = rate.update(report.examples(), MILLISECONDS.toNanos(report.time()));
    figures[3] = lagNow == null ? Float.NaN : lagNow;
    addSpread(report.accuracy(), figures, 4);
    addSpread(report.loss(), figures, 7);
    lastTime = report.time();
    points++;
    series.add(lastTime, lastTime, figures, MAX_POINTS);
  }

  private static void addSpread(Spread spread, float[] figures, int at) {
    figures[at] = spread == null ? Float.NaN : (float) spread.p10();
    figures[at + 1] = spread == null ? Float.NaN : (float) spread.p50();
    figures[at + 2] = spread == null ? Float.NaN : (float) spread.p90();
  }

  /** Writes the lag, null if nobody knows, and the number of points that there were. */
  synchronized void writeOverview(JsonGenerator out) throws IOException {
    out.writeObjectField("lag", lag);
    out.writeNumberField("summary_points", points);
  }

  /** Writes the latest state, the page's own if the topic has none, and the points after a time. */
  synchronized void write(JsonGenerator out, FleetReport own, long after, long nowNanos)
      throws IOException {
    boolean fromTopic = isFromTopic(nowNanos);
    out.writeNumberField("run", run);
    out.writeBooleanField("from_topic", fromTopic);
    out.writeFieldName("summary");
    byte[] summary = SummaryJson.encode(fromTopic ? newest : own);
    out.writeRawValue(new String(summary, StandardCharsets.UTF_8));
    series.write(out, after);
  }
}
