package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;

import jdk.incubator.vector.FloatVector;

/** The products of backpropagation of {@link VectorKernels}; see {@link ForwardTiles}. */
final class BackwardTiles {

  private static final int WIDTH = SPECIES.length();

  private BackwardTiles() {}

  private static FloatVector at(float[] a, int i) {
    return FloatVector.fromArray(SPECIES, a, i);
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  /** dx = delta·wᵀ for one row, four inputs at a time. */
  static void rowTimesTransposed(
      float[] delta,
      int deltaRow,
      int out,
      float[] w,
      int wOffset,
      int columns,
      int in,
      float[] dx,
      int dxRow) {
    int i = 0;
    for (; i + 4 <= in; i += 4) {
      int w0 = wOffset + i * columns;
      float s0 = 0f;
      float s1 = 0f;
      float s2 = 0f;
      float s3 = 0f;
      for (int o = 0; o < out; o++) {
        float d = delta[deltaRow + o];
        int wo = w0 + o;
        s0 = Math.fma(d, w[wo], s0);
        s1 = Math.fma(d, w[wo + columns], s1);
        s2 = Math.fma(d, w[wo + 2 * columns], s2);
        s3 = Math.fma(d, w[wo + 3 * columns], s3);
      }
      dx[dxRow + i] = s0;
      dx[dxRow + i + 1] = s1;
      dx[dxRow + i + 2] = s2;
      dx[dxRow + i + 3] = s3;
    }
    for (; i < in; i++) {
      float s = 0f;
      for (int o = 0; o < out; o++) {
        s = Math.fma(delta[deltaRow + o], w[wOffset + i * columns + o], s);
      }
      dx[dxRow + i] = s;
    }
  }

  /** gw = xᵀ·delta for one row. */
  static void outerProduct(
      float[] x,
      int xOffset,
      int in,
      float[] delta,
      int deltaOffset,
      int columns,
      float[] gw,
      int gwOffset) {
    for (int c = 0; c < columns; c += WIDTH) {
      outerProduct1(x, xOffset, in, at(delta, deltaOffset + c), columns, gw, gwOffset + c);
    }
  }

  private static void outerProduct1(
      float[] x, int xOffset, int in, FloatVector d, int columns, float[] gw, int gc) {
    // The sum starts from 0, which turns a product of -0 into 0.
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int i = 0; i < in; i++) {
      all(x[xOffset + i]).fma(d, zero).intoArray(gw, gc + i * columns);
    }
  }

  /** gb = the sum of the rows of delta. */
  static void sumRows(
      float[] delta, int deltaOffset, int rows, int columns, float[] gb, int gbOffset) {
    for (int c = 0; c < columns; c += WIDTH) {
      sumRows1(delta, deltaOffset + c, rows, columns, gb, gbOffset + c);
    }
  }

  private static void sumRows1(float[] delta, int dc, int rows, int columns, float[] gb, int gc) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int r = 0; r < rows; r++) {
      sum = sum.add(at(delta, dc + r * columns));
    }
    sum.intoArray(gb, gc);
  }

  /** gw = xᵀ·delta. */
  static void backward(
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      int in,
      float[] delta,
      int deltaOffset,
      int columns,
      float[] gw,
      int gwOffset) {
    int tiled = in - in % ForwardTiles.ROWS;
    for (int i = 0; i < tiled; i += ForwardTiles.ROWS) {
      int gi = gwOffset + i * columns;
      int c = 0;
      for (; c + 2 * WIDTH <= columns; c += 2 * WIDTH) {
        backward4x2(x, xOffset + i, xStride, rows, delta, deltaOffset + c, columns, gw, gi + c);
      }
      for (; c < columns; c += WIDTH) {
        backward4x1(x, xOffset + i, xStride, rows, delta, deltaOffset + c, columns, gw, gi + c);
      }
    }
    for (int i = tiled; i < in; i++) {
      for (int c = 0; c < columns; c += WIDTH) {
        backward1x1(
            x,
            xOffset + i,
            xStride,
            rows,
            delta,
            deltaOffset + c,
            columns,
            gw,
            gwOffset + i * columns + c);
      }
    }
  }

  private static void backward4x2(
      float[] x,
      int xi,
      int xStride,
      int rows,
      float[] delta,
      int dc,
      int columns,
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
      FloatVector d0 = at(delta, dc + r * columns);
      FloatVector d1 = at(delta, dc + r * columns + WIDTH);
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
    s10.intoArray(gw, gc + columns);
    s11.intoArray(gw, gc + columns + WIDTH);
    s20.intoArray(gw, gc + 2 * columns);
    s21.intoArray(gw, gc + 2 * columns + WIDTH);
    s30.intoArray(gw, gc + 3 * columns);
    s31.intoArray(gw, gc + 3 * columns + WIDTH);
  }

  private static void backward4x1(
      float[] x,
      int xi,
      int xStride,
      int rows,
      float[] delta,
      int dc,
      int columns,
      float[] gw,
      int gc) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int r = 0; r < rows; r++) {
      FloatVector d = at(delta, dc + r * columns);
      int xr = xi + r * xStride;
      s0 = all(x[xr]).fma(d, s0);
      s1 = all(x[xr + 1]).fma(d, s1);
      s2 = all(x[xr + 2]).fma(d, s2);
      s3 = all(x[xr + 3]).fma(d, s3);
    }
    s0.intoArray(gw, gc);
    s1.intoArray(gw, gc + columns);
    s2.intoArray(gw, gc + 2 * columns);
    s3.intoArray(gw, gc + 3 * columns);
  }

  private static void backward1x1(
      float[] x,
      int xi,
      int xStride,
      int rows,
      float[] delta,
      int dc,
      int columns,
      float[] gw,
      int gc) {
    FloatVector s = FloatVector.zero(SPECIES);
    for (int r = 0; r < rows; r++) {
      s = all(x[xi + r * xStride]).fma(at(delta, dc + r * columns), s);
    }
    s.intoArray(gw, gc);
  }
}
