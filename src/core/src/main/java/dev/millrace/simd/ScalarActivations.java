package dev.millrace.simd;

/** {@link ActivationKernels} in plain loops. */
final class ScalarActivations implements ActivationKernels {

  @Override
  public void leakyRelu(float[] a, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      a[i] = a[i] > 0f ? a[i] : Elementary.LEAK * a[i];
    }
  }

  @Override
  public void elu(float[] a, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      a[i] = a[i] > 0f ? a[i] : Elementary.expm1(a[i]);
    }
  }

  @Override
  public void gelu(float[] x, float[] y, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      y[i] = Elementary.gelu(x[i]);
    }
  }

  @Override
  public void silu(float[] x, float[] y, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      y[i] = Elementary.silu(x[i]);
    }
  }

  @Override
  public void softplus(float[] x, float[] y, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      y[i] = Elementary.softplus(x[i]);
    }
  }

  @Override
  public void leakyReluGradient(
      float[] y, int yOffset, float[] delta, int deltaOffset, int length) {
    for (int i = 0; i < length; i++) {
      float yi = y[yOffset + i];
      delta[deltaOffset + i] *= yi > 0f ? 1f : Elementary.LEAK;
    }
  }

  @Override
  public void eluGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length) {
    for (int i = 0; i < length; i++) {
      float yi = y[yOffset + i];
      delta[deltaOffset + i] *= yi > 0f ? 1f : yi + 1f;
    }
  }

  @Override
  public void geluGradient(float[] x, float[] scratch, float[] delta, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      delta[i] *= Elementary.geluSlope(x[i]);
    }
  }

  @Override
  public void siluGradient(float[] x, float[] scratch, float[] delta, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      delta[i] *= Elementary.siluSlope(x[i]);
    }
  }

  @Override
  public void softplusGradient(float[] x, float[] scratch, float[] delta, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      delta[i] *= Elementary.sigmoid(x[i]);
    }
  }
}
