package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * A line over time, bounded in its points however long it runs. Not thread-safe.
 *
 * <p>Three quarters of the points are spread evenly over the whole run: every n-th one that came,
 * and n doubles whenever they are too many. The others are the latest, each as it came.
 */
final class DashboardSeries {
  private final String place;
  private final String[] columns;
  private final DashboardPoints whole;
  private final DashboardPoints latest;
  private long stride = 1; // every how many-th point the whole run keeps
  private long added;
  private long lastTime = Long.MIN_VALUE;

  /**
   * @param place what the points lie at, in ascending order, such as {@code seq}
   * @param columns names of the figures
   */
  DashboardSeries(String place, String... columns) {
    this.place = place;
    this.columns = columns;
    this.whole = new DashboardPoints(columns.length);
    this.latest = new DashboardPoints(columns.length);
  }

  /** Points held. */
  int size() {
    return whole.size() + latest.size();
  }

  long firstPlace() {
    return whole.place(0);
  }

  /**
   * Appends a point; at most {@code bound} stay.
   *
   * @param time in milliseconds since the epoch; one before the last point's counts as that
   */
  void add(long at, long time, float[] figures, int bound) {
    lastTime = Math.max(lastTime, time);
    if (added % stride == 0) {
      whole.add(at, lastTime, figures);
    }
    added++;
    latest.add(at, lastTime, figures);
    shrink(bound);
  }

  /** Lets points go until at most {@code bound} are left. */
  void shrink(int bound) {
    int mostLatest = bound / 4;
    int mostWhole = bound - mostLatest;
    while (whole.size() > mostWhole) {
      whole.thin();
      stride *= 2;
    }
    if (latest.size() > mostLatest) {
      latest.keepLast(Math.max(1, mostLatest / 2)); // half, so that not every point moves all
    }
    whole.limit(mostWhole);
    latest.limit(mostLatest);
  }

  /** Writes {@code columns} and {@code values}, one array a column, of the points after a place. */
  void write(JsonGenerator out, long after) throws IOException {
    out.writeArrayFieldStart("columns");
    out.writeString(place);
    out.writeString("time");
    for (String column : columns) {
      out.writeString(column);
    }
    out.writeEndArray();
    int fromWhole = from(whole, after);
    int toWhole = Math.max(fromWhole, before(latest.size() == 0 ? after : latest.place(0)));
    int fromLatest = from(latest, after);
    out.writeArrayFieldStart("values");
    for (int column = -2; column < columns.length; column++) {
      out.writeStartArray();
      writeColumn(out, whole, fromWhole, toWhole, column);
      writeColumn(out, latest, fromLatest, latest.size(), column);
      out.writeEndArray();
    }
    out.writeEndArray();
  }

  private static int from(DashboardPoints points, long after) {
    int from = points.size();
    while (from > 0 && points.place(from - 1) > after) {
      from--;
    }
    return from;
  }

  /** How many points of the whole run lie before a place. */
  private int before(long at) {
    int count = whole.size();
    while (count > 0 && whole.place(count - 1) >= at) {
      count--;
    }
    return count;
  }

  private static void writeColumn(
      JsonGenerator out, DashboardPoints points, int from, int to, int column) throws IOException {
    for (int point = from; point < to; point++) {
      if (column == -2) {
        out.writeNumber(points.place(point));
      } else if (column == -1) {
        out.writeNumber(points.time(point));
      } else {
        DashboardRecord.writeFinite(out, points.figure(point, column));
      }
    }
  }

  /** A figure of the last points, oldest first. */
  float[] last(int most, int column) {
    int wholeCount = before(latest.place(0));
    int count = Math.min(most, wholeCount + latest.size());
    float[] figures = new float[count];
    for (int i = 1; i <= count; i++) {
      int point = latest.size() - i;
      figures[count - i] =
          point >= 0 ? latest.figure(point, column) : whole.figure(wholeCount + point, column);
    }
    return figures;
  }
}
