package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A series of points with a bounded number of points. Not thread-safe.
 *
 * <p>Three quarters of the points are spread evenly over the whole run: every n-th one, and n
 * doubles whenever they are too many. The others are the latest points.
 */
final class DashboardSeries {
  private final String place;
  private final String[] columns;
  private final List<Point> whole = new ArrayList<>();
  private final List<Point> latest = new ArrayList<>();
  private long stride = 1;
  private long added;
  private long lastTime = Long.MIN_VALUE;

  private record Point(long place, long time, float[] figures) {}

  /**
   * @param place name of the ascending number by which points are ordered, such as {@code seq}
   * @param columns names of the figures
   */
  DashboardSeries(String place, String... columns) {
    this.place = place;
    this.columns = columns;
  }

  /** Returns the number of points. */
  int size() {
    return whole.size() + latest.size();
  }

  long firstPlace() {
    return whole.get(0).place();
  }

  /**
   * Appends a point; at most {@code bound} stay.
   *
   * @param time in milliseconds since the epoch, at least that of the last point
   * @param figures owned by the series from now on
   */
  void add(long at, long time, float[] figures, int bound) {
    lastTime = Math.max(lastTime, time);
    Point point = new Point(at, lastTime, figures);
    if (added % stride == 0) {
      whole.add(point);
    }
    added++;
    latest.add(point);
    shrink(bound);
  }

  /** Removes points until at most {@code bound} are left. */
  void shrink(int bound) {
    int maxLatest = bound / 4;
    while (whole.size() > bound - maxLatest) {
      List<Point> kept = new ArrayList<>();
      for (int i = 0; i < whole.size(); i += 2) {
        kept.add(whole.get(i));
      }
      whole.clear();
      whole.addAll(kept);
      stride *= 2;
    }
    if (latest.size() > maxLatest) {
      // Half, so that not every point moves all.
      latest.subList(0, latest.size() - Math.max(1, maxLatest / 2)).clear();
    }
  }

  /**
   * Writes {@code columns} and {@code values}, one array a column, of the points after a place, and
   * {@code stride}, the number of added points that one of the older ones stands for.
   */
  void write(JsonGenerator out, long after) throws IOException {
    out.writeNumberField("stride", stride);
    out.writeArrayFieldStart("columns");
    out.writeString(place);
    out.writeString("time");
    for (String column : columns) {
      out.writeString(column);
    }
    out.writeEndArray();
    List<Point> points = points();
    List<Point> news = points.subList(before(points, after + 1), points.size());
    out.writeArrayFieldStart("values");
    out.writePOJO(news.stream().mapToLong(Point::place).toArray());
    out.writePOJO(news.stream().mapToLong(Point::time).toArray());
    for (int column = 0; column < columns.length; column++) {
      out.writeStartArray();
      for (Point point : news) {
        DashboardRecord.writeFinite(out, point.figures()[column]);
      }
      out.writeEndArray();
    }
    out.writeEndArray();
  }

  /** Returns all points, ascending. */
  private List<Point> points() {
    List<Point> points =
        new ArrayList<>(
            latest.isEmpty() ? whole : whole.subList(0, before(whole, latest.get(0).place())));
    points.addAll(latest);
    return points;
  }

  /** Returns how many points are before a place. */
  private static int before(List<Point> points, long at) {
    int count = points.size();
    while (count > 0 && points.get(count - 1).place() >= at) {
      count--;
    }
    return count;
  }

  /** Returns a figure of the last points, oldest first. */
  float[] last(int max, int column) {
    int older = latest.isEmpty() ? whole.size() : before(whole, latest.get(0).place());
    float[] figures = new float[Math.min(max, older + latest.size())];
    for (int i = 1; i <= figures.length; i++) {
      int at = latest.size() - i;
      Point point = at >= 0 ? latest.get(at) : whole.get(older + at);
      figures[figures.length - i] = point.figures()[column];
    }
    return figures;
  }
}
