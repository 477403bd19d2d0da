package dev.millrace.simd;

/** {@link UpdateKernels} in plain loops. */
final class ScalarUpdates implements UpdateKernels {

  @Override
  public void adamOneRow(
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
      float correction) {
    float rest1 = 1f - beta1;
    float rest2 = 1f - beta2;
    for (int i = 0; i < layer.inputs(); i++) {
      float xi = x[xOffset + i];
      int row = layer.weightOffset() + i * layer.stride();
      for (int c = 0; c < layer.columns(); c++) {
        int p = row + c;
        float g = Fma.fma(xi, delta[deltaOffset + c], 0f);
        m[p] = Fma.fma(beta1, m[p], rest1 * g);
        v[p] = Fma.fma(beta2, v[p], rest2 * (g * g));
        w[p] -= rate * m[p] / ((float) Math.sqrt(v[p] * correction) + epsilon);
      }
    }
  }

  @Override
  public void nesterov(
      float[] w, float[] v, float[] g, int offset, int length, float learningRate, float momentum) {
    for (int i = 0; i < length; i++) {
      int p = offset + i;
      v[p] = Fma.fma(momentum, v[p], g[i]);
      w[p] = Fma.fma(-learningRate, Fma.fma(momentum, v[p], g[i]), w[p]);
    }
  }

  @Override
  public void adagrad(
      float[] w,
      float[] s,
      float[] g,
      int offset,
      int length,
      float learningRate,
      float initial,
      float epsilon) {
    for (int i = 0; i < length; i++) {
      int p = offset + i;
      s[p] = Fma.fma(g[i], g[i], s[p]);
      w[p] -= learningRate * g[i] / ((float) Math.sqrt(s[p] + initial) + epsilon);
    }
  }

  @Override
  public void ftrl(
      float[] w,
      float[] z,
      float[] n,
      float[] g,
      int offset,
      int length,
      float alpha,
      float beta,
      float l1,
      float l2) {
    for (int i = 0; i < length; i++) {
      int p = offset + i;
      float root = (float) Math.sqrt(n[p]);
      n[p] = Fma.fma(g[i], g[i], n[p]);
      float newRoot = (float) Math.sqrt(n[p]);
      float sigma = (newRoot - root) / alpha;
      z[p] = Fma.fma(-sigma, w[p], z[p] + g[i]);
      float pull = z[p] > 0f ? l1 : -l1;
      w[p] = Math.abs(z[p]) <= l1 ? 0f : (pull - z[p]) / ((beta + newRoot) / alpha + l2);
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
  public void limitColumns(LayerShape layer, float[] w, float maxNorm) {
    int stride = layer.stride();
    int rows = layer.inputs();
    int offset = layer.weightOffset();
    for (int c = offset; c < offset + layer.columns(); c++) {
      float sum = 0f;
      for (int i = c; i < c + rows * stride; i += stride) {
        sum = Fma.fma(w[i], w[i], sum);
      }
      float norm = (float) Math.sqrt(sum);
      float factor = norm > maxNorm ? maxNorm / norm : 1f;
      for (int i = c; i < c + rows * stride; i += stride) {
        w[i] *= factor;
      }
    }
  }
}
