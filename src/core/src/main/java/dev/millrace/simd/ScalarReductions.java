package dev.millrace.simd;

/** Sums in 16 lanes that are folded by the tree 8, 4, 2, 1, in plain loops. */
final class ScalarReductions {

  private ScalarReductions() {}

  /** Adds 16 elements, {@code step} apart, by the tree 8, 4, 2, 1. */
  static float tree(float[] a, int i, int step) {
    float by4 = quarter(a, i, step) + quarter(a, i + 2 * step, step);
    return by4 + (quarter(a, i + step, step) + quarter(a, i + 3 * step, step));
  }

  private static float quarter(float[] a, int i, int step) {
    return (a[i] + a[i + 8 * step]) + (a[i + 4 * step] + a[i + 12 * step]);
  }

  /**
   * Adds every {@code step}-th element in 16 lanes: lane sums at step 16, below that the sum of two
   * half trees, which makes the tree 8, 4, 2, 1.
   */
  static float sum(float[] a, int from, int to, int step) {
    if (step < Kernels.LANES) {
      return sum(a, from, to, 2 * step) + sum(a, from + step, to, 2 * step);
    }
    float lane = 0f;
    for (int i = from; i < to; i += Kernels.LANES) {
      lane += a[i];
    }
    return lane;
  }

  /** Adds the products of every {@code step}-th elements, see {@link #sum}. */
  static float dot(float[] a, int aFrom, float[] b, int bFrom, int length, int step) {
    if (step < Kernels.LANES) {
      return dot(a, aFrom, b, bFrom, length, 2 * step)
          + dot(a, aFrom + step, b, bFrom + step, length - step, 2 * step);
    }
    float lane = 0f;
    for (int i = 0; i < length; i += Kernels.LANES) {
      lane = Fma.fma(a[aFrom + i], b[bFrom + i], lane);
    }
    return lane;
  }
}
