package dev.millrace.simd;

/**
 * Copies operands so that all arrays of a loop have one index, for the scalar kernels.
 *
 * <p>C2 vectorizes a loop that stores to one float array and loads from another only if both have
 * the same index: {@code y[p] = fma(x, w[p], y[p])}, but not {@code y[c] = fma(x, w[row + c],
 * y[c])}. With different offsets a store might change what a later iteration loads, because both
 * may be the same array; up to JDK 25, C2 does not compare them at run time. A copy, which is an
 * intrinsic, takes less time than the loop gains.
 */
final class OneIndex {

  // An array, not an object of our class: a cluster's thread would keep that from being unloaded.
  private static final ThreadLocal<float[][]> COPY = ThreadLocal.withInitial(() -> new float[1][0]);

  private OneIndex() {}

  /**
   * Returns an array that has {@code a[from]} and the elements after it at index {@code to}: {@code
   * a} itself if the indices are equal, else {@link #array}.
   */
  static float[] aligned(float[] a, int from, int to, int length) {
    if (from == to) {
      return a;
    }
    float[] copy = array(to + length);
    System.arraycopy(a, from, copy, to, length);
    return copy;
  }

  /**
   * Returns an array for copies, of at least the given length; the same for all calls of a thread.
   */
  static float[] array(int length) {
    float[][] copy = COPY.get();
    if (copy[0].length < length) {
      copy[0] = new float[length];
    }
    return copy[0];
  }
}
