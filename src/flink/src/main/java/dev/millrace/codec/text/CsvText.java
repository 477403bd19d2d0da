package dev.millrace.codec.text;

import java.util.Locale;

/** Parses cells of data files: numbers, truth values and missing values. */
public final class CsvText {
  private CsvText() {}

  /** Returns true if a cell is a missing value. */
  public static boolean isMissing(String text) {
    return text.length() <= 4
        && switch (text.toLowerCase(Locale.ROOT)) {
          case "", "na", "n/a", "#n/a", "nan", "null", "none", "?" -> true;
          default -> false;
        };
  }

  /**
   * Returns the number that the whole text is in plain decimal or scientific notation (or an
   * infinity), or NaN if it is none. Stricter than Java, which also takes {@code 1d} and {@code
   * 0x1p3}.
   */
  public static double number(String text) {
    int start = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    String unsigned = text.substring(start);
    if (unsigned.equalsIgnoreCase("inf") || unsigned.equalsIgnoreCase("infinity")) {
      return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean allowed = (c >= '0' && c <= '9') || ".eE".indexOf(c) >= 0 || isSign(text, i);
      if (!allowed) {
        return Double.NaN;
      }
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** Returns a cell as a Double or a Boolean, or as text if it is neither. */
  public static Object scalar(String text) {
    if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
      return Boolean.valueOf(text);
    }
    double number = number(text);
    return Double.isNaN(number) ? text : (Object) number;
  }

  // A sign anywhere else is no number but mostly a date, for which exceptions would be slow.
  private static boolean isSign(String text, int at) {
    char c = text.charAt(at);
    return (c == '+' || c == '-') && (at == 0 || "eE".indexOf(text.charAt(at - 1)) >= 0);
  }
}
