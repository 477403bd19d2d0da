package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.at;

import jdk.incubator.vector.FloatVector;

/**
 * Matrix products with sums along the rows of both factors, in 16 lanes, for {@link VectorKernels}:
 * no factor needs to be transposed.
 *
 * <p>A tile is 4 rows by 4 of the other factor (by 2 where the processor may have 16 registers),
 * with one method and one loop per tile, as in {@link Tiles}. Where 16 lanes need several
 * registers, the tile processes them one after the other.
 */
final class DotTiles {

  /** Rows processed together, which stay in the second-level cache. */
  private static final int PANEL = 64;

  /** Floats between the lanes of two sums, and between two rows of 16 sums. */
  private static final int SUM = Kernels.LANES;

  private static final int ROW = Kernels.LANES * SUM;

  private static final int WIDTH = SPECIES.length();

  /** True if 16 sums and their operands fit the registers. */
  private static final boolean LARGE = WIDTH == 16;

  private DotTiles() {}

  /**
   * c = a·bᵀ, each sum in 16 lanes; overwrites c up to a multiple of 16 columns.
   *
   * @param a [rows x length]
   * @param b [columns x length]
   * @param length a multiple of 16
   * @param c [rows x columns]
   * @param lanes scratch, [{@link Tiles#ROWS} x 16 sums x 16 lanes]
   */
  static void multiply(
      float[] a,
      int aOffset,
      int aRow,
      int rows,
      float[] b,
      int bOffset,
      int bRow,
      int columns,
      int length,
      float[] c,
      int cOffset,
      int cRow,
      float[] lanes) {
    for (int from = 0; from < rows; from += PANEL) {
      int height = Math.min(PANEL, rows - from);
      for (int i = 0; i < columns; i += Kernels.LANES) {
        // The last block overlaps the one before rather than leaving a rest.
        int column = Math.max(0, Math.min(i, columns - Kernels.LANES));
        sixteen(
            a,
            aOffset + from * aRow,
            aRow,
            height,
            b,
            bOffset + column * bRow,
            bRow,
            Math.min(Kernels.LANES, columns),
            length,
            c,
            cOffset + from * cRow + column,
            cRow,
            lanes);
      }
    }
  }

  /** Some rows with up to sixteen columns. */
  private static void sixteen(
      float[] a,
      int aOffset,
      int aRow,
      int rows,
      float[] b,
      int bi,
      int bRow,
      int columns,
      int length,
      float[] c,
      int cOffset,
      int cRow,
      float[] lanes) {
    if (rows > Tiles.ROWS) {
      Tiles.fetch(b, bi, bRow, columns, length);
    }
    int r = 0;
    for (; columns == Kernels.LANES && r + Tiles.ROWS <= rows; r += Tiles.ROWS) {
      tiles(a, aOffset + r * aRow, aRow, b, bi, bRow, length, lanes);
      VectorKernels.foldLanes(lanes, Tiles.ROWS, c, cOffset + r * cRow, cRow);
    }
    for (; r < rows; r++) {
      lines(a, aOffset + r * aRow, b, bi, bRow, columns, length, lanes);
      VectorKernels.foldLanes(lanes, 1, c, cOffset + r * cRow, cRow);
    }
  }

  /** Computes the lanes of 4 rows with 16 columns. */
  private static void tiles(
      float[] a, int ai, int aRow, float[] b, int bi, int bRow, int length, float[] lanes) {
    for (int lane = 0; lane < Kernels.LANES; lane += WIDTH) {
      if (LARGE) {
        for (int i = 0; i < Kernels.LANES; i += 4) {
          tile4x4(a, ai, aRow, b, bi + i * bRow, bRow, length, lanes, i * SUM);
        }
      } else {
        for (int i = 0; i < Kernels.LANES; i += 2) {
          int at = bi + i * bRow + lane;
          tile4x2(a, ai + lane, aRow, b, at, bRow, length, lanes, i * SUM + lane);
        }
      }
    }
  }

  /** Computes the lanes of a row with up to 16 columns. */
  private static void lines(
      float[] a, int ai, float[] b, int bi, int bRow, int columns, int length, float[] lanes) {
    int i = 0;
    for (; i + 8 <= columns; i += 8) {
      for (int lane = 0; lane < Kernels.LANES; lane += WIDTH) {
        line8(a, ai + lane, b, bi + i * bRow + lane, bRow, length, lanes, i * SUM + lane);
      }
    }
    for (; i < columns; i++) {
      for (int lane = 0; lane < Kernels.LANES; lane += WIDTH) {
        line1(a, ai + lane, b, bi + i * bRow + lane, length, lanes, i * SUM + lane);
      }
    }
  }

  /** 4 rows of a with 4 of b. */
  private static void tile4x4(
      float[] a, int ai, int aRow, float[] b, int bi, int bRow, int length, float[] lanes, int li) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = FloatVector.zero(SPECIES);
    FloatVector s02 = FloatVector.zero(SPECIES);
    FloatVector s03 = FloatVector.zero(SPECIES);
    FloatVector s10 = FloatVector.zero(SPECIES);
    FloatVector s11 = FloatVector.zero(SPECIES);
    FloatVector s12 = FloatVector.zero(SPECIES);
    FloatVector s13 = FloatVector.zero(SPECIES);
    FloatVector s20 = FloatVector.zero(SPECIES);
    FloatVector s21 = FloatVector.zero(SPECIES);
    FloatVector s22 = FloatVector.zero(SPECIES);
    FloatVector s23 = FloatVector.zero(SPECIES);
    FloatVector s30 = FloatVector.zero(SPECIES);
    FloatVector s31 = FloatVector.zero(SPECIES);
    FloatVector s32 = FloatVector.zero(SPECIES);
    FloatVector s33 = FloatVector.zero(SPECIES);
    for (int k = 0; k < length; k += Kernels.LANES) {
      FloatVector b0 = at(b, bi + k);
      FloatVector b1 = at(b, bi + bRow + k);
      FloatVector b2 = at(b, bi + 2 * bRow + k);
      FloatVector b3 = at(b, bi + 3 * bRow + k);
      FloatVector a0 = at(a, ai + k);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      s02 = a0.fma(b2, s02);
      s03 = a0.fma(b3, s03);
      FloatVector a1 = at(a, ai + aRow + k);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      s12 = a1.fma(b2, s12);
      s13 = a1.fma(b3, s13);
      FloatVector a2 = at(a, ai + 2 * aRow + k);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      s22 = a2.fma(b2, s22);
      s23 = a2.fma(b3, s23);
      FloatVector a3 = at(a, ai + 3 * aRow + k);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      s32 = a3.fma(b2, s32);
      s33 = a3.fma(b3, s33);
    }
    s00.intoArray(lanes, li);
    s01.intoArray(lanes, li + SUM);
    s02.intoArray(lanes, li + 2 * SUM);
    s03.intoArray(lanes, li + 3 * SUM);
    s10.intoArray(lanes, li + ROW);
    s11.intoArray(lanes, li + ROW + SUM);
    s12.intoArray(lanes, li + ROW + 2 * SUM);
    s13.intoArray(lanes, li + ROW + 3 * SUM);
    s20.intoArray(lanes, li + 2 * ROW);
    s21.intoArray(lanes, li + 2 * ROW + SUM);
    s22.intoArray(lanes, li + 2 * ROW + 2 * SUM);
    s23.intoArray(lanes, li + 2 * ROW + 3 * SUM);
    s30.intoArray(lanes, li + 3 * ROW);
    s31.intoArray(lanes, li + 3 * ROW + SUM);
    s32.intoArray(lanes, li + 3 * ROW + 2 * SUM);
    s33.intoArray(lanes, li + 3 * ROW + 3 * SUM);
  }

  /** 4 rows of a with 2 of b. */
  private static void tile4x2(
      float[] a, int ai, int aRow, float[] b, int bi, int bRow, int length, float[] lanes, int li) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = FloatVector.zero(SPECIES);
    FloatVector s10 = FloatVector.zero(SPECIES);
    FloatVector s11 = FloatVector.zero(SPECIES);
    FloatVector s20 = FloatVector.zero(SPECIES);
    FloatVector s21 = FloatVector.zero(SPECIES);
    FloatVector s30 = FloatVector.zero(SPECIES);
    FloatVector s31 = FloatVector.zero(SPECIES);
    for (int k = 0; k < length; k += Kernels.LANES) {
      FloatVector b0 = at(b, bi + k);
      FloatVector b1 = at(b, bi + bRow + k);
      FloatVector a0 = at(a, ai + k);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      FloatVector a1 = at(a, ai + aRow + k);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      FloatVector a2 = at(a, ai + 2 * aRow + k);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      FloatVector a3 = at(a, ai + 3 * aRow + k);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
    }
    s00.intoArray(lanes, li);
    s01.intoArray(lanes, li + SUM);
    s10.intoArray(lanes, li + ROW);
    s11.intoArray(lanes, li + ROW + SUM);
    s20.intoArray(lanes, li + 2 * ROW);
    s21.intoArray(lanes, li + 2 * ROW + SUM);
    s30.intoArray(lanes, li + 3 * ROW);
    s31.intoArray(lanes, li + 3 * ROW + SUM);
  }

  /** A row of a with 8 of b. */
  private static void line8(
      float[] a, int ai, float[] b, int bi, int bRow, int length, float[] lanes, int li) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    FloatVector s4 = FloatVector.zero(SPECIES);
    FloatVector s5 = FloatVector.zero(SPECIES);
    FloatVector s6 = FloatVector.zero(SPECIES);
    FloatVector s7 = FloatVector.zero(SPECIES);
    for (int k = 0; k < length; k += Kernels.LANES) {
      FloatVector ak = at(a, ai + k);
      s0 = ak.fma(at(b, bi + k), s0);
      s1 = ak.fma(at(b, bi + bRow + k), s1);
      s2 = ak.fma(at(b, bi + 2 * bRow + k), s2);
      s3 = ak.fma(at(b, bi + 3 * bRow + k), s3);
      s4 = ak.fma(at(b, bi + 4 * bRow + k), s4);
      s5 = ak.fma(at(b, bi + 5 * bRow + k), s5);
      s6 = ak.fma(at(b, bi + 6 * bRow + k), s6);
      s7 = ak.fma(at(b, bi + 7 * bRow + k), s7);
    }
    s0.intoArray(lanes, li);
    s1.intoArray(lanes, li + SUM);
    s2.intoArray(lanes, li + 2 * SUM);
    s3.intoArray(lanes, li + 3 * SUM);
    s4.intoArray(lanes, li + 4 * SUM);
    s5.intoArray(lanes, li + 5 * SUM);
    s6.intoArray(lanes, li + 6 * SUM);
    s7.intoArray(lanes, li + 7 * SUM);
  }

  /** A row of a with 1 of b. */
  private static void line1(
      float[] a, int ai, float[] b, int bi, int length, float[] lanes, int li) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    for (int k = 0; k < length; k += Kernels.LANES) {
      FloatVector ak = at(a, ai + k);
      s0 = ak.fma(at(b, bi + k), s0);
    }
    s0.intoArray(lanes, li);
  }
}
