package dev.millrace.simd;

/** Layer normalization and dropout, under the rules of {@link Kernels}. */
public interface LayerKernels {

  /** Added to the variance, as PyTorch has it. */
  float EPSILON = 1e-5f;

  /** The implementation that goes with {@link Kernels#best}. */
  static LayerKernels best() {
    return Kernels.best().bits() == 0 ? new ScalarLayers() : new VectorLayers();
  }

  /**
   * Layer normalization (Ba et al., 2016): x̂ = (a - mean)/sqrt(variance + ε) of each row, a =
   * gain·x̂ + shift; zero in the padding.
   *
   * <p>Order: mean = Σa / width; d = a - mean; inverse = 1 / sqrt(Σd² / width + ε); x̂ = d·inverse;
   * a = fma(gain, x̂, shift); both sums in 16 lanes, folded by the tree 8, 4, 2, 1.
   *
   * @param a [rows x columns], zero in the padding
   * @param width real number of neurons
   * @param p gain [columns] at {@code gainOffset}, then shift [columns] a stride on; zero in the
   *     padding
   * @param normalized receives x̂ [rows x columns], at the offset of {@code a}
   * @param inverses receives [rows], at {@code inverseOffset}
   */
  void layerNorm(
      float[] a,
      int offset,
      int rows,
      int width,
      int columns,
      float[] p,
      int gainOffset,
      float[] normalized,
      float[] inverses,
      int inverseOffset);

  /**
   * The gradient of {@link #layerNorm}: that of its outputs becomes that of its inputs.
   *
   * <p>Order: gain's gradient starts from 0 and takes one fma(delta, x̂, sum) a row, shift's adds
   * delta, rows ascending; g = delta·gain; m = Σg / width, k = Σg·x̂ / width; delta = fma(-k, x̂, g
   * - m)·inverse, zero in the padding.
   *
   * @param delta [rows x columns], at the offset of {@code normalized}
   * @param gradient receives gain's [columns] at {@code gainOffset}, then shift's a stride on
   */
  void layerNormGradient(
      float[] delta,
      int offset,
      int rows,
      int width,
      int columns,
      float[] p,
      int gainOffset,
      float[] normalized,
      float[] inverses,
      int inverseOffset,
      float[] gradient);

  /**
   * Dropout (Srivastava et al., 2014): element i becomes 0 or is scaled, by a generator that counts
   * instead of keeping a state.
   *
   * <p>Order: h = i·9E3779B9 + key1; h ^= h >>> 16; h *= 85EBCA6B; h ^= h >>> 13; h ^= key2; h *=
   * C2B2AE35; h ^= h >>> 16 (the finalizer of MurmurHash3 with a second key); kept if h >>> 8 is at
   * least the threshold.
   *
   * @param length a multiple of 16
   * @param threshold share dropped, times 2^24
   * @param scale of what is kept
   */
  void dropout(float[] a, int offset, int length, int key1, int key2, int threshold, float scale);
}
