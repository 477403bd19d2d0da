package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.state.State;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FixedShareTest {

  private final FixedShare answer = new FixedShare();

  @Test
  void anAnswerStartsAsMostlyTheMixture() {
    assertThat(answer.average(1, 0, 0)).isEqualTo(0.8);
    assertThat(answer.average(1, 2, 3)).isCloseTo(1.3, within(1e-12));
  }

  /** The mixture may be as bad as it likes, and in turns good and bad. */
  @ParameterizedTest
  @CsvSource({"1, 1", "500, 1", "100000, 1", "1, 10", "500, 10", "100000, 10"})
  void theAnswerLosesLittleMoreThanTheBaselineWhateverTheMixtureSays(int turn, double weight) {
    int examples = 50_000;
    Random random = new Random(7);
    double ofAnswer = 0;
    double ofBaseline = 0;
    for (int e = 0; e < examples; e++) {
      boolean isRare = random.nextInt(100) == 0;
      boolean isGood = e / turn % 2 == 1;
      double baseline = isRare ? 0.01 : 0.99;
      double mixture = isGood ? 0.999 : isRare ? 1e-4 : 0.7;
      double linear = random.nextDouble() * 0.9 + 0.05;
      ofAnswer -= Math.log(answer.average(mixture, linear, baseline));
      ofBaseline -= Math.log(baseline);
      answer.learn(-Math.log(mixture), -Math.log(linear), -Math.log(baseline), weight, 1, e);
    }

    assertThat(ofAnswer).isLessThan(ofBaseline + Math.log(10) + 0.1 * Math.log(examples + 1));
  }

  @Test
  void theAnswerLosesLittleMoreThanThePreviousLabelWhateverTheOthersSay() {
    FixedShare four = FixedShare.withPreviousLabel();
    int examples = 20_000;
    double ofAnswer = 0;
    double ofPrevious = 0;
    for (int e = 0; e < examples; e++) {
      boolean isGood = e / 500 % 2 == 1;
      double mixture = isGood ? 0.95 : 0.01;
      ofAnswer -= Math.log(four.average(mixture, 0.5, 0.4, 0.9));
      ofPrevious -= Math.log(0.9);
      double likelihood = -Math.log(0.9);
      four.learn(-Math.log(mixture), -Math.log(0.5), -Math.log(0.4), likelihood, 1, 1, e);
    }

    assertThat(ofAnswer).isLessThan(ofPrevious + Math.log(20) + 0.1 * Math.log(examples + 1));
    assertThat(four.average(1, 1, 1, 1)).isCloseTo(1, within(1e-12));
    assertThat(new FixedShare().previous()).isZero();
  }

  @Test
  void theWeightsSumToOneAndNoneIsEverZero() {
    for (int e = 0; e < 2_000; e++) {
      answer.learn(0, 90, 1e9, 1e6, 1, e);

      assertThat(answer.average(1, 1, 1)).isCloseTo(1, within(1e-12));
    }

    assertThat(answer.mixture()).isGreaterThan(0.999);
    assertThat(answer.linear()).isPositive();
    assertThat(answer.baseline()).isPositive();
  }

  @Test
  void followsTheNewBestWithinFewExamples() {
    for (int e = 0; e < 20_000; e++) {
      answer.learn(1, 0.5, 0.5, 1, 1, e);
    }
    assertThat(answer.mixture()).isLessThan(1e-5);

    for (int e = 20_000; e < 20_060; e++) {
      answer.learn(0.1, 0.5, 0.5, 1, 1, e);
    }

    assertThat(answer.mixture()).isGreaterThan(0.99);
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, 0.5, 0.5, 0",
    "0.5, NaN, 0.5, 0",
    "1.5, -0.25, -0.25, 0",
    "0.8, 0.1, 0.1, 0.1",
    "1, 0.1, 0.1, -0.2",
    "0, 0, 0, 0"
  })
  void rejectsStoredWeightsWhoseSumIsNotOne(
      double mixture, double linear, double baseline, double previous) {
    byte[] stored =
        ByteBuffer.allocate(4 * Double.BYTES)
            .putDouble(mixture)
            .putDouble(linear)
            .putDouble(baseline)
            .putDouble(previous)
            .array();

    assertThatThrownBy(() -> State.read(new BoundedDataInput(stored), answer))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("must be shares of 1");
  }

  @Test
  void anExampleWithoutWeightMovesNothingButTheShareThatIsDealtOut() {
    answer.learn(5, 1, 1, 0, 1, 98);

    assertThat(answer.mixture()).isCloseTo(0.8, within(1e-3));
  }
}
