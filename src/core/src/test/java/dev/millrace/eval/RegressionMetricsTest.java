package dev.millrace.eval;

import static dev.millrace.eval.MetricsFixtures.context;
import static dev.millrace.eval.MetricsFixtures.decayingSpec;
import static dev.millrace.eval.MetricsFixtures.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.Score;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegressionMetricsTest {

  private final RegressionMetrics metrics = new RegressionMetrics(spec(3));

  @Test
  void withoutExamplesThereAreNoScores() {
    RegressionScores scores = scores();

    assertThat(scores.total().examples()).isZero();
    assertThat(scores.total().get(Score.MAE)).isNaN();
    assertThat(scores.window().get(Score.RMSE)).isNaN();
    assertThat(scores.window().get(Score.R2)).isNaN();
    assertThat(scores.total().get(Score.LABEL_MEAN)).isNaN();
    assertThat(scores.total().get(Score.LABEL_SD)).isNaN();
  }

  @Test
  void theFirstExampleDoesNotCountForTheBaselines() {
    metrics.update(10, 12, 4, 1, 0);
    assertThat(scores().total().get(Score.MAE)).isEqualTo(2);
    assertThat(scores().total().get(Score.R2)).isNaN();
    assertThat(scores().lastValue().totalMae()).isNaN();
    assertThat(scores().mean().windowRmse()).isNaN();

    metrics.update(13, 13, 0, 1, 0);
    assertThat(scores().lastValue().totalMae()).isEqualTo(3);
    assertThat(scores().lastValue().windowMae()).isEqualTo(3);
    assertThat(scores().mean().totalRmse()).isEqualTo(3);
  }

  @Test
  void theMeanBaselineKnowsOnlyTheLabelsBefore() {
    metrics.update(1, 0, 0, 1, 0);
    metrics.update(3, 0, 0, 1, 0); // mean 1
    metrics.update(8, 0, 0, 1, 0); // mean 2

    assertThat(scores().mean().totalMae()).isEqualTo((2 + 6) / 2.0);
    assertThat(scores().lastValue().totalMae()).isEqualTo((2 + 5) / 2.0);
  }

  @ParameterizedTest
  @CsvSource({"1e-300, 0.5, 1", "1e-300, 1e5, 1e6", "1e-320, -3, 1", "1e-14, 100, 1"})
  void oneLabelThatIsAsGoodAsZeroDoesNotCountForRelativeErrors(
      double label, double prediction, double weight) {
    RegressionMetrics decayed = new RegressionMetrics(decayingSpec(50, 0.99));
    for (int i = 0; i < 100; i++) {
      decayed.update(100, 101, 1, 1, i);
      if (i == 70) {
        decayed.update(label, prediction, 1, weight, i);
      }
    }

    RegressionScores scores = scores(decayed);
    assertThat(scores.window().get(Score.MAPE)).isCloseTo(0.01, within(1e-12));
    assertThat(scores.total().get(Score.MAPE)).isCloseTo(0.01, within(1e-12));
    assertThat(scores.decayed().block().get(Score.MAPE)).isCloseTo(0.01, within(1e-12));
  }

  @Test
  void labelsOfASmallUnitHaveRelativeErrors() {
    metrics.update(2e-19, 1e-19, 1, 1, 0);
    metrics.update(4e-19, 1e-19, 1, 1, 1);

    assertThat(scores().total().get(Score.MAPE)).isEqualTo((0.5 + 0.75) / 2);
  }

  @Test
  void aMeanLeavesOutValuesThatWouldMakeItInfinite() {
    metrics.update(1, 2, 1, 1, 0);
    metrics.update(1, 2, 1e300, 1e30, 1);
    metrics.update(1, 2, 3, 1, 2);

    assertThat(scores().total().loss()).isEqualTo(2);
  }

  @Test
  void theWindowForgetsWhatTheTotalKeeps() {
    metrics.update(1, 5, 8, 1, 0);
    metrics.update(2, 2, 0, 1, 0);
    metrics.update(3, 3, 0, 1, 0);
    metrics.update(4, 4, 0, 1, 0);

    assertThat(scores().window().get(Score.MAE)).isZero();
    assertThat(scores().window().get(Score.R2)).isEqualTo(1);
    assertThat(scores().window().loss()).isZero();
    assertThat(scores().total().get(Score.MAE)).isEqualTo(1);
    assertThat(scores().total().get(Score.RMSE)).isEqualTo(2);
    assertThat(scores().total().loss()).isEqualTo(2);
    assertThat(scores().total().get(Score.LABEL_MEAN)).isEqualTo(2.5);
    assertThat(scores().total().get(Score.LABEL_SD)).isEqualTo(Math.sqrt(1.25));
  }

  @Test
  void r2DoesNotExistIfAllLabelsAreEqual() {
    metrics.update(0.1, 0.2, 0, 1, 0);
    metrics.update(0.1, 0.1, 0, 1, 0);
    metrics.update(0.1, 0.1, 0, 1, 0);

    assertThat(scores().window().get(Score.R2)).isNaN();
    assertThat(scores().total().get(Score.R2)).isNaN();
    assertThat(scores().total().get(Score.LABEL_SD)).isZero();
  }

  @Test
  void aLabelObservedWithoutAPredictionTeachesTheBaselinesAndIsNotScored() {
    metrics.observe(4, 1);
    metrics.update(6, 6, 0, 1, 0);

    assertThat(scores().total().examples()).isEqualTo(1);
    assertThat(scores().total().get(Score.LABEL_MEAN)).isEqualTo(6);
    assertThat(scores().lastValue().totalMae()).isEqualTo(2);
    assertThat(scores().mean().totalMae()).isEqualTo(2);
  }

  @Test
  void aPredictionThatIsNotFiniteCountsAsWrongOnceThereIsALabel() {
    metrics.update(1, Double.NaN, Double.NaN, 1, 0);
    metrics.update(2, Double.NEGATIVE_INFINITY, Double.NaN, 1, 0);
    metrics.update(3, 4, 0.5, 1, 0);

    assertThat(scores().total().examples()).isEqualTo(2);
    assertThat(scores().total().get(Score.MAE)).isEqualTo(1); // as if 1 had been predicted for 2
    assertThat(scores().total().loss()).isEqualTo(0.5);
    assertThat(scores().lastValue().totalMae()).isEqualTo(1);
  }

  @Test
  void theTotalStaysExactFarFromZero() {
    int examples = 100_000;
    for (int i = 0; i < examples; i++) {
      double actual = 1e9 + i % 2; // variance 1/4, lost in a sum of squares
      metrics.update(actual, actual + 0.5, 0, 1, 0);
    }

    assertThat(scores().total().get(Score.LABEL_SD)).isEqualTo(0.5, within(1e-9));
    assertThat(scores().total().get(Score.R2)).isEqualTo(0, within(1e-9));
  }

  @Test
  void memoryIsThatOfTheWindow() {
    RegressionMetrics metrics = new RegressionMetrics(MetricsFixtures.spec(100));
    assertThat(metrics.memoryBytes(0)).isZero();

    metrics.update(1, 2, 0.5, 1, 0);

    // Five numbers of each example.
    assertThat(metrics.memoryBytes(0)).isEqualTo(5 * 8);
    assertThat(metrics.totalLoss()).isEqualTo(0.5);
  }

  @Test
  void totalsOfTwoKeysCanBePooledFromTheirReports() {
    RegressionMetrics other = new RegressionMetrics(spec(3));
    RegressionMetrics both = new RegressionMetrics(spec(3));
    for (int i = 0; i < 50; i++) {
      double actual = i * i % 17;
      (i < 20 ? metrics : other).update(actual, i % 5, 0, 1, 0);
      both.update(actual, i % 5, 0, 1, 0);
    }

    RegressionScores a = scores();
    RegressionScores b = (RegressionScores) other.report(context(List.of())).scores();
    double mean =
        (20 * a.total().get(Score.LABEL_MEAN) + 30 * b.total().get(Score.LABEL_MEAN)) / 50;
    double deviations =
        20 * (sq(a.total().get(Score.LABEL_SD)) + sq(a.total().get(Score.LABEL_MEAN) - mean))
            + 30 * (sq(b.total().get(Score.LABEL_SD)) + sq(b.total().get(Score.LABEL_MEAN) - mean));
    double squaredErrors = 20 * sq(a.total().get(Score.RMSE)) + 30 * sq(b.total().get(Score.RMSE));

    RegressionScores pooled = (RegressionScores) both.report(context(List.of())).scores();
    assertThat(1 - squaredErrors / deviations)
        .isEqualTo(pooled.total().get(Score.R2), within(1e-12));
  }

  private static double sq(double value) {
    return value * value;
  }

  private RegressionScores scores() {
    return scores(metrics);
  }

  private static RegressionScores scores(RegressionMetrics of) {
    return (RegressionScores) of.report(context(List.of())).scores();
  }
}
