package dev.millrace.codec.text;

import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Printable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads and checks event times, in milliseconds since the start of 1970. */
public final class EventTime {
  /** A hundred million days, as in ECMAScript. */
  static final long MAX_MILLIS = 8_640_000_000_000_000L;

  private static final int MAX_CHARACTERS = 40;

  private EventTime() {}

  /** Returns the event time in a cell of a table; empty if it is neither a number nor a time. */
  public static OptionalLong ofCell(String cell) {
    double number = CsvText.number(cell);
    if (!Double.isNaN(number)) {
      return OptionalLong.of((long) Math.floor(ClockTime.Unit.finest(number).millis(number)));
    }
    try {
      return OptionalLong.of(of("", cell));
    } catch (RejectedException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * Returns the event time that a field holds.
   *
   * @param unit unit of the number; null for milliseconds, or if it is too large for those micro-
   *     or nanoseconds
   */
  public static long of(String field, double number, ClockTime.@Nullable Unit unit)
      throws RejectedException {
    ClockTime.Unit scale = unit == null ? ClockTime.Unit.finest(number) : unit;
    double millis = Math.floor(scale.millis(number));
    if (!(Math.abs(millis) <= MAX_MILLIS)) {
      throw rejected(field, NumberText.ofDouble(number));
    }
    return (long) millis;
  }

  /**
   * Returns the event time that a text holds: a date and a time of ISO 8601, in UTC unless it has
   * an offset.
   */
  public static long of(String field, String text) throws RejectedException {
    try {
      TemporalAccessor time =
          DateTimeFormatter.ISO_DATE_TIME.parseBest(
              text.replace(' ', 'T'), Instant::from, LocalDateTime::from);
      Instant instant =
          time instanceof LocalDateTime local
              ? local.toInstant(ZoneOffset.UTC)
              : Instant.from(time);
      return of(field, instant.toEpochMilli());
    } catch (DateTimeException | ArithmeticException e) {
      throw new RejectedException(
          DeadLetterReason.INVALID_FEATURE,
          "%s is \"%s\", no event time: it must be a number or a time such as"
                  .formatted(field, Printable.line(text, MAX_CHARACTERS))
              + " 2026-11-26T09:30:00Z");
    }
  }

  /** Returns the event time that a field holds in milliseconds. */
  public static long of(String field, long millis) throws RejectedException {
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
