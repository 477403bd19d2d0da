package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.at;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Folds the 16 lanes of many sums by the tree 8, 4, 2, 1.
 *
 * <p>Each step folds two registers into one: lanes whose number has a bit unset get the sums of
 * both halves of the first register, the others those of the second. After all bits, lane n has the
 * sum n, so the result needs no transposing. Registers of half the length would need no shuffles,
 * but a second vector class slows down every kernel, because C2 no longer knows the class.
 */
final class LaneFolds {

  private static final int LANES = Kernels.LANES;

  private static final int WIDTH = SPECIES.length();

  private static final VectorShuffle<Float> SWAP_8 = swap(8);
  private static final VectorShuffle<Float> SWAP_4 = swap(4);
  private static final VectorShuffle<Float> SWAP_2 = swap(2);
  private static final VectorShuffle<Float> SWAP_1 = swap(1);

  private static final VectorMask<Float> UPPER_8 = upper(8);
  private static final VectorMask<Float> UPPER_4 = upper(4);
  private static final VectorMask<Float> UPPER_2 = upper(2);
  private static final VectorMask<Float> UPPER_1 = upper(1);

  private LaneFolds() {}

  private static VectorShuffle<Float> swap(int bit) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ bit) % SPECIES.length());
  }

  private static VectorMask<Float> upper(int bit) {
    boolean[] lanes = new boolean[WIDTH];
    for (int lane = 0; lane < WIDTH; lane++) {
      lanes[lane] = (lane & bit) != 0;
    }
    return VectorMask.fromArray(SPECIES, lanes, 0);
  }

  /**
   * Folds the sum at {@code i} and every fourth one after it, as many as a register has lanes, into
   * one register at {@code i}: the first part of folding.
   *
   * @param lanes the 16 lanes of each sum
   */
  static void toFour(float[] lanes, int i) {
    FloatVector folded;
    if (WIDTH == 16) {
      FloatVector even = fold(at(lanes, i), at(lanes, i + 8 * LANES), UPPER_8, SWAP_8);
      FloatVector odd = fold(at(lanes, i + 4 * LANES), at(lanes, i + 12 * LANES), UPPER_8, SWAP_8);
      folded = fold(even, odd, UPPER_4, SWAP_4);
    } else if (WIDTH == 8) {
      folded = fold(halves(lanes, i), halves(lanes, i + 4 * LANES), UPPER_4, SWAP_4);
    } else {
      folded = halves(lanes, i).add(halves(lanes, i + 4));
    }
    folded.intoArray(lanes, i);
  }

  /** Folds four registers to as many sums as a register has lanes: the second part of folding. */
  static void toOne(float[] lanes, int i, float[] sums, int at) {
    // Inlined by hand, because C2 does not inline a method with much compiled code and boxes its
    // result.
    FloatVector a = at(lanes, i);
    FloatVector b = at(lanes, i + 2 * LANES);
    FloatVector even = a.add(a.rearrange(SWAP_2)).blend(b.add(b.rearrange(SWAP_2)), UPPER_2);
    FloatVector c = at(lanes, i + LANES);
    FloatVector d = at(lanes, i + 3 * LANES);
    FloatVector odd = c.add(c.rearrange(SWAP_2)).blend(d.add(d.rearrange(SWAP_2)), UPPER_2);
    even.add(even.rearrange(SWAP_1))
        .blend(odd.add(odd.rearrange(SWAP_1)), UPPER_1)
        .intoArray(sums, at);
  }

  /** The first step if a sum has more lanes than a register. */
  private static FloatVector halves(float[] lanes, int i) {
    return at(lanes, i).add(at(lanes, i + 8));
  }

  private static FloatVector fold(
      FloatVector a, FloatVector b, VectorMask<Float> upper, VectorShuffle<Float> swap) {
    // One blend and two shuffles: JDK 17 pays more for a blend.
    return a.add(a.rearrange(swap)).blend(b.add(b.rearrange(swap)), upper);
  }
}
