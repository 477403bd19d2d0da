package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.constant;

import jdk.incubator.vector.FloatVector;

/** The loop of {@link FmaPeak} on vectors: twelve sums, which fit 16 registers and hide latency. */
final class VectorFma {

  static final int SUMS = 12;

  private VectorFma() {}

  static float run(int rounds) {
    // Below 1, so that the sums neither overflow nor become denormal.
    FloatVector a = constant(0.999f);
    FloatVector b = constant(1e-3f);
    FloatVector s0 = constant(0f);
    FloatVector s1 = constant(1f);
    FloatVector s2 = constant(2f);
    FloatVector s3 = constant(3f);
    FloatVector s4 = constant(4f);
    FloatVector s5 = constant(5f);
    FloatVector s6 = constant(6f);
    FloatVector s7 = constant(7f);
    FloatVector s8 = constant(8f);
    FloatVector s9 = constant(9f);
    FloatVector s10 = constant(10f);
    FloatVector s11 = constant(11f);
    for (int r = 0; r < rounds; r++) {
      s0 = s0.fma(a, b);
      s1 = s1.fma(a, b);
      s2 = s2.fma(a, b);
      s3 = s3.fma(a, b);
      s4 = s4.fma(a, b);
      s5 = s5.fma(a, b);
      s6 = s6.fma(a, b);
      s7 = s7.fma(a, b);
      s8 = s8.fma(a, b);
      s9 = s9.fma(a, b);
      s10 = s10.fma(a, b);
      s11 = s11.fma(a, b);
    }
    FloatVector sum =
        s0.add(
            s1.add(s2.add(s3.add(s4.add(s5.add(s6.add(s7.add(s8.add(s9.add(s10.add(s11)))))))))));
    return sum.lane(0);
  }
}
