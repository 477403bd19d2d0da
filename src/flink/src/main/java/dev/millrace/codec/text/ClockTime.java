package dev.millrace.codec.text;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Parses dates and times as local times: milliseconds since the start of 1970 on the clock that
 * wrote them.
 */
public final class ClockTime {
  /** The value of texts and numbers that are not times. */
  public static final long NONE = Long.MIN_VALUE;

  public static final long DAY = 86_400_000;
  public static final long WEEK = 7 * DAY;

  private static final int DATE_LENGTH = "2026-11-26".length();

  // Dates without dashes; as seconds they would all be in August 1970.
  private static final int FIRST_DATE = 1900_01_01;
  private static final int LAST_DATE = 2100_12_31;

  /**
   * The units of numbers since 1970. Without a declared unit, the size decides: days until the year
   * 2243, seconds from the second day of 1970 until the year 5138, milliseconds from March 1973 on.
   */
  public enum Unit {
    DAYS(1e5),
    SECONDS(1e11),
    MILLIS(1e14),
    MICROS(1e17),
    NANOS(1e20);

    private final double end;

    Unit(double end) {
      this.end = end;
    }

    /** Returns the unit of a number, null if the number is too large. */
    private static @Nullable Unit ofSize(double size) {
      for (Unit unit : UNITS) {
        if (size < unit.end) {
          return unit;
        }
      }
      return null;
    }

    /** Returns milliseconds, or if a number is too large for those a finer unit. */
    public static Unit finest(double number) {
      double size = Math.abs(number);
      return size < MILLIS.end ? MILLIS : size < MICROS.end ? MICROS : NANOS;
    }

    /** Converts a number of this unit to milliseconds. */
    double millis(double number) {
      return switch (this) {
        case DAYS -> number * DAY;
        case SECONDS -> number * 1_000;
        case MILLIS -> number;
        case MICROS -> number / 1_000;
        case NANOS -> number / 1_000_000;
      };
    }
  }

  private static final Unit[] UNITS = Unit.values();

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

  /** Returns true if a text is a date, or a date and a time, in ISO 8601. */
  public static boolean isDate(String text) {
    return ofDate(text) != NONE;
  }

  /** Returns the time in a text that {@link #isDate} accepts; empty for other texts. */
  public static OptionalLong date(String text) {
    long date = ofDate(text);
    return date == NONE ? OptionalLong.empty() : OptionalLong.of(date);
  }

  /**
   * Returns the time in a text: {@code 2026-03-29}, {@code 2026-03-29T09:30}, with seconds,
   * fractions and an offset or not, with a space instead of the T; or a number as in {@link
   * #ofNumber}. An offset is ignored, so that the hour is the one that was written. Returns {@link
   * #NONE} if the text is not a time.
   */
  public static long ofText(String text) {
    double number = CsvText.number(text);
    return Double.isNaN(number) ? ofDate(text) : ofNumber(number);
  }

  /** Returns the time in UTC of a number without a declared unit, or {@link #NONE}. */
  public static long ofNumber(double number) {
    return ofNumber(number, Unit.DAYS);
  }

  /**
   * Returns the time in UTC of a number that counts a unit since 1970; a finer one if it is too
   * large for that. A number of seconds that is a date without dashes, such as 20261126, is that
   * date.
   *
   * @param coarsest declared unit, {@link Unit#DAYS} if there is none
   */
  public static long ofNumber(double number, Unit coarsest) {
    Unit unit = Unit.ofSize(Math.abs(number));
    if (unit == null) {
      return NONE;
    }
    if (unit.compareTo(coarsest) < 0) {
      unit = coarsest;
    }
    long date = unit == Unit.SECONDS ? ofBareDate(number) : NONE;
    return date == NONE ? (long) Math.floor(unit.millis(number)) : date;
  }

  /** Returns true if a number is a date without dashes, of the years 1900 to 2100. */
  public static boolean isBareDate(double number) {
    return ofBareDate(number) != NONE;
  }

  private static long ofBareDate(double number) {
    if (!(number >= FIRST_DATE && number <= LAST_DATE && number == Math.rint(number))) {
      return NONE;
    }
    int date = (int) number;
    int year = date / 100_00;
    int month = date / 100 % 100;
    int day = date % 100;
    boolean exists =
        month >= 1 && month <= 12 && day >= 1 && day <= YearMonth.of(year, month).lengthOfMonth();
    return exists ? LocalDate.of(year, month, day).toEpochDay() * DAY : NONE;
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
