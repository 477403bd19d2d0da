package dev.millrace.simd;

import java.util.Random;

/** What the benchmarks work on. */
final class BenchmarkData {

  private BenchmarkData() {}

  /** Standard normal numbers. */
  static float[] numbers(int length, long seed) {
    Random random = new Random(seed);
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  /** Numbers above 0, as second moments are. */
  static float[] magnitudes(int length, long seed) {
    float[] numbers = numbers(length, seed);
    for (int i = 0; i < length; i++) {
      numbers[i] = Math.abs(numbers[i]) + 0.1f;
    }
    return numbers;
  }
}
