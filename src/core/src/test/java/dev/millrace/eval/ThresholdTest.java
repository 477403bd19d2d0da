package dev.millrace.eval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.eval.MetricsSpec.Decision;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThresholdTest {

  /** Of 40 positive examples 30 were hit, of 50 others 20 were taken for positive. */
  @ParameterizedTest
  @CsvSource({
    "NONE, 2, 0.5",
    // Share of the positive class, and 5 of 10 to begin with.
    "BALANCED_ACCURACY, 2, 0.45",
    // (2.5 + 30) / (10 + 50 + 40)
    "F1, 2, 0.325",
    // (2.5 + 30) / (10 + 50 + 4 * 40)
    "F_BETA, 2, 0.14772727272727273",
  })
  void isWhatTheExamplesSoFarAskFor(Decision decision, double beta, double expected) {
    for (int positive = 0; positive <= 1; positive++) {
      ConfusionMatrix matrix = new ConfusionMatrix();
      matrix.add(positive, positive, 30);
      matrix.add(positive, 1 - positive, 10);
      matrix.add(1 - positive, positive, 20);
      matrix.add(1 - positive, 1 - positive, 30);

      assertThat(Threshold.of(decision, beta, matrix, positive)).isEqualTo(expected);
    }
  }
}
