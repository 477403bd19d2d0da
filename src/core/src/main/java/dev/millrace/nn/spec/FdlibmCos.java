package dev.millrace.nn.spec;

/**
 * The cosine up to half a turn with the bits of {@link StrictMath#cos}, which is a call out of Java
 * up to JDK 20 and allocates an array since.
 *
 * <p>Implements s_cos.c, k_cos.c, k_sin.c and e_rem_pio2.c of fdlibm (Sun Microsystems, 1993),
 * which StrictMath follows by definition: x is a multiple of π/2 plus a rest of at most π/4, high +
 * low, whose sine or cosine is a polynomial.
 */
public final class FdlibmCos {
  // π/2 = FIRST + SECOND + rest; each constant has 33 bits, AFTER_x is the remainder after x.
  private static final double FIRST = 1.57079632673412561417e+00;
  private static final double AFTER_FIRST = 6.07710050650619224932e-11;
  private static final double SECOND = 6.07710050630396597660e-11;
  private static final double AFTER_SECOND = 2.02226624879595063154e-21;

  private static final double TWO_BY_PI = 6.36619772367581382433e-01;

  private static final double C1 = 4.16666666666666019037e-02;
  private static final double C2 = -1.38888888888741095749e-03;
  private static final double C3 = 2.48015872894767294178e-05;
  private static final double C4 = -2.75573143513906633035e-07;
  private static final double C5 = 2.08757232129817482790e-09;
  private static final double C6 = -1.13596475577881948265e-11;

  private static final double S1 = -1.66666666666666324348e-01;
  private static final double S2 = 8.33333333332248946124e-03;
  private static final double S3 = -1.98412698298579493134e-04;
  private static final double S4 = 2.75573137070700676789e-06;
  private static final double S5 = -2.50507602534068634195e-08;
  private static final double S6 = 1.58969099521155010221e-10;

  // Upper 32 bits of the limits of the ranges.
  private static final int QUARTER_PI = 0x3FE921FB;
  private static final int HALF_PI = 0x3FF921FB;
  private static final int PI = 0x400921FB;
  private static final int TINY = 0x3E400000;

  private FdlibmCos() {}

  /**
   * Returns the cosine.
   *
   * @param x radians, 0 to π
   */
  public static double cosine(double x) {
    int high = high(x);
    if (high <= QUARTER_PI) {
      return cosineOfRest(x, 0);
    }
    return x * TWO_BY_PI + 0.5 < 2 ? ofMiddle(x, high) : ofEnd(x, high);
  }

  /** -sin(x - π/2). */
  private static double ofMiddle(double x, int high) {
    double r = x - FIRST;
    double w = AFTER_FIRST;
    if (high == HALF_PI) {
      r -= SECOND;
      w = AFTER_SECOND;
    }
    double rest = r - w;
    return -sineOfRest(rest, (r - rest) - w);
  }

  /** -cos(x - π). */
  private static double ofEnd(double x, int high) {
    double r = x - 2 * FIRST;
    double w = 2 * AFTER_FIRST;
    double rest = r - w;
    // Where more than 16 bits have cancelled. Beyond 49 fdlibm continues, but that cosine is 1.
    if (high == PI && (high >> 20) - (high(rest) >> 20 & 0x7FF) > 16) {
      double before = r;
      w = 2 * SECOND;
      r = before - w;
      w = 2 * AFTER_SECOND - ((before - r) - w);
      rest = r - w;
    }
    return -cosineOfRest(rest, (r - rest) - w);
  }

  private static int high(double x) {
    return (int) (Double.doubleToRawLongBits(x) >>> 32);
  }

  private static double cosineOfRest(double x, double low) {
    int size = high(x) & 0x7FFFFFFF;
    if (size < TINY) {
      return 1;
    }
    double z = x * x;
    double r = z * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6)))));
    if (size < 0x3FD33333) { // 0.3
      return 1 - (0.5 * z - (z * r - x * low));
    }
    // About x²/4 is taken from both, so that 1 - half of x² loses no bits.
    double share = size > 0x3FE90000 ? 0.28125 : Double.longBitsToDouble((size - 0x200000L) << 32);
    return (1 - share) - ((0.5 * z - share) - (z * r - x * low));
  }

  private static double sineOfRest(double x, double low) {
    if ((high(x) & 0x7FFFFFFF) < TINY) {
      return x;
    }
    double z = x * x;
    double v = z * x;
    double r = S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)));
    return x - ((z * (0.5 * low - v * r) - low) - v * S1);
  }
}
