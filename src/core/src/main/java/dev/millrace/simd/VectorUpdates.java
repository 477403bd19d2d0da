package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.constant;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/**
 * {@link UpdateKernels} on the Vector API: one vector per iteration, because C2 does not compile
 * longer bodies well, and no tail.
 */
final class VectorUpdates implements UpdateKernels {

  private static final int WIDTH = SPECIES.length();

  private final ScalarUpdates scalar = new ScalarUpdates();

  @Override
  public void adamOneRow(
      LayerShape layer,
      float[] x,
      int xOffset,
      float[] delta,
      int deltaOffset,
      float[] w,
      float[] m,
      float[] v,
      float rate,
      float beta1,
      float beta2,
      float epsilon,
      float correction) {
    for (int i = 0; i < layer.inputs(); i++) {
      int row = layer.weightOffset() + i * layer.stride();
      adam(
          x[xOffset + i],
          delta,
          deltaOffset,
          layer.columns(),
          w,
          m,
          v,
          row,
          rate,
          beta1,
          beta2,
          epsilon,
          correction);
    }
  }

  /** Updates one row of weights by its gradient x·delta. */
  private static void adam(
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

  @Override
  public void nesterov(
      float[] w, float[] v, float[] g, int offset, int length, float learningRate, float momentum) {
    FloatVector rate = constant(-learningRate);
    FloatVector keep = constant(momentum);
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector gi = FloatVector.fromArray(SPECIES, g, i);
      FloatVector vi = keep.fma(FloatVector.fromArray(SPECIES, v, offset + i), gi);
      vi.intoArray(v, offset + i);
      rate.fma(keep.fma(vi, gi), FloatVector.fromArray(SPECIES, w, offset + i))
          .intoArray(w, offset + i);
    }
  }

  @Override
  public void adagrad(
      float[] w,
      float[] s,
      float[] g,
      int offset,
      int length,
      float learningRate,
      float initial,
      float epsilon) {
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector gi = FloatVector.fromArray(SPECIES, g, i);
      FloatVector si = gi.fma(gi, FloatVector.fromArray(SPECIES, s, offset + i));
      si.intoArray(s, offset + i);
      FloatVector change = gi.mul(learningRate).div(si.add(initial).sqrt().add(epsilon));
      FloatVector.fromArray(SPECIES, w, offset + i).sub(change).intoArray(w, offset + i);
    }
  }

  @Override
  public void ftrl(
      float[] w,
      float[] z,
      float[] n,
      float[] g,
      int offset,
      int length,
      float alpha,
      float beta,
      float l1,
      float l2) {
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector gi = FloatVector.fromArray(SPECIES, g, i);
      FloatVector ni = FloatVector.fromArray(SPECIES, n, offset + i);
      FloatVector root = ni.sqrt();
      ni = gi.fma(gi, ni);
      ni.intoArray(n, offset + i);
      FloatVector newRoot = ni.sqrt();
      FloatVector sigma = newRoot.sub(root).div(alpha);
      FloatVector zi = FloatVector.fromArray(SPECIES, z, offset + i).add(gi);
      zi = sigma.neg().fma(FloatVector.fromArray(SPECIES, w, offset + i), zi);
      zi.intoArray(z, offset + i);
      FloatVector pull = constant(-l1).blend(l1, zi.compare(GT, 0f));
      FloatVector wi = pull.sub(zi).div(newRoot.add(beta).div(alpha).add(l2));
      wi.blend(0f, zi.abs().compare(LE, l1)).intoArray(w, offset + i);
    }
  }

  @Override
  public void clamp(float[] a, int length, float bound) {
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector v = FloatVector.fromArray(SPECIES, a, i);
      v = v.blend(-bound, v.compare(LT, -bound));
      v.blend(bound, v.compare(GT, bound)).intoArray(a, i);
    }
  }

  @Override
  public void limitColumns(LayerShape layer, float[] w, float maxNorm) {
    if (layer.columns() <= Kernels.NARROW) {
      scalar.limitColumns(layer, w, maxNorm);
      return;
    }
    int stride = layer.stride();
    int offset = layer.weightOffset();
    int end = layer.inputs() * stride;
    for (int c = offset; c < offset + layer.columns(); c += WIDTH) {
      limit(w, c, c + end, stride, maxNorm);
    }
  }

  private static void limit(float[] w, int from, int to, int stride, float maxNorm) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = from; i < to; i += stride) {
      FloatVector v = FloatVector.fromArray(SPECIES, w, i);
      sum = v.fma(v, sum);
    }
    FloatVector norm = sum.sqrt();
    FloatVector factor = constant(1f).blend(constant(maxNorm).div(norm), norm.compare(GT, maxNorm));
    for (int i = from; i < to; i += stride) {
      FloatVector.fromArray(SPECIES, w, i).mul(factor).intoArray(w, i);
    }
  }
}
