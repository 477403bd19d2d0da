package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.at;
import static dev.millrace.simd.VectorFunctions.constant;

import jdk.incubator.vector.FloatVector;

/**
 * Matrix products for {@link VectorKernels}, in tiles whose sums stay in registers.
 *
 * <p>A tile is 4 rows by 4 registers, or by 2 where the processor has 16 registers (of at most 256
 * bit), with one method and one loop per tile, because JDK 17 boxes sums that are carried through
 * two nested loops.
 */
final class Tiles {

  /** Rows of a tile. */
  static final int ROWS = 4;

  /** Registers of zeros, the start of sums without one. */
  static final float[] ZEROS = new float[4 * Kernels.LANES];

  /**
   * Max terms before the sums are stored, so that their operands stay in the nearest cache for all
   * tiles.
   */
  private static final int DEPTH = 192;

  private static final int WIDTH = SPECIES.length();

  /** True if 16 sums and their operands fit the registers. */
  private static final boolean LARGE = WIDTH == 16;

  /** Floats of a cache line. */
  private static final int CACHE_LINE = 16;

  /** Keeps the bits read, so that the compiler does not remove the loads. */
  @SuppressWarnings("unused")
  private static int fetched;

  private Tiles() {}

  /**
   * c = start + a·b, each sum in the order of the terms; the matrices must not overlap.
   *
   * @param a [rows x depth], elements of a row {@code aStep} apart
   * @param rows a multiple of {@link #ROWS}
   * @param b [depth x width]
   * @param fetch true if b is large and likely in memory or in a shared cache
   * @param start [width], or {@link #ZEROS}
   * @param width a multiple of 16
   * @param c [rows x width]
   */
  static void multiply(
      float[] a,
      int aOffset,
      int aRow,
      int aStep,
      int rows,
      int depth,
      float[] b,
      int bOffset,
      int bStride,
      boolean fetch,
      float[] start,
      int startOffset,
      int width,
      float[] c,
      int cOffset,
      int cRow) {
    int blocks = Math.max(1, (depth + DEPTH - 1) / DEPTH);
    int step = (depth + blocks - 1) / blocks;
    float[] from = start;
    int fromOffset = startOffset;
    int fromColumn = start == ZEROS ? 0 : 1;
    int fromRow = 0;
    for (int block = 0; block < blocks; block++) {
      int k = block * step;
      int terms = Math.min(step, depth - k);
      int bk = bOffset + k * bStride;
      if (fetch) {
        fetch(b, bk, bStride, terms, width);
      }
      add(
          a,
          aOffset + k * aStep,
          aRow,
          aStep,
          rows,
          terms,
          b,
          bk,
          bStride,
          from,
          fromOffset,
          fromColumn,
          fromRow,
          width,
          c,
          cOffset,
          cRow);
      from = c;
      fromOffset = cOffset;
      fromColumn = 1;
      fromRow = cRow;
    }
  }

  /** Reads b in memory order, which the processor prefetches. */
  static void fetch(float[] b, int bOffset, int bStride, int depth, int width) {
    int read = 0;
    for (int k = 0; k < depth; k++) {
      int row = bOffset + k * bStride;
      for (int c = 0; c < width; c += CACHE_LINE) {
        read |= Float.floatToRawIntBits(b[row + c]);
      }
    }
    fetched = read;
  }

  /** Columns in the outer loop, so that those of b stay in cache for all rows. */
  private static void add(
      float[] a,
      int aOffset,
      int aRow,
      int aStep,
      int rows,
      int depth,
      float[] b,
      int bOffset,
      int bStride,
      float[] start,
      int startOffset,
      int startColumn,
      int startRow,
      int width,
      float[] c,
      int cOffset,
      int cRow) {
    int column = 0;
    if (LARGE) {
      for (; column + 4 * WIDTH <= width; column += 4 * WIDTH) {
        for (int r = 0; r < rows; r += ROWS) {
          int ai = aOffset + r * aRow;
          tile4x4(
              a,
              ai,
              aRow,
              aStep,
              depth,
              b,
              bOffset + column,
              bStride,
              start,
              startOffset + r * startRow + column * startColumn,
              startRow,
              c,
              cOffset + r * cRow + column,
              cRow);
        }
      }
    }
    for (; column + 2 * WIDTH <= width; column += 2 * WIDTH) {
      for (int r = 0; r < rows; r += ROWS) {
        int ai = aOffset + r * aRow;
        tile4x2(
            a,
            ai,
            aRow,
            aStep,
            depth,
            b,
            bOffset + column,
            bStride,
            start,
            startOffset + r * startRow + column * startColumn,
            startRow,
            c,
            cOffset + r * cRow + column,
            cRow);
      }
    }
    for (; column < width; column += WIDTH) {
      for (int r = 0; r < rows; r += ROWS) {
        int ai = aOffset + r * aRow;
        tile4x1(
            a,
            ai,
            aRow,
            aStep,
            depth,
            b,
            bOffset + column,
            bStride,
            start,
            startOffset + r * startRow + column * startColumn,
            startRow,
            c,
            cOffset + r * cRow + column,
            cRow);
      }
    }
  }

  private static void tile4x4(
      float[] a,
      int ai,
      int aRow,
      int aStep,
      int depth,
      float[] b,
      int bi,
      int bStride,
      float[] start,
      int si,
      int startRow,
      float[] c,
      int ci,
      int cRow) {
    FloatVector s00 = at(start, si);
    FloatVector s01 = at(start, si + WIDTH);
    FloatVector s02 = at(start, si + 2 * WIDTH);
    FloatVector s03 = at(start, si + 3 * WIDTH);
    FloatVector s10 = at(start, si + startRow);
    FloatVector s11 = at(start, si + startRow + WIDTH);
    FloatVector s12 = at(start, si + startRow + 2 * WIDTH);
    FloatVector s13 = at(start, si + startRow + 3 * WIDTH);
    FloatVector s20 = at(start, si + 2 * startRow);
    FloatVector s21 = at(start, si + 2 * startRow + WIDTH);
    FloatVector s22 = at(start, si + 2 * startRow + 2 * WIDTH);
    FloatVector s23 = at(start, si + 2 * startRow + 3 * WIDTH);
    FloatVector s30 = at(start, si + 3 * startRow);
    FloatVector s31 = at(start, si + 3 * startRow + WIDTH);
    FloatVector s32 = at(start, si + 3 * startRow + 2 * WIDTH);
    FloatVector s33 = at(start, si + 3 * startRow + 3 * WIDTH);
    for (int k = 0; k < depth; k++) {
      int bk = bi + k * bStride;
      int ak = ai + k * aStep;
      FloatVector b0 = at(b, bk);
      FloatVector b1 = at(b, bk + WIDTH);
      FloatVector b2 = at(b, bk + 2 * WIDTH);
      FloatVector b3 = at(b, bk + 3 * WIDTH);
      FloatVector a0 = constant(a[ak]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      s02 = a0.fma(b2, s02);
      s03 = a0.fma(b3, s03);
      FloatVector a1 = constant(a[ak + aRow]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      s12 = a1.fma(b2, s12);
      s13 = a1.fma(b3, s13);
      FloatVector a2 = constant(a[ak + 2 * aRow]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      s22 = a2.fma(b2, s22);
      s23 = a2.fma(b3, s23);
      FloatVector a3 = constant(a[ak + 3 * aRow]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      s32 = a3.fma(b2, s32);
      s33 = a3.fma(b3, s33);
    }
    s00.intoArray(c, ci);
    s01.intoArray(c, ci + WIDTH);
    s02.intoArray(c, ci + 2 * WIDTH);
    s03.intoArray(c, ci + 3 * WIDTH);
    s10.intoArray(c, ci + cRow);
    s11.intoArray(c, ci + cRow + WIDTH);
    s12.intoArray(c, ci + cRow + 2 * WIDTH);
    s13.intoArray(c, ci + cRow + 3 * WIDTH);
    s20.intoArray(c, ci + 2 * cRow);
    s21.intoArray(c, ci + 2 * cRow + WIDTH);
    s22.intoArray(c, ci + 2 * cRow + 2 * WIDTH);
    s23.intoArray(c, ci + 2 * cRow + 3 * WIDTH);
    s30.intoArray(c, ci + 3 * cRow);
    s31.intoArray(c, ci + 3 * cRow + WIDTH);
    s32.intoArray(c, ci + 3 * cRow + 2 * WIDTH);
    s33.intoArray(c, ci + 3 * cRow + 3 * WIDTH);
  }

  private static void tile4x2(
      float[] a,
      int ai,
      int aRow,
      int aStep,
      int depth,
      float[] b,
      int bi,
      int bStride,
      float[] start,
      int si,
      int startRow,
      float[] c,
      int ci,
      int cRow) {
    FloatVector s00 = at(start, si);
    FloatVector s01 = at(start, si + WIDTH);
    FloatVector s10 = at(start, si + startRow);
    FloatVector s11 = at(start, si + startRow + WIDTH);
    FloatVector s20 = at(start, si + 2 * startRow);
    FloatVector s21 = at(start, si + 2 * startRow + WIDTH);
    FloatVector s30 = at(start, si + 3 * startRow);
    FloatVector s31 = at(start, si + 3 * startRow + WIDTH);
    for (int k = 0; k < depth; k++) {
      int bk = bi + k * bStride;
      int ak = ai + k * aStep;
      FloatVector b0 = at(b, bk);
      FloatVector b1 = at(b, bk + WIDTH);
      FloatVector a0 = constant(a[ak]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      FloatVector a1 = constant(a[ak + aRow]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      FloatVector a2 = constant(a[ak + 2 * aRow]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      FloatVector a3 = constant(a[ak + 3 * aRow]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
    }
    s00.intoArray(c, ci);
    s01.intoArray(c, ci + WIDTH);
    s10.intoArray(c, ci + cRow);
    s11.intoArray(c, ci + cRow + WIDTH);
    s20.intoArray(c, ci + 2 * cRow);
    s21.intoArray(c, ci + 2 * cRow + WIDTH);
    s30.intoArray(c, ci + 3 * cRow);
    s31.intoArray(c, ci + 3 * cRow + WIDTH);
  }

  private static void tile4x1(
      float[] a,
      int ai,
      int aRow,
      int aStep,
      int depth,
      float[] b,
      int bi,
      int bStride,
      float[] start,
      int si,
      int startRow,
      float[] c,
      int ci,
      int cRow) {
    FloatVector s00 = at(start, si);
    FloatVector s10 = at(start, si + startRow);
    FloatVector s20 = at(start, si + 2 * startRow);
    FloatVector s30 = at(start, si + 3 * startRow);
    for (int k = 0; k < depth; k++) {
      int bk = bi + k * bStride;
      int ak = ai + k * aStep;
      FloatVector b0 = at(b, bk);
      FloatVector a0 = constant(a[ak]);
      s00 = a0.fma(b0, s00);
      FloatVector a1 = constant(a[ak + aRow]);
      s10 = a1.fma(b0, s10);
      FloatVector a2 = constant(a[ak + 2 * aRow]);
      s20 = a2.fma(b0, s20);
      FloatVector a3 = constant(a[ak + 3 * aRow]);
      s30 = a3.fma(b0, s30);
    }
    s00.intoArray(c, ci);
    s10.intoArray(c, ci + cRow);
    s20.intoArray(c, ci + 2 * cRow);
    s30.intoArray(c, ci + 3 * cRow);
  }
}
