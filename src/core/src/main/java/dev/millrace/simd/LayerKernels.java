package dev.millrace.simd;

/** Layer normalization and dropout, under the rules of {@link Kernels}. */
public interface LayerKernels {

  /** Added to the variance, as in PyTorch. */
  float EPSILON = 1e-5f;

  /**
   * Layer normalization (Ba et al., 2016): x̂ = (a - mean)/sqrt(variance + ε) of each row, a =
   * gain·x̂ + shift; zero in the padding.
   *
   * <p>Order: mean = Σa / width; d = a - mean; inverse = 1 / sqrt(Σd² / width + ε); x̂ = d·inverse;
   * a = fma(gain, x̂, shift); both sums in 16 lanes, folded by the tree 8, 4, 2, 1.
   *
   * @param layer with columns padded to a multiple of 16
   * @param a [rows x columns], zero in the padding
   * @param p parameters: a stride after the layer's bias gain [columns], another stride on shift
   *     [columns]; zero in the padding
   * @param normalized receives x̂ [rows x columns], at the offset of {@code a}
   * @param inverses receives [rows], at {@code inverseOffset}
   */
  void layerNorm(
      LayerShape layer,
      float[] a,
      int offset,
      int rows,
      float[] p,
      float[] normalized,
      float[] inverses,
      int inverseOffset);

  /**
   * Gradient of {@link #layerNorm}: replaces the gradient with respect to its outputs by that with
   * respect to its inputs.
   *
   * <p>Order: gain's gradient starts from 0 and adds one fma(delta, x̂, sum) a row, shift's adds
   * delta, rows ascending; g = delta·gain; m = Σg / width, k = Σg·x̂ / width; delta = fma(-k, x̂, g
   * - m)·inverse, zero in the padding.
   *
   * @param delta [rows x columns], at the offset of {@code normalized}
   * @param gradient receives the gradients of gain and shift, at the offsets of {@code p}
   */
  void layerNormGradient(
      LayerShape layer,
      float[] delta,
      int offset,
      int rows,
      float[] p,
      float[] normalized,
      float[] inverses,
      int inverseOffset,
      float[] gradient);

  /**
   * Dropout (Srivastava et al., 2014): element i becomes 0 or is scaled, by a counter-based
   * generator without state.
   *
   * <p>Order: h = i·9E3779B9 + key1; h ^= h >>> 16; h *= 85EBCA6B; h ^= h >>> 13; h ^= key2; h *=
   * C2B2AE35; h ^= h >>> 16 (the finalizer of MurmurHash3 with a second key); kept if h >>> 8 is at
   * least the threshold.
   *
   * @param length a multiple of 16
   * @param threshold dropped fraction, times 2^24
   * @param scale factor of the kept elements
   */
  void dropout(float[] a, int offset, int length, int key1, int key2, int threshold, float scale);
}
