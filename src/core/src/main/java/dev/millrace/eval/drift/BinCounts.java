package dev.millrace.eval.drift;

import dev.millrace.eval.probability.FdlibmLog;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Counts of a column's values by bin, at most 65,535 in each, and the sums that its mean is of. Not
 * thread-safe.
 */
final class BinCounts implements State {
  // x ln x of the counts of most bins.
  private static final double[] TIMES_LOG = timesLogs();

  private final int[] bins;
  private double sum;
  private double squares;

  BinCounts(int bins) {
    this.bins = new int[bins];
  }

  /** Counts a value that is not a number, or is missing. */
  void add(int bin) {
    bins[bin]++;
  }

  /**
   * Counts numbers, one of each row.
   *
   * @param rows [count x width], row-major
   * @param start place of the number in a row
   * @param edges upper edges of the first seven of eight bins, ascending
   * @param center near the mean, so that squares of differences keep their digits
   */
  void addNumbers(float[] rows, int start, int count, int width, float[] edges, float center) {
    double newSum = sum;
    double newSquares = squares;
    for (int row = 0, at = start; row < count; row++, at += width) {
      float value = rows[at];
      if (Float.isNaN(value)) {
        bins[bins.length - 1]++;
        continue;
      }
      // A binary search without branches: which bin is next cannot be predicted.
      int bin = isBelow(edges[3], value) << 2;
      bin += isBelow(edges[bin + 1], value) << 1;
      bin += isBelow(edges[bin], value);
      bins[bin]++;
      double difference = (double) value - center;
      newSum += difference;
      newSquares = Math.fma(difference, difference, newSquares);
    }
    sum = newSum;
    squares = newSquares;
  }

  /** Returns 1 if the edge, which is not -0, is below the value, else 0. */
  private static int isBelow(float edge, float value) {
    return Float.floatToRawIntBits(edge - value) >>> (Integer.SIZE - 1);
  }

  void add(BinCounts other) {
    for (int b = 0; b < bins.length; b++) {
      bins[b] += other.bins[b];
    }
    sum += other.sum;
    squares += other.squares;
  }

  /** Lets each value count half, rounded down in each bin. */
  void halve() {
    for (int b = 0; b < bins.length; b++) {
      bins[b] /= 2;
    }
    sum /= 2;
    squares /= 2;
  }

  void clear() {
    Arrays.fill(bins, 0);
    sum = 0;
    squares = 0;
  }

  /** Returns the number of values, missing ones included. */
  int total() {
    int total = 0;
    for (int count : bins) {
      total += count;
    }
    return total;
  }

  /** Returns the share of a bin among all values; 0 without any. */
  double share(int bin) {
    int total = total();
    return total == 0 ? 0 : bins[bin] / (double) total;
  }

  private int present() {
    return total() - bins[bins.length - 1];
  }

  /** Returns the mean difference of the numbers from the center; NaN without any. */
  double mean() {
    return sum / present();
  }

  /** Returns the standard deviation of the numbers; NaN without any. */
  double deviation() {
    double mean = mean();
    return Math.sqrt(Math.max(0, squares / present() - mean * mean));
  }

  /** Returns the number of bins that have values here or there, minus 1; min 0. */
  int degreesOfFreedom(BinCounts reference) {
    int degrees = -1;
    for (int b = 0; b < bins.length; b++) {
      degrees += bins[b] + reference.bins[b] > 0 ? 1 : 0;
    }
    return Math.max(0, degrees);
  }

  /**
   * Returns the statistic of the G-test for two samples of one distribution: twice the
   * Jensen-Shannon divergence, weighted by the samples' sizes, times both sizes together. It
   * follows about a chi-squared distribution.
   */
  double statistic(BinCounts reference) {
    double sumOfBins = 0;
    for (int b = 0; b < bins.length; b++) {
      int here = bins[b];
      int there = reference.bins[b];
      sumOfBins += timesLog(here) + timesLog(there) - timesLog(here + there);
    }
    int n = total();
    int m = reference.total();
    return 2 * (sumOfBins - timesLog(n) - timesLog(m) + timesLog(n + m));
  }

  private static double timesLog(int x) {
    return x < TIMES_LOG.length ? TIMES_LOG[x] : x * FdlibmLog.of(x);
  }

  private static double[] timesLogs() {
    double[] products = new double[1_024];
    for (int x = 1; x < products.length; x++) {
      products[x] = x * FdlibmLog.of(x);
    }
    return products;
  }

  /**
   * Returns the population stability index, the symmetric relative entropy of the shares of the
   * bins, without what chance adds to it on average; min 0. Half a value is added to each bin, so
   * that an empty one counts for what it says.
   */
  double stabilityIndex(BinCounts reference) {
    double n = total() + 0.5 * bins.length;
    double m = reference.total() + 0.5 * bins.length;
    double index = 0;
    for (int b = 0; b < bins.length; b++) {
      double here = (bins[b] + 0.5) / n;
      double there = (reference.bins[b] + 0.5) / m;
      index += (here - there) * (FdlibmLog.of(here) - FdlibmLog.of(there));
    }
    return Math.max(0, index - degreesOfFreedom(reference) * (1 / n + 1 / m));
  }

  long memoryBytes() {
    return 48L + (long) bins.length * Integer.BYTES;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    v.unsignedShorts(bins);
    sum = v.number(sum);
    squares = v.number(squares);
  }
}
