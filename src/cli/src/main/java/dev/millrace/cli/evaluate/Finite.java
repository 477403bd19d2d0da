package dev.millrace.cli.evaluate;

import org.jspecify.annotations.Nullable;

/** Replaces quotients that do not exist, such as those by zero. */
public final class Finite {
  private Finite() {}

  /** Returns the value, NaN if it is infinite. */
  static double orNan(double value) {
    return Double.isFinite(value) ? value : Double.NaN;
  }

  /** Returns the value for JSON: null if it is not finite. */
  public static @Nullable Double orNull(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
