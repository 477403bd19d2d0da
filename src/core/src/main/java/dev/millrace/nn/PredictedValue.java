package dev.millrace.nn;

import dev.millrace.data.PublicApi;

/**
 * Encodes a predicted value as two floats, a rounded value and the rounding error: one float is not
 * precise enough for values far from 0 compared with their spread, such as 1e12 ± 1,000.
 */
@PublicApi
public final class PredictedValue {
  /** Floats of one value. */
  public static final int FLOATS = 2;

  // Fraction of the spread below which rounding changes no reported score.
  private static final double NEGLIGIBLE = 1e-6;

  private PredictedValue() {}

  /** Returns the value at {@code offset}, NaN if the model has none yet. */
  public static double read(float[] out, int offset) {
    return (double) out[offset] + out[offset + 1];
  }

  /**
   * Writes a value.
   *
   * @param spread spread of the values, such as their standard deviation; at least 0
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
