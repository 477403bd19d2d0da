package dev.millrace.eval.drift;

import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Kolmogorov-Smirnov windowing (Raab, Heusinger and Schleif, Reactive Soft Prototype Computing for
 * Concept Drift Streams, Neurocomputing 416, 2020): when the last numbers and a sample of as many
 * earlier ones hardly come from one distribution, by the exact two-sample test, all earlier numbers
 * are dropped. It is a drift if the mean of the last numbers is above that of the earlier ones.
 *
 * <p>The sample is a function of the seed and of the number of updates, so a restart repeats it.
 */
final class KswinDetector implements DriftDetector {

  /** Min difference of the two distributions that is a drift, however significant. */
  private static final double MIN_DIFFERENCE = 0.1;

  private static final int FIRST_ROOM = 8;

  private final DriftSpec.Kswin spec;
  // Min difference, in numbers of the sample, that is a drift.
  private final int critical;
  private long examples;
  // The last numbers, oldest first.
  private int size;
  private double[] window;
  private double[] sample = {};
  private double[] recent = {};

  KswinDetector(DriftSpec.Kswin spec) {
    this.spec = spec;
    critical = critical(spec.recent(), spec.alpha());
    window = new double[Math.min(FIRST_ROOM, spec.window())];
  }

  @Override
  public DriftSignal update(double value) {
    if (!Double.isFinite(value)) {
      return DriftSignal.NONE;
    }
    examples++;
    append(value);
    if (size < spec.window() || difference() < critical) {
      return DriftSignal.NONE;
    }
    int earlier = size - spec.recent();
    boolean rise = mean(earlier, size) > mean(0, earlier);
    System.arraycopy(window, earlier, window, 0, spec.recent());
    size = spec.recent();
    return rise ? DriftSignal.DRIFT : DriftSignal.NONE;
  }

  private double mean(int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += window[i];
    }
    return sum / (to - from);
  }

  private void append(double value) {
    if (size == spec.window()) {
      System.arraycopy(window, 1, window, 0, size - 1);
      size--;
    } else if (size == window.length) {
      window = Arrays.copyOf(window, Math.min(spec.window(), 2 * size));
    }
    window[size] = value;
    size++;
  }

  /**
   * Returns the largest difference of the two empirical distribution functions, times the sample's
   * size.
   */
  private int difference() {
    int count = spec.recent();
    if (recent.length == 0) {
      recent = new double[count];
      sample = new double[count];
    }
    System.arraycopy(window, size - count, recent, 0, count);
    drawSample(size - count, count);
    Arrays.sort(recent);
    Arrays.sort(sample);
    int largest = 0;
    for (int i = 0, j = 0; i < count && j < count; ) {
      double x = Math.min(sample[i], recent[j]);
      while (i < count && sample[i] <= x) {
        i++;
      }
      while (j < count && recent[j] <= x) {
        j++;
      }
      largest = Math.max(largest, Math.abs(i - j));
    }
    return largest;
  }

  /**
   * Draws a number of the first numbers without replacement (Knuth, The Art of Computer Programming
   * 2, algorithm 3.4.2 S).
   */
  private void drawSample(int from, int count) {
    long key = mix(mix(spec.seed()) + examples);
    for (int i = 0, taken = 0; taken < count; i++) {
      double uniform = (mix(key + i) >>> 11) * 0x1p-53;
      if ((from - i) * uniform < count - taken) {
        sample[taken] = window[i];
        taken++;
      }
    }
  }

  /** The finalizer of SplitMix64 (Steele et al., OOPSLA 2014), of the next number. */
  private static long mix(long z) {
    z += 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  /** Returns the smallest difference, times n, of two samples of n that is a drift. */
  private static int critical(int n, double alpha) {
    int k = (int) Math.floor(MIN_DIFFERENCE * n) + 1;
    while (k <= n && pValue(n, k) > alpha) {
      k++;
    }
    return k;
  }

  /**
   * Returns the probability that two samples of n from one distribution differ by k/n or more
   * (Gnedenko and Korolyuk, 1951): 2 Σ<sub>j≥1</sub> (-1)<sup>j-1</sup> C(2n, n - jk) / C(2n, n).
   */
  static double pValue(int n, int k) {
    double sum = 0;
    for (int j = 1; j * k <= n; j++) {
      double term = 1;
      for (int i = 0; i < j * k; i++) {
        term *= (double) (n - i) / (n + j * k - i);
      }
      sum += j % 2 == 1 ? term : -term;
    }
    return Math.min(1, 2 * sum);
  }

  @Override
  public long memoryBytes() {
    return (size + 2L * spec.recent()) * Double.BYTES;
  }

  /** {@inheritDoc} If the window is smaller now, its newest numbers stay. */
  @Override
  public void visit(StateVisitor v) throws IOException {
    examples = v.number(examples);
    int stored = v.count("numbers of kswin", size, Integer.MAX_VALUE, Double.BYTES);
    if (v.isFilling()) {
      window = new double[Math.max(FIRST_ROOM, stored)];
    }
    v.numbers(window, 0, stored);
    if (v.isFilling()) {
      size = Math.min(stored, spec.window());
      System.arraycopy(window, stored - size, window, 0, size);
    }
  }
}
