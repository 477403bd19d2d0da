package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The forward product of {@link VectorKernels}, cut into tiles whose sums stay in registers.
 *
 * <p>A tile is 4 rows by 4 registers for batches (by 2 where the processor has 16 registers, which
 * are those of at most 256 bit), 1 row by up to 4 for single rows; one method a tile with one loop,
 * because JDK 17 boxes sums that are carried through two nested loops.
 */
final class ForwardTiles {

  /** Columns from which a single row streams through the weights. */
  private static final int STREAMED = 256;

  /** Rows of a tile. */
  static final int ROWS = 4;

  private static final int WIDTH = SPECIES.length();

  /** Whether 16 sums fit the registers beside what they are made of. */
  static final boolean LARGE_TILES = WIDTH == 16;

  private ForwardTiles() {}

  private static FloatVector at(float[] a, int i) {
    return FloatVector.fromArray(SPECIES, a, i);
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

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
    int tiled = rows - rows % ROWS;
    // Columns outside, so that their weights stay in cache for all rows.
    int column = 0;
    if (LARGE_TILES) {
      for (; column + 4 * WIDTH <= width; column += 4 * WIDTH) {
        for (int r = 0; r < tiled; r += ROWS) {
          int xr = xOffset + r * xStride;
          int yc = yOffset + r * yStride + column;
          forward4x4(
              x,
              xr,
              xStride,
              in,
              w,
              wOffset + column,
              wStride,
              biasOffset + column,
              y,
              yc,
              yStride);
        }
      }
    }
    for (; column + 2 * WIDTH <= width; column += 2 * WIDTH) {
      for (int r = 0; r < tiled; r += ROWS) {
        int xr = xOffset + r * xStride;
        int yc = yOffset + r * yStride + column;
        forward4x2(
            x, xr, xStride, in, w, wOffset + column, wStride, biasOffset + column, y, yc, yStride);
      }
    }
    for (; column < width; column += WIDTH) {
      for (int r = 0; r < tiled; r += ROWS) {
        int xr = xOffset + r * xStride;
        int yc = yOffset + r * yStride + column;
        forward4x1(
            x, xr, xStride, in, w, wOffset + column, wStride, biasOffset + column, y, yc, yStride);
      }
    }
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

  /** One row through weights that do not fit the nearest cache: read in the order they lie. */
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
    FloatVector x0 = all(x[xi]);
    FloatVector x1 = all(x[xi + 1]);
    FloatVector x2 = all(x[xi + 2]);
    FloatVector x3 = all(x[xi + 3]);
    FloatVector x4 = all(x[xi + 4]);
    FloatVector x5 = all(x[xi + 5]);
    FloatVector x6 = all(x[xi + 6]);
    FloatVector x7 = all(x[xi + 7]);
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

  private static void addOne(float xi, float[] w, int wi, int width, float[] y, int yr) {
    FloatVector x = all(xi);
    for (int c = 0; c < width; c += WIDTH) {
      x.fma(at(w, wi + c), at(y, yr + c)).intoArray(y, yr + c);
    }
  }

  private static void forward4x4(
      float[] x,
      int xr,
      int xStride,
      int in,
      float[] w,
      int wc,
      int wStride,
      int bc,
      float[] y,
      int yc,
      int yStride) {
    FloatVector s00 = at(w, bc);
    FloatVector s01 = at(w, bc + WIDTH);
    FloatVector s02 = at(w, bc + 2 * WIDTH);
    FloatVector s03 = at(w, bc + 3 * WIDTH);
    FloatVector s10 = s00;
    FloatVector s11 = s01;
    FloatVector s12 = s02;
    FloatVector s13 = s03;
    FloatVector s20 = s00;
    FloatVector s21 = s01;
    FloatVector s22 = s02;
    FloatVector s23 = s03;
    FloatVector s30 = s00;
    FloatVector s31 = s01;
    FloatVector s32 = s02;
    FloatVector s33 = s03;
    for (int i = 0; i < in; i++) {
      int wi = wc + i * wStride;
      FloatVector w0 = at(w, wi);
      FloatVector w1 = at(w, wi + WIDTH);
      FloatVector w2 = at(w, wi + 2 * WIDTH);
      FloatVector w3 = at(w, wi + 3 * WIDTH);
      FloatVector x0 = all(x[xr + i]);
      s00 = x0.fma(w0, s00);
      s01 = x0.fma(w1, s01);
      s02 = x0.fma(w2, s02);
      s03 = x0.fma(w3, s03);
      FloatVector x1 = all(x[xr + xStride + i]);
      s10 = x1.fma(w0, s10);
      s11 = x1.fma(w1, s11);
      s12 = x1.fma(w2, s12);
      s13 = x1.fma(w3, s13);
      FloatVector x2 = all(x[xr + 2 * xStride + i]);
      s20 = x2.fma(w0, s20);
      s21 = x2.fma(w1, s21);
      s22 = x2.fma(w2, s22);
      s23 = x2.fma(w3, s23);
      FloatVector x3 = all(x[xr + 3 * xStride + i]);
      s30 = x3.fma(w0, s30);
      s31 = x3.fma(w1, s31);
      s32 = x3.fma(w2, s32);
      s33 = x3.fma(w3, s33);
    }
    s00.intoArray(y, yc);
    s01.intoArray(y, yc + WIDTH);
    s02.intoArray(y, yc + 2 * WIDTH);
    s03.intoArray(y, yc + 3 * WIDTH);
    s10.intoArray(y, yc + yStride);
    s11.intoArray(y, yc + yStride + WIDTH);
    s12.intoArray(y, yc + yStride + 2 * WIDTH);
    s13.intoArray(y, yc + yStride + 3 * WIDTH);
    s20.intoArray(y, yc + 2 * yStride);
    s21.intoArray(y, yc + 2 * yStride + WIDTH);
    s22.intoArray(y, yc + 2 * yStride + 2 * WIDTH);
    s23.intoArray(y, yc + 2 * yStride + 3 * WIDTH);
    s30.intoArray(y, yc + 3 * yStride);
    s31.intoArray(y, yc + 3 * yStride + WIDTH);
    s32.intoArray(y, yc + 3 * yStride + 2 * WIDTH);
    s33.intoArray(y, yc + 3 * yStride + 3 * WIDTH);
  }

  private static void forward4x2(
      float[] x,
      int xr,
      int xStride,
      int in,
      float[] w,
      int wc,
      int wStride,
      int bc,
      float[] y,
      int yc,
      int yStride) {
    FloatVector s00 = at(w, bc);
    FloatVector s01 = at(w, bc + WIDTH);
    FloatVector s10 = s00;
    FloatVector s11 = s01;
    FloatVector s20 = s00;
    FloatVector s21 = s01;
    FloatVector s30 = s00;
    FloatVector s31 = s01;
    for (int i = 0; i < in; i++) {
      FloatVector w0 = at(w, wc + i * wStride);
      FloatVector w1 = at(w, wc + i * wStride + WIDTH);
      FloatVector x0 = all(x[xr + i]);
      s00 = x0.fma(w0, s00);
      s01 = x0.fma(w1, s01);
      FloatVector x1 = all(x[xr + xStride + i]);
      s10 = x1.fma(w0, s10);
      s11 = x1.fma(w1, s11);
      FloatVector x2 = all(x[xr + 2 * xStride + i]);
      s20 = x2.fma(w0, s20);
      s21 = x2.fma(w1, s21);
      FloatVector x3 = all(x[xr + 3 * xStride + i]);
      s30 = x3.fma(w0, s30);
      s31 = x3.fma(w1, s31);
    }
    s00.intoArray(y, yc);
    s01.intoArray(y, yc + WIDTH);
    s10.intoArray(y, yc + yStride);
    s11.intoArray(y, yc + yStride + WIDTH);
    s20.intoArray(y, yc + 2 * yStride);
    s21.intoArray(y, yc + 2 * yStride + WIDTH);
    s30.intoArray(y, yc + 3 * yStride);
    s31.intoArray(y, yc + 3 * yStride + WIDTH);
  }

  private static void forward4x1(
      float[] x,
      int xr,
      int xStride,
      int in,
      float[] w,
      int wc,
      int wStride,
      int bc,
      float[] y,
      int yc,
      int yStride) {
    FloatVector s0 = at(w, bc);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int i = 0; i < in; i++) {
      FloatVector wi = at(w, wc + i * wStride);
      s0 = all(x[xr + i]).fma(wi, s0);
      s1 = all(x[xr + xStride + i]).fma(wi, s1);
      s2 = all(x[xr + 2 * xStride + i]).fma(wi, s2);
      s3 = all(x[xr + 3 * xStride + i]).fma(wi, s3);
    }
    s0.intoArray(y, yc);
    s1.intoArray(y, yc + yStride);
    s2.intoArray(y, yc + 2 * yStride);
    s3.intoArray(y, yc + 3 * yStride);
  }

  private static void forward1x4(
      float[] x, int xr, int in, float[] w, int wc, int wStride, int bc, float[] y, int yc) {
    FloatVector s0 = at(w, bc);
    FloatVector s1 = at(w, bc + WIDTH);
    FloatVector s2 = at(w, bc + 2 * WIDTH);
    FloatVector s3 = at(w, bc + 3 * WIDTH);
    for (int i = 0; i < in; i++) {
      int wi = wc + i * wStride;
      FloatVector xi = all(x[xr + i]);
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
      FloatVector xi = all(x[xr + i]);
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
      s = all(x[xr + i]).fma(at(w, wc + i * wStride), s);
    }
    s.intoArray(y, yc);
  }
}
