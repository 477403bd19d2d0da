package dev.millrace.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.testing.DoubleNetwork;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Errors against the JDK's functions in double, over all exponents. */
class ElementaryTest {

  private interface FloatFunction {
    float apply(float x);
  }

  @Test
  void expIsWithinTwoUlp() {
    assertThat(worst(Elementary::exp, StrictMath::exp, true)).isLessThanOrEqualTo(2);
  }

  @Test
  void tanhIsWithinThreeUlp() {
    assertThat(worst(Elementary::tanh, StrictMath::tanh, true)).isLessThanOrEqualTo(3);
  }

  @Test
  void sigmoidIsWithinThreeUlp() {
    DoubleUnaryOperator exact =
        x -> x >= 0 ? 1 / (1 + StrictMath.exp(-x)) : StrictMath.exp(x) / (1 + StrictMath.exp(x));
    assertThat(worst(Elementary::sigmoid, exact, true)).isLessThanOrEqualTo(3);
  }

  @Test
  void logIsWithinTwoUlp() {
    assertThat(worst(Elementary::log, StrictMath::log, false)).isLessThanOrEqualTo(2);
  }

  @Test
  void theCosineOfTurnsIsWithinTwoTenMillionths() {
    for (float x = -3f; x < 3f; x += 0.0001f) {
      assertThat((double) Elementary.cosineOfTurns(x))
          .as("cosine of %s turns", x)
          .isCloseTo(StrictMath.cos(2 * Math.PI * (double) x), within(2e-7));
    }
    assertThat(Elementary.cosineOfTurns(1000f)).isEqualTo(1f, within(2e-7f));
    assertThat(Elementary.cosineOfTurns(-1000.25f)).isEqualTo(0f, within(2e-7f));
    assertThat(Elementary.cosineOfTurns(0x1p21f + 0.5f)).isEqualTo(-1f, within(2e-7f));
  }

  @Test
  void softplusIsWithinThreeUlp() {
    DoubleUnaryOperator exact =
        x -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    assertThat(worst(Elementary::softplus, exact, true)).isLessThanOrEqualTo(3);
  }

  @Test
  void geluIsWithinTenUlpDownToWhereItUnderflows() {
    // Φ by Simpson's rule is exact to 1e-15 or so, which bounds how far down it can be checked.
    for (float x = -5f; x < 8f; x += 0.0037f) {
      double exact = x * DoubleNetwork.normal(x);
      assertThat(error(Elementary.gelu(x), exact)).as("gelu(%s)", x).isLessThanOrEqualTo(10);
      double density = StrictMath.exp(-0.5 * x * (double) x) / Math.sqrt(2 * Math.PI);
      assertThat((double) Elementary.geluSlope(x))
          .isCloseTo(DoubleNetwork.normal(x) + x * density, within(2e-7));
    }
    assertThat(Elementary.gelu(-40f)).isZero();
    assertThat(Elementary.gelu(1e30f)).isEqualTo(1e30f);
    assertThat(Elementary.geluSlope(-1e4f)).isZero();
    assertThat(Elementary.geluSlope(1e4f)).isEqualTo(1f);
  }

  @Test
  void theKernelsGiveTheSameNumbers() {
    float[] a = {-90f, -1f, -1e-40f, 0f, 0.3f, 5f, 100f};
    float[] tanh = a.clone();
    float[] sigmoid = a.clone();

    KernelProvider.kernels().tanh(tanh, 0, a.length);
    KernelProvider.kernels().sigmoid(sigmoid, 0, a.length);

    for (int i = 0; i < a.length; i++) {
      assertThat(tanh[i]).isEqualTo(Elementary.tanh(a[i]));
      assertThat(sigmoid[i]).isEqualTo(Elementary.sigmoid(a[i]));
    }
  }

  @Test
  void specialValuesAreThoseOfMathematics() {
    float infinity = Float.POSITIVE_INFINITY;
    assertThat(Elementary.exp(0f)).isEqualTo(1f);
    assertThat(Elementary.exp(-0f)).isEqualTo(1f);
    assertThat(Elementary.exp(infinity)).isEqualTo(infinity);
    assertThat(Elementary.exp(-infinity)).isEqualTo(0f);
    assertThat(Elementary.exp(Float.NaN)).isNaN();
    assertThat(Elementary.tanh(infinity)).isEqualTo(1f);
    assertThat(Elementary.tanh(-infinity)).isEqualTo(-1f);
    assertThat(Float.floatToIntBits(Elementary.tanh(-0f))).isEqualTo(Float.floatToIntBits(-0f));
    assertThat(Elementary.tanh(Float.NaN)).isNaN();
    assertThat(Elementary.sigmoid(infinity)).isEqualTo(1f);
    assertThat(Elementary.sigmoid(-infinity)).isEqualTo(0f);
    assertThat(Elementary.sigmoid(0f)).isEqualTo(0.5f);
    assertThat(Elementary.sigmoid(Float.NaN)).isNaN();
    assertThat(Elementary.log(1f)).isEqualTo(0f);
    assertThat(Elementary.log(0f)).isEqualTo(-infinity);
    assertThat(Elementary.log(-0f)).isEqualTo(-infinity);
    assertThat(Elementary.log(infinity)).isEqualTo(infinity);
    assertThat(Elementary.log(-1f)).isNaN();
    assertThat(Elementary.log(Float.NaN)).isNaN();
  }

  /** Greatest error in units in the last place of the exact result, rounded to float. */
  private static double worst(FloatFunction ours, DoubleUnaryOperator exact, boolean negative) {
    double worst = 0;
    // A prime step through all bit patterns: every exponent, 1.7 million arguments a sign.
    for (int bits = 0; bits >= 0 && bits < 0x7F800000; bits += 1259) {
      float x = Float.intBitsToFloat(bits);
      worst = Math.max(worst, error(ours.apply(x), exact.applyAsDouble(x)));
      if (negative) {
        worst = Math.max(worst, error(ours.apply(-x), exact.applyAsDouble(-x)));
      }
    }
    return worst;
  }

  private static double error(float actual, double exact) {
    float rounded = (float) exact;
    if (Float.compare(actual, rounded) == 0 || (actual == 0f && rounded == 0f)) {
      return 0;
    }
    if (Float.isInfinite(rounded) || Float.isInfinite(actual)) {
      // Just below the threshold of overflow, the last place of the greatest float decides.
      double finite = Float.isInfinite(actual) ? 0x1p128 : actual;
      return Math.abs(finite - exact) / Math.ulp(Float.MAX_VALUE);
    }
    return Math.abs(actual - exact) / Math.ulp(rounded);
  }
}
