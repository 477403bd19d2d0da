package dev.millrace.simd;

import java.util.Arrays;

/**
 * Matrix products for {@link ScalarKernels}: c[m][n] adds one fma(a[m][k], b[k][n], c) per step, k
 * ascending.
 *
 * <p>Three nested loops would wait for each sum in turn, and C2 does not vectorize them, because c
 * may overlap b. Rows of c and b that are long enough are copied to arrays of their own, whose
 * loops C2 vectorizes, see {@link OneIndex}. Of short rows, tiles of 16 sums in registers come near
 * the peak of scalar instructions. Neither changes the order of a sum.
 */
final class ScalarProducts {

  private static final int TILE = 4;

  /** Columns and steps of b that stay in the nearest cache for all rows of a. */
  private static final int STRIP = 16;

  private static final int PANEL = 256;

  /** Min columns whose loop takes less time than a tile. */
  private static final int VECTORIZED = 32;

  private ScalarProducts() {}

  /**
   * c += a·b.
   *
   * @param a [rows x steps], elements {@code aRow} and {@code aStep} apart
   * @param b [steps x columns], elements {@code bStep} and {@code bColumn} apart
   * @param c [rows x columns], rows {@code cRow} apart
   */
  static void add(
      int rows,
      int columns,
      int steps,
      float[] a,
      int aOffset,
      int aRow,
      int aStep,
      float[] b,
      int bOffset,
      int bColumn,
      int bStep,
      float[] c,
      int cOffset,
      int cRow) {
    // Transposing b takes as long as a few rows of sums.
    if (columns >= VECTORIZED && (bColumn == 1 || rows >= TILE)) {
      ScalarRows.add(
          rows, columns, steps, a, aOffset, aRow, aStep, b, bOffset, bColumn, bStep, c, cOffset,
          cRow);
      return;
    }
    for (int k = 0; k < steps; k += PANEL) {
      for (int n = 0; n < columns; n += STRIP) {
        strip(
            rows,
            Math.min(STRIP, columns - n),
            Math.min(PANEL, steps - k),
            a,
            aOffset + k * aStep,
            aRow,
            aStep,
            b,
            bOffset + k * bStep + n * bColumn,
            bColumn,
            bStep,
            c,
            cOffset + n,
            cRow);
      }
    }
  }

  /**
   * c = a·bᵀ, each sum in 16 lanes folded by the tree 8, 4, 2, 1; a tile at a time, one lane after
   * the other.
   *
   * @param a [rows x length]
   * @param b [columns x length]
   * @param length a multiple of 16
   * @param c [rows x columns]
   * @param lanes scratch of 256 floats
   */
  static void inLanes(
      int rows,
      int columns,
      int length,
      float[] a,
      int aOffset,
      int aRow,
      float[] b,
      int bOffset,
      int bRow,
      float[] c,
      int cOffset,
      int cRow,
      float[] lanes) {
    int step = Kernels.LANES;
    for (int m = 0; m < rows; m += TILE) {
      int height = Math.min(TILE, rows - m);
      for (int n = 0; n < columns; n += TILE) {
        int width = Math.min(TILE, columns - n);
        Arrays.fill(lanes, 0, step * TILE * TILE, 0f);
        for (int lane = 0; lane < step; lane++) {
          int ai = aOffset + m * aRow + lane;
          int bi = bOffset + n * bRow + lane;
          int li = lane * TILE * TILE;
          add(height, width, length / step, a, ai, aRow, step, b, bi, bRow, step, lanes, li, TILE);
        }
        for (int k = 0; k < height; k++) {
          fold(lanes, k * TILE, width, c, cOffset + (m + k) * cRow + n);
        }
      }
    }
  }

  private static void fold(float[] lanes, int from, int width, float[] c, int ci) {
    int step = TILE * TILE;
    for (int n = 0; n < width; n++) {
      c[ci + n] = ScalarReductions.tree(lanes, from + n, step);
    }
  }

  private static void strip(
      int rows,
      int columns,
      int steps,
      float[] a,
      int aOffset,
      int aRow,
      int aStep,
      float[] b,
      int bOffset,
      int bColumn,
      int bStep,
      float[] c,
      int cOffset,
      int cRow) {
    for (int m = 0; m < rows; m += TILE) {
      int height = Math.min(TILE, rows - m);
      int ai = aOffset + m * aRow;
      for (int n = 0; n < columns; n += TILE) {
        int width = Math.min(TILE, columns - n);
        int bi = bOffset + n * bColumn;
        int ci = cOffset + m * cRow + n;
        if (height == TILE && width == TILE) {
          tile(steps, a, ai, aRow, aStep, b, bi, bColumn, bStep, c, ci, cRow);
        } else {
          edge(height, width, steps, a, ai, aRow, aStep, b, bi, bColumn, bStep, c, ci, cRow);
        }
      }
    }
  }

  /** Less than a tile: as many sums at once as a line has. */
  private static void edge(
      int rows,
      int columns,
      int steps,
      float[] a,
      int aOffset,
      int aRow,
      int aStep,
      float[] b,
      int bOffset,
      int bColumn,
      int bStep,
      float[] c,
      int cOffset,
      int cRow) {
    if (rows == TILE) {
      for (int n = 0; n < columns; n++) {
        line(steps, b, bOffset + n * bColumn, bStep, a, aOffset, aRow, aStep, c, cOffset + n, cRow);
      }
      return;
    }
    for (int m = 0; m < rows; m++) {
      int ai = aOffset + m * aRow;
      int ci = cOffset + m * cRow;
      if (columns == TILE) {
        line(steps, a, ai, aStep, b, bOffset, bColumn, bStep, c, ci, 1);
      } else {
        for (int n = 0; n < columns; n++) {
          one(steps, a, ai, aStep, b, bOffset + n * bColumn, bStep, c, ci + n);
        }
      }
    }
  }

  /** Four rows of a with four columns of b. */
  private static void tile(
      int steps,
      float[] a,
      int aOffset,
      int aRow,
      int aStep,
      float[] b,
      int bOffset,
      int bColumn,
      int bStep,
      float[] c,
      int cOffset,
      int cRow) {
    int c1 = cOffset + cRow;
    int c2 = c1 + cRow;
    int c3 = c2 + cRow;
    float s00 = c[cOffset];
    float s01 = c[cOffset + 1];
    float s02 = c[cOffset + 2];
    float s03 = c[cOffset + 3];
    float s10 = c[c1];
    float s11 = c[c1 + 1];
    float s12 = c[c1 + 2];
    float s13 = c[c1 + 3];
    float s20 = c[c2];
    float s21 = c[c2 + 1];
    float s22 = c[c2 + 2];
    float s23 = c[c2 + 3];
    float s30 = c[c3];
    float s31 = c[c3 + 1];
    float s32 = c[c3 + 2];
    float s33 = c[c3 + 3];
    int i = aOffset;
    int j = bOffset;
    for (int k = 0; k < steps; k++) {
      float b0 = b[j];
      float b1 = b[j + bColumn];
      float b2 = b[j + 2 * bColumn];
      float b3 = b[j + 3 * bColumn];
      float a0 = a[i];
      s00 = Fma.fma(a0, b0, s00);
      s01 = Fma.fma(a0, b1, s01);
      s02 = Fma.fma(a0, b2, s02);
      s03 = Fma.fma(a0, b3, s03);
      float a1 = a[i + aRow];
      s10 = Fma.fma(a1, b0, s10);
      s11 = Fma.fma(a1, b1, s11);
      s12 = Fma.fma(a1, b2, s12);
      s13 = Fma.fma(a1, b3, s13);
      float a2 = a[i + 2 * aRow];
      s20 = Fma.fma(a2, b0, s20);
      s21 = Fma.fma(a2, b1, s21);
      s22 = Fma.fma(a2, b2, s22);
      s23 = Fma.fma(a2, b3, s23);
      float a3 = a[i + 3 * aRow];
      s30 = Fma.fma(a3, b0, s30);
      s31 = Fma.fma(a3, b1, s31);
      s32 = Fma.fma(a3, b2, s32);
      s33 = Fma.fma(a3, b3, s33);
      i += aStep;
      j += bStep;
    }
    store(c, cOffset, s00, s01, s02, s03, 1);
    store(c, c1, s10, s11, s12, s13, 1);
    store(c, c2, s20, s21, s22, s23, 1);
    store(c, c3, s30, s31, s32, s33, 1);
  }

  /** One row of a with four columns of b, or the other way round. */
  private static void line(
      int steps,
      float[] a,
      int aOffset,
      int aStep,
      float[] b,
      int bOffset,
      int bColumn,
      int bStep,
      float[] c,
      int cOffset,
      int cColumn) {
    float s0 = c[cOffset];
    float s1 = c[cOffset + cColumn];
    float s2 = c[cOffset + 2 * cColumn];
    float s3 = c[cOffset + 3 * cColumn];
    int i = aOffset;
    int j = bOffset;
    for (int k = 0; k < steps; k++) {
      s0 = Fma.fma(a[i], b[j], s0);
      s1 = Fma.fma(a[i], b[j + bColumn], s1);
      s2 = Fma.fma(a[i], b[j + 2 * bColumn], s2);
      s3 = Fma.fma(a[i], b[j + 3 * bColumn], s3);
      i += aStep;
      j += bStep;
    }
    store(c, cOffset, s0, s1, s2, s3, cColumn);
  }

  private static void store(
      float[] c, int offset, float s0, float s1, float s2, float s3, int column) {
    c[offset] = s0;
    c[offset + column] = s1;
    c[offset + 2 * column] = s2;
    c[offset + 3 * column] = s3;
  }

  private static void one(
      int steps,
      float[] a,
      int aOffset,
      int aStep,
      float[] b,
      int bOffset,
      int bStep,
      float[] c,
      int cOffset) {
    float sum = c[cOffset];
    for (int k = 0; k < steps; k++) {
      sum = Fma.fma(a[aOffset + k * aStep], b[bOffset + k * bStep], sum);
    }
    c[cOffset] = sum;
  }
}
