package dev.millrace.eval.interval;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Fading mean of absolute errors as a function of the predicted value: demand that is high is
 * usually further off than demand that is low.
 *
 * <p>Bins are spaced evenly over two standard deviations around the mean of the predicted values;
 * between the middles of two bins the scale is linear. A bin of few errors leans on the mean of
 * all. Not thread-safe.
 */
final class ErrorScale implements State {
  private static final int BINS = 16;
  private static final double HALF_RANGE = 2; // standard deviations
  private static final double BIN_RATE = 0.015;
  private static final double ALL_RATE = 0.01;
  private static final double RANGE_RATE = 0.001;

  /** Errors that the mean of all counts for in each bin. */
  private static final double PRIOR_ERRORS = 10;

  /** Limit of {@link #counts}, so that they fit a short. */
  private static final int MAX_COUNT = 1_000;

  private long errors;
  private double mean; // of the predicted values
  private double variance;
  private double all; // mean absolute error
  private final double[] bins = new double[BINS];
  private final short[] counts = new short[BINS];

  /** Returns the number of errors so far. */
  long errors() {
    return errors;
  }

  /** Returns the scale of the error of a predicted value, finite. */
  double of(double predicted) {
    double place = place(predicted);
    int lower = (int) place;
    int upper = Math.min(BINS - 1, lower + 1);
    double share = place - lower;
    return (1 - share) * scale(lower) + share * scale(upper);
  }

  private double scale(int bin) {
    return (bins[bin] * counts[bin] + all * PRIOR_ERRORS) / (counts[bin] + PRIOR_ERRORS);
  }

  /** Returns the place of a predicted value among the middles of the bins, 0 to the last. */
  private double place(double predicted) {
    double deviation = Math.sqrt(variance);
    double standardised = deviation > 0 ? (predicted - mean) / deviation : 0;
    double place = (standardised + HALF_RANGE) / (2 * HALF_RANGE) * BINS - 0.5;
    return Math.max(0, Math.min(BINS - 1.0, place));
  }

  /** Adds an error; one that would make a mean infinite or NaN is ignored. */
  void add(double predicted, double absoluteError) {
    double distance = predicted - mean;
    double squared = distance * distance;
    if (!Double.isFinite(squared + absoluteError)) {
      return;
    }
    errors++;
    double range = Math.max(RANGE_RATE, 1.0 / errors);
    mean += range * distance;
    variance = (1 - range) * (variance + range * squared);
    int bin = (int) (place(predicted) + 0.5);
    // Twice the rate of a mean of all: while a model learns, its first errors are its largest.
    bins[bin] += Math.max(BIN_RATE, 2.0 / (counts[bin] + 2)) * (absoluteError - bins[bin]);
    counts[bin] = (short) Math.min(MAX_COUNT, counts[bin] + 1);
    all += Math.max(ALL_RATE, 2.0 / (errors + 1)) * (absoluteError - all);
  }

  /** Returns the bytes of the arrays in memory. */
  static long memoryBytes() {
    return (long) BINS * (Double.BYTES + Short.BYTES);
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    errors = v.number(errors);
    mean = v.number(mean);
    variance = v.number(variance);
    all = v.number(all);
    for (int bin = 0; bin < BINS; bin++) {
      bins[bin] = v.number(bins[bin]);
      counts[bin] = (short) v.unsignedShort(counts[bin]);
    }
  }
}
