package dev.millrace.eval;

import static dev.millrace.eval.MetricsFixtures.context;
import static dev.millrace.eval.MetricsFixtures.spec;
import static dev.millrace.eval.MetricsFixtures.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.Task;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.ClassificationScores;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClassificationMetricsTest {

  private static final List<String> OK_FRAUD = List.of("ok", "fraud");
  private static final List<String> THREE = List.of("ok", "fraud", "theft");

  private final ClassificationMetrics metrics = new ClassificationMetrics(spec(3));

  @Test
  void withoutExamplesThereAreNoScores() {
    ClassificationScores scores = scores(metrics, OK_FRAUD);

    assertThat(scores.window().examples()).isZero();
    assertThat(scores.window().accuracy()).isNaN();
    assertThat(scores.total().get(Score.PRECISION)).isNaN();
    assertThat(scores.total().get(Score.F1)).isNaN();
    assertThat(scores.total().loss()).isNaN();
    assertThat(scores.noChange().totalAccuracy()).isNaN();
    assertThat(scores.majority().windowF1()).isNaN();
  }

  @Test
  void theMostProbableClassIsPredictedUnlessAScoreIsWhatCounts() {
    List<String> classes = List.of("ok", "positive");
    ClassificationMetrics f1 =
        new ClassificationMetrics(spec(3).with(to -> to.thresholdMetric = MetricsSpec.Decision.F1));
    f1.nameClasses(classes);
    metrics.nameClasses(classes);

    assertThat(decided(metrics, 0.7f, 0.3f)).isZero();
    // It starts from 1/4: nothing was hit, and nothing missed.
    assertThat(decided(f1, 0.7f, 0.3f)).isEqualTo(1);
    for (int i = 0; i < 40; i++) {
      score(f1, 1, 0.1f, 0.9f);
    }
    // (2.5 + 40) / (10 + 40 + 40): half of the F1 reached, 1, as far as it is sure.
    assertThat(decided(f1, 0.55f, 0.45f)).isZero();
    assertThat(decided(f1, 0.52f, 0.48f)).isEqualTo(1);
    assertThat(scores(f1, classes).threshold()).isEqualTo(42.5 / 90);
    // Of three classes no threshold decides.
    f1.nameClasses(THREE);
    assertThat(decided(f1, 0.2f, 0.3f, 0.5f)).isEqualTo(2);
  }

  @Test
  void forBalancedAccuracyTheThresholdIsTheShareOfThePositiveClass() {
    ClassificationMetrics balanced =
        new ClassificationMetrics(
            spec(3).with(to -> to.thresholdMetric = MetricsSpec.Decision.BALANCED_ACCURACY));
    balanced.nameClasses(List.of("ok", "positive"));
    for (int i = 0; i < 90; i++) {
      score(balanced, i % 10 == 0 ? 1 : 0, 0.9f, 0.1f);
    }

    // 9 of 90, and 5 of 10 to begin with.
    assertThat(decided(balanced, 0.87f, 0.13f)).isZero();
    assertThat(decided(balanced, 0.85f, 0.15f)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void whereNeitherOfTwoClassesIsThePositiveOneTheMostProbableIsPredicted(
      MetricsSpec.Decision decision) {
    ClassificationMetrics neither =
        new ClassificationMetrics(spec(3, "theft").with(to -> to.thresholdMetric = decision));
    neither.nameClasses(OK_FRAUD.subList(0, 1));
    neither.nameClasses(OK_FRAUD);

    assertThat(decided(neither, 0.7f, 0.3f)).isZero();
    assertThat(decided(neither, 0.2f, 0.8f)).isEqualTo(1);
    ClassificationScores scores = scores(neither, OK_FRAUD);
    assertThat(scores.threshold()).isNaN();
    assertThat(scores.window().get(Score.AUC_ROC)).isNaN();
  }

  @Test
  void aPredictionThatIsNoNumberIsWrongWithoutAnyDoubt() {
    metrics.nameClasses(OK_FRAUD);
    score(metrics, 0, Float.NaN, Float.NaN);
    score(metrics, 1, Float.NaN, Float.NaN);

    assertThat(scores(metrics, OK_FRAUD).total().accuracy()).isZero();
    assertThat(scores(metrics, OK_FRAUD).total().get(Score.LOG_LOSS)).isEqualTo(-Math.log(1e-7f));
  }

  @Test
  void decayedScoresStayTheSameHoweverManyExamplesDecay() {
    MetricsSpec all = MetricsFixtures.fullSpec(3);
    ClassificationMetrics decayed =
        new ClassificationMetrics(
            MetricsSpec.DEFAULT.with(
                to -> {
                  to.window = 3;
                  to.decay = 0.5;
                  to.maxIntervalMillis = 0;
                  to.thresholdMetric = all.thresholdMetric();
                  to.validation = all.validation();
                }));
    for (int i = 0; i < 700; i++) {
      update(decayed, i % 2, i % 2, 0, 0);
      if (i > 0) {
        assertThat(scores(decayed, OK_FRAUD).decayed().block().get(Score.MCC))
            .as("example %d", i)
            .isOne();
      }
    }
  }

  @Test
  void decayedExamplesLeaveNoScoreBeyondChance() {
    ClassificationMetrics decayed =
        new ClassificationMetrics(MetricsFixtures.decayingSpec(100, 0.99));
    for (int i = 0; i < 100; i++) {
      update(decayed, i % 2, i % 3 == 0 ? 1 : 0, 0, 0);
    }
    update(decayed, 0, 0, 0, 0);
    update(decayed, 0, 0, 0, 0);
    ScoreBlock first = scores(decayed, OK_FRAUD).decayed().block();
    for (int i = 0; i < 6_000; i++) {
      // All are right, so what each got wrong before fades alike, and the shares stay.
      update(decayed, 0, 0, 0, 0);
      ScoreBlock block = scores(decayed, OK_FRAUD).decayed().block();
      if (!Double.isNaN(block.get(Score.KAPPA_M))) {
        assertThat(block.get(Score.KAPPA_M))
            .as("example %d", i)
            .isCloseTo(first.get(Score.KAPPA_M), within(1e-2));
      }
      if (!Double.isNaN(block.get(Score.KAPPA_TEMPORAL))) {
        assertThat(block.get(Score.KAPPA_TEMPORAL))
            .as("example %d", i)
            .isCloseTo(first.get(Score.KAPPA_TEMPORAL), within(1e-2));
      }
    }
    assertThat(scores(decayed, OK_FRAUD).decayed().block().get(Score.KAPPA_M)).isNaN();
    assertThat(scores(decayed, OK_FRAUD).decayed().block().get(Score.KAPPA)).isNaN();
    assertThat(scores(decayed, OK_FRAUD).decayed().block().get(Score.MCC)).isZero();
  }

  @Test
  void aPerfectRankingHasAreasOfOneAndTiesCountHalf() {
    ClassificationMetrics ranked = new ClassificationMetrics(spec(4));
    ranked.nameClasses(List.of("ok", "positive"));
    score(ranked, 0, 0.8f, 0.2f);
    score(ranked, 1, 0.6f, 0.4f);
    assertThat(scores(ranked, List.of("ok", "positive")).window().get(Score.AUC_ROC)).isEqualTo(1);
    assertThat(scores(ranked, List.of("ok", "positive")).window().get(Score.AUC_PR)).isEqualTo(1);

    score(ranked, 0, 0.6f, 0.4f);
    assertThat(scores(ranked, List.of("ok", "positive")).window().get(Score.AUC_ROC))
        .isEqualTo(0.75);
    assertThat(scores(ranked, List.of("ok", "positive")).window().get(Score.AUC_PR)).isEqualTo(0.5);
  }

  @Test
  void areasOfThreeClassesAreMeansOverThoseThatOccurEachAgainstTheRest() {
    ClassificationMetrics ranked = new ClassificationMetrics(spec(9));
    ranked.nameClasses(THREE);
    score(ranked, 0, 0.8f, 0.2f, 0f);
    assertThat(scores(ranked, THREE).window().get(Score.AUC_ROC)).isNaN(); // there is no rest
    score(ranked, 0, 0.3f, 0.7f, 0f);
    score(ranked, 1, 0.4f, 0.6f, 0f);

    // Of "ok" 0.8 and 0.3 against 0.4; of "fraud" 0.6 against 0.2 and 0.7; of "theft" there is
    // none.
    assertThat(scores(ranked, THREE).window().get(Score.AUC_ROC)).isEqualTo(0.5);
    assertThat(scores(ranked, THREE).window().get(Score.AUC_PR))
        .isEqualTo(((1 + 2.0 / 3) / 2 + 0.5) / 2);

    score(ranked, 2, 0f, 0.1f, 0.9f);
    // 3 of 4 pairs of "ok", 2 of 3 of "fraud", 3 of 3 of "theft".
    assertThat(scores(ranked, THREE).window().get(Score.AUC_ROC))
        .isCloseTo((3.0 / 4 + 2.0 / 3 + 1) / 3, within(1e-15));
    assertThat(scores(ranked, THREE).window().get(Score.AUC_ROC_WEIGHTED))
        .isCloseTo((2 * 3.0 / 4 + 2.0 / 3 + 1) / 4, within(1e-15));
  }

  @Test
  void rocAreaIgnoresScoresBeforeTheThirdClassAndALaterClassHadAScoreOfZero() {
    List<String> four = List.of("ok", "fraud", "theft", "loss");
    ClassificationMetrics grown = new ClassificationMetrics(spec(9));
    grown.nameClasses(OK_FRAUD);
    score(grown, 0, 0.1f, 0.9f); // would make it worse
    grown.nameClasses(THREE);
    score(grown, 2, 0.4f, 0.6f); // met just now, known to the model from the next one on
    score(grown, 0, 0.8f, 0.2f, 0f);
    assertThat(scores(grown, THREE).window().get(Score.AUC_ROC)).isEqualTo((1 + 0.5) / 2);

    grown.nameClasses(four);
    score(grown, 3, 0.2f, 0.3f, 0.5f);
    score(grown, 3, 0.1f, 0.2f, 0.3f, 0.4f);
    // "ok" is above all others; "theft" has 0 against 0, 0.5, 0.3; "loss" 0 and 0.4 against 0.
    assertThat(scores(grown, four).window().get(Score.AUC_ROC))
        .isCloseTo((1 + 0.5 / 3 + 0.75) / 3, within(1e-15));
  }

  @Test
  void moreClassesThanAreasAreAskedForHaveNoneAndTakeNoMemoryForThem() {
    List<String> eleven = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k");
    float[] probabilities = new float[10];
    ClassificationMetrics many = new ClassificationMetrics(spec(8));
    many.nameClasses(OK_FRAUD);
    score(many, 0, 0.6f, 0.4f);
    long ofTwo = many.memoryBytes(10);
    many.nameClasses(eleven.subList(0, 10));
    for (int i = 0; i < 4; i++) {
      probabilities[i] = 0.5f;
      score(many, i, probabilities);
    }
    assertThat(scores(many, eleven.subList(0, 10)).window().get(Score.AUC_ROC)).isEqualTo(0.75);
    // Of 5 examples, 9 more floats; the totals have grown as well.
    long ofTen = many.memoryBytes(10);

    many.nameClasses(eleven);
    assertThat(scores(many, eleven).window().get(Score.AUC_ROC)).isNaN();
    assertThat(ofTen - many.memoryBytes(10)).isEqualTo(5 * 9 * Float.BYTES);
    assertThat(ofTen).isGreaterThan(ofTwo);
  }

  /** What is predicted for these probabilities now. */
  private static int decided(ClassificationMetrics metrics, float... probabilities) {
    return score(metrics.copy(), 0, probabilities);
  }

  private static int score(ClassificationMetrics metrics, int actual, float... probabilities) {
    ScoredClass example = new ScoredClass();
    example.set(probabilities, 0, probabilities.length, true, actual);
    metrics.update(example, 1, 0);
    return example.predicted;
  }

  @Test
  void theFirstExampleCountsAsWrongForTheBaselines() {
    update(metrics, 0, 0, 0.1, 0.1);

    ClassificationScores scores = scores(metrics, OK_FRAUD);
    assertThat(scores.total().accuracy()).isEqualTo(1);
    assertThat(scores.noChange().totalAccuracy()).isZero();
    assertThat(scores.majority().totalAccuracy()).isZero();
  }

  @Test
  void aLabelObservedWithoutAPredictionTeachesTheBaselinesAndIsNotScored() {
    metrics.observe(0, 1);
    update(metrics, 0, 1, 0.1, 0.1);

    ClassificationScores scores = scores(metrics, OK_FRAUD);
    assertThat(scores.total().examples()).isEqualTo(1);
    assertThat(scores.noChange().totalAccuracy()).isEqualTo(1);
    assertThat(scores.majority().totalAccuracy()).isEqualTo(1);
  }

  @Test
  void theMajorityOfEqualCountsIsTheLowestIndex() {
    metrics.observe(1, 1);
    metrics.observe(0, 1); // 1 and 0 are equal now
    update(metrics, 0, 0, 0.1, 0.1);

    assertThat(scores(metrics, OK_FRAUD).majority().totalAccuracy()).isEqualTo(1);
  }

  @Test
  void theWindowForgetsWhatTheTotalKeeps() {
    update(metrics, 0, 1, 4, 2);
    update(metrics, 0, 0, 1, 0);
    update(metrics, 0, 0, 1, 0);
    update(metrics, 0, 0, 1, 0);

    ClassificationScores scores = scores(metrics, OK_FRAUD);
    assertThat(scores.window().examples()).isEqualTo(3);
    assertThat(scores.window().accuracy()).isEqualTo(1);
    assertThat(scores.window().loss()).isEqualTo(1);
    assertThat(scores.total().examples()).isEqualTo(4);
    assertThat(scores.total().accuracy()).isEqualTo(0.75);
    assertThat(scores.total().loss()).isEqualTo(1.75);
    assertThat(scores.total().get(Score.LOG_LOSS)).isEqualTo(0.5);
    assertThat(scores.confusion().window()).isDeepEqualTo(new double[][] {{3, 0}, {0, 0}});
    assertThat(scores.confusion().total()).isDeepEqualTo(new double[][] {{3, 1}, {0, 0}});
  }

  @Test
  void thePositiveClassIsTheLastByNameUnlessOneIsGiven() {
    update(metrics, 0, 0, 0.1, 0.1);
    update(metrics, 0, 1, 0.1, 0.1);
    update(metrics, 1, 1, 0.1, 0.1);

    // "ok" comes after "fraud".
    assertThat(scores(metrics, OK_FRAUD).window().get(Score.RECALL)).isEqualTo(0.5);
    assertThat(scores(metrics, List.of("fraud", "ok")).window().get(Score.RECALL)).isEqualTo(1);

    ClassificationMetrics given = new ClassificationMetrics(spec(3, "fraud"));
    update(given, 0, 0, 0.1, 0.1);
    update(given, 0, 1, 0.1, 0.1);
    update(given, 1, 1, 0.1, 0.1);
    assertThat(scores(given, OK_FRAUD).window().get(Score.RECALL)).isEqualTo(1);
    assertThat(scores(given, OK_FRAUD).window().get(Score.PRECISION)).isEqualTo(0.5);
  }

  @Test
  void aSingleClassDoesNotTellYetWhichOneIsPositive() {
    update(metrics, 0, 0, 0.1, 0.1);

    MetricsReport report = metrics.report(context(List.of("ok")));
    assertThat(report.task()).isEqualTo(Task.BINARY);
    assertThat(((ClassificationScores) report.scores()).window().get(Score.F1)).isNaN();
    assertThat(((ClassificationScores) report.scores()).noChange().totalF1()).isNaN();
  }

  @Test
  void aGivenPositiveClassThatHasNotComeYetHasScoresOfZero() {
    ClassificationMetrics given = new ClassificationMetrics(spec(3, "fraud"));
    update(given, 0, 0, 0.1, 0.1);

    assertThat(scores(given, List.of("ok")).window().get(Score.F1)).isZero();
  }

  @Test
  void aThirdClassMakesTheScoresMacroAverages() {
    update(metrics, 0, 0, 0.1, 0.1);
    update(metrics, 1, 1, 0.1, 0.1);
    assertThat(metrics.report(context(OK_FRAUD)).task()).isEqualTo(Task.BINARY);

    update(metrics, 2, 0, 0.1, 0.1);

    MetricsReport report = metrics.report(context(THREE));
    assertThat(report.task()).isEqualTo(Task.MULTICLASS);
    assertThat(((ClassificationScores) report.scores()).window().get(Score.RECALL))
        .isEqualTo((1.0 + 1.0 + 0.0) / 3);
  }

  @Test
  void classesThatAreNamedButNotSeenHaveTheirPlaceInTheReport() {
    update(metrics, 0, 0, 0.1, 0.1);

    ClassificationScores scores = scores(metrics, THREE);
    assertThat(scores.perClass()).hasSize(3);
    assertThat(scores.perClass().get(2).support()).isZero();
    assertThat(scores.confusion().window()).hasDimensions(3, 3);
  }

  @Test
  void aLossThatIsNotFiniteIsLeftOutOfTheMean() {
    update(metrics, 0, 0, 1, Double.NaN);
    update(metrics, 0, 0, Double.POSITIVE_INFINITY, Double.NaN);
    update(metrics, 0, 0, 3, Double.NaN);

    ClassificationScores scores = scores(metrics, OK_FRAUD);
    assertThat(scores.window().loss()).isEqualTo(2);
    assertThat(scores.total().loss()).isEqualTo(2);
    assertThat(scores.window().get(Score.LOG_LOSS)).isNaN();
    assertThat(scores.total().get(Score.LOG_LOSS)).isNaN();
  }

  @Test
  void partsThatAreOffAreNotInTheReport() {
    ClassificationMetrics plain =
        new ClassificationMetrics(
            MetricsSpec.DEFAULT.with(
                to -> {
                  to.window = 3;
                  to.maxIntervalMillis = 0;
                  to.perClass = false;
                  to.confusionMatrix = false;
                }));
    update(plain, 0, 0, 0.1, 0.1);

    assertThat(scores(plain, OK_FRAUD).perClass()).isNull();
    assertThat(scores(plain, OK_FRAUD).confusion()).isNull();
  }

  @Test
  void aMatrixOfMoreThan200ClassesIsLeftOut() {
    List<String> names = IntStream.range(0, 201).mapToObj(Integer::toString).toList();
    update(metrics, 0, 0, 0.1, 0.1);

    assertThat(scores(metrics, names.subList(0, 200)).confusion().window()).hasDimensions(200, 200);
    assertThat(scores(metrics, names).confusion()).isNull();
  }

  @Test
  void classesAndTheWeightsOfTheirLabelsAreCounted() {
    assertThat(metrics.classes()).isZero();
    update(metrics, 0, 2, 0.5, 0.1);
    metrics.observe(1, 3);
    metrics.observe(1, 0.5);

    assertThat(metrics.labels()).isEqualTo(2);
    assertThat(metrics.classes()).isEqualTo(3);
    assertThat(metrics.labelWeight(0)).isEqualTo(1);
    assertThat(metrics.labelWeight(1)).isEqualTo(3.5);
    assertThat(metrics.labelWeight(2)).isZero();
    assertThat(metrics.labelWeight(9)).isZero();
    assertThat(metrics.totalLoss()).isEqualTo(0.5);
  }

  @Test
  void memoryIsThatOfTheWindowTheSumsAndTheMajority() {
    ClassificationMetrics plain = new ClassificationMetrics(MetricsFixtures.decayingSpec(100, 0.9));
    ClassificationMetrics full = new ClassificationMetrics(MetricsFixtures.fullSpec(100));
    full.nameClasses(OK_FRAUD);
    for (ClassificationMetrics each : List.of(metrics, plain, full)) {
      score(each, 1, 0.25f, 0.75f);
    }

    // An example of 4-byte cells: 6, 2 of calibration, 1 of a score, 2 of the time.
    long sums = 2 * 2 * 8 + 2 * 2 * 3 * 8; // the matrix, and three sums of two baselines
    long calibration = (2 * 10 + 1) * 8;
    assertThat(metrics.memoryBytes(2)).isEqualTo(9 * 4 + sums + calibration + 2 * 8);
    assertThat(plain.memoryBytes(2)).isEqualTo(6 * 4 + 2 * sums + 2 * 8);
    assertThat(full.memoryBytes(2)).isEqualTo(11 * 4 + 2 * (sums + calibration) + 2 * 8);
  }

  @Test
  void aReportNeedsANameForEachClassSeen() {
    update(metrics, 2, 0, 0.1, 0.1);

    assertThatThrownBy(() -> metrics.report(context(OK_FRAUD)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("key shop-17: 3 classes were seen, but only 2 are named");
  }

  @Test
  void fBetaIsReportedAsMissingUntilItIsKnown() {
    MetricsSpec spec = MetricsSpec.DEFAULT.with(to -> to.beta = 2);

    ScoreBlock asked = scores(new ClassificationMetrics(spec), THREE).total();
    ScoreBlock notAsked = scores(new ClassificationMetrics(MetricsSpec.DEFAULT), THREE).total();

    assertThat(asked.scores()).containsEntry(Score.F_BETA, Double.NaN);
    assertThat(notAsked.scores()).doesNotContainKey(Score.F_BETA);
  }

  private static ClassificationScores scores(RollingMetrics metrics, List<String> classes) {
    return (ClassificationScores) metrics.report(context(classes)).scores();
  }
}
