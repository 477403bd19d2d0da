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

/** {@link LayerKernels} on the Vector API; rows are whole registers. */
final class VectorLayers implements LayerKernels {

  private static final int WIDTH = SPECIES.length();

  private static final VectorSpecies<Integer> INTEGERS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());

  private static final IntVector LANE_NUMBERS = IntVector.zero(INTEGERS).addIndex(1);

  @Override
  public void layerNorm(
      float[] a,
      int offset,
      int rows,
      int width,
      int columns,
      float[] p,
      int gainOffset,
      float[] normalized,
      float[] inverses,
      int inverseOffset) {
    int stride = Kernels.stride(columns);
    for (int r = 0; r < rows; r++) {
      int row = offset + r * stride;
      float mean = VectorReductions.sum(a, row, columns) / width;
      for (int c = row; c < row + columns; c += WIDTH) {
        FloatVector.fromArray(SPECIES, a, c).sub(mean).intoArray(normalized, c);
      }
      Arrays.fill(normalized, row + width, row + columns, 0f);
      float variance = VectorReductions.dot(normalized, row, normalized, row, columns) / width;
      float inverse = 1f / (float) Math.sqrt(variance + EPSILON);
      inverses[inverseOffset + r] = inverse;
      for (int c = 0; c < columns; c += WIDTH) {
        FloatVector x = FloatVector.fromArray(SPECIES, normalized, row + c).mul(inverse);
        x.intoArray(normalized, row + c);
        FloatVector shift = FloatVector.fromArray(SPECIES, p, gainOffset + stride + c);
        FloatVector.fromArray(SPECIES, p, gainOffset + c).fma(x, shift).intoArray(a, row + c);
      }
    }
  }

  @Override
  public void layerNormGradient(
      float[] delta,
      int offset,
      int rows,
      int width,
      int columns,
      float[] p,
      int gainOffset,
      float[] normalized,
      float[] inverses,
      int inverseOffset,
      float[] gradient) {
    int stride = Kernels.stride(columns);
    Arrays.fill(gradient, gainOffset, gainOffset + stride + columns, 0f);
    for (int r = 0; r < rows; r++) {
      int row = offset + r * stride;
      for (int c = 0; c < columns; c += WIDTH) {
        int gain = gainOffset + c;
        FloatVector d = FloatVector.fromArray(SPECIES, delta, row + c);
        FloatVector x = FloatVector.fromArray(SPECIES, normalized, row + c);
        d.fma(x, FloatVector.fromArray(SPECIES, gradient, gain)).intoArray(gradient, gain);
        FloatVector shift = FloatVector.fromArray(SPECIES, gradient, gain + stride);
        shift.add(d).intoArray(gradient, gain + stride);
        d.mul(FloatVector.fromArray(SPECIES, p, gain)).intoArray(delta, row + c);
      }
      float mean = VectorReductions.sum(delta, row, columns) / width;
      float slope = VectorReductions.dot(delta, row, normalized, row, columns) / width;
      float inverse = inverses[inverseOffset + r];
      FloatVector down = constant(-slope);
      for (int c = row; c < row + columns; c += WIDTH) {
        FloatVector centred = FloatVector.fromArray(SPECIES, delta, c).sub(mean);
        FloatVector x = FloatVector.fromArray(SPECIES, normalized, c);
        down.fma(x, centred).mul(inverse).intoArray(delta, c);
      }
      Arrays.fill(delta, row + width, row + columns, 0f);
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
