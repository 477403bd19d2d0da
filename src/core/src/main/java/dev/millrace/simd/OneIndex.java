package dev.millrace.simd;

/**
 * Copies operands so that all arrays of a loop have one index, for the scalar kernels.
 *
 * <p>C2 vectorizes a loop that stores to one float array and loads from another only if both have
 * the same index: {@code y[p] = fma(x, w[p], y[p])}, but not {@code y[c] = fma(x, w[row + c],
 * y[c])}. With different offsets a store might change what a later iteration loads, because both
 * may be the same array; up to JDK 25, C2 does not compare them at run time. Copying is an
 * intrinsic that takes less time than the loop gains.
 *
 * <p>The copies are in arrays of the thread, valid until its next call.
 */
final class OneIndex {

  /** Max columns of a row that {@link ScalarProducts} copies, and of its sums. */
  static final int COLUMNS = 256;

  /** Rows that {@link ScalarProducts} copies together: they stay in the nearest cache. */
  static final int ROWS = 32;

  // Not a class of ours, which a thread of the cluster would keep from being unloaded.
  private static final ThreadLocal<float[][]> ARRAYS =
      ThreadLocal.withInitial(() -> new float[ROWS + 2][COLUMNS]);

  private static final int SUMS = ROWS;

  private static final int ALIGNED = ROWS + 1;

  private OneIndex() {}

  /**
   * Returns an array that has {@code a[from]} and the elements after it at index {@code to}: {@code
   * a} itself if the indices are equal, else a copy.
   */
  static float[] aligned(float[] a, int from, int to, int length) {
    if (from == to) {
      return a;
    }
    float[] copy = array(to + length);
    System.arraycopy(a, from, copy, to, length);
    return copy;
  }

  /** Returns the array of the copies, of at least the given length. */
  static float[] array(int length) {
    float[][] arrays = ARRAYS.get();
    if (arrays[ALIGNED].length < length) {
      arrays[ALIGNED] = new float[length];
    }
    return arrays[ALIGNED];
  }

  /**
   * Returns {@link #ROWS} arrays of {@link #COLUMNS} floats, and the array of the sums after them.
   */
  static float[][] rows() {
    return ARRAYS.get();
  }

  /** Returns the array of sums of {@link #rows}. */
  static float[] sums(float[][] rows) {
    return rows[SUMS];
  }
}
