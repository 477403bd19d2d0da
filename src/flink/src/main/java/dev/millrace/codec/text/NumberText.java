package dev.millrace.codec.text;

import com.fasterxml.jackson.core.io.NumberOutput;

/**
 * Formats numbers that are names: of keys, examples, classes and values of features. The text is
 * the same on every JDK and for every number type of a format.
 */
public final class NumberText {

  private static final double LONGS_END = 0x1p63;

  private NumberText() {}

  /** Returns true if a number can be a name: it is finite. */
  public static boolean isName(Number number) {
    boolean hasPoint = number instanceof Double || number instanceof Float;
    return !hasPoint || Double.isFinite(number.doubleValue());
  }

  /** Returns the digits of a whole number, 2 for 2.0, or else the shortest exact decimal. */
  public static String of(Number number) {
    // A float has fewer decimals than the double of the same value.
    if (number instanceof Float single && !isWhole(single)) {
      return NumberOutput.toString(single, true);
    }
    boolean hasPoint = number instanceof Double || number instanceof Float;
    return hasPoint ? ofDouble(number.doubleValue()) : number.toString();
  }

  /** Returns the same for a double. */
  public static String ofDouble(double number) {
    // Not Double.toString, which gives more digits than needed before JDK 19.
    return isWhole(number) ? Long.toString((long) number) : NumberOutput.toString(number, true);
  }

  private static boolean isWhole(double number) {
    return number == Math.rint(number) && Math.abs(number) < LONGS_END;
  }
}
