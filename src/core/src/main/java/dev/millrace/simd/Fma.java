package dev.millrace.simd;

/**
 * Computes a·b + c with one rounding, with the bits of {@link Math#fma(float, float, float)}, which
 * adds BigDecimals where the processor has no such instruction.
 */
final class Fma {

  private static final boolean INSTRUCTION = HotSpot.hasFma();

  private Fma() {}

  static float fma(float a, float b, float c) {
    return INSTRUCTION ? Math.fma(a, b, c) : inDoubles(a, b, c);
  }

  /**
   * Boldo and Melquiond (2008): the product is exact in a double, and a sum rounded to odd in a
   * format with two bits more than a float becomes the float that the exact sum becomes.
   */
  static float inDoubles(float a, float b, float c) {
    double product = (double) a * b;
    double sum = product + c;
    double added = sum - product;
    // The exact rounding error (Knuth's TwoSum); NaN if a term was not finite.
    double rest = (product - (sum - added)) + (c - added);
    long bits = Double.doubleToRawLongBits(sum);
    if ((rest > 0 || rest < 0) && (bits & 1) == 0) {
      sum = Double.longBitsToDouble(bits + (rest > 0 == sum > 0 ? 1 : -1));
    }
    return (float) sum;
  }
}
