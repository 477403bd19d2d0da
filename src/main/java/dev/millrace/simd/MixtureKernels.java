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

  /** Moves an average towards new values: a = fma(share, x - a, a), both at {@code offset}. */
  void average(float[] a, float[] x, int offset, int length, float share);

  /**
   * y = scale·cos(2πx), within 2e-7 of {@code scale}.
   *
   * @param x in turns, of magnitude up to 2^22
   * @param y may be the array of {@code x} if the offsets are equal
   */
  void cosine(float[] x, int xOffset, float[] y, int yOffset, int length, float scale);

  /**
   * y = ln(fma(keep, p, floor)), within 2 ulp.
   *
   * @param p at least 0; with {@code floor} a normal number must come out
   * @param y may be the array of {@code p}
   */
  void flooredLog(float[] p, float[] y, int offset, int length, float keep, float floor);
}
