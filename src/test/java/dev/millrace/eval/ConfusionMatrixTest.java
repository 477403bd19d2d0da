package dev.millrace.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {

  /** 3 classes, 10 examples; scores worked out by hand. */
  private static ConfusionMatrix example() {
    ConfusionMatrix matrix = new ConfusionMatrix();
    long[][] counts = {{4, 1, 0}, {2, 2, 0}, {1, 0, 0}};
    for (int a = 0; a < 3; a++) {
      for (int p = 0; p < 3; p++) {
        for (int i = 0; i < counts[a][p]; i++) {
          matrix.update(a, p);
        }
      }
    }
    return matrix;
  }

  @Test
  void rowsAreTheActualAndColumnsThePredictedClasses() {
    ConfusionMatrix matrix = example();

    assertThat(matrix.get(0, 1)).isEqualTo(1);
    assertThat(matrix.get(1, 0)).isEqualTo(2);
    assertThat(matrix.toRows(4))
        .isDeepEqualTo(new long[][] {{4, 1, 0, 0}, {2, 2, 0, 0}, {1, 0, 0, 0}, {0, 0, 0, 0}});
  }

  @Test
  void scoresAreThoseWorkedOutByHand() {
    ConfusionMatrix matrix = example();

    assertThat(matrix.examples()).isEqualTo(10);
    assertThat(matrix.accuracy()).isEqualTo(0.6);
    assertThat(matrix.precision(0)).isEqualTo(4.0 / 7);
    assertThat(matrix.recall(0)).isEqualTo(0.8);
    assertThat(matrix.f1(0)).isEqualTo(8.0 / 12);
    assertThat(matrix.support(1)).isEqualTo(4);
    // Chance agrees on (5 * 7 + 4 * 3 + 1 * 0) / 100.
    assertThat(matrix.kappa()).isEqualTo((0.6 - 0.47) / (1 - 0.47), within(1e-15));
    assertThat(matrix.macroRecall()).isEqualTo((0.8 + 0.5 + 0) / 3, within(1e-15));
  }

  @Test
  void aClassNeverPredictedHasScoresOfZero() {
    ConfusionMatrix matrix = example();

    assertThat(matrix.precision(2)).isZero();
    assertThat(matrix.recall(2)).isZero();
    assertThat(matrix.f1(2)).isZero();
  }

  @Test
  void aClassThatDoesNotOccurIsNotInTheMacroAverage() {
    ConfusionMatrix matrix = new ConfusionMatrix();
    matrix.update(0, 0);
    matrix.update(7, 7);

    assertThat(matrix.classes()).isEqualTo(8);
    assertThat(matrix.macroF1()).isEqualTo(1);
    assertThat(matrix.macroPrecision()).isEqualTo(1);
    assertThat(matrix.macroRecall()).isEqualTo(1);
  }

  @Test
  void aClassNotSeenHasCountsOfZero() {
    ConfusionMatrix matrix = example();

    assertThat(matrix.support(9)).isZero();
    assertThat(matrix.precision(9)).isZero();
    assertThat(matrix.get(9, 0)).isZero();
    assertThat(matrix.get(0, 9)).isZero();
  }

  @Test
  void anEmptyMatrixHasNoScores() {
    ConfusionMatrix matrix = new ConfusionMatrix();

    assertThat(matrix.accuracy()).isNaN();
    assertThat(matrix.kappa()).isNaN();
    assertThat(matrix.macroF1()).isNaN();
  }

  @Test
  void kappaDoesNotExistForASingleClass() {
    ConfusionMatrix matrix = new ConfusionMatrix();
    matrix.update(1, 1);
    matrix.update(1, 1);

    assertThat(matrix.kappa()).isNaN();
  }

  @Test
  void aRevertedExampleLeavesTheCountsAsIfItHadNeverBeenAdded() {
    SplittableRandom random = new SplittableRandom(7);
    ConfusionMatrix rolling = new ConfusionMatrix();
    Deque<int[]> window = new ArrayDeque<>();
    for (int i = 0; i < 20_000; i++) {
      int classes = 2 + i / 4_000; // classes come as time goes by
      int[] example = {random.nextInt(classes), random.nextInt(classes)};
      rolling.update(example[0], example[1]);
      window.add(example);
      if (window.size() > random.nextInt(200)) {
        int[] oldest = window.remove();
        rolling.revert(oldest[0], oldest[1]);
      }
      if (i % 500 == 0) {
        ConfusionMatrix fresh = new ConfusionMatrix();
        window.forEach(e -> fresh.update(e[0], e[1]));
        assertThat(rolling.toRows(6)).isDeepEqualTo(fresh.toRows(6));
        assertSameScores(rolling, fresh);
      }
    }
  }

  @Test
  void aNewClassKeepsTheCountsOfTheOthers() {
    ConfusionMatrix matrix = example();

    matrix.update(5, 1);
    matrix.update(0, 4);

    assertThat(matrix.get(0, 0)).isEqualTo(4);
    assertThat(matrix.get(1, 0)).isEqualTo(2);
    assertThat(matrix.get(2, 0)).isEqualTo(1);
    assertThat(matrix.get(5, 1)).isEqualTo(1);
    assertThat(matrix.get(0, 4)).isEqualTo(1);
    assertThat(matrix.accuracy()).isEqualTo(0.5);
  }

  @Test
  void aCopyIsIndependent() {
    ConfusionMatrix matrix = example();
    ConfusionMatrix copy = matrix.copy();

    matrix.update(0, 0);

    assertThat(copy.get(0, 0)).isEqualTo(4);
    assertSameScores(copy, example());
  }

  @Test
  void aMissingPredictionCountsAsWrongAndForNoClass() {
    ClassTally tally = new ClassTally();
    tally.update(0, ClassTally.NO_PREDICTION);
    tally.update(0, 0);

    assertThat(tally.accuracy()).isEqualTo(0.5);
    assertThat(tally.precision(0)).isEqualTo(1);
    assertThat(tally.recall(0)).isEqualTo(0.5);

    tally.revert(0, ClassTally.NO_PREDICTION);
    assertThat(tally.accuracy()).isEqualTo(1);
  }

  private static void assertSameScores(ClassTally actual, ClassTally expected) {
    assertThat(actual.examples()).isEqualTo(expected.examples());
    assertThat(scores(actual)).isEqualTo(scores(expected)); // arrays, where NaN equals NaN
  }

  private static double[] scores(ClassTally tally) {
    return new double[] {
      tally.accuracy(), tally.macroPrecision(), tally.macroRecall(), tally.macroF1(), tally.kappa()
    };
  }
}
