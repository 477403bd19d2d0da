package dev.millrace.forecast;

import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * State of one season of a {@link Series}: the mean of the last season, and of each value a fading
 * mean over all seasons of the values in its place. Not thread-safe.
 */
final class Season {
  /** Bytes in memory of each value. */
  static final int BYTES_PER_VALUE = 2 * Float.BYTES;

  // Weight of the newest season.
  private static final float GAIN = 0.25f;
  // Values after which rounding errors of the sum are removed.
  private static final int EXACT_EVERY = 4096;

  private final long length;
  private final long tolerance;
  // In the places of the series' values.
  private float[] phaseMeans = new float[0];
  private float[] phaseWeights = new float[0];
  // Number of the first value of the last season.
  private long from;
  // Subtracted from each value.
  private double origin;
  private double sum;
  private long count;

  /**
   * @param tolerance max distance between a place in the season and the value that is in it
   */
  Season(long length, long tolerance) {
    this.length = length;
    this.tolerance = tolerance;
  }

  long length() {
    return length;
  }

  /** Makes room for more values, as many as the series has places. */
  void resize(long first, long next, int room) {
    float[] means = phaseMeans;
    float[] weights = phaseWeights;
    phaseMeans = new float[room];
    phaseWeights = new float[room];
    for (long number = first; number < next; number++) {
      int before = (int) number & (means.length - 1);
      phaseMeans[(int) number & (room - 1)] = means[before];
      phaseWeights[(int) number & (room - 1)] = weights[before];
    }
  }

  /** Adds the last value of a series, and takes those out of the sum that are a season old. */
  void add(Series series) {
    long last = series.next() - 1;
    addToPhase(series, last);
    if (last % EXACT_EVERY == 0) {
      origin = series.valueOf(last);
      sum = 0;
      count = 0;
      for (long number = from; number < last; number++) {
        change(series.valueOf(number), 1);
      }
    }
    change(series.valueOf(last), 1);
    long oldest = series.position() - length;
    while (series.positionOf(from) <= oldest) {
      change(series.valueOf(from++), -1);
    }
  }

  private void addToPhase(Series series, long last) {
    double value = series.valueOf(last);
    long before = series.find(series.position() - length, tolerance);
    float weight = before < 0 ? 0 : weight(before);
    double mean = before < 0 ? value : phaseMean(before);
    float newWeight = weight + GAIN * (1 - weight);
    int at = (int) last & (phaseMeans.length - 1);
    phaseWeights[at] = newWeight;
    phaseMeans[at] = (float) (mean + GAIN / newWeight * (value - mean));
  }

  private float weight(long number) {
    return phaseWeights[(int) number & (phaseWeights.length - 1)];
  }

  /** Returns the fading mean of a value and those that are whole seasons before it. */
  double phaseMean(long number) {
    return phaseMeans[(int) number & (phaseMeans.length - 1)];
  }

  /** Takes a value out of the sum that the series is about to forget. */
  void forget(long number, Series series) {
    if (from == number) {
      change(series.valueOf(from++), -1);
    }
  }

  private void change(double value, int sign) {
    sum += sign * (value - origin);
    count += sign;
  }

  /** Returns the mean of the last season; NaN without values. */
  double mean() {
    return count == 0 ? Double.NaN : origin + sum / count;
  }

  /** Returns a season of the same length without values. */
  Season empty() {
    return new Season(length, tolerance);
  }

  /**
   * Visits the state of the values that the series has.
   *
   * @param room places of the series
   */
  void visit(StateVisitor v, long first, long next, int room) throws IOException {
    if (v.isFilling()) {
      phaseMeans = new float[room];
      phaseWeights = new float[room];
    }
    if (v.isCopying()) {
      v.numbers(phaseMeans);
      v.numbers(phaseWeights);
    } else {
      for (long number = first; number < next; number++) {
        int at = (int) number & (room - 1);
        phaseMeans[at] = v.number(phaseMeans[at]);
        phaseWeights[at] = v.number(phaseWeights[at]);
      }
    }
    from = v.number("start of a season", from, first, next);
    origin = v.number(origin);
    sum = v.number(sum);
    count = v.number("values of a season", count, 0, next - first);
  }
}
