package dev.millrace.simd;

/**
 * Elementary functions in steps that a vector lane can repeat: fma, add, multiply, divide, compare,
 * integer arithmetic on the bits.
 *
 * <p>e^x = 2^k · e^r with k = round(x / ln 2) and |r| ≤ ln(2)/2, the polynomial being that of the
 * Cephes library (Moshier). Greatest error, over all exponents: exp and log 2 ulp, tanh and sigmoid
 * 3 ulp.
 */
public final class Elementary {

  /** Below, e^x rounds to 0; above, it overflows. */
  static final float EXP_LOWEST = -104f;

  static final float EXP_HIGHEST = 89f;

  /** Beyond, e^x - 1 rounds to -1. */
  static final float EXPM1_LOWEST = -20f;

  /** Beyond, tanh(x/2) rounds to 1. */
  static final float EXPM1_HIGHEST = 20f;

  static final float LOG2_E = 1.44269504f;

  /** 1.5·2^23: adding it rounds to a whole number, which is then in the low bits. */
  static final float ROUND = 12582912f;

  static final int ROUND_BITS = 0x4B400000;

  /** ln 2 in two parts, the first short. */
  static final float LN2_HIGH = 0.693359375f;

  static final float LN2_LOW = -2.12194440e-4f;

  static final float E0 = 5.0000001201e-1f;
  static final float E1 = 1.6666665459e-1f;
  static final float E2 = 4.1665795894e-2f;
  static final float E3 = 8.3334519073e-3f;
  static final float E4 = 1.3981999507e-3f;
  static final float E5 = 1.9875691500e-4f;

  static final int SIGN = 0x80000000;
  static final int MAGNITUDE = 0x7FFFFFFF;
  static final int EXPONENT_BIAS = 127;
  static final int MANTISSA_BITS = 23;

  /** λ and λα of SELU. */
  static final float SELU_SCALE = 1.05070098f;

  static final float SELU_SCALE_ALPHA = 1.75809934f;

  private Elementary() {}

  /** e^x, 0 and +∞ where it does not fit a float. */
  static float exp(float x) {
    float clamped = x < EXP_LOWEST ? EXP_LOWEST : x;
    clamped = clamped > EXP_HIGHEST ? EXP_HIGHEST : clamped;
    float rounded = Math.fma(clamped, LOG2_E, ROUND);
    int k = Float.floatToRawIntBits(rounded) - ROUND_BITS;
    float p = expm1Polynomial(reduce(clamped, rounded - ROUND)) + 1f;
    // Two factors, because 2^k alone may be below the least normal or above the greatest float.
    int half = k >> 1;
    return p * powerOfTwo(half) * powerOfTwo(k - half);
  }

  /** e^x - 1 for x up to {@link #EXPM1_HIGHEST}, exact in sign and tiny values. */
  static float expm1(float x) {
    float clamped = x < EXPM1_LOWEST ? EXPM1_LOWEST : x;
    clamped = clamped > EXPM1_HIGHEST ? EXPM1_HIGHEST : clamped;
    float rounded = Math.fma(clamped, LOG2_E, ROUND);
    float power = powerOfTwo(Float.floatToRawIntBits(rounded) - ROUND_BITS);
    float p = expm1Polynomial(reduce(clamped, rounded - ROUND));
    return Math.fma(power, p, power - 1f);
  }

  private static float reduce(float x, float k) {
    return Math.fma(k, -LN2_LOW, Math.fma(k, -LN2_HIGH, x));
  }

  private static float expm1Polynomial(float r) {
    float p = Math.fma(E5, r, E4);
    p = Math.fma(p, r, E3);
    p = Math.fma(p, r, E2);
    p = Math.fma(p, r, E1);
    p = Math.fma(p, r, E0);
    return Math.fma(r * r, p, r);
  }

  private static float powerOfTwo(int k) {
    return Float.intBitsToFloat((k + EXPONENT_BIAS) << MANTISSA_BITS);
  }

  /** The hyperbolic tangent, as (e^2|x| - 1) / (e^2|x| + 1) with the sign of x. */
  static float tanh(float x) {
    int bits = Float.floatToRawIntBits(x);
    float magnitude = Float.intBitsToFloat(bits & MAGNITUDE);
    float e = expm1(magnitude + magnitude);
    float t = e / (e + 2f);
    return Float.intBitsToFloat(Float.floatToRawIntBits(t) | (bits & SIGN));
  }

  /** The logistic function 1/(1 + e^-x), from e^-|x| so that small results keep their precision. */
  static float sigmoid(float x) {
    float e = exp(Float.intBitsToFloat(Float.floatToRawIntBits(x) | SIGN));
    return (x >= 0f ? 1f : e) / (1f + e);
  }

  /** SELU. */
  static float selu(float x) {
    return x > 0f ? SELU_SCALE * x : SELU_SCALE_ALPHA * expm1(x);
  }

  /** The natural logarithm: NaN below 0, -∞ at 0. */
  public static float log(float x) {
    if (!(x > 0f) || x == Float.POSITIVE_INFINITY) {
      return x == 0f ? Float.NEGATIVE_INFINITY : x > 0f ? x : Float.NaN;
    }
    int exponent = 0;
    float normal = x;
    if (x < Float.MIN_NORMAL) {
      normal = x * 0x1p25f;
      exponent = -25;
    }
    // Mantissa in sqrt(1/2)..sqrt(2), so that the polynomial is small where the result is.
    int bits = Float.floatToRawIntBits(normal);
    int shifted = bits - 0x3F3504F3;
    exponent += shifted >> MANTISSA_BITS;
    float m = Float.intBitsToFloat((shifted & 0x007FFFFF) + 0x3F3504F3) - 1f;
    float z = m * m;
    float p = Math.fma(7.0376836292e-2f, m, -1.1514610310e-1f);
    p = Math.fma(p, m, 1.1676998740e-1f);
    p = Math.fma(p, m, -1.2420140846e-1f);
    p = Math.fma(p, m, 1.4249322787e-1f);
    p = Math.fma(p, m, -1.6668057665e-1f);
    p = Math.fma(p, m, 2.0000714765e-1f);
    p = Math.fma(p, m, -2.4999993993e-1f);
    p = Math.fma(p, m, 3.3333331174e-1f);
    p = p * m * z;
    p = Math.fma(exponent, LN2_LOW, p);
    p = Math.fma(-0.5f, z, p);
    return Math.fma(exponent, LN2_HIGH, m + p);
  }
}
