package dev.millrace.cli.dashboard;

import java.util.Arrays;

/** Points in the order in which they came: a place, a time and some figures each. */
final class DashboardPoints {
  private static final int MIN_CAPACITY = 8;

  private final int width;
  private long[] places = new long[MIN_CAPACITY];
  private long[] times = new long[MIN_CAPACITY];
  private float[] figures; // [points x width], row-major
  private int size;

  DashboardPoints(int width) {
    this.width = width;
    this.figures = new float[MIN_CAPACITY * width];
  }

  int size() {
    return size;
  }

  long place(int point) {
    return places[point];
  }

  long time(int point) {
    return times[point];
  }

  float figure(int point, int column) {
    return figures[point * width + column];
  }

  void add(long place, long time, float[] values) {
    if (size == places.length) {
      resize(size + size / 2);
    }
    places[size] = place;
    times[size] = time;
    System.arraycopy(values, 0, figures, size * width, width);
    size++;
  }

  /** Drops every second point; the first stays. */
  void thin() {
    int kept = (size + 1) / 2;
    for (int i = 1; i < kept; i++) {
      places[i] = places[2 * i];
      times[i] = times[2 * i];
      System.arraycopy(figures, 2 * i * width, figures, i * width, width);
    }
    size = kept;
  }

  void keepLast(int count) {
    int from = size - count;
    System.arraycopy(places, from, places, 0, count);
    System.arraycopy(times, from, times, 0, count);
    System.arraycopy(figures, from * width, figures, 0, count * width);
    size = count;
  }

  /** Gives memory back that more than {@code most} points would need. */
  void limit(int most) {
    if (places.length > Math.max(most + most / 2, MIN_CAPACITY)) {
      resize(Math.max(size, MIN_CAPACITY));
    }
  }

  private void resize(int capacity) {
    places = Arrays.copyOf(places, capacity);
    times = Arrays.copyOf(times, capacity);
    figures = Arrays.copyOf(figures, capacity * width);
  }
}
