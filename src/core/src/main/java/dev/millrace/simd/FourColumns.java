package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.at;
import static dev.millrace.simd.VectorFunctions.constant;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with weights of four columns, for {@link NarrowWeights}.
 *
 * <p>A register holds the weights of several inputs, four adjacent lanes each. An iteration handles
 * as many inputs as there are lanes, with four registers of weights.
 */
final class FourColumns {

  private static final int WIDTH = SPECIES.length();

  private static final int COLUMNS = Kernels.NARROW;

  /** Floats between rows of outputs or deltas. */
  private static final int OUTPUTS = Kernels.LANES;

  // Each input of a quarter of a register in four lanes.
  private static final VectorShuffle<Float> FIRST = quarter(0);
  private static final VectorShuffle<Float> SECOND = quarter(1);
  private static final VectorShuffle<Float> THIRD = quarter(2);
  private static final VectorShuffle<Float> FOURTH = quarter(3);

  /** The first four lanes repeated. */
  private static final VectorShuffle<Float> REPEATED = shuffle(COLUMNS, 0);

  private static final VectorShuffle<Float> EIGHT_ON = shuffle(WIDTH, 8);
  private static final VectorShuffle<Float> FOUR_ON = shuffle(WIDTH, 4);

  private static final VectorSpecies<Integer> INTEGERS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());

  /** The bits of the first four lanes; a mask would be slower on JDK 17. */
  private static final int[] FRONT = Arrays.copyOf(new int[] {-1, -1, -1, -1}, WIDTH);

  private FourColumns() {}

  private static VectorShuffle<Float> quarter(int number) {
    return VectorShuffle.fromOp(SPECIES, lane -> number * WIDTH / 4 + lane / COLUMNS);
  }

  private static VectorShuffle<Float> shuffle(int period, int shift) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane + shift) % period);
  }

  /**
   * Processes whole registers of inputs of one row; writes the outputs, or their four sums if
   * inputs are left.
   */
  static void forward(
      LayerShape layer, float[] x, int xr, int in, float[] w, boolean whole, float[] y, int yr) {
    FloatVector zero = FloatVector.zero(SPECIES);
    int wOffset = layer.weightOffset();
    FloatVector s0 = at(w, layer.biasOffset());
    FloatVector s1 = zero;
    FloatVector s2 = zero;
    FloatVector s3 = zero;
    for (int i = 0; i < in; i += WIDTH) {
      int wi = wOffset + i * COLUMNS;
      FloatVector xi = at(x, xr + i);
      FloatVector first = xi.rearrange(FIRST);
      FloatVector second = xi.rearrange(SECOND);
      FloatVector third = xi.rearrange(THIRD);
      FloatVector fourth = xi.rearrange(FOURTH);
      s0 = first.fma(at(w, wi), s0);
      if (WIDTH == 16) {
        s0 = second.fma(at(w, wi + WIDTH), s0);
        s0 = third.fma(at(w, wi + 2 * WIDTH), s0);
        s0 = fourth.fma(at(w, wi + 3 * WIDTH), s0);
      } else if (WIDTH == 8) {
        s1 = second.fma(at(w, wi + WIDTH), s1);
        s0 = third.fma(at(w, wi + 2 * WIDTH), s0);
        s1 = fourth.fma(at(w, wi + 3 * WIDTH), s1);
      } else {
        s1 = second.fma(at(w, wi + WIDTH), s1);
        s2 = third.fma(at(w, wi + 2 * WIDTH), s2);
        s3 = fourth.fma(at(w, wi + 3 * WIDTH), s3);
      }
    }
    if (whole) {
      FloatVector sum = s0;
      if (WIDTH == 16) {
        sum = sum.add(sum.rearrange(EIGHT_ON));
        sum = sum.add(sum.rearrange(FOUR_ON));
      } else if (WIDTH == 8) {
        sum = sum.add(s1);
        sum = sum.add(sum.rearrange(FOUR_ON));
      } else {
        sum = sum.add(s2).add(s1.add(s3));
      }
      // Inline, because C2 does not inline a rarely called method and boxes its argument.
      IntVector front = IntVector.fromArray(INTEGERS, FRONT, 0);
      s0 = sum.reinterpretAsInts().and(front).reinterpretAsFloats();
      s1 = zero;
      s2 = zero;
      s3 = zero;
    }
    s0.intoArray(y, yr);
    if (WIDTH <= 8) {
      s1.intoArray(y, yr + WIDTH);
    }
    if (WIDTH == 4) {
      s2.intoArray(y, yr + 2 * WIDTH);
      s3.intoArray(y, yr + 3 * WIDTH);
    }
  }

  /** gw = xᵀ·delta, for at least one register of inputs. */
  static void gradient(
      LayerShape layer,
      float[] x,
      int xOffset,
      int rows,
      float[] delta,
      int deltaOffset,
      float[] gradient) {
    int in = layer.inputs();
    for (int i = 0; i < in; i += WIDTH) {
      // The last register overlaps the one before rather than leaving a rest.
      int from = Math.min(i, in - WIDTH);
      int gi = layer.weightOffset() + from * COLUMNS;
      sumRows(x, xOffset + from, layer.inputStride(), rows, delta, deltaOffset, gradient, gi);
    }
  }

  private static void sumRows(
      float[] x, int xi, int xStride, int rows, float[] delta, int di, float[] gw, int gi) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int r = 0; r < rows; r++) {
      FloatVector d = at(delta, di + r * OUTPUTS).rearrange(REPEATED);
      FloatVector xr = at(x, xi + r * xStride);
      s0 = xr.rearrange(FIRST).fma(d, s0);
      s1 = xr.rearrange(SECOND).fma(d, s1);
      s2 = xr.rearrange(THIRD).fma(d, s2);
      s3 = xr.rearrange(FOURTH).fma(d, s3);
    }
    s0.intoArray(gw, gi);
    s1.intoArray(gw, gi + WIDTH);
    s2.intoArray(gw, gi + 2 * WIDTH);
    s3.intoArray(gw, gi + 3 * WIDTH);
  }

  /** Applies sgd from one row to the weights of whole registers of inputs. */
  static void sgdOneRow(
      float[] x, int xOffset, int in, float[] delta, int di, float[] w, int wOffset, float rate) {
    FloatVector step = constant(-rate);
    FloatVector d = at(delta, di).rearrange(REPEATED);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int i = 0; i < in; i += WIDTH) {
      int wi = wOffset + i * COLUMNS;
      FloatVector xi = at(x, xOffset + i);
      FloatVector g0 = xi.rearrange(FIRST).fma(d, zero);
      FloatVector g1 = xi.rearrange(SECOND).fma(d, zero);
      FloatVector g2 = xi.rearrange(THIRD).fma(d, zero);
      FloatVector g3 = xi.rearrange(FOURTH).fma(d, zero);
      step.fma(g0, at(w, wi)).intoArray(w, wi);
      step.fma(g1, at(w, wi + WIDTH)).intoArray(w, wi + WIDTH);
      step.fma(g2, at(w, wi + 2 * WIDTH)).intoArray(w, wi + 2 * WIDTH);
      step.fma(g3, at(w, wi + 3 * WIDTH)).intoArray(w, wi + 3 * WIDTH);
    }
  }
}
