package dev.millrace.nn.auto.members;

import dev.millrace.nn.WeightInitializer;
import dev.millrace.nn.spec.Initializer;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.simd.LayerShape;
import dev.millrace.simd.MixtureKernels;

/**
 * Random Fourier features (Rahimi and Recht, 2007): √2·cos(w·z + b), b uniform in a turn, w normal
 * with bandwidths spaced evenly in their logarithm from 1 to 4, over √inputs.
 *
 * <p>They are drawn by seed and number of inputs, so that the models of all keys share them.
 */
final class FourierFeatures {

  static final int COUNT = 96;

  private static final Kernels KERNELS = KernelProvider.kernels();
  private static final MixtureKernels MIXTURES = KernelProvider.mixtures();

  private static final long DOMAIN = 0x666F7572696572L;
  private static final float SQRT_2 = 1.41421356f;

  private final LayerShape layer;
  // In turns: [inputs x COUNT], then the phases [COUNT].
  private final float[] weights;

  FourierFeatures(long seed, int inputs) {
    layer = LayerShape.of(inputs, Kernels.stride(inputs), COUNT, COUNT, 0);
    weights = new float[(inputs + 1) * COUNT];
    WeightInitializer draws =
        new WeightInitializer(Initializer.LECUN_NORMAL, seed ^ DOMAIN, inputs);
    for (int k = 0; k < COUNT; k++) {
      double bandwidth = StrictMath.pow(4, (k + 0.5) / COUNT);
      double scale = bandwidth / Math.sqrt(inputs) / (2 * Math.PI);
      for (int i = 0; i < inputs; i++) {
        weights[i * COUNT + k] = (float) (scale * draws.gaussian(0, k, i));
      }
      long phase = WeightInitializer.mix(WeightInitializer.mix(seed ^ DOMAIN) + k);
      weights[inputs * COUNT + k] = (float) WeightInitializer.uniform(phase);
    }
  }

  /**
   * Writes each row of x, followed by its Fourier features.
   *
   * @param x [rows x inputs], rows {@link Kernels#stride} apart
   * @param turns scratch, [rows x COUNT]
   * @param out [rows x (inputs + COUNT)], rows {@code outStride} apart
   */
  void write(float[] x, int rows, float[] turns, float[] out, int outStride) {
    KERNELS.dense(layer, x, 0, rows, weights, turns, 0);
    for (int r = 0; r < rows; r++) {
      System.arraycopy(x, r * layer.inputStride(), out, r * outStride, layer.inputs());
      MIXTURES.cosine(turns, r * COUNT, out, r * outStride + layer.inputs(), COUNT, SQRT_2);
    }
  }
}
