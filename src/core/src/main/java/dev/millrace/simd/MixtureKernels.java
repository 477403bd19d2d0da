package dev.millrace.simd;

/**
 * What a mixture of networks needs beyond {@link Kernels}, under the same rules: each element by
 * itself. Lengths are multiples of 16.
 */
public interface MixtureKernels {

  /** The implementation that goes with {@link Kernels#best}. */
  static MixtureKernels best() {
    return Kernels.best().bits() == 0 ? new ScalarMixtures() : new VectorMixtures();
  }

  /**
   * {@link Kernels#rmsProp}, then moves an average of the parameters: a = fma(share, w - a, a).
   *
   * @param a at the same offset as {@code w}
   */
  void averagedRmsProp(
      float[] w,
      float[] v,
      float[] a,
      float[] g,
      int offset,
      int length,
      float learningRate,
      float rho,
      float epsilon,
      float correction,
      float share);

  /**
   * y = scale·cos(2πx), within 2e-7 of {@code scale}.
   *
   * @param x in turns, of magnitude up to 2^22
   * @param y may be the array of {@code x} if the offsets are equal
   */
  void cosine(float[] x, int xOffset, float[] y, int yOffset, int length, float scale);

  /**
   * y = ln(fma(keep, p, floor)), within 2 ulp; what comes out in the padding is not defined.
   *
   * @param p [rows x width], rows {@code pStride} apart, from the start of the array; at least 0,
   *     with {@code floor} a normal number must come out, in the padding to whole lanes too if
   *     there are more than {@link Kernels#NARROW} columns
   * @param y [rows x width], rows {@code yStride} apart; not the array of {@code p}
   */
  void flooredLog(
      float[] p, int pStride, float[] y, int yStride, int rows, int width, float keep, float floor);
}
