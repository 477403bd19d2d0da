package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;

import java.util.Arrays;

/**
 * Products with weights of at most {@link Kernels#NARROW} columns, of {@link VectorKernels}: the
 * whole registers of {@link TwoColumns} or {@link FourColumns}, and what does not fill one.
 */
final class NarrowWeights {

  /** From one row of outputs or deltas to the next. */
  private static final int OUTPUTS = Kernels.LANES;

  private static final ScalarKernels SCALAR = new ScalarKernels();

  private NarrowWeights() {}

  static void forward(
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      int in,
      float[] w,
      int wOffset,
      int bias,
      int columns,
      float[] y,
      int yOffset) {
    int bound = SPECIES.loopBound(in);
    if (bound == 0) {
      SCALAR.dense(x, xOffset, xStride, rows, in, w, wOffset, bias, columns, y, yOffset);
      return;
    }
    for (int r = 0; r < rows; r++) {
      int xr = xOffset + r * xStride;
      int yr = yOffset + r * OUTPUTS;
      boolean whole = bound == in;
      if (columns == Kernels.PAIR) {
        TwoColumns.forward(x, xr, bound, w, wOffset, bias, whole, y, yr);
      } else {
        FourColumns.forward(x, xr, bound, w, wOffset, bias, whole, y, yr);
      }
      if (!whole) {
        rest(x, xr, bound, in, w, wOffset, columns, y, yr);
      }
    }
  }

  /** The inputs that do not fill a register, on sums that are in the place of the outputs. */
  private static void rest(
      float[] x, int xr, int from, int in, float[] w, int wOffset, int columns, float[] y, int yr) {
    for (int i = from; i < in; i++) {
      float xi = x[xr + i];
      int sums = yr + i % 4 * columns;
      int wi = wOffset + i * columns;
      for (int c = 0; c < columns; c++) {
        y[sums + c] = Fma.fma(xi, w[wi + c], y[sums + c]);
      }
    }
    for (int c = yr; c < yr + columns; c++) {
      y[c] = (y[c] + y[c + 2 * columns]) + (y[c + columns] + y[c + 3 * columns]);
    }
    Arrays.fill(y, yr + columns, yr + OUTPUTS, 0f);
  }

  static void gradient(
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      int in,
      float[] delta,
      int deltaOffset,
      int columns,
      float[] gw,
      int wOffset) {
    if (in < SPECIES.length()) {
      SCALAR.weightGradient(
          x, xOffset, xStride, rows, in, delta, deltaOffset, columns, gw, wOffset);
    } else if (columns == Kernels.PAIR) {
      TwoColumns.gradient(x, xOffset, xStride, rows, in, delta, deltaOffset, gw, wOffset);
    } else {
      FourColumns.gradient(x, xOffset, xStride, rows, in, delta, deltaOffset, gw, wOffset);
    }
  }

  /** gb = the sum of the rows of delta: few chains, no more than scalar instructions can do. */
  static void biasGradient(
      float[] delta, int deltaOffset, int rows, int columns, float[] gb, int biasOffset) {
    for (int c = 0; c < columns; c += 2) {
      float s0 = 0f;
      float s1 = 0f;
      for (int r = 0; r < rows; r++) {
        int row = deltaOffset + r * OUTPUTS + c;
        s0 += delta[row];
        s1 += delta[row + 1];
      }
      gb[biasOffset + c] = s0;
      gb[biasOffset + c + 1] = s1;
    }
  }

  static void sgdOneRow(
      float[] x,
      int xOffset,
      int in,
      float[] delta,
      int di,
      int columns,
      float[] w,
      int wOffset,
      int bias,
      float rate) {
    int bound = SPECIES.loopBound(in);
    if (columns == Kernels.PAIR) {
      TwoColumns.sgdOneRow(x, xOffset, bound, delta, di, w, wOffset, rate);
    } else {
      FourColumns.sgdOneRow(x, xOffset, bound, delta, di, w, wOffset, rate);
    }
    int rest = wOffset + bound * columns;
    SCALAR.sgdOneRow(x, xOffset + bound, in - bound, delta, di, columns, w, rest, bias, rate);
  }
}
