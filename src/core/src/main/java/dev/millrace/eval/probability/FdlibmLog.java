package dev.millrace.eval.probability;

/**
 * Computes the natural logarithm with the bits of {@link StrictMath#log}, which up to JDK 20 is a
 * native call that costs several times as much as the arithmetic.
 *
 * <p>The algorithm is that of fdlibm's e_log.c (Sun Microsystems, 1993), which StrictMath follows
 * by definition: x = 2^k·(1 + f) with 1 + f between √2/2 and √2, and log(1 + f) = f - s·(f - R)
 * with s = f / (2 + f) and R a polynomial in s².
 */
public final class FdlibmLog {
  private static final double LN2_HIGH = 6.93147180369123816490e-01;
  private static final double LN2_LOW = 1.90821492927058770002e-10;
  private static final double L1 = 6.666666666666735130e-01;
  private static final double L2 = 3.999999999940941908e-01;
  private static final double L3 = 2.857142874366239149e-01;
  private static final double L4 = 2.222219843214978396e-01;
  private static final double L5 = 1.818357216161805012e-01;
  private static final double L6 = 1.531383769920937332e-01;
  private static final double L7 = 1.479819860511658591e-01;

  private static final int EXPONENT_BIAS = 1023;
  private static final int HIGH_MANTISSA = 0x000FFFFF;

  private FdlibmLog() {}

  /**
   * Returns the natural logarithm.
   *
   * @param x positive, finite, not subnormal
   */
  public static double of(double x) {
    long bits = Double.doubleToRawLongBits(x);
    int high = (int) (bits >>> 32);
    int mantissa = high & HIGH_MANTISSA;
    int upper = mantissa + 0x95F64 & 0x100000; // whether the mantissa is above √2
    int k = (high >> 20) - EXPONENT_BIAS + (upper >> 20);
    long reduced = (long) (mantissa | (upper ^ 0x3FF00000)) << 32 | (bits & 0xFFFFFFFFL);
    double f = Double.longBitsToDouble(reduced) - 1.0;
    if ((HIGH_MANTISSA & 2 + mantissa) < 3) {
      return ofAlmostPower(f, k);
    }
    double s = f / (2.0 + f);
    double z = s * s;
    double w = z * z;
    double r = z * (L1 + w * (L3 + w * (L5 + w * L7))) + w * (L2 + w * (L4 + w * L6));
    if ((mantissa - 0x6147A | 0x6B851 - mantissa) > 0) {
      double half = 0.5 * f * f;
      return k == 0
          ? f - (half - s * (half + r))
          : k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f);
    }
    return k == 0 ? f - s * (f - r) : k * LN2_HIGH - ((s * (f - r) - k * LN2_LOW) - f);
  }

  /** Returns the logarithm where |f| is below 2^-20. */
  private static double ofAlmostPower(double f, int k) {
    if (f == 0) {
      return k == 0 ? 0 : k * LN2_HIGH + k * LN2_LOW;
    }
    double r = f * f * (0.5 - 0.33333333333333333 * f);
    return k == 0 ? f - r : k * LN2_HIGH - ((r - k * LN2_LOW) - f);
  }
}
