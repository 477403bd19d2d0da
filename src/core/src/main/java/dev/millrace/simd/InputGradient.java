package dev.millrace.simd;

import java.util.Arrays;

/**
 * Gradient with respect to a layer's inputs, for {@link VectorKernels}.
 *
 * <p>Each sum runs along a row of the weights. Sums in lanes need no transposing ({@link
 * DotTiles}), two columns are separated in registers ({@link TwoColumns}). Sums in one chain need
 * one factor transposed: the weights, which costs in·out moves, or the deltas and the result, which
 * costs rows·(in + out). For a few rows, several scalar chains at once are faster.
 */
final class InputGradient {

  /** Min rows for a transpose. */
  private static final int MIN_ROWS = 4;

  /** Parallel sums of a single row: two multiply-adds per cycle need eight, plus some slack. */
  private static final int CHAINS = 16;

  /** Columns of a transposed panel. */
  private static final int PANEL = 4 * Kernels.LANES;

  private InputGradient() {}

  static void compute(
      LayerShape layer,
      float[] delta,
      int deltaOffset,
      int rows,
      float[] w,
      float[] dx,
      int dxOffset,
      float[] scratch) {
    int in = layer.inputs();
    int out = layer.outputs();
    int columns = layer.columns();
    int wOffset = layer.weightOffset();
    int stride = layer.stride();
    int deltaStride = Kernels.outputStride(columns);
    int inColumns = Kernels.padded(in);
    int dxStride = Kernels.stride(inColumns);
    if (columns == Kernels.PAIR && in >= Kernels.LANES) {
      TwoColumns.inputGradient(layer, delta, deltaOffset, rows, w, dx, dxOffset, dxStride);
    } else if (columns >= Kernels.FOLDED) {
      DotTiles.multiply(
          delta,
          deltaOffset,
          deltaStride,
          rows,
          w,
          wOffset,
          stride,
          in,
          columns,
          dx,
          dxOffset,
          dxStride,
          scratch);
    } else if (rows < MIN_ROWS && columns == Kernels.NARROW) {
      for (int r = 0; r < rows; r++) {
        int deltaRow = deltaOffset + r * deltaStride;
        narrowRow(delta, deltaRow, out, w, wOffset, in, dx, dxOffset + r * dxStride);
      }
    } else if (rows < MIN_ROWS) {
      for (int r = 0; r < rows; r++) {
        row(
            delta,
            deltaOffset + r * deltaStride,
            out,
            w,
            wOffset,
            stride,
            in,
            dx,
            dxOffset + r * dxStride);
      }
    } else if (rows < Kernels.LANES || (long) in * out <= (long) rows * (in + out)) {
      transposedWeights(layer, delta, deltaOffset, rows, w, dx, dxOffset, scratch);
    } else {
      transposedDeltas(layer, delta, deltaOffset, rows, w, dx, dxOffset, scratch);
    }
    for (int r = 0; r < rows; r++) {
      int dxRow = dxOffset + r * dxStride;
      Arrays.fill(dx, dxRow + in, dxRow + inColumns, 0f);
    }
  }

  /** One row, sixteen inputs at a time. */
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
    for (; in >= CHAINS && i < in; i += CHAINS) {
      // The last block overlaps the one before rather than leaving a rest.
      int from = Math.min(i, in - CHAINS);
      sixteen(delta, deltaRow, out, w, wOffset + from * stride, stride, dx, dxRow + from);
    }
    for (; i < in; i++) {
      float s = 0f;
      for (int o = 0; o < out; o++) {
        s = Math.fma(delta[deltaRow + o], w[wOffset + i * stride + o], s);
      }
      dx[dxRow + i] = s;
    }
  }

  /** One row of a layer of {@link Kernels#NARROW} columns. */
  private static void narrowRow(
      float[] delta, int deltaRow, int out, float[] w, int wOffset, int in, float[] dx, int dxRow) {
    // A constant stride avoids bounds checks.
    int stride = Kernels.NARROW;
    if (out == 1) {
      Arrays.fill(dx, dxRow, dxRow + in, 0f);
    } else {
      float d0 = delta[deltaRow];
      float d1 = delta[deltaRow + 1];
      for (int i = 0; i < in; i++) {
        int wi = wOffset + i * stride;
        dx[dxRow + i] = Math.fma(d1, w[wi + 1], Math.fma(d0, w[wi], 0f));
      }
    }
    for (int o = out == 1 ? 0 : 2; o < out; o++) {
      float d = delta[deltaRow + o];
      for (int i = 0; i < in; i++) {
        dx[dxRow + i] = Math.fma(d, w[wOffset + i * stride + o], dx[dxRow + i]);
      }
    }
  }

  private static void sixteen(
      float[] delta, int deltaRow, int out, float[] w, int w0, int stride, float[] dx, int dxi) {
    float s0 = 0f;
    float s1 = 0f;
    float s2 = 0f;
    float s3 = 0f;
    float s4 = 0f;
    float s5 = 0f;
    float s6 = 0f;
    float s7 = 0f;
    float s8 = 0f;
    float s9 = 0f;
    float s10 = 0f;
    float s11 = 0f;
    float s12 = 0f;
    float s13 = 0f;
    float s14 = 0f;
    float s15 = 0f;
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
      s8 = Math.fma(d, w[wo + 8 * stride], s8);
      s9 = Math.fma(d, w[wo + 9 * stride], s9);
      s10 = Math.fma(d, w[wo + 10 * stride], s10);
      s11 = Math.fma(d, w[wo + 11 * stride], s11);
      s12 = Math.fma(d, w[wo + 12 * stride], s12);
      s13 = Math.fma(d, w[wo + 13 * stride], s13);
      s14 = Math.fma(d, w[wo + 14 * stride], s14);
      s15 = Math.fma(d, w[wo + 15 * stride], s15);
    }
    dx[dxi] = s0;
    dx[dxi + 1] = s1;
    dx[dxi + 2] = s2;
    dx[dxi + 3] = s3;
    dx[dxi + 4] = s4;
    dx[dxi + 5] = s5;
    dx[dxi + 6] = s6;
    dx[dxi + 7] = s7;
    dx[dxi + 8] = s8;
    dx[dxi + 9] = s9;
    dx[dxi + 10] = s10;
    dx[dxi + 11] = s11;
    dx[dxi + 12] = s12;
    dx[dxi + 13] = s13;
    dx[dxi + 14] = s14;
    dx[dxi + 15] = s15;
  }

  /** Transposes w panel by panel, [out x panel] after a row of zeros that serves as bias. */
  private static void transposedWeights(
      LayerShape layer,
      float[] delta,
      int deltaOffset,
      int rows,
      float[] w,
      float[] dx,
      int dxOffset,
      float[] scratch) {
    int in = layer.inputs();
    int out = layer.outputs();
    int wOffset = layer.weightOffset();
    int stride = layer.stride();
    int deltaStride = Kernels.outputStride(layer.columns());
    int inColumns = Kernels.padded(in);
    int dxStride = Kernels.stride(inColumns);
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
          deltaStride,
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
   * Transposes delta some rows at a time, [out x rows] after a row of zeros, and multiplies by 16
   * rows of w; the product, [16 x rows], follows.
   */
  private static void transposedDeltas(
      LayerShape layer,
      float[] delta,
      int deltaOffset,
      int rows,
      float[] w,
      float[] dx,
      int dxOffset,
      float[] scratch) {
    int in = layer.inputs();
    int out = layer.outputs();
    int wOffset = layer.weightOffset();
    int stride = layer.stride();
    int deltaStride = Kernels.outputStride(layer.columns());
    int dxStride = Kernels.stride(Kernels.padded(in));
    Arrays.fill(scratch, 0, PANEL, 0f);
    for (int from = 0; from < rows; from += PANEL) {
      int real = Math.min(PANEL, rows - from);
      int width = Kernels.padded(real);
      int product = PANEL + out * width;
      int deltaRow = deltaOffset + from * deltaStride;
      for (int o = 0; o < out; o++) {
        int row = PANEL + o * width;
        for (int r = 0; r < real; r++) {
          scratch[row + r] = delta[deltaRow + r * deltaStride + o];
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
