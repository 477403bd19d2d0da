package dev.millrace.codec;

import com.fasterxml.jackson.core.io.NumberOutput;

/**
 * How a number is spelt where it is a name: of a key, an example, a class or a value of a feature.
 * The same on every JDK and, where a format has several types of numbers, of every type.
 */
public final class NumberText {

  private static final double LONGS_END = 0x1p63;

  private NumberText() {}

  /** A whole number by its digits, 2.0 as 2; else the shortest decimal that reads back as it. */
  public static String of(Number number) {
    // A float's decimals are fewer than those of the double that is as large.
    if (number instanceof Float single && !isWhole(single)) {
      return NumberOutput.toString(single, true);
    }
    boolean hasPoint = number instanceof Double || number instanceof Float;
    return hasPoint ? ofDouble(number.doubleValue()) : number.toString();
  }

  /** The same of a double. */
  static String ofDouble(double number) {
    // Not Double.toString, which gives more digits than needed before JDK 19.
    return isWhole(number) ? Long.toString((long) number) : NumberOutput.toString(number, true);
  }

  private static boolean isWhole(double number) {
    return number == Math.rint(number) && Math.abs(number) < LONGS_END;
  }
}
