package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static dev.millrace.simd.VectorFunctions.constant;

import jdk.incubator.vector.FloatVector;

/** {@link MixtureKernels} on the Vector API: one vector a turn and no tail. */
final class VectorMixtures implements MixtureKernels {

  private static final int WIDTH = SPECIES.length();

  @Override
  public void average(float[] a, float[] x, int offset, int length, float share) {
    FloatVector part = constant(share);
    for (int i = offset; i < offset + length; i += WIDTH) {
      FloatVector ai = FloatVector.fromArray(SPECIES, a, i);
      part.fma(FloatVector.fromArray(SPECIES, x, i).sub(ai), ai).intoArray(a, i);
    }
  }

  @Override
  public void cosine(float[] x, int xOffset, float[] y, int yOffset, int length, float scale) {
    for (int i = 0; i < length; i += WIDTH) {
      FloatVector turns = FloatVector.fromArray(SPECIES, x, xOffset + i);
      VectorFunctions.cosineOfTurns(turns).mul(scale).intoArray(y, yOffset + i);
    }
  }

  @Override
  public void flooredLog(float[] p, float[] y, int offset, int length, float keep, float floor) {
    FloatVector factor = constant(keep);
    for (int i = offset; i < offset + length; i += WIDTH) {
      FloatVector raised = factor.fma(FloatVector.fromArray(SPECIES, p, i), constant(floor));
      VectorFunctions.logOfNormal(raised).intoArray(y, i);
    }
  }
}
