package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;

import java.util.Arrays;

/**
 * Products with weights of at most {@link Kernels#NARROW} columns, for {@link VectorKernels}: whole
 * registers by {@link TwoColumns} or {@link FourColumns}, the rest by scalar loops.
 */
final class NarrowWeights {

  /** Floats between rows of outputs or deltas. */
  private static final int OUTPUTS = Kernels.LANES;

  private static final ScalarKernels SCALAR = new ScalarKernels();

  private NarrowWeights() {}

  static void forward(
      LayerShape layer, float[] x, int xOffset, int rows, float[] w, float[] y, int yOffset) {
    int in = layer.inputs();
    int bound = SPECIES.loopBound(in);
    if (bound == 0) {
      SCALAR.dense(layer, x, xOffset, rows, w, y, yOffset);
      return;
    }
    int columns = layer.columns();
    for (int r = 0; r < rows; r++) {
      int xr = xOffset + r * layer.inputStride();
      int yr = yOffset + r * OUTPUTS;
      boolean whole = bound == in;
      if (columns == Kernels.PAIR) {
        TwoColumns.forward(layer, x, xr, bound, w, whole, y, yr);
      } else {
        FourColumns.forward(layer, x, xr, bound, w, whole, y, yr);
      }
      if (!whole) {
        rest(x, xr, bound, in, w, layer.weightOffset(), columns, y, yr);
      }
    }
  }

  /** Adds the inputs that do not fill a register to the sums in the place of the outputs. */
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
      LayerShape layer,
      float[] x,
      int xOffset,
      int rows,
      float[] delta,
      int deltaOffset,
      float[] gradient) {
    if (layer.inputs() < SPECIES.length()) {
      SCALAR.weightGradient(layer, x, xOffset, rows, delta, deltaOffset, gradient);
    } else if (layer.columns() == Kernels.PAIR) {
      TwoColumns.gradient(layer, x, xOffset, rows, delta, deltaOffset, gradient);
    } else {
      FourColumns.gradient(layer, x, xOffset, rows, delta, deltaOffset, gradient);
    }
  }

  /** gb = Σ delta: so few chains that scalar instructions suffice. */
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
      LayerShape layer,
      float[] x,
      int xOffset,
      float[] delta,
      int deltaOffset,
      float[] w,
      float learningRate) {
    int bound = SPECIES.loopBound(layer.inputs());
    int wOffset = layer.weightOffset();
    if (layer.columns() == Kernels.PAIR) {
      TwoColumns.sgdOneRow(x, xOffset, bound, delta, deltaOffset, w, wOffset, learningRate);
    } else {
      FourColumns.sgdOneRow(x, xOffset, bound, delta, deltaOffset, w, wOffset, learningRate);
    }
    ScalarOneRow.sgd(layer, bound, x, xOffset, delta, deltaOffset, w, learningRate);
  }
}
