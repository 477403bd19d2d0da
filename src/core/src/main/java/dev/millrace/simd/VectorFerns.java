package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link FernKernels} on the Vector API: a register of ferns answers one question at a time. Sums
 * and steps of few outputs are faster in plain loops.
 */
final class VectorFerns implements FernKernels {

  private static final int WIDTH = SPECIES.length();
  private static final VectorSpecies<Integer> CELLS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());

  private static final IntVector FERNS = IntVector.zero(CELLS).addIndex(1);

  private final FernKernels scalar = new ScalarFerns();

  @Override
  public void select(
      float[] x,
      int xOffset,
      int[] columns,
      float[] thresholds,
      int ferns,
      int depth,
      int outputs,
      int[] cells) {
    for (int f = 0; f < ferns; f += WIDTH) {
      IntVector cell = FERNS.add(f);
      for (int q = (depth - 1) * ferns + f; q >= 0; q -= ferns) {
        FloatVector values = FloatVector.fromArray(SPECIES, x, xOffset, columns, q);
        VectorMask<Float> exceeds =
            values.compare(GT, FloatVector.fromArray(SPECIES, thresholds, q));
        IntVector twice = cell.lanewise(VectorOperators.LSHL, 1);
        cell = twice.blend(twice.add(1), exceeds.cast(CELLS));
      }
      cell.mul(outputs).intoArray(cells, f);
    }
  }

  @Override
  public void selectByCodes(
      float[] x,
      int xOffset,
      int[] columns,
      float[] thresholds,
      float[] bases,
      int ferns,
      int depth,
      int outputs,
      int[] cells) {
    for (int f = 0; f < ferns; f += WIDTH) {
      // A vector kept in a field would make the compiler allocate one for each turn of the loop.
      FloatVector cell = FloatVector.zero(SPECIES);
      for (int q = (depth - 1) * ferns + f; q >= 0; q -= ferns) {
        FloatVector values = FloatVector.fromArray(SPECIES, x, xOffset, columns, q);
        FloatVector limits = FloatVector.fromArray(SPECIES, thresholds, q);
        FloatVector answer =
            FloatVector.zero(SPECIES)
                .blend(1f, values.compare(GT, limits))
                .blend(values, limits.compare(NE, limits));
        cell = cell.mul(FloatVector.fromArray(SPECIES, bases, q)).add(answer);
      }
      // 2^23 + cell, whose last bits are the integer.
      cell.add(0x1p23f)
          .reinterpretAsInts()
          .and((1 << 23) - 1)
          .add(FERNS.add(f).lanewise(VectorOperators.LSHL, depth))
          .mul(outputs)
          .intoArray(cells, f);
    }
  }

  @Override
  public void addCells(float[] w, int[] cells, int ferns, int outputs, float[] y, int yOffset) {
    scalar.addCells(w, cells, ferns, outputs, y, yOffset);
  }

  @Override
  public void step(float[] w, int[] cells, int ferns, int outputs, float[] steps) {
    scalar.step(w, cells, ferns, outputs, steps);
  }
}
