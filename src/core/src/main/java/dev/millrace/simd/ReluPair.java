package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/**
 * The layer of relu neurons of {@link Kernels#forwardReluPair}, of {@link VectorKernels}; the one
 * after it is that of {@link NarrowWeights}.
 */
final class ReluPair {

  private static final int WIDTH = SPECIES.length();

  private ReluPair() {}

  private static FloatVector at(float[] a, int i) {
    return FloatVector.fromArray(SPECIES, a, i);
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  /** One row through the layer, as {@link ForwardTiles} has it, and relu before it is stored. */
  static void forward(
      float[] x,
      int xr,
      int in,
      float[] w,
      int wOffset,
      int biasOffset,
      int columns,
      float[] a,
      int h) {
    int c = 0;
    for (; c + 2 * WIDTH <= columns; c += 2 * WIDTH) {
      FloatVector s0 = at(w, biasOffset + c);
      FloatVector s1 = at(w, biasOffset + c + WIDTH);
      int wi = wOffset + c;
      for (int i = 0; i < in; i++) {
        FloatVector xi = all(x[xr + i]);
        s0 = xi.fma(at(w, wi), s0);
        s1 = xi.fma(at(w, wi + WIDTH), s1);
        wi += columns;
      }
      s0.blend(0f, s0.compare(LT, 0f)).intoArray(a, h + c);
      s1.blend(0f, s1.compare(LT, 0f)).intoArray(a, h + c + WIDTH);
    }
    for (; c < columns; c += WIDTH) {
      FloatVector s = at(w, biasOffset + c);
      int wi = wOffset + c;
      for (int i = 0; i < in; i++) {
        s = all(x[xr + i]).fma(at(w, wi), s);
        wi += columns;
      }
      s.blend(0f, s.compare(LT, 0f)).intoArray(a, h + c);
    }
  }

  /** {@link Kernels#reluGradient} of whole registers. */
  static void differentiate(float[] y, int yOffset, float[] delta, int deltaOffset, int length) {
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector d = at(delta, deltaOffset + i);
      zero.blend(d, at(y, yOffset + i).compare(GT, 0f)).intoArray(delta, deltaOffset + i);
    }
  }
}
