package dev.millrace.cli.watch;

import java.time.Duration;

/** Examples per second, from counts as they arrive. Not thread-safe. */
public final class ExamplesRate {
  private final long intervalNanos;
  private boolean started;
  private long startNanos;
  private long startExamples;
  private double rate = Double.NaN;

  /**
   * @param interval minimum time for a rate: records arrive in bursts, and a shorter one would show
   *     the bursts, not the stream
   */
  public ExamplesRate(Duration interval) {
    intervalNanos = interval.toNanos();
  }

  /** Adds a count and returns the rate so far, NaN before there is one. */
  public double update(long examples, long nanos) {
    long elapsed = nanos - startNanos;
    if (!started || (elapsed >= intervalNanos && elapsed > 0)) {
      rate = started ? Math.max(0, examples - startExamples) * 1e9 / elapsed : rate;
      started = true;
      startNanos = nanos;
      startExamples = examples;
    }
    return rate;
  }
}
