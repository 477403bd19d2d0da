package dev.millrace.eval;

import static dev.millrace.eval.MetricsFixtures.bytes;
import static dev.millrace.eval.MetricsFixtures.context;
import static dev.millrace.eval.MetricsFixtures.read;
import static dev.millrace.eval.MetricsFixtures.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.ClassificationScores;
import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Is a model better than knowing nothing, and are its probabilities right? */
class BaselineTest {

  private static final List<String> CLASSES = List.of("no", "yes");
  private static final double FLOOR = -Math.log(1e-7f);

  private final ClassificationMetrics metrics = metrics(spec(1000, "yes"));

  private static ClassificationMetrics metrics(MetricsSpec spec) {
    ClassificationMetrics metrics = new ClassificationMetrics(spec);
    metrics.nameClasses(CLASSES);
    return metrics;
  }

  private static void score(ClassificationMetrics metrics, int actual, float p, double weight) {
    ScoredClass example = new ScoredClass();
    example.set(new float[] {1 - p, p}, 0, 2, true, actual);
    metrics.update(example, weight, 0);
  }

  private static ClassificationScores scores(ClassificationMetrics metrics) {
    return (ClassificationScores) metrics.report(context(CLASSES)).scores();
  }

  /** Examples of which one in ten is positive, each with a probability from the random number. */
  private static ClassificationMetrics rare(
      ClassificationMetrics metrics, float whenNo, float whenYes) {
    SplittableRandom random = new SplittableRandom(23);
    for (int i = 0; i < 1000; i++) {
      boolean isPositive = random.nextInt(10) == 0;
      score(metrics, isPositive ? 1 : 0, isPositive ? whenYes : whenNo, 1);
    }
    return metrics;
  }

  @Test
  void runningClassFrequenciesAreSmoothedByOneExampleOfEachKnownClass() {
    score(metrics, 0, 0.5f, 1); // (0 + 1) / (0 + 2)
    score(metrics, 0, 0.5f, 2); // (1 + 1) / (1 + 2)
    score(metrics, 1, 0.5f, 1); // (0 + 1) / (3 + 2)

    ClassificationScores scores = scores(metrics);
    double expected = -(Math.log(0.5) + 2 * Math.log(2 / 3.0) + Math.log(0.2)) / 4;
    assertThat(scores.total().get(Score.LOG_LOSS_BASELINE)).isEqualTo(expected, within(1e-12));
    assertThat(scores.window().get(Score.LOG_LOSS_BASELINE)).isEqualTo(expected, within(1e-7));
  }

  @Test
  void anUnseenClassHasTheSameLossForFrequenciesAndAModel() {
    ClassFrequencies frequencies = new ClassFrequencies();
    frequencies.learn(0, 1);

    assertThat(frequencies.logLoss(1, 1)).isEqualTo(FLOOR, within(1e-12));
    assertThat(frequencies.logLoss(1, 2)).isEqualTo(-Math.log(1 / 3.0), within(1e-12));
    frequencies.learn(0, 1e12);
    assertThat(frequencies.logLoss(1, 2)).isEqualTo(FLOOR, within(1e-12));
  }

  @Test
  void heldLabelsThatNoPredictionWasMadeForCountInTheFrequencies() {
    metrics.observe(1, 3);
    score(metrics, 1, 0.5f, 1);

    assertThat(scores(metrics).total().get(Score.LOG_LOSS_BASELINE))
        .isEqualTo(-Math.log(4 / 5.0), within(1e-12));
  }

  @Test
  void frequenciesContinueToTheBitAfterARestart() throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 100; i++) {
      score(metrics, random.nextInt(2), random.nextFloat(), random.nextDouble());
    }
    ClassificationMetrics restored =
        (ClassificationMetrics) read(bytes(metrics), spec(1000, "yes"));
    restored.nameClasses(CLASSES);
    for (ClassificationMetrics each : List.of(metrics, restored)) {
      score(each, 1, 0.25f, 0.1);
    }

    assertThat(bytes(restored)).isEqualTo(bytes(metrics));
  }

  @Test
  void predictingTheMajorityForEverIsNotBetterThanNothing() {
    ScoreBlock window = scores(rare(metrics, 0.02f, 0.02f)).window();

    assertThat(window.accuracy()).isGreaterThan(scores(metrics).noChange().windowAccuracy());
    assertThat(window.get(Score.LOG_LOSS)).isGreaterThan(window.get(Score.LOG_LOSS_BASELINE));
    assertThat(window.betterThanBaseline()).isFalse();
    assertThat(window.get(Score.PREDICTS_ONE_CLASS)).isEqualTo(1);
  }

  @Test
  void betterProbabilitiesAtTheSameAccuracyAreBetterThanNothing() {
    ScoreBlock window = scores(rare(metrics, 0.08f, 0.3f)).window();

    assertThat(window.accuracy())
        .isEqualTo(scores(metrics).majority().windowAccuracy(), within(2e-3));
    assertThat(window.betterThanBaseline()).isTrue();
    assertThat(window.get(Score.PREDICTS_ONE_CLASS)).isEqualTo(1);
  }

  @Test
  void betterProbabilitiesAtAnAccuracyBelowNoChangeAreNotBetter() {
    // Long runs of a class, which the label before predicts.
    for (int i = 0; i < 1000; i++) {
      int actual = i / 100 % 2;
      boolean isRight = i % 4 > 0;
      score(metrics, actual, (actual == 1) == isRight ? 0.7f : 0.3f, 1);
    }
    ScoreBlock window = scores(metrics).window();

    assertThat(window.get(Score.LOG_LOSS)).isLessThan(window.get(Score.LOG_LOSS_BASELINE));
    assertThat(window.accuracy()).isEqualTo(0.75);
    assertThat(window.betterThanBaseline()).isFalse();
    assertThat(window.get(Score.PREDICTS_ONE_CLASS)).isZero();
  }

  @Test
  void aThresholdForF1IsJudgedByF1RatherThanAccuracy() {
    ClassificationMetrics tuned =
        rare(metrics(spec(1000, "yes").with(to -> to.thresholdMetric = Decision.F1)), 0.08f, 0.3f);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100; i++) { // false alarms
      score(tuned, 0, 0.25f + random.nextInt(10) / 100f, 1);
    }
    ClassificationScores scores = scores(tuned);

    assertThat(scores.window().accuracy()).isLessThan(scores.majority().windowAccuracy());
    assertThat(scores.window().get(Score.F1)).isGreaterThan(scores.noChange().windowF1());
    assertThat(scores.window().betterThanBaseline()).isTrue();
  }

  @Test
  void withoutProbabilitiesAccuracyDecidesAlone() {
    ClassificationMetrics scored = new ClassificationMetrics(spec(1000, "yes"));
    scored.nameClasses(CLASSES);
    for (int i = 0; i < 100; i++) {
      MetricsFixtures.update(scored, i / 2 % 2, i == 5 ? 0 : i / 2 % 2, 0.5, Double.NaN);
    }
    ClassificationMetrics alike = new ClassificationMetrics(spec(1000, "yes"));
    alike.nameClasses(CLASSES);
    for (int i = 0; i < 100; i++) {
      MetricsFixtures.update(alike, 0, 0, 0.5, Double.NaN);
      MetricsFixtures.update(alike, 0, i == 7 ? 1 : 0, 0.5, Double.NaN);
    }

    assertThat(scores(scored).window().betterThanBaseline()).isTrue();
    assertThat(scores(alike).window().betterThanBaseline()).isFalse();
  }

  @Test
  void withoutExamplesNothingIsBetter() {
    assertThat(scores(metrics).window().betterThanBaseline()).isNull();
    assertThat(scores(metrics).window().get(Score.PREDICTS_ONE_CLASS)).isZero();
    assertThat(regression(new RegressionMetrics(spec(10))).window().betterThanBaseline()).isNull();
  }

  @Test
  void meanPredictedStandsWithTheObservedShareOfThePositiveClass() {
    score(metrics, 0, 0.125f, 1);
    score(metrics, 1, 0.5f, 2);
    score(metrics, 0, 0.25f, 1);

    ClassificationScores scores = scores(metrics);
    for (ScoreBlock block : List.of(scores.window(), scores.total())) {
      assertThat(block.get(Score.MEAN_PREDICTED)).isEqualTo(0.34375, within(1e-12));
      assertThat(block.get(Score.OBSERVED_SHARE)).isEqualTo(0.5);
    }
  }

  @Test
  void calibrationOfAnotherPositiveClassStartsAgain() throws IOException {
    score(metrics, 0, 0.125f, 1);
    ClassificationMetrics other = (ClassificationMetrics) read(bytes(metrics), spec(1000, "no"));
    other.nameClasses(CLASSES);
    assertThat(scores(other).total().get(Score.MEAN_PREDICTED)).isNaN();
    score(other, 0, 0.25f, 1);

    ClassificationScores scores = scores(other);
    for (ScoreBlock block : List.of(scores.window(), scores.total())) {
      assertThat(block.get(Score.MEAN_PREDICTED)).isEqualTo(0.75);
      assertThat(block.get(Score.OBSERVED_SHARE)).isEqualTo(1);
    }
  }

  @Test
  void aWindowWithoutAreasIsCalibrated() {
    MetricsSpec full = spec(10, "yes");
    ClassificationMetrics plain =
        metrics(
            MetricsSpec.DEFAULT.with(
                to -> {
                  to.window = 10;
                  to.maxIntervalMillis = 0;
                  to.aucClasses = 0;
                  to.thresholdMetric = full.thresholdMetric();
                  to.positiveClass = "yes";
                  to.validation = full.validation();
                }));
    score(plain, 1, 0.5f, 1);
    score(plain, 0, 0.25f, 1);

    assertThat(scores(plain).window().get(Score.MEAN_PREDICTED)).isEqualTo(0.375);
    assertThat(scores(plain).window().get(Score.AUC_ROC)).isNaN();
  }

  @Test
  void aDeclaredMulticlassTaskAveragesTwoClasses() throws IOException {
    MetricsSpec declared = spec(1000).with(to -> to.multiclass = true);
    ClassificationMetrics multiclass = rare(metrics(declared), 0.2f, 0.8f);
    score(multiclass, 1, 0.125f, 1);
    ClassificationMetrics restored = (ClassificationMetrics) read(bytes(multiclass), declared);
    restored.nameClasses(CLASSES);

    for (ClassificationMetrics each : List.of(multiclass, restored)) {
      MetricsReport report = each.report(context(CLASSES));
      ScoreBlock window = ((ClassificationScores) report.scores()).window();
      assertThat(report.task()).isEqualTo(Task.MULTICLASS);
      assertThat(window.get(Score.F1)).isEqualTo(window.get(Score.MACRO_F1));
      assertThat(window.has(Score.CALIBRATION_RATIO)).isFalse();
      assertThat(window.get(Score.AUC_ROC)).isLessThan(1).isGreaterThan(0.9);
      assertThat(window.get(Score.AUC_ROC_WEIGHTED)).isLessThan(1).isGreaterThan(0.9);
    }
  }

  @Test
  void aNumberIsBetterThanNothingIfItBeatsLastValueAndMean() {
    RegressionMetrics good = new RegressionMetrics(spec(100));
    RegressionMetrics last = new RegressionMetrics(spec(100));
    for (int i = 0; i < 50; i++) {
      good.update(i % 10, i % 10 + 0.5, 0, 1, 0);
      last.update(i % 10, i % 10 - 4, 0, 1, 0); // better than the mean in no way
    }

    assertThat(regression(good).window().betterThanBaseline()).isTrue();
    assertThat(regression(last).total().betterThanBaseline()).isFalse();
  }

  @Test
  void aValueThatIsNoNumberCountsAsTheLabelFarthestFromTheTruth() throws IOException {
    RegressionMetrics broken = new RegressionMetrics(spec(100));
    broken.update(10, Double.NaN, Double.NaN, 1, 0); // nothing is known yet
    assertThat(regression(broken).total().examples()).isZero();
    broken.update(10, Double.NaN, Double.NaN, 1, 0); // 0, for all labels are equal
    assertThat(regression(broken).total().get(Score.MAE)).isEqualTo(10);
    broken.observe(30, 1);
    broken.observe(0, 1);
    RegressionMetrics restored = (RegressionMetrics) read(bytes(broken), spec(100));
    for (RegressionMetrics each : List.of(broken, restored, broken.copy())) {
      each.update(10, Double.POSITIVE_INFINITY, Double.NaN, 1, 0); // 30
      each.update(20, Double.NaN, Double.NaN, 1, 0); // 0

      assertThat(regression(each).total().examples()).isEqualTo(3);
      assertThat(regression(each).total().get(Score.MAE)).isEqualTo((10 + 20 + 20) / 3.0);
      assertThat(regression(each).window().get(Score.MAE)).isEqualTo((10 + 20 + 20) / 3.0);
      assertThat(regression(each).window().betterThanBaseline()).isFalse();
    }
  }

  private static RegressionScores regression(RegressionMetrics metrics) {
    return (RegressionScores) metrics.report(context(List.of())).scores();
  }
}
