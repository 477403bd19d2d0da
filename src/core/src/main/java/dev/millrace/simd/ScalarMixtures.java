package dev.millrace.simd;

/** {@link MixtureKernels} in plain loops. */
final class ScalarMixtures implements MixtureKernels {

  private final Kernels kernels = new ScalarKernels();

  @Override
  public void averagedRmsProp(
      float[] w,
      float[] v,
      float[] a,
      float[] g,
      int offset,
      int length,
      float learningRate,
      float rho,
      float epsilon,
      float correction,
      float share) {
    kernels.rmsProp(w, v, g, offset, length, learningRate, rho, epsilon, correction);
    for (int i = offset; i < offset + length; i++) {
      a[i] = Fma.fma(share, w[i] - a[i], a[i]);
    }
  }

  @Override
  public void cosine(float[] x, int xOffset, float[] y, int yOffset, int length, float scale) {
    for (int i = 0; i < length; i++) {
      y[yOffset + i] = Elementary.cosineOfTurns(x[xOffset + i]) * scale;
    }
  }

  @Override
  public void flooredLog(
      float[] p,
      int pStride,
      float[] y,
      int yStride,
      int rows,
      int width,
      float keep,
      float floor) {
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < width; c++) {
        y[r * yStride + c] = Elementary.log(Fma.fma(keep, p[r * pStride + c], floor));
      }
    }
  }
}
