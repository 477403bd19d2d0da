package dev.millrace.simd;

/** {@link UpdateKernels} in plain loops. */
final class ScalarUpdates implements UpdateKernels {

  @Override
  public void nesterov(
      float[] w, float[] v, float[] g, int length, float learningRate, float momentum) {
    for (int i = 0; i < length; i++) {
      v[i] = Fma.fma(momentum, v[i], g[i]);
      w[i] = Fma.fma(-learningRate, Fma.fma(momentum, v[i], g[i]), w[i]);
    }
  }

  @Override
  public void adagrad(
      float[] w,
      float[] s,
      float[] g,
      int length,
      float learningRate,
      float initial,
      float epsilon) {
    for (int i = 0; i < length; i++) {
      s[i] = Fma.fma(g[i], g[i], s[i]);
      w[i] -= learningRate * g[i] / ((float) Math.sqrt(s[i] + initial) + epsilon);
    }
  }

  @Override
  public void ftrl(
      float[] w,
      float[] z,
      float[] n,
      float[] g,
      int length,
      float alpha,
      float beta,
      float l1,
      float l2) {
    for (int i = 0; i < length; i++) {
      float root = (float) Math.sqrt(n[i]);
      n[i] = Fma.fma(g[i], g[i], n[i]);
      float newRoot = (float) Math.sqrt(n[i]);
      float sigma = (newRoot - root) / alpha;
      z[i] = Fma.fma(-sigma, w[i], z[i] + g[i]);
      float pull = z[i] > 0f ? l1 : -l1;
      w[i] = Math.abs(z[i]) <= l1 ? 0f : (pull - z[i]) / ((beta + newRoot) / alpha + l2);
    }
  }

  @Override
  public void clamp(float[] a, int length, float bound) {
    for (int i = 0; i < length; i++) {
      float least = a[i] < -bound ? -bound : a[i];
      a[i] = least > bound ? bound : least;
    }
  }

  @Override
  public void limitColumns(float[] w, int offset, int rows, int columns, float most) {
    int stride = Kernels.stride(columns);
    for (int c = offset; c < offset + columns; c++) {
      float sum = 0f;
      for (int i = c; i < c + rows * stride; i += stride) {
        sum = Fma.fma(w[i], w[i], sum);
      }
      float norm = (float) Math.sqrt(sum);
      float factor = norm > most ? most / norm : 1f;
      for (int i = c; i < c + rows * stride; i += stride) {
        w[i] *= factor;
      }
    }
  }
}
