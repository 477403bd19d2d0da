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
 * Products with weights of two columns, for {@link NarrowWeights}, as in {@link FourColumns}.
 *
 * <p>A forward product uses eight lanes at most, the four sums of two columns: a fifth input is
 * added to the sum of the first, after it. The other lanes of a register are not used. A narrower
 * register would suffice, but in a JVM with vectors of two widths C2 allocates both.
 */
final class TwoColumns {

  private static final int WIDTH = SPECIES.length();

  private static final int COLUMNS = Kernels.PAIR;

  /** Floats between rows of outputs or deltas. */
  private static final int OUTPUTS = Kernels.LANES;

  // Each input of half a register in two lanes.
  private static final VectorShuffle<Float> LOWER = part(0, WIDTH / 2);
  private static final VectorShuffle<Float> UPPER = part(1, WIDTH / 2);

  // Four inputs in the first eight lanes, and again in the others if there are more.
  private static final VectorShuffle<Float> FIRST = part(0, 4);
  private static final VectorShuffle<Float> SECOND = part(1, 4);
  private static final VectorShuffle<Float> THIRD = part(2, 4);
  private static final VectorShuffle<Float> FOURTH = part(3, 4);

  /** The first two lanes repeated. */
  private static final VectorShuffle<Float> REPEATED = shuffle(COLUMNS, 0);

  private static final VectorShuffle<Float> FOUR_ON = shuffle(WIDTH, 4);
  private static final VectorShuffle<Float> TWO_ON = shuffle(WIDTH, 2);

  private static final VectorSpecies<Integer> INTEGERS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());

  /** The bits of the first two lanes; a mask would be slower on JDK 17. */
  private static final int[] FRONT = Arrays.copyOf(new int[] {-1, -1}, WIDTH);

  // Every other lane, in the lower half of a register and again in the upper one.
  private static final VectorShuffle<Float> EVEN = everyOther(0);
  private static final VectorShuffle<Float> ODD = everyOther(1);

  /** The bits of the lower half of a register, then of the upper one. */
  private static final int[] HALVES = halves();

  private TwoColumns() {}

  private static VectorShuffle<Float> everyOther(int first) {
    return VectorShuffle.fromOp(SPECIES, lane -> (COLUMNS * lane + first) % WIDTH);
  }

  private static int[] halves() {
    int[] bits = new int[2 * WIDTH];
    Arrays.fill(bits, 0, WIDTH / 2, -1);
    Arrays.fill(bits, WIDTH + WIDTH / 2, 2 * WIDTH, -1);
    return bits;
  }

  /** Returns a shuffle that puts each input of a part in two lanes. */
  private static VectorShuffle<Float> part(int number, int inputs) {
    return VectorShuffle.fromOp(
        SPECIES, lane -> (number * inputs + lane / COLUMNS % inputs) % WIDTH);
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
    for (int i = 0; i < in; i += WIDTH) {
      int wi = wOffset + i * COLUMNS;
      FloatVector xi = at(x, xr + i);
      if (WIDTH == 4) {
        s0 = xi.rearrange(LOWER).fma(at(w, wi), s0);
        s1 = xi.rearrange(UPPER).fma(at(w, wi + 4), s1);
      } else {
        s0 = xi.rearrange(FIRST).fma(at(w, wi), s0);
        s0 = xi.rearrange(SECOND).fma(at(w, wi + 8), s0);
      }
      if (WIDTH == 16) {
        s0 = xi.rearrange(THIRD).fma(at(w, wi + 16), s0);
        s0 = xi.rearrange(FOURTH).fma(at(w, wi + 24), s0);
      }
    }
    if (whole) {
      FloatVector sum = WIDTH == 4 ? s0.add(s1) : s0.add(s0.rearrange(FOUR_ON));
      sum = sum.add(sum.rearrange(TWO_ON));
      // Inline, because C2 does not inline a rarely called method and boxes its argument.
      IntVector front = IntVector.fromArray(INTEGERS, FRONT, 0);
      s0 = sum.reinterpretAsInts().and(front).reinterpretAsFloats();
      s1 = zero;
    }
    s0.intoArray(y, yr);
    if (WIDTH <= 8) {
      s1.intoArray(y, yr + WIDTH);
    }
    if (WIDTH == 4) {
      zero.intoArray(y, yr + 2 * WIDTH);
      zero.intoArray(y, yr + 3 * WIDTH);
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
    for (int r = 0; r < rows; r++) {
      FloatVector d = at(delta, di + r * OUTPUTS).rearrange(REPEATED);
      FloatVector xr = at(x, xi + r * xStride);
      s0 = xr.rearrange(LOWER).fma(d, s0);
      s1 = xr.rearrange(UPPER).fma(d, s1);
    }
    s0.intoArray(gw, gi);
    s1.intoArray(gw, gi + WIDTH);
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
      FloatVector g0 = xi.rearrange(LOWER).fma(d, zero);
      FloatVector g1 = xi.rearrange(UPPER).fma(d, zero);
      step.fma(g0, at(w, wi)).intoArray(w, wi);
      step.fma(g1, at(w, wi + WIDTH)).intoArray(w, wi + WIDTH);
    }
  }

  /** dx = delta·wᵀ, for at least one register of inputs. */
  static void inputGradient(
      LayerShape layer,
      float[] delta,
      int deltaOffset,
      int rows,
      float[] w,
      float[] dx,
      int dxOffset,
      int dxStride) {
    IntVector lower = IntVector.fromArray(INTEGERS, HALVES, 0);
    IntVector upper = IntVector.fromArray(INTEGERS, HALVES, WIDTH);
    FloatVector zero = FloatVector.zero(SPECIES);
    int in = layer.inputs();
    int out = layer.outputs();
    for (int i = 0; i < in; i += WIDTH) {
      // The last register overlaps the one before rather than leaving a rest.
      int from = Math.min(i, in - WIDTH);
      int wi = layer.weightOffset() + from * COLUMNS;
      FloatVector w0 = at(w, wi);
      FloatVector w1 = at(w, wi + WIDTH);
      IntVector front = w0.rearrange(EVEN).reinterpretAsInts().and(lower);
      IntVector back = w1.rearrange(EVEN).reinterpretAsInts().and(upper);
      FloatVector first = front.or(back).reinterpretAsFloats();
      front = w0.rearrange(ODD).reinterpretAsInts().and(lower);
      back = w1.rearrange(ODD).reinterpretAsInts().and(upper);
      FloatVector second = front.or(back).reinterpretAsFloats();
      for (int r = 0; r < rows; r++) {
        int di = deltaOffset + r * OUTPUTS;
        int dxi = dxOffset + r * dxStride + from;
        FloatVector sum = first.fma(constant(delta[di]), zero);
        if (out > 1) {
          sum = second.fma(constant(delta[di + 1]), sum);
        }
        sum.intoArray(dx, dxi);
      }
    }
  }
}
