package dev.millrace.simd;

import java.util.Arrays;

/**
 * The gradient with respect to a layer's inputs, of {@link VectorKernels}.
 *
 * <p>Each sum runs along a row of the weights, so vectors need one factor transposed: the weights,
 * which costs in·out moves, or the deltas and the result, which costs rows·(in + out). For a few
 * rows neither pays, and several scalar chains at once hide the latency.
 */
final class InputGradient {

  /** Fewest rows for which a transpose pays. */
  private static final int FEWEST_ROWS = 4;

  /** Columns of a transposed panel. */
  private static final int PANEL = 4 * Kernels.LANES;

  private InputGradient() {}

  static void compute(
      float[] delta,
      int deltaOffset,
      int rows,
      int out,
      int columns,
      float[] w,
      int wOffset,
      int in,
      float[] dx,
      int dxOffset,
      float[] scratch) {
    int stride = Kernels.stride(columns);
    int inColumns = Kernels.padded(in);
    int dxStride = Kernels.stride(inColumns);
    if (rows < FEWEST_ROWS) {
      for (int r = 0; r < rows; r++) {
        row(
            delta,
            deltaOffset + r * stride,
            out,
            w,
            wOffset,
            stride,
            in,
            dx,
            dxOffset + r * dxStride);
      }
    } else if (rows < Kernels.LANES || (long) in * out <= (long) rows * (in + out)) {
      transposedWeights(
          delta, deltaOffset, rows, out, stride, w, wOffset, in, dx, dxOffset, dxStride, scratch);
    } else {
      transposedDeltas(
          delta, deltaOffset, rows, out, stride, w, wOffset, in, dx, dxOffset, dxStride, scratch);
    }
    for (int r = 0; r < rows; r++) {
      int dxRow = dxOffset + r * dxStride;
      Arrays.fill(dx, dxRow + in, dxRow + inColumns, 0f);
    }
  }

  /** One row, eight inputs at a time. */
  private static void row(
      float[] delta,
      int deltaRow,
      int out,
      float[] w,
      int wOffset,
      int stride,
      int in,
      float[] dx,
      int dxRow) {
    int i = 0;
    for (; i + 8 <= in; i += 8) {
      int w0 = wOffset + i * stride;
      float s0 = 0f;
      float s1 = 0f;
      float s2 = 0f;
      float s3 = 0f;
      float s4 = 0f;
      float s5 = 0f;
      float s6 = 0f;
      float s7 = 0f;
      for (int o = 0; o < out; o++) {
        float d = delta[deltaRow + o];
        int wo = w0 + o;
        s0 = Math.fma(d, w[wo], s0);
        s1 = Math.fma(d, w[wo + stride], s1);
        s2 = Math.fma(d, w[wo + 2 * stride], s2);
        s3 = Math.fma(d, w[wo + 3 * stride], s3);
        s4 = Math.fma(d, w[wo + 4 * stride], s4);
        s5 = Math.fma(d, w[wo + 5 * stride], s5);
        s6 = Math.fma(d, w[wo + 6 * stride], s6);
        s7 = Math.fma(d, w[wo + 7 * stride], s7);
      }
      dx[dxRow + i] = s0;
      dx[dxRow + i + 1] = s1;
      dx[dxRow + i + 2] = s2;
      dx[dxRow + i + 3] = s3;
      dx[dxRow + i + 4] = s4;
      dx[dxRow + i + 5] = s5;
      dx[dxRow + i + 6] = s6;
      dx[dxRow + i + 7] = s7;
    }
    for (; i < in; i++) {
      float s = 0f;
      for (int o = 0; o < out; o++) {
        s = Math.fma(delta[deltaRow + o], w[wOffset + i * stride + o], s);
      }
      dx[dxRow + i] = s;
    }
  }

  /** Transposes w a panel at a time, [out x panel] after one row of zeros that serves as bias. */
  private static void transposedWeights(
      float[] delta,
      int deltaOffset,
      int rows,
      int out,
      int stride,
      float[] w,
      int wOffset,
      int in,
      float[] dx,
      int dxOffset,
      int dxStride,
      float[] scratch) {
    int inColumns = Kernels.padded(in);
    int panel = Math.min(PANEL, inColumns);
    Arrays.fill(scratch, 0, panel, 0f);
    for (int from = 0; from < inColumns; from += panel) {
      int width = Math.min(panel, inColumns - from);
      int real = Math.min(width, in - from);
      for (int o = 0; o < out; o++) {
        int row = panel + o * panel;
        for (int i = 0; i < real; i++) {
          scratch[row + i] = w[wOffset + (from + i) * stride + o];
        }
        Arrays.fill(scratch, row + real, row + width, 0f);
      }
      ForwardTiles.forward(
          delta,
          deltaOffset,
          stride,
          rows,
          out,
          scratch,
          panel,
          panel,
          0,
          width,
          dx,
          dxOffset + from,
          dxStride);
    }
  }

  /**
   * Transposes delta some rows at a time, [out x rows] after one row of zeros, and multiplies by 16
   * rows of w; the product, [16 x rows], is behind it.
   */
  private static void transposedDeltas(
      float[] delta,
      int deltaOffset,
      int rows,
      int out,
      int stride,
      float[] w,
      int wOffset,
      int in,
      float[] dx,
      int dxOffset,
      int dxStride,
      float[] scratch) {
    Arrays.fill(scratch, 0, PANEL, 0f);
    for (int from = 0; from < rows; from += PANEL) {
      int real = Math.min(PANEL, rows - from);
      int width = Kernels.padded(real);
      int product = PANEL + out * width;
      int deltaRow = deltaOffset + from * stride;
      for (int o = 0; o < out; o++) {
        int row = PANEL + o * width;
        for (int r = 0; r < real; r++) {
          scratch[row + r] = delta[deltaRow + r * stride + o];
        }
        Arrays.fill(scratch, row + real, row + width, 0f);
      }
      for (int i = 0; i < in; i += Kernels.LANES) {
        int inputs = Math.min(Kernels.LANES, in - i);
        ForwardTiles.forward(
            w,
            wOffset + i * stride,
            stride,
            inputs,
            out,
            scratch,
            PANEL,
            width,
            0,
            width,
            scratch,
            product,
            width);
        for (int r = 0; r < real; r++) {
          int dxRow = dxOffset + (from + r) * dxStride + i;
          for (int k = 0; k < inputs; k++) {
            dx[dxRow + k] = scratch[product + k * width + r];
          }
        }
      }
    }
  }
}
