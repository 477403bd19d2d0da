package dev.millrace.codec.text;

import dev.millrace.nn.spec.FdlibmCos;

/**
 * Encodes a time as points on two circles, of the day and of the week, so that 23:59 is next to
 * 00:00 and Sunday next to Monday.
 */
public final class Cycles {
  // 1970 began on a Thursday; a week begins on Monday, as in ISO 8601.
  private static final long THURSDAY = 3 * ClockTime.DAY;

  private Cycles() {}

  /**
   * Puts the features of a time.
   *
   * @param millis milliseconds since the start of 1970
   * @param start index of the first of the four features
   */
  public static void put(long millis, float[] features, int start) {
    put(Math.floorMod(millis, ClockTime.DAY), ClockTime.DAY, features, start);
    put(Math.floorMod(millis + THURSDAY, ClockTime.WEEK), ClockTime.WEEK, features, start + 2);
  }

  private static void put(long part, long whole, float[] features, int start) {
    features[start] = cosine(part, whole);
    // The sine is the cosine a quarter of a turn later.
    features[start + 1] = cosine(Math.floorMod(part - whole / 4, whole), whole);
  }

  private static float cosine(long part, long whole) {
    long upToHalf = Math.min(part, whole - part); // cos(2π - x) = cos x
    return (float) FdlibmCos.cosine(Math.PI * (2.0 * upToHalf / whole));
  }
}
