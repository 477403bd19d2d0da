package dev.millrace.simd;

/**
 * More optimizers, and what else is done to gradients and weights, under the rules of {@link
 * Kernels}. Lengths are multiples of 16, columns also 2 and 4; gradients, weights and what is kept
 * for each weight are placed as in {@link Kernels#sgd}.
 */
public interface UpdateKernels {

  /** The implementation that goes with {@link Kernels#best}. */
  static UpdateKernels best() {
    return Kernels.best().bits() == 0 ? new ScalarUpdates() : new VectorUpdates();
  }

  /**
   * One step of Adam on a layer's weights from one row: {@link Kernels#weightGradient} and {@link
   * Kernels#adam} without the gradient in between, bit for bit.
   *
   * @param x [in]
   * @param delta [columns], a multiple of 16
   * @param w [in x columns], as {@code m} and {@code v}
   */
  void adamOneRow(
      float[] x,
      int xOffset,
      int in,
      float[] delta,
      int deltaOffset,
      int columns,
      float[] w,
      float[] m,
      float[] v,
      int offset,
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
   * @param initial what the sum of squared gradients starts from, kept apart from {@code s}
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

  /** Cuts each element to -bound..bound; NaN stays NaN. */
  void clamp(float[] a, int length, float bound);

  /**
   * Scales each column whose L2 norm is above {@code most} down to it.
   *
   * <p>Order: a column's sum starts from 0 and takes one fma(w, w, sum) a row, ascending; the
   * factor is most / sqrt(sum), or 1.
   *
   * @param w [rows x columns] at {@code offset}
   */
  void limitColumns(float[] w, int offset, int rows, int columns, float most);
}
