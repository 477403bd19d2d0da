package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.constant;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link LayerKernels} on the Vector API; rows are whole registers. One method per loop, because C2
 * boxes vectors in nested loops.
 */
final class VectorLayers implements LayerKernels {

  private static final int WIDTH = SPECIES.length();

  private static final VectorSpecies<Integer> INTEGERS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());

  private static final IntVector LANE_NUMBERS = IntVector.zero(INTEGERS).addIndex(1);

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
      float mean = VectorReductions.sum(a, row, columns) / width;
      subtract(a, row, columns, mean, normalized);
      Arrays.fill(normalized, row + width, row + columns, 0f);
      float variance = VectorReductions.dot(normalized, row, normalized, row, columns) / width;
      float inverse = 1f / (float) Math.sqrt(variance + EPSILON);
      inverses[inverseOffset + r] = inverse;
      stretch(normalized, row, columns, inverse, p, gainOffset, gainOffset + stride, a);
    }
  }

  private static void subtract(float[] a, int row, int columns, float mean, float[] centred) {
    for (int c = row; c < row + columns; c += WIDTH) {
      FloatVector.fromArray(SPECIES, a, c).sub(mean).intoArray(centred, c);
    }
  }

  private static void stretch(
      float[] normalized,
      int row,
      int columns,
      float inverse,
      float[] p,
      int gain,
      int shift,
      float[] a) {
    for (int c = 0; c < columns; c += WIDTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, normalized, row + c).mul(inverse);
      x.intoArray(normalized, row + c);
      FloatVector.fromArray(SPECIES, p, gain + c)
          .fma(x, FloatVector.fromArray(SPECIES, p, shift + c))
          .intoArray(a, row + c);
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
      addRow(delta, row, columns, normalized, gradient, gainOffset, gainOffset + stride);
      multiply(delta, row, columns, p, gainOffset);
      float mean = VectorReductions.sum(delta, row, columns) / width;
      float slope = VectorReductions.dot(delta, row, normalized, row, columns) / width;
      restore(delta, row, columns, mean, slope, inverses[inverseOffset + r], normalized);
      Arrays.fill(delta, row + width, row + columns, 0f);
    }
  }

  private static void addRow(
      float[] delta,
      int row,
      int columns,
      float[] normalized,
      float[] gradient,
      int gain,
      int shift) {
    for (int c = 0; c < columns; c += WIDTH) {
      FloatVector d = FloatVector.fromArray(SPECIES, delta, row + c);
      FloatVector x = FloatVector.fromArray(SPECIES, normalized, row + c);
      d.fma(x, FloatVector.fromArray(SPECIES, gradient, gain + c)).intoArray(gradient, gain + c);
      FloatVector.fromArray(SPECIES, gradient, shift + c).add(d).intoArray(gradient, shift + c);
    }
  }

  private static void multiply(float[] delta, int row, int columns, float[] p, int gain) {
    for (int c = 0; c < columns; c += WIDTH) {
      FloatVector.fromArray(SPECIES, delta, row + c)
          .mul(FloatVector.fromArray(SPECIES, p, gain + c))
          .intoArray(delta, row + c);
    }
  }

  private static void restore(
      float[] delta,
      int row,
      int columns,
      float mean,
      float slope,
      float inverse,
      float[] normalized) {
    FloatVector down = constant(-slope);
    for (int c = row; c < row + columns; c += WIDTH) {
      FloatVector centred = FloatVector.fromArray(SPECIES, delta, c).sub(mean);
      down.fma(FloatVector.fromArray(SPECIES, normalized, c), centred)
          .mul(inverse)
          .intoArray(delta, c);
    }
  }

  @Override
  public void dropout(
      float[] a, int offset, int length, int key1, int key2, int threshold, float scale) {
    for (int i = 0; i < length; i += WIDTH) {
      IntVector h = LANE_NUMBERS.add(i).mul(ScalarLayers.STEP).add(key1);
      h = h.lanewise(XOR, h.lanewise(LSHR, 16)).mul(ScalarLayers.MIX1);
      h = h.lanewise(XOR, h.lanewise(LSHR, 13)).lanewise(XOR, key2).mul(ScalarLayers.MIX2);
      h = h.lanewise(XOR, h.lanewise(LSHR, 16));
      FloatVector kept = FloatVector.fromArray(SPECIES, a, offset + i).mul(scale);
      FloatVector.zero(SPECIES)
          .blend(kept, h.lanewise(LSHR, 8).compare(GE, threshold).cast(SPECIES))
          .intoArray(a, offset + i);
    }
  }
}
