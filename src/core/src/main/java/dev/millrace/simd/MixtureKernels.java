package dev.millrace.simd;

/**
 * Kernels of mixtures of networks, under the rules of {@link Kernels}: element by element. Lengths
 * are multiples of 16.
 */
public interface MixtureKernels {

  /**
   * {@link Kernels#rmsProp}, then updates an average of the parameters: a = fma(share, w - a, a).
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
   * y = ln(fma(keep, p, floor)), within 2 ulp; undefined in the padding.
   *
   * @param p [rows x width], rows {@code pStride} apart, from the start of the array; at least 0,
   *     with {@code floor} a normal number must come out, in the padding to whole lanes too if
   *     there are more than {@link Kernels#NARROW} columns
   * @param y [rows x width], rows {@code yStride} apart; not the array of {@code p}
   */
  void flooredLog(
      float[] p, int pStride, float[] y, int yStride, int rows, int width, float keep, float floor);
}
