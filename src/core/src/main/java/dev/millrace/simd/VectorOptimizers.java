package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.constant;

import jdk.incubator.vector.FloatVector;

/**
 * The updates of {@link VectorKernels}: one vector a turn, because C2 gives up on longer bodies.
 *
 * <p>Parameter arrays are whole multiples of 16 floats, so there is no tail.
 */
final class VectorOptimizers {

  private static final int WIDTH = SPECIES.length();

  private VectorOptimizers() {}

  static void sgd(float[] w, float[] g, int offset, int length, float learningRate) {
    FloatVector rate = constant(-learningRate);
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector gi = FloatVector.fromArray(SPECIES, g, i);
      rate.fma(gi, FloatVector.fromArray(SPECIES, w, offset + i)).intoArray(w, offset + i);
    }
  }

  static void momentum(
      float[] w, float[] v, float[] g, int offset, int length, float learningRate, float momentum) {
    FloatVector rate = constant(-learningRate);
    FloatVector keep = constant(momentum);
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector vi = FloatVector.fromArray(SPECIES, v, offset + i);
      vi = keep.fma(vi, FloatVector.fromArray(SPECIES, g, i));
      vi.intoArray(v, offset + i);
      rate.fma(vi, FloatVector.fromArray(SPECIES, w, offset + i)).intoArray(w, offset + i);
    }
  }

  static void rmsProp(
      float[] w,
      float[] v,
      float[] g,
      int offset,
      int length,
      float learningRate,
      float rho,
      float epsilon,
      float correction) {
    FloatVector keep = constant(rho);
    FloatVector rest = constant(1f - rho);
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector gi = FloatVector.fromArray(SPECIES, g, i);
      FloatVector vi = FloatVector.fromArray(SPECIES, v, offset + i);
      vi = keep.fma(vi, rest.mul(gi.mul(gi)));
      vi.intoArray(v, offset + i);
      FloatVector change = gi.mul(learningRate).div(vi.mul(correction).sqrt().add(epsilon));
      FloatVector.fromArray(SPECIES, w, offset + i).sub(change).intoArray(w, offset + i);
    }
  }

  /** Along the gradient x·delta of one row of weights. */
  static void adam(
      float x,
      float[] delta,
      int deltaOffset,
      int columns,
      float[] w,
      float[] m,
      float[] v,
      int offset,
      float rate,
      float beta1,
      float beta2,
      float epsilon,
      float correction) {
    FloatVector xi = constant(x);
    // The sum over rows starts from 0, which turns a product of -0 into 0.
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector keep1 = constant(beta1);
    FloatVector keep2 = constant(beta2);
    FloatVector rest2 = constant(1f - beta2);
    float rest1 = 1f - beta1;
    for (int c = 0; c < columns; c += WIDTH) {
      int p = offset + c;
      FloatVector gi = xi.fma(FloatVector.fromArray(SPECIES, delta, deltaOffset + c), zero);
      FloatVector mi = keep1.fma(FloatVector.fromArray(SPECIES, m, p), gi.mul(rest1));
      FloatVector vi = FloatVector.fromArray(SPECIES, v, p);
      vi = keep2.fma(vi, rest2.mul(gi.mul(gi)));
      mi.intoArray(m, p);
      vi.intoArray(v, p);
      FloatVector change = mi.mul(rate).div(vi.mul(correction).sqrt().add(epsilon));
      FloatVector.fromArray(SPECIES, w, p).sub(change).intoArray(w, p);
    }
  }

  static void adam(
      float[] w,
      float[] m,
      float[] v,
      float[] g,
      int offset,
      int length,
      float rate,
      float beta1,
      float beta2,
      float epsilon,
      float correction) {
    FloatVector keep1 = constant(beta1);
    FloatVector keep2 = constant(beta2);
    FloatVector rest2 = constant(1f - beta2);
    float rest1 = 1f - beta1;
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector gi = FloatVector.fromArray(SPECIES, g, i);
      FloatVector mi = keep1.fma(FloatVector.fromArray(SPECIES, m, offset + i), gi.mul(rest1));
      FloatVector vi = FloatVector.fromArray(SPECIES, v, offset + i);
      vi = keep2.fma(vi, rest2.mul(gi.mul(gi)));
      mi.intoArray(m, offset + i);
      vi.intoArray(v, offset + i);
      FloatVector change = mi.mul(rate).div(vi.mul(correction).sqrt().add(epsilon));
      FloatVector.fromArray(SPECIES, w, offset + i).sub(change).intoArray(w, offset + i);
    }
  }
}
