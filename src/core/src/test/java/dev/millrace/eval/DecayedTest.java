package dev.millrace.eval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.report.MetricsReport.RegressionScores;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Decayed sums are those in which each example weighs half of the next one, to the last bit. */
class DecayedTest {

  private static final int EXAMPLES = 150; // weights grow beyond 2^100, and start again
  private static final long SEED = 20_261_126;

  @Test
  void scoresOfClassesAreThoseOfWeightsThatFall() {
    MetricsSpec spec = MetricsFixtures.fullSpec(3);
    Decayed<ClassificationSums> decayed = decayed(new ClassificationSums(spec));
    ClassificationSums falling = new ClassificationSums(spec);
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < EXAMPLES; i++) {
      float p = random.nextInt(20) / 20f;
      float q = (1 - p) * random.nextInt(20) / 20f;
      ScoredClass example = new ScoredClass();
      example.set(new float[] {p, q, 1 - p - q}, 0, 3, true, random.nextInt(3));
      example.loss = random.nextDouble();
      int noChange = random.nextInt(3);
      int majority = random.nextInt(3);
      double logLoss = random.nextDouble();

      decayed.sums().add(example, noChange, majority, logLoss, decayed.decay());
      falling.add(example, noChange, majority, logLoss, Math.scalb(1.0, i));
    }

    ClassificationSums sums = decayed.sums();
    assertThat(sums.model().counts().weight() / decayed.gain())
        .isEqualTo(Math.scalb(falling.model().counts().weight(), 1 - EXAMPLES));
    assertSame(sums.model().counts(), falling.model().counts());
    assertSame(sums.noChange(), falling.noChange());
    assertSame(sums.majority(), falling.majority());
    assertThat(sums.model().get(2, 2) / sums.model().get(0, 2))
        .isEqualTo(falling.model().get(2, 2) / falling.model().get(0, 2));
    assertThat(sums.loss()).isEqualTo(falling.loss());
    assertThat(sums.logLoss()).isEqualTo(falling.logLoss());
    assertThat(sums.frequencyLogLoss()).isEqualTo(falling.frequencyLogLoss());
    assertThat(sums.brier()).isEqualTo(falling.brier());
    assertThat(sums.calibrationError()).isEqualTo(falling.calibrationError()).isPositive();
  }

  private static <S extends Decayed.Sums> Decayed<S> decayed(S empty) {
    return Decayed.of(MetricsFixtures.decayingSpec(3, 0.5), empty);
  }

  private static void assertSame(ClassCounts actual, ClassCounts expected) {
    assertThat(actual.accuracy()).isEqualTo(expected.accuracy());
    assertThat(actual.balancedAccuracy()).isEqualTo(expected.balancedAccuracy());
    assertThat(actual.mcc()).isEqualTo(expected.mcc());
    for (int c = 0; c < 3; c++) {
      assertThat(actual.f1(c)).as("class %d", c).isEqualTo(expected.f1(c)).isPositive();
      assertThat(actual.support(c) / actual.weight())
          .as("class %d", c)
          .isEqualTo(expected.support(c) / expected.weight());
    }
  }

  @Test
  void scoresOfNumbersAreThoseOfWeightsThatFall() {
    Decayed<RegressionSums> decayed = decayed(new RegressionSums(RegressionSums.NO_FORECASTS));
    RegressionSums falling = new RegressionSums(RegressionSums.NO_FORECASTS);
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < EXAMPLES; i++) {
      double actual = random.nextInt(-3, 4);
      double predicted = random.nextDouble();
      double lastValue = random.nextDouble();
      double mean = random.nextDouble();
      double loss = random.nextDouble();

      decayed.sums().add(actual, predicted, lastValue, mean, loss, decayed.decay());
      falling.add(actual, predicted, lastValue, mean, loss, Math.scalb(1.0, i));
    }

    RegressionSums sums = decayed.sums();
    assertSame(sums.model(), falling.model());
    assertSame(sums.lastValue(), falling.lastValue());
    assertSame(sums.mean(), falling.mean());
    assertThat(sums.loss()).isEqualTo(falling.loss());
    assertThat(sums.labels().mean()).isEqualTo(falling.labels().mean());
    assertThat(sums.labels().standardDeviation()).isEqualTo(falling.labels().standardDeviation());
    assertThat(sums.model().r2(sums.labels())).isEqualTo(falling.model().r2(falling.labels()));
    assertThat(sums.mape()).isEqualTo(falling.mape());
    assertThat(sums.quantileLoss(0.9)).isEqualTo(falling.quantileLoss(0.9));
    assertThat(sums.quantileLoss(0.1)).isEqualTo(falling.quantileLoss(0.1));
  }

  private static void assertSame(ErrorSums actual, ErrorSums expected) {
    assertThat(actual.mae()).isEqualTo(expected.mae());
    assertThat(actual.rmse()).isEqualTo(expected.rmse());
  }

  @Test
  void aReportHasTheWeightWithoutItsGrowth() {
    RegressionMetrics metrics = new RegressionMetrics(MetricsFixtures.decayingSpec(3, 0.5));
    for (int i = 0; i < 3; i++) {
      metrics.update(i, i, 0, 1, 0);
    }

    RegressionScores scores =
        (RegressionScores) metrics.report(MetricsFixtures.context(List.of())).scores();
    assertThat(scores.decayed().weight()).isEqualTo(1.75);
  }
}
