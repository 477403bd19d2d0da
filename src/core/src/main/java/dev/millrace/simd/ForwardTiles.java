package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.at;
import static dev.millrace.simd.VectorFunctions.constant;

import jdk.incubator.vector.FloatVector;

/**
 * Forward products for {@link VectorKernels}: batches in {@link Tiles}, single rows by 4 registers.
 */
final class ForwardTiles {

  /** Min columns for a single row to stream through the weights. */
  private static final int STREAMED = 256;

  private static final int WIDTH = SPECIES.length();

  private ForwardTiles() {}

  /** y = x·w + bias, for matrices whose rows are any stride apart; width in whole 16s. */
  static void forward(
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      int in,
      float[] w,
      int wOffset,
      int wStride,
      int biasOffset,
      int width,
      float[] y,
      int yOffset,
      int yStride) {
    int tiled = rows - rows % Tiles.ROWS;
    // The tiles of a panel of columns jump from row to row; only a layer's own weights are so wide.
    boolean fetch = width >= STREAMED && tiled > Tiles.ROWS;
    Tiles.multiply(
        x,
        xOffset,
        xStride,
        1,
        tiled,
        in,
        w,
        wOffset,
        wStride,
        fetch,
        w,
        biasOffset,
        width,
        y,
        yOffset,
        yStride);
    for (int r = tiled; r < rows; r++) {
      int xr = xOffset + r * xStride;
      int yr = yOffset + r * yStride;
      if (width >= STREAMED) {
        stream(x, xr, in, w, wOffset, wStride, biasOffset, width, y, yr);
        continue;
      }
      int c = 0;
      for (; c + 4 * WIDTH <= width; c += 4 * WIDTH) {
        forward1x4(x, xr, in, w, wOffset + c, wStride, biasOffset + c, y, yr + c);
      }
      for (; c + 2 * WIDTH <= width; c += 2 * WIDTH) {
        forward1x2(x, xr, in, w, wOffset + c, wStride, biasOffset + c, y, yr + c);
      }
      for (; c < width; c += WIDTH) {
        forward1x1(x, xr, in, w, wOffset + c, wStride, biasOffset + c, y, yr + c);
      }
    }
  }

  /** One row with weights that do not fit the nearest cache: reads them in memory order. */
  private static void stream(
      float[] x,
      int xr,
      int in,
      float[] w,
      int wOffset,
      int wStride,
      int biasOffset,
      int width,
      float[] y,
      int yr) {
    System.arraycopy(w, biasOffset, y, yr, width);
    int i = 0;
    for (; i + 8 <= in; i += 8) {
      addEight(x, xr + i, w, wOffset + i * wStride, wStride, width, y, yr);
    }
    for (; i < in; i++) {
      addOne(x[xr + i], w, wOffset + i * wStride, width, y, yr);
    }
  }

  private static void addEight(
      float[] x, int xi, float[] w, int wi, int wStride, int width, float[] y, int yr) {
    FloatVector x0 = constant(x[xi]);
    FloatVector x1 = constant(x[xi + 1]);
    FloatVector x2 = constant(x[xi + 2]);
    FloatVector x3 = constant(x[xi + 3]);
    FloatVector x4 = constant(x[xi + 4]);
    FloatVector x5 = constant(x[xi + 5]);
    FloatVector x6 = constant(x[xi + 6]);
    FloatVector x7 = constant(x[xi + 7]);
    for (int c = 0; c < width; c += WIDTH) {
      int wc = wi + c;
      FloatVector s = x0.fma(at(w, wc), at(y, yr + c));
      s = x1.fma(at(w, wc + wStride), s);
      s = x2.fma(at(w, wc + 2 * wStride), s);
      s = x3.fma(at(w, wc + 3 * wStride), s);
      s = x4.fma(at(w, wc + 4 * wStride), s);
      s = x5.fma(at(w, wc + 5 * wStride), s);
      s = x6.fma(at(w, wc + 6 * wStride), s);
      s = x7.fma(at(w, wc + 7 * wStride), s);
      s.intoArray(y, yr + c);
    }
  }

  static void addOne(float xi, float[] w, int wi, int width, float[] y, int yr) {
    FloatVector x = constant(xi);
    for (int c = 0; c < width; c += WIDTH) {
      x.fma(at(w, wi + c), at(y, yr + c)).intoArray(y, yr + c);
    }
  }

  private static void forward1x4(
      float[] x, int xr, int in, float[] w, int wc, int wStride, int bc, float[] y, int yc) {
    FloatVector s0 = at(w, bc);
    FloatVector s1 = at(w, bc + WIDTH);
    FloatVector s2 = at(w, bc + 2 * WIDTH);
    FloatVector s3 = at(w, bc + 3 * WIDTH);
    for (int i = 0; i < in; i++) {
      int wi = wc + i * wStride;
      FloatVector xi = constant(x[xr + i]);
      s0 = xi.fma(at(w, wi), s0);
      s1 = xi.fma(at(w, wi + WIDTH), s1);
      s2 = xi.fma(at(w, wi + 2 * WIDTH), s2);
      s3 = xi.fma(at(w, wi + 3 * WIDTH), s3);
    }
    s0.intoArray(y, yc);
    s1.intoArray(y, yc + WIDTH);
    s2.intoArray(y, yc + 2 * WIDTH);
    s3.intoArray(y, yc + 3 * WIDTH);
  }

  private static void forward1x2(
      float[] x, int xr, int in, float[] w, int wc, int wStride, int bc, float[] y, int yc) {
    FloatVector s0 = at(w, bc);
    FloatVector s1 = at(w, bc + WIDTH);
    for (int i = 0; i < in; i++) {
      FloatVector xi = constant(x[xr + i]);
      s0 = xi.fma(at(w, wc + i * wStride), s0);
      s1 = xi.fma(at(w, wc + i * wStride + WIDTH), s1);
    }
    s0.intoArray(y, yc);
    s1.intoArray(y, yc + WIDTH);
  }

  private static void forward1x1(
      float[] x, int xr, int in, float[] w, int wc, int wStride, int bc, float[] y, int yc) {
    FloatVector s = at(w, bc);
    for (int i = 0; i < in; i++) {
      s = constant(x[xr + i]).fma(at(w, wc + i * wStride), s);
    }
    s.intoArray(y, yc);
  }
}
