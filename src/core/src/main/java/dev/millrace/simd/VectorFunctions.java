package dev.millrace.simd;

import static dev.millrace.simd.Elementary.EXPONENT_BIAS;
import static dev.millrace.simd.Elementary.MAGNITUDE;
import static dev.millrace.simd.Elementary.MANTISSA_BITS;
import static dev.millrace.simd.Elementary.ROUND;
import static dev.millrace.simd.Elementary.ROUND_BITS;
import static dev.millrace.simd.Elementary.SIGN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.OR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** {@link Elementary} in every lane: the same steps in the same order. */
final class VectorFunctions {

  static final VectorSpecies<Float> SPECIES = VectorWidth.species();

  private VectorFunctions() {}

  /**
   * Loads a register. Only for loops that run often: C2 does not inline it where it is rarely
   * called, and then boxes the result.
   */
  static FloatVector at(float[] a, int i) {
    return FloatVector.fromArray(SPECIES, a, i);
  }

  static FloatVector constant(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  static FloatVector exp(FloatVector x) {
    FloatVector clamped = clamp(x, Elementary.EXP_LOWEST, Elementary.EXP_HIGHEST);
    FloatVector rounded = clamped.fma(constant(Elementary.LOG2_E), constant(ROUND));
    IntVector k = rounded.reinterpretAsInts().sub(ROUND_BITS);
    FloatVector p = expm1Polynomial(reduce(clamped, rounded.sub(ROUND))).add(1f);
    IntVector half = k.lanewise(ASHR, 1);
    return p.mul(powerOfTwo(half)).mul(powerOfTwo(k.sub(half)));
  }

  static FloatVector expm1(FloatVector x) {
    FloatVector clamped = clamp(x, Elementary.EXPM1_LOWEST, Elementary.EXPM1_HIGHEST);
    FloatVector rounded = clamped.fma(constant(Elementary.LOG2_E), constant(ROUND));
    FloatVector power = powerOfTwo(rounded.reinterpretAsInts().sub(ROUND_BITS));
    FloatVector p = expm1Polynomial(reduce(clamped, rounded.sub(ROUND)));
    return power.fma(p, power.sub(1f));
  }

  private static FloatVector clamp(FloatVector x, float lowest, float highest) {
    FloatVector clamped = x.blend(lowest, x.compare(LT, lowest));
    return clamped.blend(highest, clamped.compare(GT, highest));
  }

  private static FloatVector reduce(FloatVector x, FloatVector k) {
    FloatVector high = k.fma(constant(-Elementary.LN2_HIGH), x);
    return k.fma(constant(-Elementary.LN2_LOW), high);
  }

  private static FloatVector expm1Polynomial(FloatVector r) {
    FloatVector p = r.fma(constant(Elementary.E5), constant(Elementary.E4));
    p = p.fma(r, constant(Elementary.E3));
    p = p.fma(r, constant(Elementary.E2));
    p = p.fma(r, constant(Elementary.E1));
    p = p.fma(r, constant(Elementary.E0));
    return r.mul(r).fma(p, r);
  }

  private static FloatVector powerOfTwo(IntVector k) {
    return k.add(EXPONENT_BIAS).lanewise(LSHL, MANTISSA_BITS).reinterpretAsFloats();
  }

  static FloatVector tanh(FloatVector x) {
    IntVector bits = x.reinterpretAsInts();
    FloatVector magnitude = bits.and(MAGNITUDE).reinterpretAsFloats();
    FloatVector e = expm1(magnitude.add(magnitude));
    FloatVector t = e.div(e.add(2f));
    return t.reinterpretAsInts().lanewise(OR, bits.and(SIGN)).reinterpretAsFloats();
  }

  static FloatVector sigmoid(FloatVector x) {
    FloatVector e = exp(x.reinterpretAsInts().lanewise(OR, SIGN).reinterpretAsFloats());
    return e.blend(1f, x.compare(GE, 0f)).div(e.add(1f));
  }

  static FloatVector selu(FloatVector x) {
    FloatVector below = expm1(x).mul(Elementary.SELU_SCALE_ALPHA);
    return below.blend(x.mul(Elementary.SELU_SCALE), x.compare(GT, 0f));
  }

  private static FloatVector logPolynomial(FloatVector m) {
    FloatVector p = m.fma(constant(Elementary.L8), constant(Elementary.L7));
    p = p.fma(m, constant(Elementary.L6));
    p = p.fma(m, constant(Elementary.L5));
    p = p.fma(m, constant(Elementary.L4));
    p = p.fma(m, constant(Elementary.L3));
    p = p.fma(m, constant(Elementary.L2));
    p = p.fma(m, constant(Elementary.L1));
    return p.fma(m, constant(Elementary.L0));
  }

  /** The logarithm of positive normal numbers. */
  static FloatVector logOfNormal(FloatVector x) {
    IntVector shifted = x.reinterpretAsInts().sub(Elementary.SQRT_HALF_BITS);
    // The exponent as a float: a small whole number, so adding it to 1.5·2^23 is exact.
    FloatVector exponent =
        shifted.lanewise(ASHR, MANTISSA_BITS).add(ROUND_BITS).reinterpretAsFloats().sub(ROUND);
    IntVector mantissa = shifted.and(Elementary.MANTISSA).add(Elementary.SQRT_HALF_BITS);
    FloatVector m = mantissa.reinterpretAsFloats().sub(1f);
    FloatVector z = m.mul(m);
    FloatVector p = logPolynomial(m).mul(m).mul(z);
    p = exponent.fma(constant(Elementary.LN2_LOW), p);
    p = z.fma(constant(-0.5f), p);
    return exponent.fma(constant(Elementary.LN2_HIGH), m.add(p));
  }

  static FloatVector cosineOfTurns(FloatVector x) {
    FloatVector rest = x.sub(x.add(ROUND).sub(ROUND));
    FloatVector u = constant(0.25f).sub(rest.abs());
    FloatVector square = u.mul(u);
    FloatVector p = square.fma(constant(Elementary.S4), constant(Elementary.S3));
    p = p.fma(square, constant(Elementary.S2));
    p = p.fma(square, constant(Elementary.S1));
    p = p.fma(square, constant(Elementary.S0));
    return u.mul(p);
  }

  static FloatVector log1p(FloatVector u) {
    VectorMask<Float> direct = u.compare(LE, Elementary.LOG1P_DIRECT);
    FloatVector m = u.sub(1f).mul(0.5f).blend(u, direct);
    FloatVector z = m.mul(m);
    FloatVector sum = m.add(z.fma(constant(-0.5f), logPolynomial(m).mul(m).mul(z)));
    return sum.add(Elementary.LN2).blend(sum, direct);
  }

  static FloatVector expOfMinusMagnitude(FloatVector x) {
    return exp(x.reinterpretAsInts().lanewise(OR, SIGN).reinterpretAsFloats());
  }

  /** Softplus, given ln(1 + e^-|x|). */
  static FloatVector softplus(FloatVector x, FloatVector log) {
    return log.add(x.blend(0f, x.compare(LT, 0f)));
  }

  private static FloatVector withinNormal(FloatVector x) {
    return clamp(x, -Elementary.NORMAL_HIGHEST, Elementary.NORMAL_HIGHEST);
  }

  /** e^(-x²/2). */
  static FloatVector bell(FloatVector x) {
    return bellWithin(withinNormal(x));
  }

  private static FloatVector bellWithin(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector e = exp(square.mul(-0.5f));
    return e.fma(x.fma(x, square.neg()).mul(-0.5f), e);
  }

  /** Φ(-|x|), given e^(-x²/2). */
  static FloatVector tail(FloatVector x, FloatVector bell) {
    FloatVector magnitude =
        withinNormal(x).reinterpretAsInts().and(MAGNITUDE).reinterpretAsFloats();
    FloatVector t =
        constant(1f).div(magnitude.fma(constant(Elementary.NORMAL_SHRINK), constant(1f)));
    FloatVector p = t.fma(constant(Elementary.N9), constant(Elementary.N8));
    p = p.fma(t, constant(Elementary.N7));
    p = p.fma(t, constant(Elementary.N6));
    p = p.fma(t, constant(Elementary.N5));
    p = p.fma(t, constant(Elementary.N4));
    p = p.fma(t, constant(Elementary.N3));
    p = p.fma(t, constant(Elementary.N2));
    p = p.fma(t, constant(Elementary.N1));
    p = p.fma(t, constant(Elementary.N0));
    return bell.mul(t).mul(p);
  }

  /** Φ(x), given Φ(-|x|). */
  static FloatVector normal(FloatVector x, FloatVector tail) {
    return tail.blend(constant(1f).sub(tail), x.compare(GE, 0f));
  }

  /** The derivative of GELU, given Φ(x). */
  static FloatVector geluSlope(FloatVector x, FloatVector normal) {
    FloatVector clamped = withinNormal(x);
    return clamped.mul(Elementary.NORMAL_PEAK).fma(bellWithin(clamped), normal);
  }

  /** The derivative of SiLU, given s = sigmoid(x). */
  static FloatVector siluSlope(FloatVector x, FloatVector s) {
    return x.mul(s).fma(constant(1f).sub(s), s);
  }
}
