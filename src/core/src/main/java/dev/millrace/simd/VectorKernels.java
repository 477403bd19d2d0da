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
 * <p>A method is a loop over whole registers; {@link ScalarKernels} processes the rest in the same
 * steps.
 */
final class VectorKernels implements Kernels {

  private static final int WIDTH = SPECIES.length();

  private static final VectorSpecies<Integer> INTEGERS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());

  /** Max classes of a scalar softmax, which is faster than vector loads after scalar stores. */
  private static final int FEW_CLASSES = 4;

  /** Min columns for skipping a row of weights by an unpredictable branch. */
  private static final int WIDE = 256;

  private final ScalarKernels scalar = new ScalarKernels();

  @Override
  public int bits() {
    return SPECIES.vectorBitSize();
  }

  @Override
  public void dense(
      LayerShape layer, float[] x, int xOffset, int rows, float[] w, float[] y, int yOffset) {
    int columns = layer.columns();
    if (columns <= NARROW) {
      NarrowWeights.forward(layer, x, xOffset, rows, w, y, yOffset);
      return;
    }
    if (columns == LANES) {
      NarrowForward.forward(layer, x, xOffset, rows, w, y, yOffset);
      return;
    }
    int stride = layer.stride();
    ForwardTiles.forward(
        x,
        xOffset,
        layer.inputStride(),
        rows,
        layer.inputs(),
        w,
        layer.weightOffset(),
        stride,
        layer.biasOffset(),
        columns,
        y,
        yOffset,
        stride);
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
    InputGradient.compute(layer, delta, deltaOffset, rows, w, dx, dxOffset, transposed);
  }

  /**
   * Folds the lanes of rows of 16 sums. In this class, whose methods are not inlined: C2 would
   * allocate the vectors as a part of a larger method.
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
      LayerShape layer,
      float[] x,
      int xOffset,
      int rows,
      float[] delta,
      int deltaOffset,
      float[] gradient) {
    if (layer.columns() <= NARROW) {
      NarrowWeights.gradient(layer, x, xOffset, rows, delta, deltaOffset, gradient);
      return;
    }
    WeightGradient.weights(layer, x, xOffset, rows, delta, deltaOffset, gradient);
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
      LayerShape layer,
      float[] x,
      int xOffset,
      float[] delta,
      int deltaOffset,
      float[] w,
      float learningRate) {
    int columns = layer.columns();
    if (columns <= NARROW) {
      NarrowWeights.sgdOneRow(layer, x, xOffset, delta, deltaOffset, w, learningRate);
      return;
    }
    boolean skipZeros =
        columns >= WIDE
            && absMax(delta, deltaOffset, columns) * Math.abs(learningRate)
                < Float.POSITIVE_INFINITY;
    WeightGradient.sgdOneRow(layer, x, xOffset, delta, deltaOffset, w, learningRate, skipZeros);
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
   * Whole registers of {@link VectorActivations#elu}: in this class, whose methods are compiled
   * separately (docs/architecture.md), because two copies in one caller exceed C2's node budget.
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
      float max = a[row];
      for (int c = 1; c < width; c++) {
        max = a[row + c] > max ? a[row + c] : max;
      }
      // e^-∞ is 0, which leaves the padding out of the sum.
      Arrays.fill(a, row + width, row + columns, Float.NEGATIVE_INFINITY);
      for (int c = row; c < row + columns; c += WIDTH) {
        FloatVector shifted = FloatVector.fromArray(SPECIES, a, c).sub(max);
        VectorFunctions.exp(shifted).intoArray(a, c);
      }
      float sum = columns == LANES ? ScalarReductions.tree(a, row, 1) : sumOfRow(a, row, columns);
      for (int c = row; c < row + columns; c += WIDTH) {
        FloatVector.fromArray(SPECIES, a, c).div(sum).intoArray(a, c);
      }
      Arrays.fill(a, row + width, row + columns, 0f);
    }
  }

  /** Softmax of two classes, whose sum has two nonzero lanes. */
  private static void softmaxOfTwo(float[] a, int offset, int rows) {
    for (int row = offset; row < offset + rows * LANES; row += LANES) {
      float first = a[row];
      float second = a[row + 1];
      float max = second > first ? second : first;
      first = Elementary.exp(first - max);
      second = Elementary.exp(second - max);
      float sum = first + second;
      a[row] = first / sum;
      a[row + 1] = second / sum;
      Arrays.fill(a, row + 2, row + LANES, 0f);
    }
  }

  /** Separate, because C2 would allocate the vectors within softmax. */
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
    FloatVector rate = constant(-learningRate);
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector gi = FloatVector.fromArray(SPECIES, g, i);
      rate.fma(gi, FloatVector.fromArray(SPECIES, w, offset + i)).intoArray(w, offset + i);
    }
  }

  @Override
  public void momentum(
      float[] w, float[] v, float[] g, int offset, int length, float learningRate, float momentum) {
    FloatVector rate = constant(-learningRate);
    FloatVector keep = constant(momentum);
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector vi = FloatVector.fromArray(SPECIES, v, offset + i);
      vi = keep.fma(vi, FloatVector.fromArray(SPECIES, g, i));
      vi.intoArray(v, offset + i);
      rate.fma(vi, FloatVector.fromArray(SPECIES, w, offset + i)).intoArray(w, offset + i);
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
    FloatVector keep = constant(rho);
    FloatVector rest = constant(1f - rho);
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector gi = FloatVector.fromArray(SPECIES, g, i);
      FloatVector vi = FloatVector.fromArray(SPECIES, v, offset + i);
      vi = keep.fma(vi, rest.mul(gi.mul(gi)));
      vi.intoArray(v, offset + i);
      FloatVector change = gi.mul(learningRate).div(vi.mul(correction).sqrt().add(epsilon));
      FloatVector.fromArray(SPECIES, w, offset + i).sub(change).intoArray(w, offset + i);
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
    FloatVector keep1 = constant(beta1);
    FloatVector keep2 = constant(beta2);
    FloatVector rest2 = constant(1f - beta2);
    float rest1 = 1f - beta1;
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector gi = FloatVector.fromArray(SPECIES, g, i);
      FloatVector mi = keep1.fma(FloatVector.fromArray(SPECIES, m, offset + i), gi.mul(rest1));
      FloatVector vi = FloatVector.fromArray(SPECIES, v, offset + i);
      vi = keep2.fma(vi, rest2.mul(gi.mul(gi)));
      mi.intoArray(m, offset + i);
      vi.intoArray(v, offset + i);
      FloatVector change = mi.mul(rate).div(vi.mul(correction).sqrt().add(epsilon));
      FloatVector.fromArray(SPECIES, w, offset + i).sub(change).intoArray(w, offset + i);
    }
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
    IntVector max = IntVector.zero(INTEGERS);
    for (int i = offset; i < offset + bound; i += WIDTH) {
      IntVector bits = FloatVector.fromArray(SPECIES, a, i).reinterpretAsInts();
      max = max.max(bits.and(Elementary.MAGNITUDE));
    }
    // The max of integers does not depend on the order.
    int rest = Float.floatToRawIntBits(scalar.absMax(a, offset + bound, length - bound));
    return Float.intBitsToFloat(Math.max(max.reduceLanes(MAX), rest));
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
      LayerShape hidden,
      LayerShape last,
      float[] x,
      int xOffset,
      float[] w,
      float[] a,
      int h,
      int y) {
    ReluPair.forward(hidden, x, xOffset, w, a, h);
    TwoColumns.forward(last, a, h, hidden.columns(), w, true, a, y);
  }

  @Override
  public void backwardReluPair(
      LayerShape hidden, LayerShape last, float[] delta, int h, int y, float[] w, float[] a) {
    TwoColumns.inputGradient(last, delta, y, 1, w, delta, h, hidden.columns());
    ReluPair.differentiate(a, h, delta, h, hidden.columns());
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
    WeightGradient.sgdOneRow(hidden, x, xOffset, delta, h, w, learningRate, false);
    NarrowWeights.sgdOneRow(last, a, h, delta, y, w, learningRate);
  }
}
