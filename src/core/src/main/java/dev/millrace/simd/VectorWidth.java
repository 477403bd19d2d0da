package dev.millrace.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The register width, chosen before {@link VectorKernels} is loaded, which makes it a constant. */
final class VectorWidth {

  private static int chosen = preferred();

  private VectorWidth() {}

  /** Returns the bits of the processor's registers, at most the 512 of 16 lanes. */
  static int preferred() {
    return Math.min(512, FloatVector.SPECIES_PREFERRED.vectorBitSize());
  }

  static void choose(int bits) {
    chosen = bits;
  }

  static VectorSpecies<Float> species() {
    return VectorSpecies.of(float.class, VectorShape.forBitSize(chosen));
  }
}
