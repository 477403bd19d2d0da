package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.constant;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels on the Vector API.
 *
 * <p>A method is a loop over whole registers; what is left over goes through {@link ScalarKernels},
 * whose steps are the same.
 */
final class VectorKernels implements Kernels {

  private static final int WIDTH = SPECIES.length();

  private static final VectorSpecies<Integer> INTEGERS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());

  /** Up to which a softmax is faster without vectors, whose loads wait for single stores. */
  private static final int FEW_CLASSES = 4;

  /** Columns from which leaving out a row of weights is worth a branch that cannot be foreseen. */
  private static final int WIDE = 256;

  private final ScalarKernels scalar = new ScalarKernels();

  @Override
  public int bits() {
    return SPECIES.vectorBitSize();
  }

  @Override
  public void dense(
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      int in,
      float[] w,
      int wOffset,
      int biasOffset,
      int columns,
      float[] y,
      int yOffset) {
    if (columns <= NARROW) {
      NarrowWeights.forward(
          x, xOffset, xStride, rows, in, w, wOffset, biasOffset, columns, y, yOffset);
      return;
    }
    if (columns == LANES) {
      NarrowForward.forward(x, xOffset, xStride, rows, in, w, wOffset, biasOffset, y, yOffset);
      return;
    }
    ForwardTiles.forward(
        x,
        xOffset,
        xStride,
        rows,
        in,
        w,
        wOffset,
        Kernels.stride(columns),
        biasOffset,
        columns,
        y,
        yOffset,
        Kernels.stride(columns));
  }

  @Override
  public void inputGradient(
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
      float[] transposed) {
    InputGradient.compute(
        delta, deltaOffset, rows, out, columns, w, wOffset, in, dx, dxOffset, transposed);
  }

  /**
   * Folds the lanes of rows of 16 sums. Here, where no method is compiled into its callers: as a
   * part of a larger one C2 would allocate its vectors.
   *
   * @param lanes [rows x 16 sums x 16 lanes]; overwritten
   * @param sums receives [rows x 16]
   * @param stride floats from one row of sums to the next
   */
  static void foldLanes(float[] lanes, int rows, float[] sums, int offset, int stride) {
    int registers = rows * (LANES / WIDTH);
    foldToFour(lanes, 4 * registers);
    foldToOne(lanes, registers, sums, offset, stride);
  }

  private static void foldToFour(float[] lanes, int registers) {
    for (int k = 0; k < registers; k++) {
      LaneFolds.toFour(lanes, k / 4 * (WIDTH * LANES) + k % 4 * LANES);
    }
  }

  private static void foldToOne(float[] lanes, int registers, float[] sums, int at, int stride) {
    for (int k = 0; k < registers; k++) {
      int sum = k * WIDTH;
      LaneFolds.toOne(lanes, sum * LANES, sums, at + sum / LANES * stride + sum % LANES);
    }
  }

  @Override
  public void weightGradient(
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      int in,
      float[] delta,
      int deltaOffset,
      int columns,
      float[] gradient,
      int wOffset) {
    if (columns <= NARROW) {
      NarrowWeights.gradient(
          x, xOffset, xStride, rows, in, delta, deltaOffset, columns, gradient, wOffset);
      return;
    }
    WeightGradient.weights(
        x, xOffset, xStride, rows, in, delta, deltaOffset, columns, gradient, wOffset);
  }

  @Override
  public void biasGradient(
      float[] delta, int deltaOffset, int rows, int columns, float[] gradient, int biasOffset) {
    if (columns <= NARROW) {
      NarrowWeights.biasGradient(delta, deltaOffset, rows, columns, gradient, biasOffset);
      return;
    }
    WeightGradient.bias(delta, deltaOffset, rows, columns, gradient, biasOffset);
  }

  @Override
  public void sgdOneRow(
      float[] x,
      int xOffset,
      int in,
      float[] delta,
      int deltaOffset,
      int columns,
      float[] w,
      int wOffset,
      int biasOffset,
      float learningRate) {
    if (columns <= NARROW) {
      NarrowWeights.sgdOneRow(
          x, xOffset, in, delta, deltaOffset, columns, w, wOffset, biasOffset, learningRate);
      return;
    }
    boolean skipZeros =
        columns >= WIDE
            && absMax(delta, deltaOffset, columns) * Math.abs(learningRate)
                < Float.POSITIVE_INFINITY;
    WeightGradient.sgdOneRow(
        x,
        xOffset,
        in,
        delta,
        deltaOffset,
        columns,
        w,
        wOffset,
        biasOffset,
        learningRate,
        skipZeros);
  }

  @Override
  public void sigmoid(float[] a, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    for (int i = offset; i < offset + bound; i += WIDTH) {
      VectorFunctions.sigmoid(FloatVector.fromArray(SPECIES, a, i)).intoArray(a, i);
    }
    scalar.sigmoid(a, offset + bound, length - bound);
  }

  @Override
  public void tanh(float[] a, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    for (int i = offset; i < offset + bound; i += WIDTH) {
      VectorFunctions.tanh(FloatVector.fromArray(SPECIES, a, i)).intoArray(a, i);
    }
    scalar.tanh(a, offset + bound, length - bound);
  }

  @Override
  public void relu(float[] a, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    for (int i = offset; i < offset + bound; i += WIDTH) {
      FloatVector v = FloatVector.fromArray(SPECIES, a, i);
      v.blend(0f, v.compare(LT, 0f)).intoArray(a, i);
    }
    scalar.relu(a, offset + bound, length - bound);
  }

  @Override
  public void selu(float[] a, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    for (int i = offset; i < offset + bound; i += WIDTH) {
      VectorFunctions.selu(FloatVector.fromArray(SPECIES, a, i)).intoArray(a, i);
    }
    scalar.selu(a, offset + bound, length - bound);
  }

  /**
   * Whole registers of {@link VectorActivations#elu}: here, where each method is compiled by itself
   * (docs/architecture.md), for two copies in one caller are beyond C2's node budget.
   */
  static void elu(float[] a, int offset, int bound) {
    for (int i = offset; i < offset + bound; i += WIDTH) {
      FloatVector v = FloatVector.fromArray(SPECIES, a, i);
      VectorFunctions.expm1(v).blend(v, v.compare(GT, 0f)).intoArray(a, i);
    }
  }

  @Override
  public void softmax(float[] a, int offset, int rows, int width, int columns) {
    if (width == 2 && columns == LANES) {
      softmaxOfTwo(a, offset, rows);
      return;
    }
    if (width <= FEW_CLASSES) {
      scalar.softmax(a, offset, rows, width, columns);
      return;
    }
    for (int r = 0; r < rows; r++) {
      int row = offset + r * Kernels.stride(columns);
      float greatest = a[row];
      for (int c = 1; c < width; c++) {
        greatest = a[row + c] > greatest ? a[row + c] : greatest;
      }
      // e^-∞ is 0, which leaves the padding out of the sum.
      Arrays.fill(a, row + width, row + columns, Float.NEGATIVE_INFINITY);
      for (int c = row; c < row + columns; c += WIDTH) {
        FloatVector shifted = FloatVector.fromArray(SPECIES, a, c).sub(greatest);
        VectorFunctions.exp(shifted).intoArray(a, c);
      }
      float sum = columns == LANES ? ScalarKernels.tree(a, row) : sumOfRow(a, row, columns);
      for (int c = row; c < row + columns; c += WIDTH) {
        FloatVector.fromArray(SPECIES, a, c).div(sum).intoArray(a, c);
      }
      Arrays.fill(a, row + width, row + columns, 0f);
    }
  }

  /** The sum of the lanes is that of two, for the others are 0. */
  private static void softmaxOfTwo(float[] a, int offset, int rows) {
    for (int row = offset; row < offset + rows * LANES; row += LANES) {
      float first = a[row];
      float second = a[row + 1];
      float greatest = second > first ? second : first;
      first = Elementary.exp(first - greatest);
      second = Elementary.exp(second - greatest);
      float sum = first + second;
      a[row] = first / sum;
      a[row + 1] = second / sum;
      Arrays.fill(a, row + 2, row + LANES, 0f);
    }
  }

  /** By itself, because within a softmax C2 would allocate its vectors. */
  private static float sumOfRow(float[] a, int offset, int columns) {
    return VectorReductions.sum(a, offset, columns);
  }

  @Override
  public void sigmoidGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length) {
    int bound = SPECIES.loopBound(length);
    for (int i = 0; i < bound; i += WIDTH) {
      FloatVector yi = FloatVector.fromArray(SPECIES, y, yOffset + i);
      FloatVector d = FloatVector.fromArray(SPECIES, delta, deltaOffset + i);
      d.mul(yi.mul(constant(1f).sub(yi))).intoArray(delta, deltaOffset + i);
    }
    scalar.sigmoidGradient(y, yOffset + bound, delta, deltaOffset + bound, length - bound);
  }

  @Override
  public void tanhGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length) {
    int bound = SPECIES.loopBound(length);
    for (int i = 0; i < bound; i += WIDTH) {
      FloatVector yi = FloatVector.fromArray(SPECIES, y, yOffset + i);
      FloatVector d = FloatVector.fromArray(SPECIES, delta, deltaOffset + i);
      d.mul(yi.neg().fma(yi, constant(1f))).intoArray(delta, deltaOffset + i);
    }
    scalar.tanhGradient(y, yOffset + bound, delta, deltaOffset + bound, length - bound);
  }

  @Override
  public void reluGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length) {
    int bound = SPECIES.loopBound(length);
    ReluPair.differentiate(y, yOffset, delta, deltaOffset, bound);
    scalar.reluGradient(y, yOffset + bound, delta, deltaOffset + bound, length - bound);
  }

  @Override
  public void seluGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length) {
    int bound = SPECIES.loopBound(length);
    for (int i = 0; i < bound; i += WIDTH) {
      FloatVector yi = FloatVector.fromArray(SPECIES, y, yOffset + i);
      FloatVector d = FloatVector.fromArray(SPECIES, delta, deltaOffset + i);
      FloatVector slope = yi.add(Elementary.SELU_SCALE_ALPHA);
      slope = slope.blend(Elementary.SELU_SCALE, yi.compare(GT, 0f));
      d.mul(slope).intoArray(delta, deltaOffset + i);
    }
    scalar.seluGradient(y, yOffset + bound, delta, deltaOffset + bound, length - bound);
  }

  @Override
  public void softmaxGradient(
      float[] y, int yOffset, float[] delta, int deltaOffset, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
      int yRow = yOffset + r * Kernels.stride(columns);
      int deltaRow = deltaOffset + r * Kernels.stride(columns);
      float sum = VectorReductions.dot(delta, deltaRow, y, yRow, columns);
      for (int c = 0; c < columns; c += WIDTH) {
        FloatVector yc = FloatVector.fromArray(SPECIES, y, yRow + c);
        FloatVector d = FloatVector.fromArray(SPECIES, delta, deltaRow + c);
        yc.mul(d.sub(sum)).intoArray(delta, deltaRow + c);
      }
    }
  }

  @Override
  public void sgd(float[] w, float[] g, int offset, int length, float learningRate) {
    VectorOptimizers.sgd(w, g, offset, length, learningRate);
  }

  @Override
  public void momentum(
      float[] w, float[] v, float[] g, int offset, int length, float learningRate, float momentum) {
    VectorOptimizers.momentum(w, v, g, offset, length, learningRate, momentum);
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
    VectorOptimizers.rmsProp(w, v, g, offset, length, learningRate, rho, epsilon, correction);
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
    VectorOptimizers.adam(w, m, v, g, offset, length, rate, beta1, beta2, epsilon, correction);
  }

  @Override
  public void regularize(float[] w, float[] g, int offset, int length, float l1, float l2) {
    int bound = SPECIES.loopBound(length);
    float twice = 2f * l2;
    for (int i = offset; i < offset + bound; i += WIDTH) {
      FloatVector wi = FloatVector.fromArray(SPECIES, w, i);
      FloatVector gi = FloatVector.fromArray(SPECIES, g, i);
      FloatVector sign = FloatVector.zero(SPECIES).blend(l1, wi.compare(GT, 0f));
      sign = sign.blend(-l1, wi.compare(LT, 0f));
      constant(twice).fma(wi, gi).add(sign).intoArray(g, i);
    }
    scalar.regularize(w, g, offset + bound, length - bound, l1, l2);
  }

  @Override
  public float sumOfSquares(float[] a, int offset, int length) {
    assert length % LANES == 0;
    return VectorReductions.dot(a, offset, a, offset, length);
  }

  @Override
  public float absMax(float[] a, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    IntVector greatest = IntVector.zero(INTEGERS);
    for (int i = offset; i < offset + bound; i += WIDTH) {
      IntVector bits = FloatVector.fromArray(SPECIES, a, i).reinterpretAsInts();
      greatest = greatest.max(bits.and(Elementary.MAGNITUDE));
    }
    // The greatest of whole numbers is the same in any order.
    int rest = Float.floatToRawIntBits(scalar.absMax(a, offset + bound, length - bound));
    return Float.intBitsToFloat(Math.max(greatest.reduceLanes(MAX), rest));
  }

  @Override
  public void scale(float[] a, int offset, int length, float factor) {
    int bound = SPECIES.loopBound(length);
    for (int i = offset; i < offset + bound; i += WIDTH) {
      FloatVector.fromArray(SPECIES, a, i).mul(factor).intoArray(a, i);
    }
    scalar.scale(a, offset + bound, length - bound, factor);
  }

  @Override
  public void forwardReluPair(
      float[] x,
      int xOffset,
      int in,
      float[] w,
      int wOffset,
      int biasOffset,
      int columns,
      int lastOffset,
      int lastBias,
      float[] a,
      int h,
      int y) {
    ReluPair.forward(x, xOffset, in, w, wOffset, biasOffset, columns, a, h);
    TwoColumns.forward(a, h, columns, w, lastOffset, lastBias, true, a, y);
  }

  @Override
  public void backwardReluPair(
      float[] delta, int y, int out, float[] w, int lastOffset, float[] a, int h, int columns) {
    TwoColumns.inputGradient(delta, y, 1, out, w, lastOffset, columns, delta, h, columns);
    ReluPair.differentiate(a, h, delta, h, columns);
  }

  @Override
  public void sgdReluPair(
      float[] x,
      int xOffset,
      int in,
      float[] w,
      int wOffset,
      int biasOffset,
      int columns,
      int lastOffset,
      int lastBias,
      float[] a,
      float[] delta,
      int h,
      int y,
      float learningRate) {
    WeightGradient.sgdOneRow(
        x, xOffset, in, delta, h, columns, w, wOffset, biasOffset, learningRate, false);
    NarrowWeights.sgdOneRow(a, h, columns, delta, y, PAIR, w, lastOffset, lastBias, learningRate);
  }
}
