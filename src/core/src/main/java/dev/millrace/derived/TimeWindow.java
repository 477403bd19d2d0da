package dev.millrace.derived;

import dev.millrace.input.DerivedFeature.Window;
import org.jspecify.annotations.Nullable;

/**
 * Functions of the values of the last n milliseconds. The time is cut into 24 panes of equal
 * length, so the window reaches back by at least 23 and at most 24 of them.
 */
final class TimeWindow implements Accumulator {
  private static final int PANES = 24;

  private final Moments moments;
  private final double paneMillis;
  private final double seconds;
  private final int stride;

  TimeWindow(Window window) {
    moments = new Moments(window);
    paneMillis = (double) window.size() / PANES;
    seconds = window.size() / 1000.0;
    stride = 1 + moments.cells();
  }

  @Override
  public int cells() {
    return PANES * stride;
  }

  // A pane is its number, counted from 1, and its values. Time 0 is the start of pane 1.
  private double pane(double time) {
    return Math.floor(time / paneMillis) + 1;
  }

  @Override
  public void compute(
      double @Nullable [] cells,
      int at,
      double time,
      double recordValue,
      double prior,
      float[] out,
      int to) {
    moments.begin();
    if (cells != null) {
      double last = pane(time);
      double first = last - PANES + 1;
      for (int p = 0; p < PANES; p++) {
        int place = at + p * stride;
        if (cells[place] >= first && cells[place] <= last) {
          moments.merge(cells, place + 1);
        }
      }
    }
    moments.write(seconds, prior, out, to);
  }

  @Override
  public void add(double[] cells, int at, double time, double value) {
    double pane = pane(time);
    int place = at + (int) ((long) pane % PANES) * stride;
    if (cells[place] != pane) {
      cells[place] = pane;
      for (int i = 1; i < stride; i++) {
        cells[place + i] = 0;
      }
    }
    moments.add(cells, place + 1, value);
  }
}
