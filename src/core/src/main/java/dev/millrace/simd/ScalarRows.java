package dev.millrace.simd;

/**
 * Matrix products for {@link ScalarProducts} whose rows are long: loops over rows of c and b that
 * C2 vectorizes, because they are copies with one index, see {@link OneIndex}.
 */
final class ScalarRows {

  /** Max columns of a copy. */
  private static final int COLUMNS = 256;

  /** Rows of b that are copied for all rows of c: they stay in the nearest cache. */
  private static final int ROWS = 32;

  /** Terms that a loop adds to a sum: C2 of JDK 17 vectorizes six, but not eight. */
  private static final int TERMS = 4;

  // Arrays of each thread: the copies of b's rows, then that of a row of c.
  private static final ThreadLocal<float[][]> ARRAYS =
      ThreadLocal.withInitial(() -> new float[ROWS + 1][COLUMNS]);

  private ScalarRows() {}

  /**
   * c += a·b, as {@link ScalarProducts#add}.
   *
   * @param steps terms of each sum
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
    float[][] copies = ARRAYS.get();
    float[] sums = copies[ROWS];
    // Copies for a single row of c are read once, at once.
    int height = rows == 1 ? TERMS : ROWS;
    for (int n = 0; n < columns; n += COLUMNS) {
      int width = Math.min(COLUMNS, columns - n);
      for (int k = 0; k < steps; k += height) {
        int terms = Math.min(height, steps - k);
        for (int t = 0; t < terms; t++) {
          copyRow(b, bOffset + n * bColumn + (k + t) * bStep, bColumn, copies[t], width);
        }
        for (int m = 0; m < rows; m++) {
          int ci = cOffset + m * cRow + n;
          System.arraycopy(c, ci, sums, 0, width);
          addTerms(a, aOffset + m * aRow + k * aStep, aStep, copies, terms, sums, width);
          System.arraycopy(sums, 0, c, ci, width);
        }
      }
    }
  }

  private static void copyRow(float[] b, int bi, int bColumn, float[] copy, int width) {
    if (bColumn == 1) {
      System.arraycopy(b, bi, copy, 0, width);
      return;
    }
    for (int n = 0; n < width; n++) {
      copy[n] = b[bi + n * bColumn];
    }
  }

  /** Adds some rows of b to the sums. */
  private static void addTerms(
      float[] a, int ai, int aStep, float[][] b, int terms, float[] sums, int width) {
    int k = 0;
    int i = ai;
    for (; k + TERMS <= terms; k += TERMS) {
      addFour(
          a[i],
          a[i + aStep],
          a[i + 2 * aStep],
          a[i + 3 * aStep],
          b[k],
          b[k + 1],
          b[k + 2],
          b[k + 3],
          sums,
          width);
      i += TERMS * aStep;
    }
    for (; k < terms; k++) {
      addOne(a[i], b[k], sums, width);
      i += aStep;
    }
  }

  private static void addFour(
      float a0,
      float a1,
      float a2,
      float a3,
      float[] b0,
      float[] b1,
      float[] b2,
      float[] b3,
      float[] sums,
      int width) {
    for (int n = 0; n < width; n++) {
      float sum = Fma.fma(a1, b1[n], Fma.fma(a0, b0[n], sums[n]));
      sums[n] = Fma.fma(a3, b3[n], Fma.fma(a2, b2[n], sum));
    }
  }

  private static void addOne(float a, float[] b, float[] sums, int width) {
    for (int n = 0; n < width; n++) {
      sums[n] = Fma.fma(a, b[n], sums[n]);
    }
  }
}
