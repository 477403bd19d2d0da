package dev.millrace.nn.tails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.state.State;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class HeavyTailTest {
  private static final int COUNT = 100;

  private static double[] numbers(long seed, DoubleUnaryOperator ofNormal) {
    Random random = new Random(seed);
    return DoubleStream.generate(random::nextGaussian).limit(COUNT).map(ofNormal).toArray();
  }

  private static long found(DoubleUnaryOperator ofNormal) {
    long found = 0;
    for (int seed = 0; seed < 100; seed++) {
      found += HeavyTail.of(numbers(seed, ofNormal), COUNT) == null ? 0 : 1;
    }
    return found;
  }

  @Test
  void normalUniformAndSlightlySkewedNumbersHaveNoHeavyTail() {
    assertThat(found(z -> 50 + 3 * z)).isZero();
    assertThat(found(z -> 1 / (1 + Math.exp(-z)))).isZero();
    assertThat(found(z -> Math.exp(0.3 * z))).isLessThan(10);
  }

  @Test
  void logNormalCauchyAndMixedNumbersHaveOne() {
    assertThat(found(z -> Math.exp(2 * z))).isGreaterThan(95);
    assertThat(found(z -> Math.tan(Math.PI * (1 / (1 + Math.exp(-1.7 * z)) - 0.5))))
        .isGreaterThan(90);
    assertThat(found(z -> Math.abs(z) > 2 ? 20 * z : z)).isGreaterThan(90);
  }

  @Test
  void countsThatAreMostlyZeroAndFlagsHaveNone() {
    assertThat(found(z -> z > 2 ? 1 : 0)).isZero();
    assertThat(found(z -> Math.floor(Math.max(0, 3 * z - 3)))).isZero();
    assertThat(found(z -> 7)).isZero();
  }

  @Test
  void numbersOfOneSignAreScaledFromZeroAndOthersFromTheirMedian() {
    HeavyTail prices = HeavyTail.of(numbers(1, z -> 1_000 * Math.exp(2 * z)), COUNT);
    HeavyTail returns = HeavyTail.of(numbers(1, z -> z * z * z * z * z), COUNT);
    HeavyTail far = HeavyTail.of(numbers(1, z -> 1e6 + z * z * z * z * z), COUNT);

    assertThat(prices.center()).isZero();
    assertThat(prices.unit()).isBetween(100.0, 500.0);
    assertThat(returns.center()).isCloseTo(0, within(0.1));
    assertThat(far.center()).isCloseTo(1e6, within(1.0));
    assertThat(far.unit()).isLessThan(10);
  }

  @Test
  void aScaledNumberIsItsInverseHyperbolicSine() {
    HeavyTail tail = new HeavyTail(10, 2);

    assertThat(tail.scaled(10)).isZero();
    assertThat(tail.scaled(12)).isCloseTo(Math.log(1 + Math.sqrt(2)), within(1e-12));
    assertThat(tail.scaled(8)).isEqualTo(-tail.scaled(12));
    assertThat(tail.scaled(Double.NaN)).isNaN();
    for (double number : new double[] {-1e30, -5, 10, 10.001, 1e6, 3e38}) {
      assertThat(tail.unscaled(tail.scaled(number)))
          .isCloseTo(number, within(1e-12 * Math.abs(number - 10) + 1e-12));
    }
    assertThat(tail.unscaled(1e9)).isFinite();
  }

  @Test
  void onlyHeavyColumnsAreScaledAndAllIsRestored() throws IOException {
    double[] heavy = numbers(1, z -> Math.exp(2 * z));
    double[] normal = numbers(2, z -> z);
    TailColumns columns = new TailColumns(3);
    columns.start(
        COUNT,
        (row, column) -> column == 0 ? (float) normal[row] : (float) heavy[row],
        column -> column < 2);
    float[] row = {2, 3, 4};
    float[] scaled = new float[3];
    columns.write(row, 0, scaled, 0);

    assertThat(columns.places()).containsExactly(1);
    assertThat(scaled[0]).isEqualTo(2);
    assertThat(scaled[1]).isNotEqualTo(3);
    assertThat(scaled[2]).isEqualTo(4);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    columns.write(new DataOutputStream(bytes));
    TailColumns read = new TailColumns(3);
    State.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), read);
    read.write(row, 0, row, 0);
    assertThat(row).isEqualTo(scaled);
  }
}
