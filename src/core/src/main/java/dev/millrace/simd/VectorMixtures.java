package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.constant;

import jdk.incubator.vector.FloatVector;

/** {@link MixtureKernels} on the Vector API: one vector per iteration, no tail. */
final class VectorMixtures implements MixtureKernels {

  private static final int WIDTH = SPECIES.length();

  private final MixtureKernels scalar = new ScalarMixtures();

  @Override
  public void averagedRmsProp(
      float[] w,
      float[] v,
      float[] a,
      float[] g,
      int offset,
      int length,
      float learningRate,
      float rho,
      float epsilon,
      float correction,
      float share) {
    FloatVector keep = constant(rho);
    FloatVector rest = constant(1f - rho);
    FloatVector part = constant(share);
    for (int i = 0; i < length; i += WIDTH) {
      int p = offset + i;
      FloatVector gi = FloatVector.fromArray(SPECIES, g, i);
      FloatVector vi = keep.fma(FloatVector.fromArray(SPECIES, v, p), rest.mul(gi.mul(gi)));
      vi.intoArray(v, p);
      FloatVector change = gi.mul(learningRate).div(vi.mul(correction).sqrt().add(epsilon));
      FloatVector wi = FloatVector.fromArray(SPECIES, w, p).sub(change);
      wi.intoArray(w, p);
      FloatVector ai = FloatVector.fromArray(SPECIES, a, p);
      part.fma(wi.sub(ai), ai).intoArray(a, p);
    }
  }

  @Override
  public void cosine(float[] x, int xOffset, float[] y, int yOffset, int length, float scale) {
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector turns = FloatVector.fromArray(SPECIES, x, xOffset + i);
      VectorFunctions.cosineOfTurns(turns).mul(scale).intoArray(y, yOffset + i);
    }
  }

  @Override
  public void flooredLog(
      float[] p,
      int pStride,
      float[] y,
      int yStride,
      int rows,
      int width,
      float keep,
      float floor) {
    if (width <= Kernels.NARROW) {
      scalar.flooredLog(p, pStride, y, yStride, rows, width, keep, floor);
      return;
    }
    for (int r = 0; r < rows; r++) {
      flooredLog(p, r * pStride, y, r * yStride, Kernels.padded(width), keep, floor);
    }
  }

  private static void flooredLog(
      float[] p, int pRow, float[] y, int yRow, int length, float keep, float floor) {
    FloatVector factor = constant(keep);
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector raised = factor.fma(FloatVector.fromArray(SPECIES, p, pRow + i), constant(floor));
      VectorFunctions.logOfNormal(raised).intoArray(y, yRow + i);
    }
  }
}
