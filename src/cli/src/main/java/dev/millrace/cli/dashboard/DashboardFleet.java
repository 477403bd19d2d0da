package dev.millrace.cli.dashboard;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.codec.json.FleetJson;
import dev.millrace.data.FleetReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

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

  /**
   * A record of the summary topic.
   *
   * @param time milliseconds since the epoch
   * @param json the whole line
   */
  record Line(String pipeline, long time, JsonNode node, String json) {

    /** The record in a JSON value, or empty when that is anything else. */
    static Optional<Line> of(JsonNode node, String json) {
      long time = DashboardRecord.time(node.path("time"));
      if (time == 0 || !node.path("worst").isArray() || !node.path("keys").isInt()) {
        return Optional.empty();
      }
      return Optional.of(new Line(node.path("pipeline").asText(), time, node, json));
    }
  }

  private DashboardSeries series;
  private DashboardRate rate;
  private long run; // tells a page that holds older points that the series began again
  private final FleetJson encoder = new FleetJson();
  private String line; // the last one from the topic
  private long lineNanos;
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
  synchronized boolean add(Line fleet, long nowNanos, long nowMillis) {
    if (DashboardRecord.isFarOff(fleet.time(), nowMillis)) {
      return false;
    }
    if (line == null) {
      begin(); // the topic knows more than the page, and from earlier on
    }
    if (fleet.time() <= lastTime) {
      return false;
    }
    line = fleet.json();
    lineNanos = nowNanos;
    boolean isNew = nowMillis - fleet.time() < PERIOD.toMillis();
    addPoint(fleet.time(), fleet.node(), isNew ? lag : null);
    return true;
  }

  /** Adds a point of what the page knows itself, unless the summary topic is at work. */
  synchronized void sample(FleetReport report, long nowNanos) {
    if (!isFromTopic(nowNanos) && report.keys() > 0 && report.time() > lastTime) {
      addPoint(report.time(), DashboardLines.read(json(report)), lag);
    }
  }

  private boolean isFromTopic(long nowNanos) {
    return line != null && nowNanos - lineNanos < FRESH_NANOS;
  }

  private String json(FleetReport report) {
    return new String(encoder.encode(report), StandardCharsets.UTF_8);
  }

  private void addPoint(long time, JsonNode node, Long lagNow) {
    float[] figures = {
      node.path("keys").floatValue(),
      node.path("active").floatValue(),
      rate.update(node.path("examples").asLong(), MILLISECONDS.toNanos(time)),
      lagNow == null ? Float.NaN : lagNow,
      figure(node, "/accuracy/p10"),
      figure(node, "/accuracy/p50"),
      figure(node, "/accuracy/p90"),
      figure(node, "/loss/p10"),
      figure(node, "/loss/p50"),
      figure(node, "/loss/p90")
    };
    lastTime = time;
    points++;
    series.add(time, time, figures, MAX_POINTS);
  }

  private static float figure(JsonNode node, String path) {
    JsonNode value = node.at(path);
    return value.isNumber() ? value.floatValue() : Float.NaN;
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
    out.writeRawValue(fromTopic ? line : json(own));
    series.write(out, after);
  }
}
