package dev.millrace.nn.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FdlibmCosTest {
  private static final long SEED = 7;

  @Test
  void hasTheBitsOfStrictMathForSharesOfHalfATurn() {
    SplittableRandom random = new SplittableRandom(SEED);

    for (int i = 0; i < 2_000_000; i++) {
      assertSame(Math.PI * random.nextDouble());
    }
  }

  @Test
  void hasTheBitsOfStrictMathForEveryStepOfASchedule() {
    int steps = 1_000_000;

    for (int step = 0; step <= steps; step++) {
      assertSame(Math.PI * ((double) step / steps));
    }
  }

  @Test
  void hasTheBitsOfStrictMathWhereTheAlgorithmChanges() {
    for (double x :
        new double[] {0x1p-27, 0.3, 0.78125, Math.PI / 4, Math.PI / 2, 3 * Math.PI / 4, Math.PI}) {
      for (long step = -3000; step <= 3000; step++) {
        double near = Double.longBitsToDouble(Double.doubleToRawLongBits(x) + step * step * step);
        if (near <= Math.PI) {
          assertSame(near);
        }
      }
    }
  }

  @Test
  void hasTheBitsOfStrictMathForSmallAnglesAndTheirDistancesFromPi() {
    SplittableRandom random = new SplittableRandom(SEED);

    for (int i = 0; i < 1_000_000; i++) {
      double small = Math.scalb(random.nextDouble(), -random.nextInt(60));
      assertSame(small);
      assertSame(Math.PI - small);
      assertSame(Math.PI / 2 - small);
    }
  }

  private static void assertSame(double x) {
    long actual = Double.doubleToRawLongBits(FdlibmCos.cosine(x));
    if (actual != Double.doubleToRawLongBits(StrictMath.cos(x))) {
      assertThat(FdlibmCos.cosine(x)).as("cosine of %s", x).isEqualTo(StrictMath.cos(x));
    }
  }
}
