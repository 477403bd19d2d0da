package dev.millrace.cli.csv;

import dev.millrace.cli.console.Terminal;
import dev.millrace.codec.ClockTime;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What in a column of a file is read otherwise than its author may have meant: numbers and dates
 * that are taken as text, numbers that lie too close together for 32 bits, or that count the rows.
 * Not thread-safe.
 */
public final class ColumnWarnings {
  /** What numbers look like that are taken as text, for a message. */
  public static final String OTHER_NUMBERS = "numbers, but not written as 1234.5 is";

  // 0,23   1,234.50   1.234,50   $12   12 %
  private static final Pattern OTHER_NUMBER =
      Pattern.compile(
          "[-+]?[$€£¥]? ?[-+]?(\\d+,\\d+|\\d{1,3}(,\\d{3})+(\\.\\d+)?|\\d{1,3}(\\.\\d{3})+(,\\d+)?"
              + "|\\d+(\\.\\d+)?) ?[$€£¥%]?");
  private static final Pattern DECIMAL_COMMA = Pattern.compile("[-+]?\\d+,\\d+");
  private static final int MAX_OTHER_NUMBER = 40;
  // 26.11.2026   11/26/26 9:30   2026-11-26 9:30   09:30:00
  private static final Pattern OTHER_DATE =
      Pattern.compile(
          "\\d{4}-\\d{2}-\\d{2}([ T].*)?|\\d{4}([./])\\d{1,2}\\2\\d{1,2}( .*)?"
              + "|\\d{1,2}[./]\\d{1,2}[./]\\d{2,4}( .*)?|\\d{1,2}:\\d{2}(:.*)?");
  private static final int MAX_DATE = 40;
  private static final double ALMOST_ALL = 0.9;
  // With fewer steps of a 32-bit float between them, little is left of how numbers differ.
  private static final int MIN_STEPS = 1_000;
  private static final int MAX_CELL = 30;
  // As many numbers that count are no accident.
  private static final int ENOUGH_TO_COUNT = 50;

  private long numbers;
  private long otherNumbers;
  private long texts;
  private String firstText;
  private String firstPosition;
  // Whether all texts are dates, and the first of them that is none to us, with its place.
  private boolean dates = true;
  private String firstOtherDate;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;
  private final RowNumberDetector counting = new RowNumberDetector();

  /** Whether a text that is no number to us is one to people. */
  public static boolean isOtherNumber(String text) {
    return text.length() <= MAX_OTHER_NUMBER
        && !text.isEmpty()
        && text.charAt(0) <= '€'
        && OTHER_NUMBER.matcher(text).matches();
  }

  /** Whether a text that is no time to us is a date or a time of day to people. */
  public static boolean isOtherDate(String text) {
    return text.length() <= MAX_DATE && OTHER_DATE.matcher(text).matches();
  }

  public static boolean isAlmostAll(long some, long all) {
    return some >= ALMOST_ALL * all;
  }

  /**
   * Counts a value.
   *
   * @param number the number that the text is, or NaN
   */
  void see(String text, double number, CsvFile file) {
    if (!Double.isNaN(number)) {
      counting.see(number);
      numbers++;
      if (Double.isFinite(number)) {
        min = Math.min(min, number);
        max = Math.max(max, number);
      }
      return;
    }
    if (isOtherNumber(text)) {
      otherNumbers++;
    } else {
      texts++;
    }
    if (dates && !ClockTime.isDate(text)) {
      dates = isOtherDate(text);
      firstOtherDate = firstOtherDate == null ? cell(text, file.position()) : firstOtherDate;
    }
    if (firstText == null) {
      firstText = text;
      firstPosition = file.position();
    }
  }

  /** The least of the finite numbers. */
  double min() {
    return min;
  }

  /** The greatest of the finite numbers. */
  double max() {
    return max;
  }

  /**
   * What to say of a column that is taken as text, or as numbers; nothing where all is well.
   *
   * @param wayOut what to do where numbers are too close, a sentence
   */
  Optional<String> of(String column, String wayOut) {
    String name = Terminal.printable(column, MAX_CELL);
    if (firstText == null) {
      return tooClose(name, wayOut);
    }
    return numbers == 0 && dates ? notTime(name) : notText(name);
  }

  /** Whether the column counts the rows. */
  boolean isCounting() {
    return firstText == null && numbers >= ENOUGH_TO_COUNT && counting.holds();
  }

  private Optional<String> notTime(String name) {
    return Optional.ofNullable(firstOtherDate)
        .map(
            cell ->
                "Column \"%s\" is taken as text: a date or time is written as 2026-11-26T09:30 is, but was %s."
                    .formatted(name, cell));
  }

  private static String cell(String text, String position) {
    return "\"" + Terminal.printable(text, MAX_CELL) + "\" (" + position + ")";
  }

  private Optional<String> notText(String name) {
    long values = numbers + otherNumbers + texts;
    if (!isAlmostAll(numbers + otherNumbers, values)) {
      return Optional.empty();
    }
    String cell = cell(firstText, firstPosition);
    return Optional.of(
        otherNumbers >= texts
            ? "Column \"%s\" is taken as text: a number is written as 1234.5 is, but was %s.%s"
                .formatted(name, cell, decimalComma())
            : String.format(
                Locale.ROOT,
                "Column \"%s\" is taken as text: %,d of %,d values are numbers, but not %s. Leave"
                    + " empty what is not known.",
                name,
                numbers,
                values,
                cell));
  }

  private String decimalComma() {
    return DECIMAL_COMMA.matcher(firstText).matches()
        ? " If no comma separates columns: sed 's/,/./g'"
        : "";
  }

  private Optional<String> tooClose(String name, String wayOut) {
    double step = Math.ulp((float) Math.max(Math.abs(min), Math.abs(max)));
    if (!(max > min) || max - min >= MIN_STEPS * step || !Double.isFinite(step)) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "Column \"%s\" goes from %s to %s, where models tell no numbers apart that are less"
                + " than %s apart. %s",
            name,
            number(min),
            number(max),
            number(step),
            wayOut));
  }

  private static String number(double value) {
    boolean whole = Math.abs(value) >= 1e6 || value == Math.rint(value);
    return whole ? new BigDecimal(Math.rint(value)).toPlainString() : Double.toString(value);
  }
}
