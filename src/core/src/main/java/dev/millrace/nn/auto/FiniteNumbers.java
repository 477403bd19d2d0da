package dev.millrace.nn.auto;

/** Checks of learned numbers. */
final class FiniteNumbers {
  private FiniteNumbers() {}

  /** Returns true if all values are finite. */
  static boolean areFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /** Returns true if all values are finite. */
  static boolean areFinite(double[] values) {
    for (double value : values) {
      if (!Double.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
