package dev.millrace.nn;

/** Counts that are kept as floats, among numbers that models remember: modulo 2^24, so exact. */
public final class FloatCount {
  private static final long MASK = (1 << 24) - 1;

  private FloatCount() {}

  /** Returns the float of a count. */
  public static float of(long count) {
    return count & MASK;
  }

  /**
   * Returns how much a count has grown, if that is below 2^24.
   *
   * @param before what {@link #of} returned
   */
  public static long growth(float before, long now) {
    return (now - (long) before) & MASK;
  }
}
