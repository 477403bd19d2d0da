package dev.millrace.codec;

import dev.millrace.data.DeadLetterReason;

/** When something happened, in milliseconds since 1970 began. */
final class EventTime {
  /** A hundred million days, as in ECMAScript: further away is no date that anyone has. */
  static final long MOST = 8_640_000_000_000_000L;

  private EventTime() {}

  /**
   * The event time that a field holds.
   *
   * @param unit what the number counts
   */
  static long of(String field, double number, ClockTime.Unit unit) throws RefusedException {
    double millis = Math.floor(unit.millis(number));
    if (!(Math.abs(millis) <= MOST)) {
      throw refused(field, NumberText.ofDouble(number));
    }
    return (long) millis;
  }

  /** The event time that a field holds in milliseconds. */
  static long of(String field, long millis) throws RefusedException {
    if (millis < -MOST || millis > MOST) {
      throw refused(field, Long.toString(millis));
    }
    return millis;
  }

  private static RefusedException refused(String field, String number) {
    return new RefusedException(
        DeadLetterReason.INVALID_FEATURE,
        "%s is %s, no event time: it must be within %d milliseconds of 1970"
            .formatted(field, number, MOST));
  }
}
