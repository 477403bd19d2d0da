package dev.millrace.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.state.State;
import dev.millrace.state.VarNumber;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {

  /** 3 classes, 10 examples; scores worked out by hand. */
  private static ConfusionMatrix example() {
    ConfusionMatrix matrix = new ConfusionMatrix();
    long[][] counts = {{4, 1, 0}, {2, 2, 0}, {1, 0, 0}};
    for (int a = 0; a < 3; a++) {
      for (int p = 0; p < 3; p++) {
        for (int i = 0; i < counts[a][p]; i++) {
          matrix.add(a, p, 1);
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
        .isDeepEqualTo(new double[][] {{4, 1, 0, 0}, {2, 2, 0, 0}, {1, 0, 0, 0}, {0, 0, 0, 0}});
  }

  @Test
  void scoresAreThoseWorkedOutByHand() {
    ClassCounts counts = example().counts();

    assertThat(counts.weight()).isEqualTo(10);
    assertThat(counts.accuracy()).isEqualTo(0.6);
    assertThat(counts.precision(0)).isEqualTo(4.0 / 7);
    assertThat(counts.recall(0)).isEqualTo(0.8);
    assertThat(counts.f1(0)).isEqualTo(8.0 / 12);
    // 5 hits / (4 misses + 4 + 1 false alarm) with hits counting 1 + beta² times.
    assertThat(counts.fBeta(0, 2)).isEqualTo(5 * 4.0 / (4 * 5 + 7));
    assertThat(counts.support(1)).isEqualTo(4);
    // Chance agrees on (5 * 7 + 4 * 3 + 1 * 0) / 100.
    assertThat(counts.kappa()).isEqualTo((0.6 - 0.47) / (1 - 0.47), within(1e-15));
    assertThat(counts.balancedAccuracy()).isEqualTo((0.8 + 0.5 + 0) / 3, within(1e-15));
    assertThat(counts.weighted(counts::recall)).isEqualTo(0.6, within(1e-15));
  }

  @Test
  void weightsCountLikeRepetitions() {
    ConfusionMatrix weighted = new ConfusionMatrix();
    weighted.add(0, 0, 2.5);
    weighted.add(0, 1, 0.5);
    weighted.add(1, 1, 0);
    ConfusionMatrix repeated = new ConfusionMatrix();
    for (int i = 0; i < 6; i++) {
      repeated.add(0, i < 5 ? 0 : 1, 1);
    }

    assertThat(weighted.counts().accuracy()).isEqualTo(repeated.counts().accuracy());
    assertThat(weighted.counts().f1(0)).isEqualTo(repeated.counts().f1(0));
    assertThat(weighted.counts().mcc()).isEqualTo(repeated.counts().mcc());
  }

  @Test
  void aClassNeverPredictedHasScoresOfZero() {
    ClassCounts counts = example().counts();

    assertThat(counts.precision(2)).isZero();
    assertThat(counts.recall(2)).isZero();
    assertThat(counts.f1(2)).isZero();
  }

  @Test
  void aClassThatDoesNotOccurIsNotInTheMacroAverage() {
    ConfusionMatrix matrix = new ConfusionMatrix();
    matrix.add(0, 0, 1);
    matrix.add(7, 7, 1);

    ClassCounts counts = matrix.counts();
    assertThat(matrix.classes()).isEqualTo(8);
    assertThat(counts.macro(counts::f1)).isEqualTo(1);
    assertThat(counts.macro(counts::precision)).isEqualTo(1);
    assertThat(counts.balancedAccuracy()).isEqualTo(1);
    assertThat(counts.geometricMean()).isEqualTo(1);
  }

  @Test
  void theGeometricMeanIsZeroWhereAClassIsNeverRecognized() {
    ConfusionMatrix matrix = new ConfusionMatrix();
    matrix.add(0, 0, 3);
    matrix.add(0, 1, 1);
    matrix.add(1, 1, 1);
    matrix.add(1, 0, 2);
    assertThat(matrix.counts().geometricMean()).isEqualTo(Math.sqrt(0.75 / 3), within(1e-15));

    matrix.add(2, 0, 0.5);
    assertThat(matrix.counts().geometricMean()).isZero();
  }

  @Test
  void aClassNotSeenHasCountsOfZero() {
    ConfusionMatrix matrix = example();

    assertThat(matrix.counts().support(9)).isZero();
    assertThat(matrix.counts().precision(9)).isZero();
    assertThat(matrix.get(9, 0)).isZero();
    assertThat(matrix.get(0, 9)).isZero();
  }

  @Test
  void anEmptyMatrixHasNoScores() {
    ClassCounts counts = new ConfusionMatrix().counts();

    assertThat(counts.accuracy()).isNaN();
    assertThat(counts.balancedAccuracy()).isNaN();
    assertThat(counts.geometricMean()).isNaN();
    assertThat(counts.kappa()).isNaN();
    assertThat(counts.mcc()).isNaN();
    assertThat(counts.macro(counts::f1)).isNaN();
    assertThat(counts.weighted(counts::f1)).isNaN();
  }

  @Test
  void aSingleClassHasNoKappaAndAnMccOfZero() {
    ConfusionMatrix matrix = new ConfusionMatrix();
    matrix.add(1, 1, 1);
    matrix.add(1, 1, 1);

    assertThat(matrix.counts().kappa()).isNaN();
    assertThat(matrix.counts().mcc()).isZero();
  }

  @Test
  void aNewClassKeepsTheCountsOfTheOthers() {
    ConfusionMatrix matrix = example();

    matrix.add(5, 1, 1);
    matrix.add(0, 4, 1);

    assertThat(matrix.get(0, 0)).isEqualTo(4);
    assertThat(matrix.get(1, 0)).isEqualTo(2);
    assertThat(matrix.get(2, 0)).isEqualTo(1);
    assertThat(matrix.get(5, 1)).isEqualTo(1);
    assertThat(matrix.get(0, 4)).isEqualTo(1);
    assertThat(matrix.counts().accuracy()).isEqualTo(0.5);
  }

  @Test
  void aCopyIsIndependent() {
    ConfusionMatrix matrix = example();
    ConfusionMatrix copy = State.copy(matrix, new ConfusionMatrix());

    copy.add(0, 0, 1);

    assertThat(matrix.get(0, 0)).isEqualTo(4);
    assertThat(copy.get(0, 0)).isEqualTo(5);
  }

  @Test
  void aMissingPredictionCountsAsWrongAndForNoClass() {
    ClassCounts counts = new ClassCounts();
    counts.add(0, ClassCounts.NO_PREDICTION, 1);
    counts.add(0, 0, 1);

    assertThat(counts.accuracy()).isEqualTo(0.5);
    assertThat(counts.precision(0)).isEqualTo(1);
    assertThat(counts.recall(0)).isEqualTo(0.5);
  }

  @Test
  void sumsOfWeightsAreReadAsTheyWereWritten() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    double[] values = {0, 1, 63, 64, 1L << 53, 0x1p60, 0.5, 1e-300, 12345.25};
    for (double value : values) {
      VarNumber.write(out, value);
    }

    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    for (double value : values) {
      assertThat(VarNumber.read(in)).isEqualTo(value);
    }
    assertThat(in.available()).isZero();
  }
}
