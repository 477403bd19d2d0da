package dev.millrace.simd;

/** Measures the peak of one core with the registers in use: a loop of fused multiply-adds only. */
public final class FmaPeak {

  /** A second. */
  private static final long NANOS = 1_000_000_000L;

  private static final int ROUNDS = 2_000;

  private static final int SCALAR_SUMS = 8;

  private static final int BITS = KernelProvider.kernels().bits();

  /** Keeps the results, so that the compiler does not remove the loop. */
  @SuppressWarnings("unused")
  private static volatile float kept;

  private FmaPeak() {}

  /**
   * Returns the floating-point operations per second, two per multiply-add, of the best call in two
   * seconds.
   */
  public static double flopsPerSecond() {
    double best = 0;
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < 2 * NANOS) {
      long call = System.nanoTime();
      kept = call();
      best = Math.max(best, flopsOfACall(BITS) * 1e9 / (System.nanoTime() - call));
    }
    return best;
  }

  static float call() {
    return BITS == 0 ? scalar(ROUNDS) : VectorFma.run(ROUNDS);
  }

  /** Returns the operations of a {@link #call} with registers of some bits, 0 for scalar. */
  static double flopsOfACall(int bits) {
    return 2.0 * ROUNDS * (bits == 0 ? SCALAR_SUMS : VectorFma.SUMS * (bits / Float.SIZE));
  }

  private static float scalar(int rounds) {
    float a = 0.999f;
    float b = 1e-3f;
    float s0 = 0f;
    float s1 = 1f;
    float s2 = 2f;
    float s3 = 3f;
    float s4 = 4f;
    float s5 = 5f;
    float s6 = 6f;
    float s7 = 7f;
    for (int r = 0; r < rounds; r++) {
      s0 = Fma.fma(s0, a, b);
      s1 = Fma.fma(s1, a, b);
      s2 = Fma.fma(s2, a, b);
      s3 = Fma.fma(s3, a, b);
      s4 = Fma.fma(s4, a, b);
      s5 = Fma.fma(s5, a, b);
      s6 = Fma.fma(s6, a, b);
      s7 = Fma.fma(s7, a, b);
    }
    return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
  }
}
