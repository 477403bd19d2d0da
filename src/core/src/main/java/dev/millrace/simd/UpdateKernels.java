package dev.millrace.simd;

/**
 * Further optimizers and operations on gradients and weights, under the rules of {@link Kernels}.
 * Lengths are multiples of 16, columns also 2 and 4; offsets of gradients, weights and slots are
 * those of {@link Kernels#sgd}.
 */
public interface UpdateKernels {

  /**
   * One step of Adam on a layer's weights from one row: {@link Kernels#weightGradient} and {@link
   * Kernels#adam} without the gradient in between, bit for bit.
   *
   * @param layer with a multiple of 16 columns
   * @param x [inputs]
   * @param delta [columns]
   * @param w parameters, with {@code m} and {@code v} at the same offsets
   */
  void adamOneRow(
      LayerShape layer,
      float[] x,
      int xOffset,
      float[] delta,
      int deltaOffset,
      float[] w,
      float[] m,
      float[] v,
      float rate,
      float beta1,
      float beta2,
      float epsilon,
      float correction);

  /** Nesterov momentum: v = fma(momentum, v, g); w = fma(-learningRate, fma(momentum, v, g), w). */
  void nesterov(
      float[] w, float[] v, float[] g, int offset, int length, float learningRate, float momentum);

  /**
   * Adagrad: s = fma(g, g, s); w -= learningRate·g / (sqrt(s + initial) + epsilon).
   *
   * @param initial initial value of the sum of squared gradients, not included in {@code s}
   */
  void adagrad(
      float[] w,
      float[] s,
      float[] g,
      int offset,
      int length,
      float learningRate,
      float initial,
      float epsilon);

  /**
   * FTRL-Proximal: n' = fma(g, g, n); σ = (sqrt(n') - sqrt(n))/alpha; z = fma(-σ, w, z + g); w = 0
   * where |z| ≤ l1, else (sign(z)·l1 - z) / ((beta + sqrt(n'))/alpha + l2).
   */
  void ftrl(
      float[] w,
      float[] z,
      float[] n,
      float[] g,
      int offset,
      int length,
      float alpha,
      float beta,
      float l1,
      float l2);

  /** Limits each element to -bound..bound; NaN stays NaN. */
  void clamp(float[] a, int length, float bound);

  /**
   * Scales each column of a layer's weights whose L2 norm is above the max down to it.
   *
   * <p>Order: a column's sum starts from 0 and adds one fma(w, w, sum) a row, ascending; the factor
   * is maxNorm / sqrt(sum), or 1.
   *
   * @param w parameters, with the layer's weights
   */
  void limitColumns(LayerShape layer, float[] w, float maxNorm);
}
