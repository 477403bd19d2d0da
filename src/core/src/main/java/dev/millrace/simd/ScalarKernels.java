package dev.millrace.simd;

import java.util.Arrays;

/**
 * The specification of every kernel, in plain loops (matrix products in {@link ScalarProducts});
 * also the implementation without SIMD, in a form that C2 vectorizes by itself where it can: see
 * {@link OneIndex}.
 */
public final class ScalarKernels implements Kernels {

  private static final float[] NO_SCRATCH = {};

  private static final int INFINITY_BITS = 0x7F800000;

  @Override
  public int bits() {
    return 0;
  }

  @Override
  public void dense(
      LayerShape layer, float[] x, int xOffset, int rows, float[] w, float[] y, int yOffset) {
    int columns = layer.columns();
    int in = layer.inputs();
    int xStride = layer.inputStride();
    int wOffset = layer.weightOffset();
    int biasOffset = layer.biasOffset();
    if (columns <= LANES) {
      for (int r = 0; r < rows; r++) {
        int yRow = yOffset + r * LANES;
        narrow(x, xOffset + r * xStride, in, w, wOffset, biasOffset, columns, y, yRow);
      }
      return;
    }
    int stride = layer.stride();
    for (int r = 0; r < rows; r++) {
      System.arraycopy(w, biasOffset, y, yOffset + r * stride, columns);
    }
    ScalarProducts.add(
        rows, columns, in, x, xOffset, xStride, 1, w, wOffset, 1, stride, y, yOffset, stride);
  }

  /** Forward product of a row with 2, 4 or 16 columns. */
  private static void narrow(
      float[] x,
      int xRow,
      int in,
      float[] w,
      int wOffset,
      int bias,
      int columns,
      float[] y,
      int yRow) {
    for (int c = 0; c < columns; c++) {
      float s0 = w[bias + c];
      float s1 = 0f;
      float s2 = 0f;
      float s3 = 0f;
      int xi = xRow;
      int wi = wOffset + c;
      int i = 0;
      for (; i + 4 <= in; i += 4) {
        s0 = Fma.fma(x[xi], w[wi], s0);
        s1 = Fma.fma(x[xi + 1], w[wi + columns], s1);
        s2 = Fma.fma(x[xi + 2], w[wi + 2 * columns], s2);
        s3 = Fma.fma(x[xi + 3], w[wi + 3 * columns], s3);
        xi += 4;
        wi += 4 * columns;
      }
      s0 = i < in ? Fma.fma(x[xi], w[wi], s0) : s0;
      s1 = i + 1 < in ? Fma.fma(x[xi + 1], w[wi + columns], s1) : s1;
      s2 = i + 2 < in ? Fma.fma(x[xi + 2], w[wi + 2 * columns], s2) : s2;
      y[yRow + c] = (s0 + s2) + (s1 + s3);
    }
    Arrays.fill(y, yRow + columns, yRow + LANES, 0f);
  }

  @Override
  public void inputGradient(
      LayerShape layer,
      float[] delta,
      int deltaOffset,
      int rows,
      float[] w,
      float[] dx,
      int dxOffset,
      float[] transposed) {
    int in = layer.inputs();
    int columns = layer.columns();
    int wOffset = layer.weightOffset();
    int stride = layer.stride();
    int deltaStride = Kernels.outputStride(columns);
    int inColumns = Kernels.padded(in);
    int dxStride = Kernels.stride(inColumns);
    for (int r = 0; r < rows; r++) {
      Arrays.fill(dx, dxOffset + r * dxStride, dxOffset + r * dxStride + inColumns, 0f);
    }
    if (columns >= FOLDED) {
      ScalarProducts.inLanes(
          rows,
          in,
          columns,
          delta,
          deltaOffset,
          deltaStride,
          w,
          wOffset,
          stride,
          dx,
          dxOffset,
          dxStride,
          transposed);
      return;
    }
    ScalarProducts.add(
        rows,
        in,
        layer.outputs(),
        delta,
        deltaOffset,
        deltaStride,
        1,
        w,
        wOffset,
        stride,
        1,
        dx,
        dxOffset,
        dxStride);
  }

  @Override
  public void weightGradient(
      LayerShape layer,
      float[] x,
      int xOffset,
      int rows,
      float[] delta,
      int deltaOffset,
      float[] gradient) {
    int in = layer.inputs();
    int columns = layer.columns();
    int xStride = layer.inputStride();
    int wOffset = layer.weightOffset();
    int stride = layer.stride();
    int deltaStride = Kernels.outputStride(columns);
    ScalarOneRow.weightGradient(layer, x, xOffset, delta, deltaOffset, gradient);
    if (rows == 1) {
      return;
    }
    ScalarProducts.add(
        in,
        columns,
        rows - 1,
        x,
        xOffset + xStride,
        1,
        xStride,
        delta,
        deltaOffset + deltaStride,
        1,
        deltaStride,
        gradient,
        wOffset,
        stride);
  }

  @Override
  public void biasGradient(
      float[] delta, int deltaOffset, int rows, int columns, float[] gradient, int biasOffset) {
    int stride = Kernels.outputStride(columns);
    Arrays.fill(gradient, biasOffset, biasOffset + columns, 0f);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        gradient[biasOffset + c] += delta[deltaOffset + r * stride + c];
      }
    }
  }

  @Override
  public void sgdOneRow(
      LayerShape layer,
      float[] x,
      int xOffset,
      float[] delta,
      int deltaOffset,
      float[] w,
      float learningRate) {
    ScalarOneRow.sgd(layer, 0, x, xOffset, delta, deltaOffset, w, learningRate);
  }

  @Override
  public void sigmoid(float[] a, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      a[i] = Elementary.sigmoid(a[i]);
    }
  }

  @Override
  public void tanh(float[] a, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      a[i] = Elementary.tanh(a[i]);
    }
  }

  @Override
  public void relu(float[] a, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      int bits = Float.floatToRawIntBits(a[i]);
      a[i] = Float.intBitsToFloat(bits & ~maskAboveZero(bits ^ Elementary.SIGN));
    }
  }

  /**
   * Returns all ones for the bits of a number above 0; 0 for other numbers and NaN. It has no
   * branch, because half of the signs of weighted sums would be mispredicted.
   */
  private static int maskAboveZero(int bits) {
    int below = bits - 1;
    return ((below - INFINITY_BITS) & ~below) >> 31;
  }

  @Override
  public void selu(float[] a, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      a[i] = Elementary.selu(a[i]);
    }
  }

  @Override
  public void softmax(float[] a, int offset, int rows, int width, int columns) {
    for (int r = 0; r < rows; r++) {
      int row = offset + r * Kernels.stride(columns);
      float max = a[row];
      for (int c = 1; c < width; c++) {
        max = a[row + c] > max ? a[row + c] : max;
      }
      for (int c = 0; c < width; c++) {
        a[row + c] = Elementary.exp(a[row + c] - max);
      }
      Arrays.fill(a, row + width, row + columns, 0f);
      float sum =
          columns == LANES
              ? ScalarReductions.tree(a, row, 1)
              : ScalarReductions.sum(a, row, row + columns, 1);
      for (int c = 0; c < width; c++) {
        a[row + c] /= sum;
      }
    }
  }

  @Override
  public void sigmoidGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length) {
    for (int i = 0; i < length; i++) {
      float yi = y[yOffset + i];
      delta[deltaOffset + i] *= yi * (1f - yi);
    }
  }

  @Override
  public void tanhGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length) {
    for (int i = 0; i < length; i++) {
      float yi = y[yOffset + i];
      delta[deltaOffset + i] *= Fma.fma(-yi, yi, 1f);
    }
  }

  @Override
  public void reluGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length) {
    for (int i = 0; i < length; i++) {
      int d = Float.floatToRawIntBits(delta[deltaOffset + i]);
      int mask = maskAboveZero(Float.floatToRawIntBits(y[yOffset + i]));
      delta[deltaOffset + i] = Float.intBitsToFloat(d & mask);
    }
  }

  @Override
  public void seluGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length) {
    for (int i = 0; i < length; i++) {
      float yi = y[yOffset + i];
      delta[deltaOffset + i] *= yi > 0f ? Elementary.SELU_SCALE : yi + Elementary.SELU_SCALE_ALPHA;
    }
  }

  @Override
  public void softmaxGradient(
      float[] y, int yOffset, float[] delta, int deltaOffset, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
      int yRow = yOffset + r * Kernels.stride(columns);
      int deltaRow = deltaOffset + r * Kernels.stride(columns);
      float sum = ScalarReductions.dot(delta, deltaRow, y, yRow, columns, 1);
      for (int c = 0; c < columns; c++) {
        delta[deltaRow + c] = y[yRow + c] * (delta[deltaRow + c] - sum);
      }
    }
  }

  @Override
  public void sgd(float[] w, float[] g, int offset, int length, float learningRate) {
    float[] d = OneIndex.aligned(g, 0, offset, length);
    for (int p = offset; p < offset + length; p++) {
      w[p] = Fma.fma(-learningRate, d[p], w[p]);
    }
  }

  @Override
  public void momentum(
      float[] w, float[] v, float[] g, int offset, int length, float learningRate, float momentum) {
    float[] d = OneIndex.aligned(g, 0, offset, length);
    for (int p = offset; p < offset + length; p++) {
      float velocity = Fma.fma(momentum, v[p], d[p]);
      v[p] = velocity;
      w[p] = Fma.fma(-learningRate, velocity, w[p]);
    }
  }

  @Override
  public void rmsProp(
      float[] w,
      float[] v,
      float[] g,
      int offset,
      int length,
      float learningRate,
      float rho,
      float epsilon,
      float correction) {
    float rest = 1f - rho;
    float[] d = OneIndex.aligned(g, 0, offset, length);
    for (int p = offset; p < offset + length; p++) {
      float square = Fma.fma(rho, v[p], rest * (d[p] * d[p]));
      v[p] = square;
      w[p] -= learningRate * d[p] / ((float) Math.sqrt(square * correction) + epsilon);
    }
  }

  @Override
  public void adam(
      float[] w,
      float[] m,
      float[] v,
      float[] g,
      int offset,
      int length,
      float rate,
      float beta1,
      float beta2,
      float epsilon,
      float correction) {
    float rest1 = 1f - beta1;
    float rest2 = 1f - beta2;
    float[] d = OneIndex.aligned(g, 0, offset, length);
    for (int p = offset; p < offset + length; p++) {
      float moment = Fma.fma(beta1, m[p], rest1 * d[p]);
      float square = Fma.fma(beta2, v[p], rest2 * (d[p] * d[p]));
      m[p] = moment;
      v[p] = square;
      w[p] -= rate * moment / ((float) Math.sqrt(square * correction) + epsilon);
    }
  }

  @Override
  public void regularize(float[] w, float[] g, int offset, int length, float l1, float l2) {
    float twice = 2f * l2;
    for (int i = offset; i < offset + length; i++) {
      float sign = w[i] > 0f ? l1 : w[i] < 0f ? -l1 : 0f;
      g[i] = Fma.fma(twice, w[i], g[i]) + sign;
    }
  }

  @Override
  public float sumOfSquares(float[] a, int offset, int length) {
    assert length % LANES == 0;
    return ScalarReductions.dot(a, offset, a, offset, length, 1);
  }

  @Override
  public float absMax(float[] a, int offset, int length) {
    float max = 0f;
    for (int i = offset; i < offset + length; i++) {
      max = Math.max(max, Math.abs(a[i]));
    }
    return max;
  }

  @Override
  public void scale(float[] a, int offset, int length, float factor) {
    for (int i = offset; i < offset + length; i++) {
      a[i] *= factor;
    }
  }

  @Override
  public void forwardReluPair(
      LayerShape hidden,
      LayerShape last,
      float[] x,
      int xOffset,
      float[] w,
      float[] a,
      int h,
      int y) {
    dense(hidden, x, xOffset, 1, w, a, h);
    relu(a, h, hidden.columns());
    dense(last, a, h, 1, w, a, y);
  }

  @Override
  public void backwardReluPair(
      LayerShape hidden, LayerShape last, float[] delta, int h, int y, float[] w, float[] a) {
    inputGradient(last, delta, y, 1, w, delta, h, NO_SCRATCH);
    reluGradient(a, h, delta, h, hidden.columns());
  }

  @Override
  public void sgdReluPair(
      LayerShape hidden,
      LayerShape last,
      float[] x,
      int xOffset,
      float[] w,
      float[] a,
      float[] delta,
      int h,
      int y,
      float learningRate) {
    sgdOneRow(hidden, x, xOffset, delta, h, w, learningRate);
    sgdOneRow(last, a, h, delta, y, w, learningRate);
  }
}
