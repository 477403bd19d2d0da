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
    float[] d = OneIndex.array(layer.biasOffset());
    for (int i = 0; i < layer.inputs(); i++) {
      float xi = x[xOffset + i];
      int row = layer.weightOffset() + i * layer.stride();
      System.arraycopy(delta, deltaOffset, d, row, layer.columns());
      for (int p = row; p < row + layer.columns(); p++) {
        float g = Fma.fma(xi, d[p], 0f);
        float moment = Fma.fma(beta1, m[p], rest1 * g);
        float square = Fma.fma(beta2, v[p], rest2 * (g * g));
        m[p] = moment;
        v[p] = square;
        w[p] -= rate * moment / ((float) Math.sqrt(square * correction) + epsilon);
      }
    }
  }

  @Override
  public void nesterov(
      float[] w, float[] v, float[] g, int offset, int length, float learningRate, float momentum) {
    float[] d = OneIndex.aligned(g, 0, offset, length);
    for (int p = offset; p < offset + length; p++) {
      float velocity = Fma.fma(momentum, v[p], d[p]);
      v[p] = velocity;
      w[p] = Fma.fma(-learningRate, Fma.fma(momentum, velocity, d[p]), w[p]);
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
    float[] d = OneIndex.aligned(g, 0, offset, length);
    for (int p = offset; p < offset + length; p++) {
      float sum = Fma.fma(d[p], d[p], s[p]);
      s[p] = sum;
      w[p] -= learningRate * d[p] / ((float) Math.sqrt(sum + initial) + epsilon);
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
