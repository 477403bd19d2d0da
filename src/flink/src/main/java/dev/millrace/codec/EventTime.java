package dev.millrace.codec;

import dev.millrace.data.DeadLetterReason;

/** Checks event times, in milliseconds since the start of 1970. */
final class EventTime {
  /** A hundred million days, as in ECMAScript. */
  static final long MAX_MILLIS = 8_640_000_000_000_000L;

  private EventTime() {}

  /**
   * Returns the event time that a field holds.
   *
   * @param unit unit of the number
   */
  static long of(String field, double number, ClockTime.Unit unit) throws RejectedException {
    double millis = Math.floor(unit.millis(number));
    if (!(Math.abs(millis) <= MAX_MILLIS)) {
      throw rejected(field, NumberText.ofDouble(number));
    }
    return (long) millis;
  }

  /** Returns the event time that a field holds in milliseconds. */
  static long of(String field, long millis) throws RejectedException {
    if (millis < -MAX_MILLIS || millis > MAX_MILLIS) {
      throw rejected(field, Long.toString(millis));
    }
    return millis;
  }

  private static RejectedException rejected(String field, String number) {
    return new RejectedException(
        DeadLetterReason.INVALID_FEATURE,
        "%s is %s, no event time: it must be within %d milliseconds of 1970"
            .formatted(field, number, MAX_MILLIS));
  }
}
