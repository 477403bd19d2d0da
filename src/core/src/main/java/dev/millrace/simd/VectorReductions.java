package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Sums of {@link VectorKernels} in 16 lanes at any register width: in two registers at 256 bit,
 * four at 128 bit, folded by the tree 8, 4, 2, 1. Lengths are multiples of 16.
 *
 * <p>No method here has vector parameters or results: C2 would allocate those of a method that is
 * compiled separately and too large to inline.
 */
final class VectorReductions {

  private static final int WIDTH = SPECIES.length();

  /** Rotations that bring the upper half of a fold onto the lower. */
  private static final VectorShuffle<Float> BY_8 = rotation(8);

  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_1 = rotation(1);

  private VectorReductions() {}

  private static VectorShuffle<Float> rotation(int by) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane + by) % SPECIES.length());
  }

  /** Σ a. */
  static float sum(float[] a, int offset, int length) {
    FloatVector lanes = FloatVector.zero(SPECIES);
    FloatVector second = lanes;
    FloatVector third = lanes;
    FloatVector fourth = lanes;
    for (int k = offset; k < offset + length; k += Kernels.LANES) {
      lanes = lanes.add(FloatVector.fromArray(SPECIES, a, k));
      if (WIDTH <= 8) {
        second = second.add(FloatVector.fromArray(SPECIES, a, k + WIDTH));
      }
      if (WIDTH == 4) {
        third = third.add(FloatVector.fromArray(SPECIES, a, k + 8));
        fourth = fourth.add(FloatVector.fromArray(SPECIES, a, k + 12));
      }
    }
    if (WIDTH == 4) {
      lanes = lanes.add(third).add(second.add(fourth));
    } else {
      lanes = lanes.add(WIDTH == 8 ? second : lanes.rearrange(BY_8));
      lanes = lanes.add(lanes.rearrange(BY_4));
    }
    lanes = lanes.add(lanes.rearrange(BY_2));
    return lanes.add(lanes.rearrange(BY_1)).lane(0);
  }

  /** Σ a·b. */
  static float dot(float[] a, int i, float[] b, int j, int length) {
    FloatVector lanes = FloatVector.zero(SPECIES);
    FloatVector second = lanes;
    FloatVector third = lanes;
    FloatVector fourth = lanes;
    for (int k = 0; k < length; k += Kernels.LANES) {
      FloatVector factor = FloatVector.fromArray(SPECIES, b, j + k);
      lanes = FloatVector.fromArray(SPECIES, a, i + k).fma(factor, lanes);
      if (WIDTH <= 8) {
        factor = FloatVector.fromArray(SPECIES, b, j + k + WIDTH);
        second = FloatVector.fromArray(SPECIES, a, i + k + WIDTH).fma(factor, second);
      }
      if (WIDTH == 4) {
        factor = FloatVector.fromArray(SPECIES, b, j + k + 8);
        third = FloatVector.fromArray(SPECIES, a, i + k + 8).fma(factor, third);
        factor = FloatVector.fromArray(SPECIES, b, j + k + 12);
        fourth = FloatVector.fromArray(SPECIES, a, i + k + 12).fma(factor, fourth);
      }
    }
    if (WIDTH == 4) {
      lanes = lanes.add(third).add(second.add(fourth));
    } else {
      lanes = lanes.add(WIDTH == 8 ? second : lanes.rearrange(BY_8));
      lanes = lanes.add(lanes.rearrange(BY_4));
    }
    lanes = lanes.add(lanes.rearrange(BY_2));
    return lanes.add(lanes.rearrange(BY_1)).lane(0);
  }
}
