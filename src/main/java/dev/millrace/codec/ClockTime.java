package dev.millrace.codec;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;

/**
 * What clock and calendar said when a record was written: milliseconds since 1970 began, by that
 * clock.
 */
public final class ClockTime {
  /** Stands for a text or number that is no time. */
  static final long NONE = Long.MIN_VALUE;

  static final long DAY = 86_400_000;
  static final long WEEK = 7 * DAY;

  private static final int DATE_LENGTH = "2026-11-26".length();

  // A number's size tells its unit: days until the year 2243, seconds from the second day of 1970
  // until the year 5138, milliseconds from March 1973 on.
  private static final double MOST_DAYS = 1e5;
  private static final double MOST_SECONDS = 1e11;
  private static final double MOST_MILLIS = 1e14;
  private static final double MOST_MICROS = 1e17;
  private static final double MOST_NANOS = 1e20;

  private static final DateTimeFormatter ISO_8601 =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendLiteral('T')
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .appendPattern("[XXX][XX][X]")
          .toFormatter()
          .withResolverStyle(ResolverStyle.STRICT);

  private ClockTime() {}

  /** Whether a text is a date, or a date and a time, in ISO 8601. */
  public static boolean isDate(String text) {
    return ofDate(text) != NONE;
  }

  /**
   * The time in a text: {@code 2026-03-29}, {@code 2026-03-29T09:30}, with seconds, fractions and
   * an offset or not, with a blank for the T; or a number as {@link #ofNumber} takes it. An offset
   * is read over: the hour is that which was written. {@link #NONE} if the text is no time.
   */
  static long ofText(String text) {
    double number = CsvText.number(text);
    return Double.isNaN(number) ? ofDate(text) : ofNumber(number);
  }

  /**
   * The time in UTC of days, seconds, milliseconds, microseconds or nanoseconds since 1970, or
   * {@link #NONE}.
   */
  static long ofNumber(double number) {
    double size = Math.abs(number);
    if (size < MOST_DAYS) {
      return (long) Math.floor(number * DAY);
    }
    if (size < MOST_SECONDS) {
      return (long) Math.floor(number * 1_000);
    }
    if (size < MOST_MILLIS) {
      return (long) Math.floor(number);
    }
    if (size < MOST_MICROS) {
      return (long) Math.floor(number / 1_000);
    }
    return size < MOST_NANOS ? (long) Math.floor(number / 1_000_000) : NONE;
  }

  private static long ofDate(String text) {
    if (text.length() < DATE_LENGTH || text.charAt(4) != '-') {
      return NONE; // without the cost of an exception
    }
    boolean isBlank = text.length() > DATE_LENGTH && text.charAt(DATE_LENGTH) == ' ';
    String date =
        isBlank ? text.substring(0, DATE_LENGTH) + 'T' + text.substring(DATE_LENGTH + 1) : text;
    TemporalAccessor parsed;
    try {
      parsed = ISO_8601.parse(date);
    } catch (DateTimeException e) {
      return NONE;
    }
    LocalDate day = parsed.query(TemporalQueries.localDate());
    LocalTime time = parsed.query(TemporalQueries.localTime());
    return day.toEpochDay() * DAY + (time == null ? 0 : time.toNanoOfDay() / 1_000_000);
  }
}
