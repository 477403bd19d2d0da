package dev.millrace.cli.dashboard;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.cli.dashboard.DashboardHistory.KeyFigures;
import dev.millrace.cli.watch.ExamplesRate;
import dev.millrace.codec.json.SummaryJson;
import dev.millrace.report.SummaryReport;
import dev.millrace.report.SummaryReport.Spread;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Series over all keys by the clock: from the records of the summary topic if there are any, else
 * computed from the latest record of each key. Thread-safe.
 */
final class DashboardSummary {
  /** Time between two points that the page computes itself. */
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
    "loss_p90",
    "f1_p10",
    "f1_p50",
    "f1_p90",
    "mase_p10",
    "mase_p50",
    "mase_p90"
  };

  private DashboardSeries series = newSeries();
  private ExamplesRate rate = newRate();
  private long run; // changes when the series starts again
  private @Nullable SummaryReport newest; // from the topic
  private long newestNanos;
  private long lastTime;
  private long points;
  private @Nullable Long lag;

  private static DashboardSeries newSeries() {
    return new DashboardSeries("time_ms", COLUMNS);
  }

  private static ExamplesRate newRate() {
    return new ExamplesRate(Duration.ZERO);
  }

  /** Sets the number of input records after the last reported one; null if unknown. */
  synchronized void lag(@Nullable Long records) {
    lag = records;
  }

  /**
   * Adds a record of the summary topic; returns false if it is not newer than the last point, or of
   * a time far ahead.
   */
  synchronized boolean add(SummaryReport report, long nowNanos, long nowMillis) {
    if (DashboardRecord.isFarOff(report.time(), nowMillis)) {
      return false;
    }
    if (newest == null) {
      // The topic knows more than the page, and from earlier on.
      series = newSeries();
      rate = newRate();
      lastTime = 0;
      run++;
    }
    if (report.time() <= lastTime) {
      return false;
    }
    newest = report;
    newestNanos = nowNanos;
    boolean isNew = nowMillis - report.time() < PERIOD.toMillis();
    addPoint(report, KeyFigures.NONE, isNew ? lag : null);
    return true;
  }

  /** Adds a point that the page computed itself, unless the summary topic has recent records. */
  synchronized void sample(SummaryReport report, KeyFigures keys, long nowNanos) {
    if (!isFromTopic(nowNanos) && report.keys() > 0 && report.time() > lastTime) {
      addPoint(report, keys, lag);
    }
  }

  private boolean isFromTopic(long nowNanos) {
    return newest != null && nowNanos - newestNanos < FRESH_NANOS;
  }

  private void addPoint(SummaryReport report, KeyFigures keys, @Nullable Long lagNow) {
    float[] figures = new float[COLUMNS.length];
    figures[0] = report.keys();
    figures[1] = report.active();
    figures[2] = (float) rate.update(report.examples(), MILLISECONDS.toNanos(report.time()));
    figures[3] = lagNow == null ? Float.NaN : lagNow;
    addSpread(report.accuracy(), figures, 4);
    addSpread(report.loss(), figures, 7);
    addSpread(keys.f1(), figures, 10);
    addSpread(keys.mase(), figures, 13);
    lastTime = report.time();
    points++;
    series.add(lastTime, lastTime, figures, MAX_POINTS);
  }

  private static void addSpread(@Nullable Spread spread, float[] figures, int at) {
    figures[at] = spread == null ? Float.NaN : (float) spread.p10();
    figures[at + 1] = spread == null ? Float.NaN : (float) spread.p50();
    figures[at + 2] = spread == null ? Float.NaN : (float) spread.p90();
  }

  /** Writes the lag and the number of points so far. */
  synchronized void writeOverview(JsonGenerator out) throws IOException {
    out.writeObjectField("lag", lag);
    out.writeNumberField("summary_points", points);
  }

  /** Writes the latest summary, computed by the page if the topic has none, and later points. */
  synchronized void write(JsonGenerator out, SummaryReport current, long after, long nowNanos)
      throws IOException {
    SummaryReport recent = isFromTopic(nowNanos) ? newest : null;
    out.writeNumberField("run", run);
    out.writeBooleanField("from_topic", recent != null);
    out.writeFieldName("summary");
    byte[] summary = SummaryJson.encode(recent == null ? current : recent);
    out.writeRawValue(new String(summary, StandardCharsets.UTF_8));
    series.write(out, after);
  }
}
