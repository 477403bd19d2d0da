package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.at;
import static dev.millrace.simd.VectorFunctions.constant;

import jdk.incubator.vector.FloatVector;

/** Gradient of weights and bias, for {@link VectorKernels}. */
final class WeightGradient {

  private static final int WIDTH = SPECIES.length();

  /** Max weights that stay in the nearest cache, so that their order does not matter. */
  private static final int SMALL = 4096;

  private WeightGradient() {}

  /** gw = xᵀ·delta. */
  static void weights(
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
    if (rows == 1) {
      for (int i = 0; i < in; i++) {
        product(x[xOffset + i], delta, deltaOffset, columns, gradient, wOffset + i * stride);
      }
      return;
    }
    int tiled = in - in % Tiles.ROWS;
    Tiles.multiply(
        x,
        xOffset,
        1,
        xStride,
        tiled,
        rows,
        delta,
        deltaOffset,
        stride,
        false,
        Tiles.ZEROS,
        0,
        columns,
        gradient,
        wOffset,
        stride);
    for (int i = tiled; i < in; i++) {
      int gi = wOffset + i * stride;
      product(x[xOffset + i], delta, deltaOffset, columns, gradient, gi);
      for (int r = 1; r < rows; r++) {
        float xi = x[xOffset + r * xStride + i];
        ForwardTiles.addOne(xi, delta, deltaOffset + r * stride, columns, gradient, gi);
      }
    }
  }

  /** gb = Σ delta. */
  static void bias(
      float[] delta, int deltaOffset, int rows, int columns, float[] gradient, int biasOffset) {
    int stride = Kernels.stride(columns);
    for (int c = 0; c < columns; c += WIDTH) {
      sumRows(delta, deltaOffset + c, rows, stride, gradient, biasOffset + c);
    }
  }

  /**
   * Applies sgd from one row.
   *
   * @param skipZeros true if delta and learning rate are finite, so that an input of 0, frequent
   *     after relu, changes no bit of its weights
   */
  static void sgdOneRow(
      LayerShape layer,
      float[] x,
      int xOffset,
      float[] delta,
      int deltaOffset,
      float[] w,
      float learningRate,
      boolean skipZeros) {
    int in = layer.inputs();
    int columns = layer.columns();
    int wOffset = layer.weightOffset();
    int biasOffset = layer.biasOffset();
    int stride = layer.stride();
    if (columns <= 2 * WIDTH || in <= SMALL / columns) {
      int c = 0;
      for (; c + 2 * WIDTH <= columns; c += 2 * WIDTH) {
        sgdTwoRegisters(
            x, xOffset, in, delta, deltaOffset + c, w, wOffset + c, stride, learningRate);
      }
      for (; c < columns; c += WIDTH) {
        sgdOneRegister(
            x, xOffset, in, delta, deltaOffset + c, w, wOffset + c, stride, learningRate);
      }
    } else {
      for (int i = 0; i < in; i++) {
        if (skipZeros && x[xOffset + i] == 0f) {
          continue;
        }
        int wRow = wOffset + i * stride;
        sgdRow(x[xOffset + i], delta, deltaOffset, columns, w, wRow, learningRate);
      }
    }
    FloatVector rate = constant(-learningRate);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int c = 0; c < columns; c += WIDTH) {
      FloatVector g = zero.add(at(delta, deltaOffset + c));
      rate.fma(g, at(w, biasOffset + c)).intoArray(w, biasOffset + c);
    }
  }

  private static void sgdRow(
      float xi, float[] delta, int deltaOffset, int columns, float[] w, int wRow, float rate) {
    FloatVector step = constant(-rate);
    FloatVector x = constant(xi);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int c = 0; c < columns; c += WIDTH) {
      FloatVector g = x.fma(at(delta, deltaOffset + c), zero);
      step.fma(g, at(w, wRow + c)).intoArray(w, wRow + c);
    }
  }

  /** Applies sgd to the columns of one register. */
  private static void sgdOneRegister(
      float[] x,
      int xOffset,
      int in,
      float[] delta,
      int dc,
      float[] w,
      int wc,
      int stride,
      float rate) {
    FloatVector step = constant(-rate);
    FloatVector d = at(delta, dc);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int i = 0; i < in; i++) {
      int wi = wc + i * stride;
      step.fma(constant(x[xOffset + i]).fma(d, zero), at(w, wi)).intoArray(w, wi);
    }
  }

  /** Applies sgd to the columns of two registers. */
  private static void sgdTwoRegisters(
      float[] x,
      int xOffset,
      int in,
      float[] delta,
      int dc,
      float[] w,
      int wc,
      int stride,
      float rate) {
    FloatVector step = constant(-rate);
    FloatVector d0 = at(delta, dc);
    FloatVector d1 = at(delta, dc + WIDTH);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int i = 0; i < in; i++) {
      int wi = wc + i * stride;
      FloatVector xi = constant(x[xOffset + i]);
      step.fma(xi.fma(d0, zero), at(w, wi)).intoArray(w, wi);
      step.fma(xi.fma(d1, zero), at(w, wi + WIDTH)).intoArray(w, wi + WIDTH);
    }
  }

  private static void product(
      float xi, float[] delta, int deltaOffset, int columns, float[] gw, int gi) {
    FloatVector x = constant(xi);
    // The sum starts from 0, which turns a product of -0 into 0.
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int c = 0; c < columns; c += WIDTH) {
      x.fma(at(delta, deltaOffset + c), zero).intoArray(gw, gi + c);
    }
  }

  private static void sumRows(float[] delta, int dc, int rows, int stride, float[] gb, int gc) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int r = 0; r < rows; r++) {
      sum = sum.add(at(delta, dc + r * stride));
    }
    sum.intoArray(gb, gc);
  }
}
