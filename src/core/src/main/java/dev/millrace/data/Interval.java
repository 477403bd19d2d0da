package dev.millrace.data;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Allowed numbers or times of a {@link Setting}, such as {@code (0, 1]} or {@code [1s, 7d] or off}.
 *
 * @param min lower bound as it is written
 * @param isAbove true if the lower bound itself is not allowed
 * @param max upper bound as it is written
 * @param isBelow true if the upper bound itself is not allowed
 * @param orOff true if 0 is allowed too, as the word off
 */
public record Interval(String min, boolean isAbove, String max, boolean isBelow, boolean orOff) {
  private static final Pattern FORM =
      Pattern.compile("([\\[(])([^,]+), ?([^,\\])]+)([\\])])( or off)?");

  /**
   * Parses an interval.
   *
   * @throws IllegalArgumentException if the text is none
   */
  public static Interval of(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("an interval is [0, 1) or the like, but was " + text);
    }
    return new Interval(
        matcher.group(2),
        matcher.group(1).equals("("),
        matcher.group(3),
        matcher.group(4).equals(")"),
        matcher.group(5) != null);
  }

  /** Returns true if the bounds are times, such as 10s. */
  public boolean isOfTime() {
    return Durations.parse(min).isPresent();
  }

  /** Returns a bound as a whole number; of a time its milliseconds. */
  public static long whole(String bound) {
    return Durations.parse(bound).orElseGet(() -> Long.parseLong(bound));
  }

  /** Returns true if the number is allowed. */
  public boolean contains(float number) {
    float low = Float.parseFloat(min);
    float high = Float.parseFloat(max);
    return (isAbove ? number > low : number >= low) && (isBelow ? number < high : number <= high);
  }

  /** Returns the interval in words that follow "must be". */
  public String describe() {
    return isAbove || isBelow
        ? (isAbove ? "above " : "at least ")
            + plain(min)
            + " and "
            + (isBelow ? "below " : "at most ")
            + plain(max)
        : "between " + plain(min) + " and " + plain(max);
  }

  /** Returns a number as users write it: 0.005, 4, 1e-8. */
  public static String plain(String number) {
    BigDecimal exact = new BigDecimal(number).stripTrailingZeros();
    return exact.signum() != 0 && exact.abs().compareTo(new BigDecimal("1e-4")) < 0
        ? exact.toString().toLowerCase(Locale.ROOT)
        : exact.toPlainString();
  }
}
