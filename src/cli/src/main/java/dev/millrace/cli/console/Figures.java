package dev.millrace.cli.console;

import java.util.Locale;

/** Formats of numbers in tables; a dash stands for NaN. */
public final class Figures {
  private static final String NO_VALUE = "-";

  private Figures() {}

  /** Formats a count with commas. */
  public static String grouped(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Formats a number with commas, rounded to a whole one. */
  public static String grouped(double value) {
    return Double.isNaN(value) ? NO_VALUE : String.format(Locale.ROOT, "%,.0f", value);
  }

  /** Formats a number in four to six characters. */
  public static String brief(double value) {
    double size = Math.abs(value);
    return format(size < 10 ? "%.3f" : size < 1_000 ? "%.1f" : "%.0f", "%.1e", value);
  }

  /** Formats a score with four digits after the point. */
  public static String score(double value) {
    return format(Math.abs(value) < 1_000 ? "%.4f" : "%.1f", "%.2e", value);
  }

  /** Formats a number, with an exponent if it is very small or large. */
  private static String format(String usual, String exponent, double value) {
    if (Double.isNaN(value)) {
      return NO_VALUE;
    }
    double size = Math.abs(value);
    boolean isExtreme = (size > 0 && size < 1e-3) || size >= 1e6;
    return String.format(Locale.ROOT, isExtreme ? exponent : usual, value);
  }
}
