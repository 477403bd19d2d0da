package dev.millrace.codec;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.YearMonth;
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

  // Of numbers that are dates without dashes; as seconds they would all be in August 1970.
  private static final int FIRST_DATE = 1900_01_01;
  private static final int LAST_DATE = 2100_12_31;

  /**
   * What a number counts since 1970. Its size tells, unless something else does: days until the
   * year 2243, seconds from the second day of 1970 until the year 5138, milliseconds from March
   * 1973 on.
   */
  enum Unit {
    DAYS(1e5),
    SECONDS(1e11),
    MILLIS(1e14),
    MICROS(1e17),
    NANOS(1e20);

    private final double most;

    Unit(double most) {
      this.most = most;
    }

    /** Null for a number that counts nothing. */
    private static Unit ofSize(double size) {
      for (Unit unit : UNITS) {
        if (size < unit.most) {
          return unit;
        }
      }
      return null;
    }

    /** How many milliseconds a number of them is. */
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

  /** The time in UTC of a number of which nobody says what it counts, or {@link #NONE}. */
  static long ofNumber(double number) {
    return ofNumber(number, Unit.DAYS);
  }

  /**
   * The time in UTC of a number that counts a unit since 1970; a finer one if it is too large for
   * that. What would be seconds and is a date without dashes, such as 20261126, is that date.
   *
   * @param coarsest what it counts, {@link Unit#DAYS} where nobody says
   */
  static long ofNumber(double number, Unit coarsest) {
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

  /** Whether a number is a date without dashes, of the years 1900 to 2100. */
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
