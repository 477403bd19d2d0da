package dev.millrace.simd;

/**
 * Further activations and their derivatives, under the rules of {@link Kernels}: element by
 * element, in the steps of {@link Elementary}.
 *
 * <p>Methods with an {@code x} do not change it; {@code y} and {@code scratch} are other arrays, at
 * the same offset. They pass over their arrays several times, because C2 does not compile such a
 * function as one loop and would allocate each vector.
 */
public interface ActivationKernels {

  /** a = a above 0, else a/100 (slope 0.01; Maas et al., 2013). */
  void leakyRelu(float[] a, int offset, int length);

  /** a = a above 0, else e^a - 1 (Clevert et al., 2016; α = 1). */
  void elu(float[] a, int offset, int length);

  /** y = x·Φ(x), by the normal distribution, not by tanh (Hendrycks and Gimpel, 2016). */
  void gelu(float[] x, float[] y, int offset, int length);

  /** y = x·sigmoid(x), also named swish (Elfwing et al., 2018). */
  void silu(float[] x, float[] y, int offset, int length);

  /** y = ln(1 + e^x); within 3 ulp. */
  void softplus(float[] x, float[] y, int offset, int length);

  /** delta *= 0.01 where y, the output of {@link #leakyRelu}, is not above 0. */
  void leakyReluGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length);

  /** delta *= y + 1 where y, the output of {@link #elu}, is not above 0. */
  void eluGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length);

  /** delta *= Φ(x) + x·φ(x), with x the inputs of {@link #gelu}. */
  void geluGradient(float[] x, float[] scratch, float[] delta, int offset, int length);

  /** delta *= s + x·s·(1 - s), with s = sigmoid(x), x the inputs of {@link #silu}. */
  void siluGradient(float[] x, float[] scratch, float[] delta, int offset, int length);

  /** delta *= sigmoid(x), with x the inputs of {@link #softplus}. */
  void softplusGradient(float[] x, float[] scratch, float[] delta, int offset, int length);
}
