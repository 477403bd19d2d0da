package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.constant;

import jdk.incubator.vector.FloatVector;

/**
 * The gradient of weights and bias of {@link VectorKernels}; for the tiles see {@link
 * ForwardTiles}.
 */
final class WeightGradient {

  private static final int WIDTH = SPECIES.length();

  private static final int INPUTS = 4;

  private WeightGradient() {}

  private static FloatVector at(float[] a, int i) {
    return FloatVector.fromArray(SPECIES, a, i);
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  /** gw = xᵀ·delta, gb = the sum of the rows of delta. */
  static void compute(
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      int in,
      float[] delta,
      int deltaOffset,
      int columns,
      float[] gradient,
      int wOffset,
      int biasOffset) {
    int stride = Kernels.stride(columns);
    for (int c = 0; c < columns; c += WIDTH) {
      sumRows(delta, deltaOffset + c, rows, stride, gradient, biasOffset + c);
    }
    if (rows == 1) {
      for (int i = 0; i < in; i++) {
        product(x[xOffset + i], delta, deltaOffset, columns, gradient, wOffset + i * stride);
      }
      return;
    }
    int tiled = in - in % INPUTS;
    // Columns outside, so that their deltas stay in cache for all inputs.
    int c = 0;
    if (ForwardTiles.LARGE_TILES) {
      for (; c + 4 * WIDTH <= columns; c += 4 * WIDTH) {
        for (int i = 0; i < tiled; i += INPUTS) {
          int gc = wOffset + i * stride + c;
          tile4x4(x, xOffset + i, xStride, rows, delta, deltaOffset + c, stride, gradient, gc);
        }
      }
    }
    for (; c + 2 * WIDTH <= columns; c += 2 * WIDTH) {
      for (int i = 0; i < tiled; i += INPUTS) {
        int gc = wOffset + i * stride + c;
        tile4x2(x, xOffset + i, xStride, rows, delta, deltaOffset + c, stride, gradient, gc);
      }
    }
    for (; c < columns; c += WIDTH) {
      for (int i = 0; i < tiled; i += INPUTS) {
        int gc = wOffset + i * stride + c;
        tile4x1(x, xOffset + i, xStride, rows, delta, deltaOffset + c, stride, gradient, gc);
      }
    }
    for (int i = tiled; i < in; i++) {
      int gi = wOffset + i * stride;
      for (c = 0; c < columns; c += WIDTH) {
        tile1x1(x, xOffset + i, xStride, rows, delta, deltaOffset + c, stride, gradient, gi + c);
      }
    }
  }

  /** One row's gradient, taken at once from the parameters. */
  static void descend(
      float[] x,
      int xOffset,
      int in,
      float[] delta,
      int deltaOffset,
      int columns,
      float[] w,
      int wOffset,
      int biasOffset,
      float learningRate) {
    int stride = Kernels.stride(columns);
    if (columns == WIDTH) {
      descendNarrow(x, xOffset, in, delta, deltaOffset, w, wOffset, learningRate);
    } else {
      for (int i = 0; i < in; i++) {
        int wRow = wOffset + i * stride;
        descendRow(x[xOffset + i], delta, deltaOffset, columns, w, wRow, learningRate);
      }
    }
    FloatVector rate = constant(-learningRate);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int c = 0; c < columns; c += WIDTH) {
      FloatVector g = zero.add(at(delta, deltaOffset + c));
      rate.fma(g, at(w, biasOffset + c)).intoArray(w, biasOffset + c);
    }
  }

  private static void descendRow(
      float xi, float[] delta, int deltaOffset, int columns, float[] w, int wRow, float rate) {
    FloatVector step = constant(-rate);
    FloatVector x = all(xi);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int c = 0; c < columns; c += WIDTH) {
      FloatVector g = x.fma(at(delta, deltaOffset + c), zero);
      step.fma(g, at(w, wRow + c)).intoArray(w, wRow + c);
    }
  }

  /** Of a layer as wide as one register. */
  private static void descendNarrow(
      float[] x, int xOffset, int in, float[] delta, int dc, float[] w, int wOffset, float rate) {
    FloatVector step = constant(-rate);
    FloatVector d = at(delta, dc);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int i = 0; i < in; i++) {
      int wi = wOffset + i * WIDTH;
      step.fma(all(x[xOffset + i]).fma(d, zero), at(w, wi)).intoArray(w, wi);
    }
  }

  private static void product(
      float xi, float[] delta, int deltaOffset, int columns, float[] gw, int gi) {
    FloatVector x = all(xi);
    // The sum starts from 0, which turns a product of -0 into 0.
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int c = 0; c < columns; c += WIDTH) {
      x.fma(at(delta, deltaOffset + c), zero).intoArray(gw, gi + c);
    }
  }

  private static void sumRows(float[] delta, int dc, int rows, int stride, float[] gb, int gc) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int r = 0; r < rows; r++) {
      sum = sum.add(at(delta, dc + r * stride));
    }
    sum.intoArray(gb, gc);
  }

  private static void tile4x4(
      float[] x,
      int xi,
      int xStride,
      int rows,
      float[] delta,
      int dc,
      int stride,
      float[] gw,
      int gc) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s02 = s00;
    FloatVector s03 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s12 = s00;
    FloatVector s13 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s22 = s00;
    FloatVector s23 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    FloatVector s32 = s00;
    FloatVector s33 = s00;
    for (int r = 0; r < rows; r++) {
      int dr = dc + r * stride;
      FloatVector d0 = at(delta, dr);
      FloatVector d1 = at(delta, dr + WIDTH);
      FloatVector d2 = at(delta, dr + 2 * WIDTH);
      FloatVector d3 = at(delta, dr + 3 * WIDTH);
      int xr = xi + r * xStride;
      FloatVector x0 = all(x[xr]);
      s00 = x0.fma(d0, s00);
      s01 = x0.fma(d1, s01);
      s02 = x0.fma(d2, s02);
      s03 = x0.fma(d3, s03);
      FloatVector x1 = all(x[xr + 1]);
      s10 = x1.fma(d0, s10);
      s11 = x1.fma(d1, s11);
      s12 = x1.fma(d2, s12);
      s13 = x1.fma(d3, s13);
      FloatVector x2 = all(x[xr + 2]);
      s20 = x2.fma(d0, s20);
      s21 = x2.fma(d1, s21);
      s22 = x2.fma(d2, s22);
      s23 = x2.fma(d3, s23);
      FloatVector x3 = all(x[xr + 3]);
      s30 = x3.fma(d0, s30);
      s31 = x3.fma(d1, s31);
      s32 = x3.fma(d2, s32);
      s33 = x3.fma(d3, s33);
    }
    s00.intoArray(gw, gc);
    s01.intoArray(gw, gc + WIDTH);
    s02.intoArray(gw, gc + 2 * WIDTH);
    s03.intoArray(gw, gc + 3 * WIDTH);
    s10.intoArray(gw, gc + stride);
    s11.intoArray(gw, gc + stride + WIDTH);
    s12.intoArray(gw, gc + stride + 2 * WIDTH);
    s13.intoArray(gw, gc + stride + 3 * WIDTH);
    s20.intoArray(gw, gc + 2 * stride);
    s21.intoArray(gw, gc + 2 * stride + WIDTH);
    s22.intoArray(gw, gc + 2 * stride + 2 * WIDTH);
    s23.intoArray(gw, gc + 2 * stride + 3 * WIDTH);
    s30.intoArray(gw, gc + 3 * stride);
    s31.intoArray(gw, gc + 3 * stride + WIDTH);
    s32.intoArray(gw, gc + 3 * stride + 2 * WIDTH);
    s33.intoArray(gw, gc + 3 * stride + 3 * WIDTH);
  }

  private static void tile4x2(
      float[] x,
      int xi,
      int xStride,
      int rows,
      float[] delta,
      int dc,
      int stride,
      float[] gw,
      int gc) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    for (int r = 0; r < rows; r++) {
      FloatVector d0 = at(delta, dc + r * stride);
      FloatVector d1 = at(delta, dc + r * stride + WIDTH);
      int xr = xi + r * xStride;
      FloatVector x0 = all(x[xr]);
      s00 = x0.fma(d0, s00);
      s01 = x0.fma(d1, s01);
      FloatVector x1 = all(x[xr + 1]);
      s10 = x1.fma(d0, s10);
      s11 = x1.fma(d1, s11);
      FloatVector x2 = all(x[xr + 2]);
      s20 = x2.fma(d0, s20);
      s21 = x2.fma(d1, s21);
      FloatVector x3 = all(x[xr + 3]);
      s30 = x3.fma(d0, s30);
      s31 = x3.fma(d1, s31);
    }
    s00.intoArray(gw, gc);
    s01.intoArray(gw, gc + WIDTH);
    s10.intoArray(gw, gc + stride);
    s11.intoArray(gw, gc + stride + WIDTH);
    s20.intoArray(gw, gc + 2 * stride);
    s21.intoArray(gw, gc + 2 * stride + WIDTH);
    s30.intoArray(gw, gc + 3 * stride);
    s31.intoArray(gw, gc + 3 * stride + WIDTH);
  }

  private static void tile4x1(
      float[] x,
      int xi,
      int xStride,
      int rows,
      float[] delta,
      int dc,
      int stride,
      float[] gw,
      int gc) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int r = 0; r < rows; r++) {
      FloatVector d = at(delta, dc + r * stride);
      int xr = xi + r * xStride;
      s0 = all(x[xr]).fma(d, s0);
      s1 = all(x[xr + 1]).fma(d, s1);
      s2 = all(x[xr + 2]).fma(d, s2);
      s3 = all(x[xr + 3]).fma(d, s3);
    }
    s0.intoArray(gw, gc);
    s1.intoArray(gw, gc + stride);
    s2.intoArray(gw, gc + 2 * stride);
    s3.intoArray(gw, gc + 3 * stride);
  }

  private static void tile1x1(
      float[] x,
      int xi,
      int xStride,
      int rows,
      float[] delta,
      int dc,
      int stride,
      float[] gw,
      int gc) {
    FloatVector s = FloatVector.zero(SPECIES);
    for (int r = 0; r < rows; r++) {
      s = all(x[xi + r * xStride]).fma(at(delta, dc + r * stride), s);
    }
    s.intoArray(gw, gc);
  }
}
