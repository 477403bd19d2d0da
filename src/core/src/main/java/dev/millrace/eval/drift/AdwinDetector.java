package dev.millrace.eval.drift;

import dev.millrace.data.SizeChecks;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Adaptive windowing (Bifet and Gavaldà, Learning from Time-Changing Data with Adaptive Windowing,
 * SDM 2007): when some cut of the window leaves two parts whose means differ by more than chance
 * allows, the older part is dropped. It is a drift if the mean of the window is higher afterwards,
 * as in MOA's ADWINChangeDetector; after a fall the window is shorter, without a signal.
 *
 * <p>The window is an exponential histogram: row i holds up to 5 buckets of 2<sup>i</sup> numbers,
 * so that a window of n numbers takes O(log n) buckets. It is checked every 32 numbers.
 */
final class AdwinDetector implements DriftDetector {

  private static final int BUCKETS = 5;
  private static final int WIDTH = BUCKETS + 1;
  private static final int CHECK_EVERY = 32;
  private static final long MIN_WINDOW = 10;
  private static final long MIN_PART = 5;
  private static final int MAX_ROWS = 62;

  private final DriftSpec.Adwin spec;
  private long examples;
  private long width;
  private double total;
  // n times the variance of the window.
  private double variance;
  // Of each row: number of buckets, their sums, and n times their variances, oldest first.
  private int rows = 1;
  private int[] buckets = new int[1];
  private double[] totals = new double[WIDTH];
  private double[] variances = new double[WIDTH];

  AdwinDetector(DriftSpec.Adwin spec) {
    this.spec = spec;
  }

  @Override
  public DriftSignal update(double value) {
    if (!Double.isFinite(value)) {
      return DriftSignal.NONE;
    }
    examples++;
    double meanBefore = total / width;
    insert(value);
    if (examples % CHECK_EVERY != 0 || width <= MIN_WINDOW) {
      return DriftSignal.NONE;
    }
    boolean cut = false;
    while (hasCut()) {
      cut = true;
      dropOldest();
    }
    return cut && total / width > meanBefore ? DriftSignal.DRIFT : DriftSignal.NONE;
  }

  private void insert(double value) {
    width++;
    append(0, value, 0);
    if (width > 1) {
      double fromMean = value - total / (width - 1);
      variance += (width - 1) * fromMean * fromMean / width;
    }
    total += value;
    for (int row = 0; buckets[row] == WIDTH; row++) {
      mergeOldest(row);
    }
  }

  private void append(int row, double bucketTotal, double bucketVariance) {
    int place = row * WIDTH + buckets[row];
    totals[place] = bucketTotal;
    variances[place] = bucketVariance;
    buckets[row]++;
  }

  /** Merges the two oldest buckets of a row to one of the next. */
  private void mergeOldest(int row) {
    if (row + 1 == rows) {
      rows++;
      if (rows > buckets.length) {
        buckets = Arrays.copyOf(buckets, rows);
        totals = Arrays.copyOf(totals, rows * WIDTH);
        variances = Arrays.copyOf(variances, rows * WIDTH);
      }
    }
    int place = row * WIDTH;
    double size = 1L << row;
    double apart = totals[place] / size - totals[place + 1] / size;
    double between = size * size * apart * apart / (size + size);
    append(
        row + 1,
        totals[place] + totals[place + 1],
        variances[place] + variances[place + 1] + between);
    remove(row, 2);
  }

  private void remove(int row, int oldest) {
    int place = row * WIDTH;
    buckets[row] -= oldest;
    System.arraycopy(totals, place + oldest, totals, place, buckets[row]);
    System.arraycopy(variances, place + oldest, variances, place, buckets[row]);
  }

  /** Returns true if the means of two parts of the window differ, from the oldest bucket on. */
  private boolean hasCut() {
    long before = 0;
    double sumBefore = 0;
    double log = StrictMath.log(2 * StrictMath.log((double) width) / spec.delta());
    for (int row = rows - 1; row >= 0; row--) {
      for (int b = 0; b < buckets[row]; b++) {
        before += 1L << row;
        sumBefore += totals[row * WIDTH + b];
        long after = width - before;
        if (before > MIN_PART + 1 && after > MIN_PART + 1) {
          double apart = sumBefore / before - (total - sumBefore) / after;
          if (Math.abs(apart) > bound(before, after, log)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private double bound(long before, long after, double log) {
    double m = 1.0 / (before - MIN_PART + 1) + 1.0 / (after - MIN_PART + 1);
    return Math.sqrt(2 * m * (variance / width) * log) + 2.0 / 3 * log * m;
  }

  private void dropOldest() {
    int row = rows - 1;
    double size = 1L << row;
    int place = row * WIDTH;
    width -= 1L << row;
    total -= totals[place];
    double apart = totals[place] / size - total / width;
    variance -= variances[place] + size * width * apart * apart / (size + width);
    remove(row, 1);
    while (rows > 1 && buckets[rows - 1] == 0) {
      rows--;
    }
  }

  @Override
  public long memoryBytes() {
    return (long) rows * (Integer.BYTES + 2 * WIDTH * Double.BYTES);
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    examples = v.number(examples);
    width = v.number(width);
    total = v.number(total);
    variance = v.number(variance);
    rows = v.number("rows of buckets of adwin", rows, 1, MAX_ROWS);
    if (v.isFilling()) {
      buckets = new int[rows];
      totals = new double[rows * WIDTH];
      variances = new double[rows * WIDTH];
    }
    for (int row = 0; row < rows; row++) {
      buckets[row] = v.small("buckets of adwin", buckets[row], 0, BUCKETS);
      for (int place = row * WIDTH; place < row * WIDTH + buckets[row]; place++) {
        totals[place] = v.number(totals[place]);
        variances[place] = v.number(variances[place]);
      }
    }
    if (v.isReading()) {
      requireConsistent();
    }
  }

  /** Checks that buckets hold as many numbers as the window, or dropping them would not end. */
  private void requireConsistent() throws IOException {
    long numbers = 0;
    for (int row = 0; row < rows; row++) {
      numbers += (long) buckets[row] << row;
    }
    SizeChecks.require("numbers of adwin", width, numbers);
    if (rows > 1) {
      SizeChecks.require("buckets of adwin's last row", buckets[rows - 1], 1, BUCKETS);
    }
  }
}
