package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.constant;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;

/** {@link ActivationKernels} on the Vector API, with the rest in plain loops. */
final class VectorActivations implements ActivationKernels {

  private static final int WIDTH = SPECIES.length();

  /** One pass over the arrays, from {@code x} and the last pass's {@code y} to {@code y}. */
  private interface Pass {
    void run(float[] x, float[] y, int offset, int bound);
  }

  private static final Pass[] SIGMOID = {VectorActivations::sigmoids};
  private static final Pass[] SILU = {VectorActivations::sigmoids, VectorActivations::silus};
  private static final Pass[] SILU_SLOPE = {
    VectorActivations::sigmoids, VectorActivations::siluSlopes
  };
  private static final Pass[] SOFTPLUS = {
    VectorActivations::exps, VectorActivations::logs, VectorActivations::softpluses
  };
  private static final Pass[] GELU = {
    VectorActivations::bells, VectorActivations::tails, VectorActivations::gelus
  };
  private static final Pass[] GELU_SLOPE = {
    VectorActivations::bells,
    VectorActivations::tails,
    VectorActivations::normals,
    VectorActivations::geluSlopes
  };

  /** One call site for all passes, so that C2 compiles each separately instead of inlining it. */
  private static void run(Pass[] passes, float[] x, float[] y, int offset, int bound) {
    for (Pass pass : passes) {
      pass.run(x, y, offset, bound);
    }
  }

  private final ScalarActivations scalar = new ScalarActivations();

  @Override
  public void leakyRelu(float[] a, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    for (int i = offset; i < offset + bound; i += WIDTH) {
      FloatVector v = FloatVector.fromArray(SPECIES, a, i);
      v.mul(Elementary.LEAK).blend(v, v.compare(GT, 0f)).intoArray(a, i);
    }
    scalar.leakyRelu(a, offset + bound, length - bound);
  }

  @Override
  public void elu(float[] a, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    VectorKernels.elu(a, offset, bound);
    scalar.elu(a, offset + bound, length - bound);
  }

  @Override
  public void gelu(float[] x, float[] y, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    run(GELU, x, y, offset, bound);
    scalar.gelu(x, y, offset + bound, length - bound);
  }

  private static void gelus(float[] x, float[] y, int offset, int bound) {
    for (int i = offset; i < offset + bound; i += WIDTH) {
      FloatVector xi = FloatVector.fromArray(SPECIES, x, i);
      FloatVector first = FloatVector.fromArray(SPECIES, y, i);
      xi.mul(VectorFunctions.normal(xi, first)).intoArray(y, i);
    }
  }

  @Override
  public void silu(float[] x, float[] y, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    run(SILU, x, y, offset, bound);
    scalar.silu(x, y, offset + bound, length - bound);
  }

  private static void silus(float[] x, float[] y, int offset, int bound) {
    for (int i = offset; i < offset + bound; i += WIDTH) {
      FloatVector xi = FloatVector.fromArray(SPECIES, x, i);
      FloatVector first = FloatVector.fromArray(SPECIES, y, i);
      xi.mul(first).intoArray(y, i);
    }
  }

  @Override
  public void softplus(float[] x, float[] y, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    run(SOFTPLUS, x, y, offset, bound);
    scalar.softplus(x, y, offset + bound, length - bound);
  }

  private static void softpluses(float[] x, float[] y, int offset, int bound) {
    for (int i = offset; i < offset + bound; i += WIDTH) {
      FloatVector xi = FloatVector.fromArray(SPECIES, x, i);
      FloatVector first = FloatVector.fromArray(SPECIES, y, i);
      VectorFunctions.softplus(xi, first).intoArray(y, i);
    }
  }

  @Override
  public void leakyReluGradient(
      float[] y, int yOffset, float[] delta, int deltaOffset, int length) {
    int bound = SPECIES.loopBound(length);
    for (int i = 0; i < bound; i += WIDTH) {
      FloatVector yi = FloatVector.fromArray(SPECIES, y, yOffset + i);
      FloatVector d = FloatVector.fromArray(SPECIES, delta, deltaOffset + i);
      d.mul(constant(Elementary.LEAK).blend(1f, yi.compare(GT, 0f)))
          .intoArray(delta, deltaOffset + i);
    }
    scalar.leakyReluGradient(y, yOffset + bound, delta, deltaOffset + bound, length - bound);
  }

  @Override
  public void eluGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length) {
    int bound = SPECIES.loopBound(length);
    for (int i = 0; i < bound; i += WIDTH) {
      FloatVector yi = FloatVector.fromArray(SPECIES, y, yOffset + i);
      FloatVector d = FloatVector.fromArray(SPECIES, delta, deltaOffset + i);
      d.mul(yi.add(1f).blend(1f, yi.compare(GT, 0f))).intoArray(delta, deltaOffset + i);
    }
    scalar.eluGradient(y, yOffset + bound, delta, deltaOffset + bound, length - bound);
  }

  @Override
  public void geluGradient(float[] x, float[] scratch, float[] delta, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    run(GELU_SLOPE, x, scratch, offset, bound);
    multiply(scratch, delta, offset, bound);
    scalar.geluGradient(x, scratch, delta, offset + bound, length - bound);
  }

  @Override
  public void siluGradient(float[] x, float[] scratch, float[] delta, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    run(SILU_SLOPE, x, scratch, offset, bound);
    multiply(scratch, delta, offset, bound);
    scalar.siluGradient(x, scratch, delta, offset + bound, length - bound);
  }

  @Override
  public void softplusGradient(float[] x, float[] scratch, float[] delta, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    run(SIGMOID, x, scratch, offset, bound);
    multiply(scratch, delta, offset, bound);
    scalar.softplusGradient(x, scratch, delta, offset + bound, length - bound);
  }

  private static void multiply(float[] scratch, float[] delta, int offset, int bound) {
    for (int i = offset; i < offset + bound; i += WIDTH) {
      FloatVector first = FloatVector.fromArray(SPECIES, scratch, i);
      FloatVector d = FloatVector.fromArray(SPECIES, delta, i);
      d.mul(first).intoArray(delta, i);
    }
  }

  private static void bells(float[] x, float[] y, int offset, int bound) {
    for (int i = offset; i < offset + bound; i += WIDTH) {
      VectorFunctions.bell(FloatVector.fromArray(SPECIES, x, i)).intoArray(y, i);
    }
  }

  private static void sigmoids(float[] x, float[] y, int offset, int bound) {
    for (int i = offset; i < offset + bound; i += WIDTH) {
      VectorFunctions.sigmoid(FloatVector.fromArray(SPECIES, x, i)).intoArray(y, i);
    }
  }

  private static void exps(float[] x, float[] y, int offset, int bound) {
    for (int i = offset; i < offset + bound; i += WIDTH) {
      VectorFunctions.expOfMinusMagnitude(FloatVector.fromArray(SPECIES, x, i)).intoArray(y, i);
    }
  }

  private static void tails(float[] x, float[] y, int offset, int bound) {
    for (int i = offset; i < offset + bound; i += WIDTH) {
      FloatVector xi = FloatVector.fromArray(SPECIES, x, i);
      VectorFunctions.tail(xi, FloatVector.fromArray(SPECIES, y, i)).intoArray(y, i);
    }
  }

  private static void normals(float[] x, float[] y, int offset, int bound) {
    for (int i = offset; i < offset + bound; i += WIDTH) {
      FloatVector xi = FloatVector.fromArray(SPECIES, x, i);
      VectorFunctions.normal(xi, FloatVector.fromArray(SPECIES, y, i)).intoArray(y, i);
    }
  }

  private static void logs(float[] x, float[] y, int offset, int bound) {
    for (int i = offset; i < offset + bound; i += WIDTH) {
      VectorFunctions.log1p(FloatVector.fromArray(SPECIES, y, i)).intoArray(y, i);
    }
  }

  private static void geluSlopes(float[] x, float[] y, int offset, int bound) {
    for (int i = offset; i < offset + bound; i += WIDTH) {
      FloatVector xi = FloatVector.fromArray(SPECIES, x, i);
      VectorFunctions.geluSlope(xi, FloatVector.fromArray(SPECIES, y, i)).intoArray(y, i);
    }
  }

  private static void siluSlopes(float[] x, float[] y, int offset, int bound) {
    for (int i = offset; i < offset + bound; i += WIDTH) {
      FloatVector xi = FloatVector.fromArray(SPECIES, x, i);
      VectorFunctions.siluSlope(xi, FloatVector.fromArray(SPECIES, y, i)).intoArray(y, i);
    }
  }
}
