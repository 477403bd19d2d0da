package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.at;
import static dev.millrace.simd.VectorFunctions.constant;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/**
 * The layer of relu neurons of {@link Kernels#forwardReluPair}, for {@link VectorKernels}; {@link
 * NarrowWeights} computes the last layer.
 */
final class ReluPair {

  private static final int WIDTH = SPECIES.length();

  private ReluPair() {}

  /** Forward product of one row, as in {@link ForwardTiles}, with relu before storing. */
  static void forward(LayerShape layer, float[] x, int xr, float[] w, float[] a, int h) {
    int in = layer.inputs();
    int columns = layer.columns();
    int wOffset = layer.weightOffset();
    int biasOffset = layer.biasOffset();
    int c = 0;
    for (; c + 2 * WIDTH <= columns; c += 2 * WIDTH) {
      FloatVector s0 = at(w, biasOffset + c);
      FloatVector s1 = at(w, biasOffset + c + WIDTH);
      int wi = wOffset + c;
      for (int i = 0; i < in; i++) {
        FloatVector xi = constant(x[xr + i]);
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
        s = constant(x[xr + i]).fma(at(w, wi), s);
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
