package dev.millrace.derived;

import dev.millrace.input.DerivedFeature.Aggregate;
import dev.millrace.input.DerivedFeature.Window;
import java.util.List;

/**
 * Count, sum, squares, extremes and different values of a set of values, as far as some functions
 * need them. Sets are merged by the formulas of Chan, Golub and LeVeque (1979); different values
 * are counted by linear counting (Whang et al., 1990), within some 5 % up to a few hundred.
 */
final class Moments {
  private static final int WORDS = 5;
  private static final int BITS_OF_WORD = 52; // whole numbers that a double has exactly
  private static final int BITS = WORDS * BITS_OF_WORD;

  private final Aggregate[] functions;
  private final double smoothing;
  private final boolean hasSum;
  private final boolean hasSquares;
  private final boolean hasExtremes;
  private final boolean hasDistinct;
  private final int squaresAt;
  private final int extremesAt;
  private final int distinctAt;
  private final int cells;

  // The merged set.
  private double count;
  private double sum;
  private double squares;
  private double min;
  private double max;
  private final double[] distinct = new double[WORDS];

  Moments(Window window) {
    this(window.functions(), window.smoothing());
  }

  private Moments(List<Aggregate> functions, double smoothing) {
    this.functions = functions.toArray(Aggregate[]::new);
    this.smoothing = smoothing;
    hasSquares = functions.contains(Aggregate.STD);
    hasSum = hasSquares || functions.contains(Aggregate.MEAN) || functions.contains(Aggregate.SUM);
    hasExtremes = functions.contains(Aggregate.MIN) || functions.contains(Aggregate.MAX);
    hasDistinct = functions.contains(Aggregate.DISTINCT);
    squaresAt = 1 + (hasSum ? 1 : 0);
    extremesAt = squaresAt + (hasSquares ? 1 : 0);
    distinctAt = extremesAt + (hasExtremes ? 2 : 0);
    cells = distinctAt + (hasDistinct ? WORDS : 0);
  }

  /** Returns the number of cells of a set; all are 0 if it is empty. */
  int cells() {
    return cells;
  }

  /** Adds a value to the set in the cells. */
  void add(double[] set, int at, double value) {
    double n = ++set[at];
    if (hasSquares && n > 1) {
      double delta = value - set[at + 1] / (n - 1);
      set[at + squaresAt] += delta * delta * ((n - 1) / n);
    }
    if (hasSum) {
      set[at + 1] += value;
    }
    if (hasExtremes) {
      int extremes = at + extremesAt;
      set[extremes] = n == 1 ? value : Math.min(set[extremes], value);
      set[extremes + 1] = n == 1 ? value : Math.max(set[extremes + 1], value);
    }
    if (hasDistinct) {
      int bit = bit(value);
      int word = at + distinctAt + bit / BITS_OF_WORD;
      set[word] = (double) ((long) set[word] | 1L << bit % BITS_OF_WORD);
    }
  }

  private static int bit(double value) {
    long mixed = Double.doubleToLongBits(value) * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ mixed >>> 32) * 0xD6E8FEB86659FD93L;
    return (int) ((mixed >>> 32) % BITS);
  }

  /** Starts a merged set, which is empty. */
  void begin() {
    count = 0;
    sum = 0;
    squares = 0;
    min = Double.POSITIVE_INFINITY;
    max = Double.NEGATIVE_INFINITY;
    for (int w = 0; hasDistinct && w < WORDS; w++) {
      distinct[w] = 0;
    }
  }

  /** Adds the set in the cells to the merged set. */
  void merge(double[] set, int at) {
    double n = set[at];
    if (n == 0) {
      return;
    }
    double all = count + n;
    if (hasSquares) {
      double delta = count == 0 ? 0 : set[at + 1] / n - sum / count;
      squares += set[at + squaresAt] + delta * delta * (count * n / all);
    }
    if (hasSum) {
      sum += set[at + 1];
    }
    if (hasExtremes) {
      min = Math.min(min, set[at + extremesAt]);
      max = Math.max(max, set[at + extremesAt + 1]);
    }
    for (int w = 0; hasDistinct && w < WORDS; w++) {
      distinct[w] = (double) ((long) distinct[w] | (long) set[at + distinctAt + w]);
    }
    count = all;
  }

  /**
   * Writes the functions of the merged set.
   *
   * @param seconds that the set spans
   * @param prior mean of the values of all groups; NaN if there is none
   */
  void write(double seconds, double prior, float[] out, int to) {
    for (int f = 0; f < functions.length; f++) {
      out[to + f] = (float) value(functions[f], seconds, prior);
    }
  }

  private double value(Aggregate function, double seconds, double prior) {
    return switch (function) {
      case COUNT -> count;
      case SUM -> sum;
      case MEAN -> smoothedMean(prior);
      case MIN -> count == 0 ? Double.NaN : min;
      case MAX -> count == 0 ? Double.NaN : max;
      case STD -> count == 0 ? Double.NaN : Math.sqrt(Math.max(0, squares / count));
      case DISTINCT -> distinct();
      case RATE -> seconds > 0 ? count / seconds : Double.NaN;
    };
  }

  private double smoothedMean(double prior) {
    if (smoothing > 0 && !Double.isNaN(prior)) {
      return (sum + smoothing * prior) / (count + smoothing);
    }
    return count == 0 ? Double.NaN : sum / count;
  }

  private double distinct() {
    int zeros = BITS;
    for (double word : distinct) {
      zeros -= Long.bitCount((long) word);
    }
    double estimate = BITS * StrictMath.log((double) BITS / Math.max(1, zeros));
    return Math.min(count, Math.rint(estimate));
  }
}
