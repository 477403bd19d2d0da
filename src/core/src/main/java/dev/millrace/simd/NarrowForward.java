package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.at;
import static dev.millrace.simd.VectorFunctions.constant;

import jdk.incubator.vector.FloatVector;

/** Forward products of layers of 16 columns, for {@link VectorKernels}: four sums per column. */
final class NarrowForward {

  private static final int WIDTH = SPECIES.length();

  private static final int LANES = Kernels.LANES;

  private NarrowForward() {}

  static void forward(
      LayerShape layer, float[] x, int xOffset, int rows, float[] w, float[] y, int yOffset) {
    int xStride = layer.inputStride();
    int in = layer.inputs();
    int wOffset = layer.weightOffset();
    int biasOffset = layer.biasOffset();
    for (int c = 0; c < LANES; c += WIDTH) {
      int r = 0;
      for (; r + 2 <= rows; r += 2) {
        int xr = xOffset + r * xStride;
        twoRows(x, xr, xStride, in, w, wOffset + c, biasOffset + c, y, yOffset + r * LANES + c);
      }
      if (r < rows) {
        int xr = xOffset + r * xStride;
        row(x, xr, in, w, wOffset + c, biasOffset + c, y, yOffset + r * LANES + c);
      }
    }
  }

  /**
   * Eight inputs per iteration, which makes the method too long to be inlined: a learner's step
   * with all its kernels inlined would exceed C2's budget and box vectors.
   */
  private static void row(
      float[] x, int xr, int in, float[] w, int wc, int bias, float[] y, int yc) {
    FloatVector s0 = at(w, bias);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector s2 = s1;
    FloatVector s3 = s1;
    int i = 0;
    for (; i + 8 <= in; i += 8) {
      int xi = xr + i;
      int wi = wc + i * LANES;
      s0 = constant(x[xi]).fma(at(w, wi), s0);
      s1 = constant(x[xi + 1]).fma(at(w, wi + LANES), s1);
      s2 = constant(x[xi + 2]).fma(at(w, wi + 2 * LANES), s2);
      s3 = constant(x[xi + 3]).fma(at(w, wi + 3 * LANES), s3);
      s0 = constant(x[xi + 4]).fma(at(w, wi + 4 * LANES), s0);
      s1 = constant(x[xi + 5]).fma(at(w, wi + 5 * LANES), s1);
      s2 = constant(x[xi + 6]).fma(at(w, wi + 6 * LANES), s2);
      s3 = constant(x[xi + 7]).fma(at(w, wi + 7 * LANES), s3);
    }
    for (; i + 4 <= in; i += 4) {
      int xi = xr + i;
      int wi = wc + i * LANES;
      s0 = constant(x[xi]).fma(at(w, wi), s0);
      s1 = constant(x[xi + 1]).fma(at(w, wi + LANES), s1);
      s2 = constant(x[xi + 2]).fma(at(w, wi + 2 * LANES), s2);
      s3 = constant(x[xi + 3]).fma(at(w, wi + 3 * LANES), s3);
    }
    if (i < in) {
      s0 = constant(x[xr + i]).fma(at(w, wc + i * LANES), s0);
    }
    if (i + 1 < in) {
      s1 = constant(x[xr + i + 1]).fma(at(w, wc + i * LANES + LANES), s1);
    }
    if (i + 2 < in) {
      s2 = constant(x[xr + i + 2]).fma(at(w, wc + i * LANES + 2 * LANES), s2);
    }
    s0.add(s2).add(s1.add(s3)).intoArray(y, yc);
  }

  private static void twoRows(
      float[] x, int xr, int xStride, int in, float[] w, int wc, int bias, float[] y, int yc) {
    FloatVector s0 = at(w, bias);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector s2 = s1;
    FloatVector s3 = s1;
    FloatVector t0 = s0;
    FloatVector t1 = s1;
    FloatVector t2 = s1;
    FloatVector t3 = s1;
    int i = 0;
    for (; i + 4 <= in; i += 4) {
      int wi = wc + i * LANES;
      int xi = xr + i;
      int xj = xi + xStride;
      FloatVector w0 = at(w, wi);
      s0 = constant(x[xi]).fma(w0, s0);
      t0 = constant(x[xj]).fma(w0, t0);
      FloatVector w1 = at(w, wi + LANES);
      s1 = constant(x[xi + 1]).fma(w1, s1);
      t1 = constant(x[xj + 1]).fma(w1, t1);
      FloatVector w2 = at(w, wi + 2 * LANES);
      s2 = constant(x[xi + 2]).fma(w2, s2);
      t2 = constant(x[xj + 2]).fma(w2, t2);
      FloatVector w3 = at(w, wi + 3 * LANES);
      s3 = constant(x[xi + 3]).fma(w3, s3);
      t3 = constant(x[xj + 3]).fma(w3, t3);
    }
    if (i < in) {
      FloatVector w0 = at(w, wc + i * LANES);
      s0 = constant(x[xr + i]).fma(w0, s0);
      t0 = constant(x[xr + xStride + i]).fma(w0, t0);
    }
    if (i + 1 < in) {
      FloatVector w1 = at(w, wc + i * LANES + LANES);
      s1 = constant(x[xr + i + 1]).fma(w1, s1);
      t1 = constant(x[xr + xStride + i + 1]).fma(w1, t1);
    }
    if (i + 2 < in) {
      FloatVector w2 = at(w, wc + i * LANES + 2 * LANES);
      s2 = constant(x[xr + i + 2]).fma(w2, s2);
      t2 = constant(x[xr + xStride + i + 2]).fma(w2, t2);
    }
    s0.add(s2).add(s1.add(s3)).intoArray(y, yc);
    t0.add(t2).add(t1.add(t3)).intoArray(y, yc + LANES);
  }
}
