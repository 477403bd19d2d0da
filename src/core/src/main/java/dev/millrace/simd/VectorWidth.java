package dev.millrace.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The register width, settled before {@link VectorKernels} is loaded and makes it a constant. */
final class VectorWidth {

  private static int chosen = preferred();

  private VectorWidth() {}

  /** Bits of the processor's own registers, at most the 512 that the 16 lanes fill. */
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
