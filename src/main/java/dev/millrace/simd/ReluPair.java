package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.constant;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/**
 * One row through a layer of relu neurons and one of {@link Kernels#PAIR} columns, of {@link
 * VectorKernels}: the loops of {@link ForwardTiles}, {@link TwoColumns} and {@link WeightGradient},
 * whose calls would take longer than what they do.
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

  static void differentiate(float[] a, float[] delta, int h, int columns) {
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int c = h; c < h + columns; c += WIDTH) {
      zero.blend(at(delta, c), at(a, c).compare(GT, 0f)).intoArray(delta, c);
    }
  }

  static void descend(
      float[] x,
      int xr,
      int in,
      float[] delta,
      int d,
      int columns,
      float[] w,
      int wOffset,
      int biasOffset,
      float rate) {
    FloatVector step = constant(-rate);
    FloatVector zero = FloatVector.zero(SPECIES);
    int c = 0;
    for (; c + 2 * WIDTH <= columns; c += 2 * WIDTH) {
      FloatVector d0 = at(delta, d + c);
      FloatVector d1 = at(delta, d + c + WIDTH);
      int wi = wOffset + c;
      for (int i = 0; i < in; i++) {
        FloatVector xi = all(x[xr + i]);
        step.fma(xi.fma(d0, zero), at(w, wi)).intoArray(w, wi);
        step.fma(xi.fma(d1, zero), at(w, wi + WIDTH)).intoArray(w, wi + WIDTH);
        wi += columns;
      }
      int bi = biasOffset + c;
      step.fma(zero.add(d0), at(w, bi)).intoArray(w, bi);
      step.fma(zero.add(d1), at(w, bi + WIDTH)).intoArray(w, bi + WIDTH);
    }
    for (; c < columns; c += WIDTH) {
      FloatVector d0 = at(delta, d + c);
      int wi = wOffset + c;
      for (int i = 0; i < in; i++) {
        step.fma(all(x[xr + i]).fma(d0, zero), at(w, wi)).intoArray(w, wi);
        wi += columns;
      }
      int bi = biasOffset + c;
      step.fma(zero.add(d0), at(w, bi)).intoArray(w, bi);
    }
  }

  /** Of the pair. */
  static void bias(float[] delta, int d, float[] w, int biasOffset, float rate) {
    w[biasOffset] = Fma.fma(-rate, 0f + delta[d], w[biasOffset]);
    w[biasOffset + 1] = Fma.fma(-rate, 0f + delta[d + 1], w[biasOffset + 1]);
  }
}
