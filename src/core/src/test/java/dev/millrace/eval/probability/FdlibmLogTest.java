package dev.millrace.eval.probability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FdlibmLogTest {
  private static final long SEED = 7;

  @Test
  void hasTheBitsOfStrictMathForProbabilities() {
    SplittableRandom random = new SplittableRandom(SEED);

    for (int i = 0; i < 2_000_000; i++) {
      assertSame(Math.max(1e-7f, (float) random.nextDouble()));
    }
  }

  @Test
  void hasTheBitsOfStrictMathNearEveryPowerOfTwo() {
    for (int exponent = -1022; exponent <= 1023; exponent++) {
      double power = Math.scalb(1.0, exponent);
      for (long step = -40; step <= 40; step++) {
        double near =
            Double.longBitsToDouble(Double.doubleToRawLongBits(power) + step * step * step);
        if (near >= Double.MIN_NORMAL && near <= Double.MAX_VALUE) {
          assertSame(near);
        }
      }
    }
  }

  @Test
  void hasTheBitsOfStrictMathForAnyNormalNumber() {
    SplittableRandom random = new SplittableRandom(SEED);

    for (int i = 0; i < 1_000_000; i++) {
      double x = Double.longBitsToDouble(random.nextLong() & Long.MAX_VALUE);
      if (x >= Double.MIN_NORMAL && x <= Double.MAX_VALUE) {
        assertSame(x);
      }
    }
  }

  private static void assertSame(double x) {
    long actual = Double.doubleToRawLongBits(FdlibmLog.of(x));
    if (actual != Double.doubleToRawLongBits(StrictMath.log(x))) {
      assertThat(FdlibmLog.of(x)).as("log of %s", x).isEqualTo(StrictMath.log(x));
    }
  }
}
