package dev.millrace.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The fused multiply-add of JVMs that have no instruction for it. */
class FmaTest {

  private static final int TRIPLES = 1_000_000;

  private static final float[] SPECIAL = {
    0f,
    -0f,
    1f,
    -1f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    Math.nextDown(Float.MIN_NORMAL),
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Math.nextUp(1f),
    Math.nextDown(1f),
    0x1p-75f,
    0x1p64f,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN
  };

  @Test
  void hasTheBitsOfTheInstructionForAnyBits() {
    Random random = new Random(1);
    for (int t = 0; t < TRIPLES; t++) {
      compare(
          Float.intBitsToFloat(random.nextInt()),
          Float.intBitsToFloat(random.nextInt()),
          Float.intBitsToFloat(random.nextInt()));
    }
  }

  @Test
  void hasTheBitsOfTheInstructionWhereTermsNearlyCancelOrNearlyTie() {
    Random random = new Random(2);
    for (int t = 0; t < TRIPLES; t++) {
      float a = Math.scalb(1f + random.nextInt(1 << 12) * 0x1p-12f, random.nextInt(8));
      float b = Math.scalb(1f + random.nextInt(1 << 12) * 0x1p-12f, random.nextInt(8));
      float near = Math.scalb(a * b, random.nextInt(60) - 30);
      compare(a, b, random.nextBoolean() ? near : -near);
      compare(a, Math.scalb(b, -150), Math.scalb(-near, -150));
    }
  }

  @Test
  void hasTheBitsOfTheInstructionForZerosExtremesAndNonNumbers() {
    for (float a : SPECIAL) {
      for (float b : SPECIAL) {
        for (float c : SPECIAL) {
          compare(a, b, c);
        }
      }
    }
  }

  private static void compare(float a, float b, float c) {
    int expected = Float.floatToIntBits(Math.fma(a, b, c));
    int actual = Float.floatToIntBits(Fma.inDoubles(a, b, c));
    if (actual != expected) {
      assertThat(actual).as("fma(%s, %s, %s)", a, b, c).isEqualTo(expected);
    }
  }
}
