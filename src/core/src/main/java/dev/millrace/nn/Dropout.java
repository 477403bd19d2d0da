package dev.millrace.nn;

import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.LayerKernels;

/**
 * Drops neurons of hidden layers while learning and scales the others by 1/(1 - rate), so that
 * predictions need no change (inverted dropout).
 *
 * <p>The mask is a function of seed, key, example number, layer and neuron, so it is not stored and
 * a restart repeats it.
 */
final class Dropout {

  private static final LayerKernels KERNELS = KernelProvider.layers();

  /** Separates these random numbers from those of the initial weights. */
  private static final long DOMAIN = 0x64726F706F7574L;

  private final long seed;
  private long firstExample;

  Dropout(long seed, long keySeed) {
    this.seed = WeightInitializer.mix(WeightInitializer.mix(seed ^ DOMAIN) ^ keySeed);
  }

  /** Sets the number of the example in the first row; the next rows count on. */
  void startAt(long example) {
    firstExample = example;
  }

  /** Applies a layer's mask to its outputs, or to the gradient with respect to them. */
  void apply(Layout layout, int layer, float[] a, int offset, int rows) {
    float rate = layout.dropout(layer);
    if (rate == 0f) {
      return;
    }
    int columns = layout.columns(layer);
    int threshold = (int) (rate * 0x1p24f);
    for (int r = 0; r < rows; r++) {
      long key = WeightInitializer.mix(WeightInitializer.mix(seed + layer) + (firstExample + r));
      KERNELS.dropout(
          a,
          offset + r * layout.stride(layer),
          columns,
          (int) key,
          (int) (key >>> 32),
          threshold,
          1f / (1f - rate));
    }
  }
}
