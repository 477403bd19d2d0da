package dev.millrace.nn;

/**
 * A predicted value as two floats, a rounded one and what it lacks: one float does not hold a value
 * that is far from 0 compared with its spread, such as 1e12 ± 1,000.
 */
public final class PredictedValue {
  /** Floats of one value. */
  public static final int FLOATS = 2;

  // Of the spread: below, rounding to a float changes no score that anybody sees.
  private static final double NEGLIGIBLE = 1e-6;

  private PredictedValue() {}

  /** Returns the value that starts at {@code offset}; NaN where the model has none yet. */
  public static double read(float[] out, int offset) {
    return (double) out[offset] + out[offset + 1];
  }

  /**
   * Writes a value.
   *
   * @param spread of the values, such as their standard deviation; at least 0
   */
  public static void write(double value, double spread, float[] out, int offset) {
    float rounded = (float) value;
    out[offset] = rounded;
    out[offset + 1] =
        Float.isFinite(rounded) && Math.ulp(rounded) > NEGLIGIBLE * spread
            ? (float) (value - rounded)
            : 0f;
  }
}
