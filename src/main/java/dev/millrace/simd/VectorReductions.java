package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * The sums of {@link VectorKernels}, in 16 lanes whatever the register: at 256 bit two registers
 * hold them, at 128 bit four. Lengths are multiples of 16.
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
    return switch (WIDTH) {
      case 16 -> fold(lanes(a, offset, length));
      case 8 -> fold(lanes(a, offset, length).add(lanes(a, offset + 8, length)));
      default -> {
        FloatVector even = lanes(a, offset, length).add(lanes(a, offset + 8, length));
        FloatVector odd = lanes(a, offset + 4, length).add(lanes(a, offset + 12, length));
        yield fold(even.add(odd));
      }
    };
  }

  /** Σ a·b. */
  static float dot(float[] a, int i, float[] b, int j, int length) {
    return switch (WIDTH) {
      case 16 -> fold(lanes(a, i, b, j, length));
      case 8 -> fold(lanes(a, i, b, j, length).add(lanes(a, i + 8, b, j + 8, length)));
      default -> {
        FloatVector even = lanes(a, i, b, j, length).add(lanes(a, i + 8, b, j + 8, length));
        FloatVector odd =
            lanes(a, i + 4, b, j + 4, length).add(lanes(a, i + 12, b, j + 12, length));
        yield fold(even.add(odd));
      }
    };
  }

  /** Sums WIDTH of the 16 lanes, over elements 16 apart. */
  private static FloatVector lanes(float[] a, int offset, int length) {
    FloatVector lanes = FloatVector.zero(SPECIES);
    for (int i = 0; i < length; i += Kernels.LANES) {
      lanes = lanes.add(FloatVector.fromArray(SPECIES, a, offset + i));
    }
    return lanes;
  }

  private static FloatVector lanes(float[] a, int aOffset, float[] b, int bOffset, int length) {
    FloatVector lanes = FloatVector.zero(SPECIES);
    for (int i = 0; i < length; i += Kernels.LANES) {
      FloatVector ai = FloatVector.fromArray(SPECIES, a, aOffset + i);
      lanes = ai.fma(FloatVector.fromArray(SPECIES, b, bOffset + i), lanes);
    }
    return lanes;
  }

  /** The tree 8, 4, 2, 1; wider steps than the register were taken by the caller. */
  private static float fold(FloatVector lanes) {
    FloatVector v = lanes;
    if (WIDTH == 16) {
      v = v.add(v.rearrange(BY_8));
    }
    if (WIDTH >= 8) {
      v = v.add(v.rearrange(BY_4));
    }
    v = v.add(v.rearrange(BY_2));
    v = v.add(v.rearrange(BY_1));
    return v.lane(0);
  }
}
