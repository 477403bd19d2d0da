package dev.millrace.cli.dashboard;

/** Examples per second, from counts as they arrive. Not thread-safe. */
final class DashboardRate {
  private final long spanNanos;
  private boolean begun;
  private long sinceNanos;
  private long sinceExamples;
  private float rate = Float.NaN;

  /**
   * @param spanNanos least time that a rate is taken over: records arrive in bursts, and a shorter
   *     one would show the bursts, not the stream
   */
  DashboardRate(long spanNanos) {
    this.spanNanos = spanNanos;
  }

  /** Takes a count in; the rate so far, NaN before there is one. */
  float update(long examples, long nowNanos) {
    long elapsed = nowNanos - sinceNanos;
    if (begun && elapsed >= spanNanos && elapsed > 0) {
      rate = (float) (Math.max(0, examples - sinceExamples) * 1e9 / elapsed);
    } else if (begun) {
      return rate;
    }
    begun = true;
    sinceNanos = nowNanos;
    sinceExamples = examples;
    return rate;
  }
}
