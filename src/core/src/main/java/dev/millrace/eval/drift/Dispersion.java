package dev.millrace.eval.drift;

import dev.millrace.eval.probability.FdlibmLog;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * How much the windows of a column differ from its reference without a drift. Values of a real
 * stream depend on those before, so their statistic is larger and varies more than that of
 * independent ones: it is compared with a chi-squared distribution of the mean and variance that
 * earlier windows had (Satterthwaite's approximation). Not thread-safe.
 */
final class Dispersion implements State {
  /** Tests that the distribution of independent values counts for. */
  private static final int PRIOR = 16;

  private static final double RAISE = 2;
  // Of the first memory.
  private static final int MAX_MEMORY = 4;

  private final int firstMemory;
  private final int warmUp;
  private int memory;
  private int tests;
  // Of the statistic over its degrees of freedom, and of its square; 0 before the first one.
  private double mean;
  private double square;

  /** Creates the dispersion of windows of 64 records. */
  static Dispersion ofShort() {
    return new Dispersion(512, 8);
  }

  /** Creates the dispersion of windows of 512 records. */
  static Dispersion ofLong() {
    return new Dispersion(64, 4);
  }

  /**
   * @param memory tests that are remembered
   * @param warmUp tests before the first drift
   */
  private Dispersion(int memory, int warmUp) {
    firstMemory = memory;
    this.memory = memory;
    this.warmUp = warmUp;
  }

  /**
   * Returns true if the statistic of a window is too large for chance.
   *
   * @param limit minus the logarithm of the probability of a false alarm
   */
  boolean isDrift(double statistic, int degrees, double limit) {
    if (tests < warmUp) {
      return false;
    }
    double expected = Math.max(1, mean);
    double variance = square - mean * mean;
    double effective = Math.min(degrees, 2 * expected * expected / variance);
    double scaled = statistic / degrees / expected * effective;
    // Chernoff's bound on the upper tail of a chi-squared distribution.
    return scaled > effective
        && (scaled - effective - effective * FdlibmLog.of(scaled / effective)) / 2 > limit;
  }

  /**
   * Adds the statistic of a window that was no drift.
   *
   * @param degrees of freedom; 0 for a constant column, which has no statistic
   */
  void add(double statistic, int degrees) {
    start(Math.max(1, degrees));
    tests = Math.min(tests + 1, memory);
    double weight = 1.0 / Math.min(tests + PRIOR, memory);
    double ratio = degrees == 0 ? 1 : statistic / degrees;
    mean += weight * (ratio - mean);
    square += weight * (ratio * ratio - square);
  }

  private void start(int degrees) {
    if (mean == 0) {
      mean = 1;
      square = 1 + 2.0 / degrees;
    }
  }

  /**
   * Raises what is usual after a drift, and remembers it for longer, so that a column which never
   * stays as it is drifts ever more rarely.
   */
  void raise() {
    start(1);
    mean *= RAISE;
    square *= RAISE * RAISE;
    memory = Math.min(2 * memory, MAX_MEMORY * firstMemory);
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    memory = v.number("windows remembered", memory, firstMemory, MAX_MEMORY * firstMemory);
    tests = v.number("windows compared", tests, 0, memory);
    mean = v.number(mean);
    square = v.number(square);
  }
}
