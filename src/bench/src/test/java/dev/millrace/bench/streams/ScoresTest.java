package dev.millrace.bench.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScoresTest {
  private static final Result.Run RUN = new Result.Run("stream", "learner", 1, 1_000, 7);

  @Test
  void classesHaveAccuracyLogLossFirstRowsAndACurve() {
    Scores scores = new Scores(1_000, true);
    for (int row = 0; row < 1_000; row++) {
      boolean isRight = row >= 400; // wrong at the start
      scores.addClass(isRight ? 1 : 0, 1, isRight ? 0.5 : 0.25);
    }

    Result result = scores.result(RUN, 0.5, 2048, Double.NaN);

    assertThat(result.score()).isCloseTo(0.6, within(1e-12));
    assertThat(result.first()).isCloseTo(0.2, within(1e-12));
    assertThat(result.logLoss()).isCloseTo(0.6 * Math.log(2) + 0.4 * Math.log(4), within(1e-9));
    assertThat(result.curve()).startsWith(0.0, 0.0, 0.0, 0.0, 1.0).endsWith(1.0).hasSize(10);
    assertThat(result.rate()).isEqualTo(2_000);
  }

  @Test
  void theCurveHasTheMeanOfEachTenthOfAnyNumberOfRows() {
    Scores scores = new Scores(1_003, false);
    for (int row = 0; row < 1_003; row++) {
      scores.addValue(3, 1);
    }

    Result result = scores.result(RUN, 1, 0, 0);

    assertThat(result.curve()).hasSize(10).allSatisfy(p -> assertThat(p).isEqualTo(2.0));
    assertThat(result.logLoss()).isNaN();
  }

  @Test
  void missingRowsAreAnError() {
    Scores scores = new Scores(10, true);
    scores.addClass(1, 1, 1);

    assertThatThrownBy(() -> scores.result(RUN, 1, 1, 1)).hasMessageContaining("1 of 10 rows");
  }
}
