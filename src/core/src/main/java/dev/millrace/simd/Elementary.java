package dev.millrace.simd;

/**
 * Elementary functions in steps that vector lanes can repeat: fma, add, multiply, divide, compare,
 * integer arithmetic on the bits.
 *
 * <p>e^x = 2^k · e^r with k = round(x / ln 2) and |r| ≤ ln(2)/2, the polynomial being that of the
 * Cephes library (Moshier). Max error over all exponents: exp and log 2 ulp, tanh, sigmoid and
 * softplus 3 ulp, gelu 10 ulp.
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

  /** Slope of leaky ReLU below 0, that of PyTorch. */
  static final float LEAK = 0.01f;

  /** Beyond, Φ(-x) rounds to 0. */
  static final float NORMAL_HIGHEST = 14.5f;

  /** 1/(2√2). */
  static final float NORMAL_SHRINK = 0.353553391f;

  /** 1/√(2π). */
  static final float NORMAL_PEAK = 0.398942280f;

  /** √2 - 1: up to it, ln(1 + u) needs no reduction. */
  static final float LOG1P_DIRECT = 0.414213562f;

  static final float LN2 = 0.693147181f;

  /** The bits of √(1/2), and those of a mantissa. */
  static final int SQRT_HALF_BITS = 0x3F3504F3;

  static final int MANTISSA = 0x007FFFFF;

  /** Φ(-x)·e^(x²/2)/t in powers of t = 1/(1 + x/(2√2)), x ≥ 0; a Chebyshev fit, within 2.5e-8. */
  static final float N0 = 0.14103286f;

  static final float N1 = 0.14141718f;
  static final float N2 = 0.11940858f;
  static final float N3 = 0.11241905f;
  static final float N4 = -0.04831592f;
  static final float N5 = 0.20943327f;
  static final float N6 = -0.33403638f;
  static final float N7 = 0.2141009f;
  static final float N8 = -0.0616312f;
  static final float N9 = 0.0061716572f;

  /** (ln(1 + m) - m + m²/2)/m³ in powers of m. */
  static final float L0 = 3.3333331174e-1f;

  static final float L1 = -2.4999993993e-1f;
  static final float L2 = 2.0000714765e-1f;
  static final float L3 = -1.6668057665e-1f;
  static final float L4 = 1.4249322787e-1f;
  static final float L5 = -1.2420140846e-1f;
  static final float L6 = 1.1676998740e-1f;
  static final float L7 = -1.1514610310e-1f;
  static final float L8 = 7.0376836292e-2f;

  /** sin(2πu)/u in powers of u², for |u| up to 1/4; minimax, within 3.4e-9. */
  static final float S0 = 6.283185f;

  static final float S1 = -41.341656f;
  static final float S2 = 81.601006f;
  static final float S3 = -76.54978f;
  static final float S4 = 39.53672f;

  private Elementary() {}

  /** e^x, 0 and +∞ where it does not fit a float. */
  public static float exp(float x) {
    float clamped = x < EXP_LOWEST ? EXP_LOWEST : x;
    clamped = clamped > EXP_HIGHEST ? EXP_HIGHEST : clamped;
    float rounded = Fma.fma(clamped, LOG2_E, ROUND);
    int k = Float.floatToRawIntBits(rounded) - ROUND_BITS;
    float p = expm1Polynomial(reduce(clamped, rounded - ROUND)) + 1f;
    // Two factors, because 2^k alone may be below the min normal or above the max float.
    int half = k >> 1;
    return p * powerOfTwo(half) * powerOfTwo(k - half);
  }

  /** e^x - 1 for x up to {@link #EXPM1_HIGHEST}, exact in sign and tiny values. */
  static float expm1(float x) {
    float clamped = x < EXPM1_LOWEST ? EXPM1_LOWEST : x;
    clamped = clamped > EXPM1_HIGHEST ? EXPM1_HIGHEST : clamped;
    float rounded = Fma.fma(clamped, LOG2_E, ROUND);
    float power = powerOfTwo(Float.floatToRawIntBits(rounded) - ROUND_BITS);
    float p = expm1Polynomial(reduce(clamped, rounded - ROUND));
    return Fma.fma(power, p, power - 1f);
  }

  private static float reduce(float x, float k) {
    return Fma.fma(k, -LN2_LOW, Fma.fma(k, -LN2_HIGH, x));
  }

  private static float expm1Polynomial(float r) {
    float p = Fma.fma(E5, r, E4);
    p = Fma.fma(p, r, E3);
    p = Fma.fma(p, r, E2);
    p = Fma.fma(p, r, E1);
    p = Fma.fma(p, r, E0);
    return Fma.fma(r * r, p, r);
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
    int shifted = bits - SQRT_HALF_BITS;
    exponent += shifted >> MANTISSA_BITS;
    float m = Float.intBitsToFloat((shifted & MANTISSA) + SQRT_HALF_BITS) - 1f;
    float z = m * m;
    float p = logPolynomial(m) * m * z;
    p = Fma.fma(exponent, LN2_LOW, p);
    p = Fma.fma(-0.5f, z, p);
    return Fma.fma(exponent, LN2_HIGH, m + p);
  }

  private static float logPolynomial(float m) {
    float p = Fma.fma(L8, m, L7);
    p = Fma.fma(p, m, L6);
    p = Fma.fma(p, m, L5);
    p = Fma.fma(p, m, L4);
    p = Fma.fma(p, m, L3);
    p = Fma.fma(p, m, L2);
    p = Fma.fma(p, m, L1);
    return Fma.fma(p, m, L0);
  }

  /** cos(2πx) for |x| up to 2^22, within 2e-7: as sin(2π(1/4 - |x - nearest whole number|)). */
  static float cosineOfTurns(float x) {
    float rest = x - ((x + ROUND) - ROUND);
    float u = 0.25f - Math.abs(rest);
    float square = u * u;
    float p = Fma.fma(S4, square, S3);
    p = Fma.fma(p, square, S2);
    p = Fma.fma(p, square, S1);
    p = Fma.fma(p, square, S0);
    return u * p;
  }

  /** ln(1 + u) for u in 0..1, exact in tiny values. */
  static float log1p(float u) {
    boolean direct = u <= LOG1P_DIRECT;
    float m = direct ? u : 0.5f * (u - 1f);
    float z = m * m;
    float sum = m + Fma.fma(-0.5f, z, logPolynomial(m) * m * z);
    return direct ? sum : sum + LN2;
  }

  /** ln(1 + e^x), as max(x, 0) + ln(1 + e^-|x|). */
  static float softplus(float x) {
    float e = exp(Float.intBitsToFloat(Float.floatToRawIntBits(x) | SIGN));
    return log1p(e) + (x < 0f ? 0f : x);
  }

  /** e^(-x²/2), with a correction of the rounding error of x². */
  private static float bell(float x) {
    float square = x * x;
    float e = exp(-0.5f * square);
    return Fma.fma(e, -0.5f * Fma.fma(x, x, -square), e);
  }

  /** Φ(x), the standard normal distribution, for |x| up to {@link #NORMAL_HIGHEST}. */
  private static float normal(float x, float bell) {
    float magnitude = Float.intBitsToFloat(Float.floatToRawIntBits(x) & MAGNITUDE);
    float t = 1f / Fma.fma(magnitude, NORMAL_SHRINK, 1f);
    float p = Fma.fma(N9, t, N8);
    p = Fma.fma(p, t, N7);
    p = Fma.fma(p, t, N6);
    p = Fma.fma(p, t, N5);
    p = Fma.fma(p, t, N4);
    p = Fma.fma(p, t, N3);
    p = Fma.fma(p, t, N2);
    p = Fma.fma(p, t, N1);
    p = Fma.fma(p, t, N0);
    float tail = bell * t * p;
    return x >= 0f ? 1f - tail : tail;
  }

  private static float withinNormal(float x) {
    float clamped = x < -NORMAL_HIGHEST ? -NORMAL_HIGHEST : x;
    return clamped > NORMAL_HIGHEST ? NORMAL_HIGHEST : clamped;
  }

  /** Φ(x), the standard normal distribution. */
  public static float normal(float x) {
    float clamped = withinNormal(x);
    return normal(clamped, bell(clamped));
  }

  /** GELU, x·Φ(x). */
  static float gelu(float x) {
    return x * normal(x);
  }

  /** The derivative of GELU, Φ(x) + x·φ(x). */
  static float geluSlope(float x) {
    float clamped = withinNormal(x);
    float bell = bell(clamped);
    return Fma.fma(clamped * NORMAL_PEAK, bell, normal(clamped, bell));
  }

  /** SiLU, x·sigmoid(x). */
  static float silu(float x) {
    return x * sigmoid(x);
  }

  /** The derivative of SiLU, s + x·s·(1 - s) with s = sigmoid(x). */
  static float siluSlope(float x) {
    float s = sigmoid(x);
    return Fma.fma(x * s, 1f - s, s);
  }
}
