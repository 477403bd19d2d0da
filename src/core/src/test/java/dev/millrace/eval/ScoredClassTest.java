package dev.millrace.eval;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScoredClassTest {
  private final ScoredClass example = new ScoredClass();

  @Test
  void beforeAnythingWasTakenThereIsNoScore() {
    assertThat(example.scoreOf(0)).isNaN();
    assertThat(example.isBinaryChoice()).isFalse();
    assertThat(example.isDecided()).isFalse();
  }

  @Test
  void aClassThatTheModelDidNotKnowHasAScoreOfZero() {
    example.set(new float[] {9, 0.25f, 0.75f, 9}, 1, 2, true, 2);

    assertThat(example.predicted).isEqualTo(1);
    assertThat(example.confidence).isEqualTo(0.75f);
    assertThat(example.scoreOf(2)).isZero();
    assertThat(example.logLoss).isEqualTo(-Math.log(1e-7f));
    assertThat(example.brier).isEqualTo(1 + 0.0625f + 0.5625f);
    assertThat(example.squaredDistance()).isEqualTo(example.brier);
  }

  @Test
  void scoresThatAreNotFiniteCountAsTheWorst() {
    for (int actual = 0; actual < 3; actual++) {
      example.set(new float[] {Float.NaN, Float.NaN, Float.NaN}, 0, 3, true, actual);

      assertThat(example.predicted).isNotEqualTo(actual).isBetween(0, 2);
      assertThat(example.logLoss).isEqualTo(-Math.log(1e-7f));
      assertThat(example.brier).isEqualTo(2);
    }
  }

  @Test
  void theDistanceIsFrom1ForTheActualClass() {
    example.set(new float[] {0.25f, 0.75f}, 0, 2, true, 1);

    assertThat(example.squaredDistance()).isEqualTo(0.0625f + 0.0625f);
  }

  @Test
  void onlyProbabilitiesOfTwoClassesAreABinaryChoice() {
    example.set(new float[] {0.25f, 0.75f, 0}, 0, 2, true, 1);
    assertThat(example.isBinaryChoice()).isTrue();

    example.set(new float[] {0.25f, 0.75f, 0}, 0, 3, true, 1);
    assertThat(example.isBinaryChoice()).isFalse();

    example.set(new float[] {0.25f, 0.75f, 0}, 0, 2, false, 1);
    assertThat(example.isBinaryChoice()).isFalse();
    assertThat(example.logLoss).isNaN();
    assertThat(example.brier).isNaN();
    assertThat(example.confidence).isNaN();
  }

  @Test
  void aKeptDecisionLastsUntilTheNextExample() {
    example.set(new float[] {0.25f, 0.75f}, 0, 2, true, 1);

    example.keep(0);
    assertThat(example.predicted).isZero();
    assertThat(example.confidence).isEqualTo(0.25f);
    assertThat(example.isDecided()).isTrue();

    example.set(new float[] {0.25f, 0.75f}, 0, 2, true, 1);
    assertThat(example.predicted).isOne();
    assertThat(example.isDecided()).isFalse();
  }
}
