package dev.millrace.simd;

/** {@link MixtureKernels} in plain loops. */
final class ScalarMixtures implements MixtureKernels {

  @Override
  public void average(float[] a, float[] x, int offset, int length, float share) {
    for (int i = offset; i < offset + length; i++) {
      a[i] = Fma.fma(share, x[i] - a[i], a[i]);
    }
  }

  @Override
  public void cosine(float[] x, int xOffset, float[] y, int yOffset, int length, float scale) {
    for (int i = 0; i < length; i++) {
      y[yOffset + i] = Elementary.cosineOfTurns(x[xOffset + i]) * scale;
    }
  }

  @Override
  public void flooredLog(float[] p, float[] y, int offset, int length, float keep, float floor) {
    for (int i = offset; i < offset + length; i++) {
      y[i] = Elementary.log(Fma.fma(keep, p[i], floor));
    }
  }
}
