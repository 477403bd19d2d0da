package dev.millrace.simd;

import java.util.Arrays;

/** {@link LayerKernels} in plain loops. */
final class ScalarLayers implements LayerKernels {

  static final int STEP = 0x9E3779B9;
  static final int MIX1 = 0x85EBCA6B;
  static final int MIX2 = 0xC2B2AE35;

  private final ScalarKernels sums = new ScalarKernels();

  @Override
  public void layerNorm(
      LayerShape layer,
      float[] a,
      int offset,
      int rows,
      float[] p,
      float[] normalized,
      float[] inverses,
      int inverseOffset) {
    int width = layer.outputs();
    int columns = layer.columns();
    int stride = layer.stride();
    int gainOffset = layer.biasOffset() + stride;
    for (int r = 0; r < rows; r++) {
      int row = offset + r * stride;
      float mean = ScalarReductions.sum(a, row, row + columns, 1) / width;
      for (int c = 0; c < width; c++) {
        normalized[row + c] = a[row + c] - mean;
      }
      Arrays.fill(normalized, row + width, row + columns, 0f);
      float variance = sums.sumOfSquares(normalized, row, columns) / width;
      float inverse = 1f / (float) Math.sqrt(variance + EPSILON);
      inverses[inverseOffset + r] = inverse;
      for (int c = 0; c < columns; c++) {
        float x = normalized[row + c] * inverse;
        normalized[row + c] = x;
        a[row + c] = Fma.fma(p[gainOffset + c], x, p[gainOffset + stride + c]);
      }
    }
  }

  @Override
  public void layerNormGradient(
      LayerShape layer,
      float[] delta,
      int offset,
      int rows,
      float[] p,
      float[] normalized,
      float[] inverses,
      int inverseOffset,
      float[] gradient) {
    int width = layer.outputs();
    int columns = layer.columns();
    int stride = layer.stride();
    int gainOffset = layer.biasOffset() + stride;
    Arrays.fill(gradient, gainOffset, gainOffset + stride + columns, 0f);
    for (int r = 0; r < rows; r++) {
      int row = offset + r * stride;
      for (int c = 0; c < columns; c++) {
        int gain = gainOffset + c;
        float d = delta[row + c];
        gradient[gain] = Fma.fma(d, normalized[row + c], gradient[gain]);
        gradient[gain + stride] += d;
        delta[row + c] = d * p[gain];
      }
      float mean = ScalarReductions.sum(delta, row, row + columns, 1) / width;
      float slope = ScalarReductions.dot(delta, row, normalized, row, columns, 1) / width;
      for (int c = 0; c < width; c++) {
        float centred = delta[row + c] - mean;
        delta[row + c] =
            Fma.fma(-slope, normalized[row + c], centred) * inverses[inverseOffset + r];
      }
      Arrays.fill(delta, row + width, row + columns, 0f);
    }
  }

  @Override
  public void dropout(
      float[] a, int offset, int length, int key1, int key2, int threshold, float scale) {
    for (int i = 0; i < length; i++) {
      int h = i * STEP + key1;
      h = (h ^ (h >>> 16)) * MIX1;
      h = (h ^ (h >>> 13) ^ key2) * MIX2;
      h ^= h >>> 16;
      a[offset + i] = (h >>> 8) >= threshold ? a[offset + i] * scale : 0f;
    }
  }
}
