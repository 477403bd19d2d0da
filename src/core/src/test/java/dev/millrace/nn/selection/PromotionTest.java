package dev.millrace.nn.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import dev.millrace.report.MetricsReport.CandidateReport;
import dev.millrace.report.ModelEvent.ChampionChanged;
import dev.millrace.report.ModelEvent.Reason;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a challenger becomes champion, with models that say what they are told to. */
class PromotionTest {

  private final float[] out = new float[2];

  /** Class 0, to which each model gives a probability. */
  private void learn(ChampionChallenger selection, float weight, double... probabilities) {
    float[] x = new float[probabilities.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) probabilities[i];
    }
    selection.learnClass(x, 0, 0, weight, out);
  }

  /** The number of the example after which the champion changed first, or -1. */
  private int firstChange(
      ChampionChallenger selection, int examples, IntToDoubleFunction m0, double m1) {
    for (int e = 1; e <= examples; e++) {
      learn(selection, 1f, m0.applyAsDouble(e), m1);
      if (selection.pollChange() != null) {
        return e;
      }
    }
    return -1;
  }

  @Test
  void aChampionWhosePredictionsAreNotFiniteIsReplaced() {
    ChampionChallenger selection = Scripted.selection(2, Task.REGRESSION, Promotion.DEFAULT);
    float[] x = {1, 1};
    selection.learnValue(x, 0, 1, 1f, out);
    float[] broken = {Float.NaN, 1};

    int examples = 0;
    while (selection.champion().equals("m0") && examples < 5_000) {
      selection.learnValue(broken, 0, 1, 1f, out);
      examples++;
    }

    assertThat(selection.champion()).isEqualTo("m1");
    ChampionChallenger classes = Scripted.selection(2, Task.BINARY, Promotion.DEFAULT);
    for (int e = 0; e < 10; e++) {
      learn(classes, 1f, Double.NaN, 0.75);
    }
    assertThat(classes.candidates().get(0).accuracy()).isZero();
    assertThat(classes.candidates().get(1).accuracy()).isOne();
  }

  @Test
  void theChampionChangesAtTheExampleThatTheRuleNames() {
    Promotion promotion = new Promotion(true, 200, 60, 0.02);
    SplittableRandom random = new SplittableRandom(3);
    ChampionChallenger selection = Scripted.selection(2, Task.BINARY, promotion);
    Reference reference = new Reference(promotion);

    int changes = 0;
    for (int e = 1; e <= 4_000; e++) {
      // The better one is now this, now that.
      double edge = e / 1_000 % 2 == 0 ? 0.15 : -0.15;
      double first = 0.2 + 0.6 * random.nextDouble();
      double second =
          Math.min(0.99, Math.max(0.01, first + edge + 0.3 * (random.nextDouble() - 0.5)));
      float weight = 1 + e % 3;
      boolean changes0 = reference.next((float) first, (float) second, weight);
      learn(selection, weight, first, second);
      ChampionChanged change = selection.pollChange();

      assertThat(change != null).as("example %d", e).isEqualTo(changes0);
      if (change != null) {
        changes++;
        assertThat(change.reason()).isEqualTo(Reason.BETTER);
        assertThat(change.to()).isEqualTo(selection.champion());
        assertThat(change.toLoss()).isLessThan(change.fromLoss());
        assertThat(change.pValue()).isLessThanOrEqualTo(0.02);
        assertThat(champion(selection).since()).isEqualTo(e);
      }
    }
    assertThat(changes).isGreaterThanOrEqualTo(3);
  }

  /** The rule for two models, written down once more. */
  private static final class Reference {
    private final Promotion promotion;
    private final double keep;
    private final double[] loss = new double[2];
    private double weights;
    private double heaviest;
    private int champion;
    private long compared;
    private double capital;
    private double sum;
    private double squares;
    private int lead;

    Reference(Promotion promotion) {
      this.promotion = promotion;
      keep = 1 - 1.0 / promotion.window();
    }

    boolean next(float p0, float p1, float weight) {
      double[] own = {-Math.log(p0), -Math.log(p1)};
      double most = -Math.log(0.01);
      heaviest = Math.max(weight, heaviest * keep);
      double limited = Math.min(own[champion], most) - Math.min(own[1 - champion], most);
      double x = weight / heaviest * limited / most;
      if (compared % promotion.examples() == 0) {
        double j = 1 + compared / promotion.examples();
        capital += 1 / (j * (j + 1));
      }
      compared++;
      double stake = sum > 0 ? Math.min(0.75, sum / (squares + 0.25)) : 0;
      capital *= 1 + stake * x;
      sum = sum * keep + x;
      squares = squares * keep + x * x;
      weights = weights * keep + weight;
      for (int i = 0; i < 2; i++) {
        loss[i] = loss[i] * keep + weight * own[i];
      }
      lead = loss[1 - champion] < loss[champion] ? lead + 1 : 0;
      if (lead < promotion.examples() || capital < 1 / promotion.significance()) {
        return false;
      }
      champion = 1 - champion;
      compared = 0;
      capital = 0;
      sum = 0;
      squares = 0;
      lead = 0;
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void equallyGoodModelsChangePlacesWithinTheSignificance(int models) {
    double significance = 0.1;
    Promotion promotion = new Promotion(true, 100, 20, significance);
    int runs = 400;
    int changed = 0;
    for (int run = 0; run < runs; run++) {
      SplittableRandom random = new SplittableRandom(run);
      ChampionChallenger selection = Scripted.selection(models, Task.BINARY, promotion);
      double[] said = new double[models];
      boolean changes = false;
      for (int e = 0; e < 2_000 && !changes; e++) {
        for (int i = 0; i < models; i++) {
          said[i] = 0.01 + 0.98 * random.nextDouble();
        }
        learn(selection, 1f, said);
        changes = selection.pollChange() != null;
      }
      changed += changes ? 1 : 0;
    }

    assertThat((double) changed / runs).isLessThanOrEqualTo(significance);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.1, 0.02, 0.98})
  void theCapitalOfAFairGameRarelyGrowsHoweverSkewedTheGameIs(double gains) {
    double significance = 0.05;
    int runs = 2_000;
    int reached = 0;
    for (int run = 0; run < runs; run++) {
      SplittableRandom random = new SplittableRandom(run);
      SequentialTest test = new SequentialTest();
      boolean has = false;
      for (int e = 0; e < 3_000 && !has; e++) {
        // Gains g with probability q, else loses so much that it comes to 0 on average.
        boolean gain = random.nextDouble() < gains;
        double most = Math.max(gains, 1 - gains);
        test.update(gain ? (1 - gains) / most : -gains / most, 0.99, 50);
        has = test.capital() >= 1 / significance;
      }
      reached += has ? 1 : 0;
    }

    // The bound is nearly reached where losses are rare and large: three deviations of the count.
    double chance = 3 * Math.sqrt(significance * (1 - significance) / runs);
    assertThat((double) reached / runs).isLessThanOrEqualTo(significance + chance);
  }

  @Test
  void aChallengerThatBecomesBetterLateIsStillPromotedSoon() {
    ChampionChallenger selection = Scripted.selection(2, Task.BINARY, Promotion.DEFAULT);
    int turn = 50_000;

    int change = firstChange(selection, 2 * turn, e -> e <= turn ? 0.8 : 0.5, 0.65);

    assertThat(change).isBetween(turn + Promotion.DEFAULT.examples(), turn + 3_000);
  }

  @Test
  void aClearlyBetterChallengerStillNeedsTheMinExamples() {
    ChampionChallenger selection = Scripted.selection(2, Task.BINARY, Promotion.DEFAULT);

    assertThat(firstChange(selection, 10_000, e -> 0.2, 0.9))
        .isEqualTo(Promotion.DEFAULT.examples());
  }

  @Test
  void rareDisastersKeepAModelThatUsuallyDoesBetterFromBeingChampion() {
    ChampionChallenger selection = Scripted.selection(2, Task.BINARY, Promotion.DEFAULT);

    // Every 50th example it gives the class no chance; the comparison counts that 4.6 at most.
    for (int e = 1; e <= 20_000; e++) {
      learn(selection, 1f, 0.7, e % 50 == 0 ? 1e-7 : 0.87);
    }

    assertThat(selection.champion()).isEqualTo("m0");
    assertThat(selection.pollChange()).isNull();
  }

  @Test
  void theBetterOfTwoCandidatesTakesOver() {
    for (int better = 1; better <= 2; better++) {
      ChampionChallenger selection =
          Scripted.selection(3, Task.BINARY, new Promotion(true, 20, 10, 0.5));
      ChampionChanged change = null;
      for (int e = 1; change == null && e <= 1_000; e++) {
        learn(selection, 1f, 0.1, better == 1 ? 0.95 : 0.9, better == 2 ? 0.95 : 0.9);
        change = selection.pollChange();
      }
      assertThat(change.to()).isEqualTo("m" + better);
      assertThat(change.pValue()).isPositive().isLessThanOrEqualTo(0.5);
      assertThat(change.fromLoss()).isCloseTo(-Math.log(0.1), within(1e-6));
      assertThat(change.toLoss()).isCloseTo(-Math.log(0.95), within(1e-6));
    }
  }

  @Test
  void theFirstOfTheMostLikelyClassesIsPredicted() {
    float[] first = {0.4f, 0.4f, 0.2f};
    float[] last = {0.2f, 0.4f, 0.4f, 0.9f};

    assertThat(PromotionRule.isPredicted(first, 3, 0)).isTrue();
    assertThat(PromotionRule.isPredicted(first, 3, 1)).isFalse();
    assertThat(PromotionRule.isPredicted(first, 3, 2)).isFalse();
    assertThat(PromotionRule.isPredicted(last, 3, 0)).isFalse();
    assertThat(PromotionRule.isPredicted(last, 3, 1)).isTrue();
    assertThat(PromotionRule.isPredicted(last, 3, 2)).isFalse();
    assertThat(PromotionRule.isPredicted(last, 4, 3)).isTrue();
  }

  @Test
  void lossesAreFiniteWhateverWasPredicted() {
    assertThat(PromotionRule.negativeLogLikelihood(0.5f)).isCloseTo(Math.log(2), within(1e-6));
    assertThat(PromotionRule.negativeLogLikelihood(0f)).isCloseTo(-Math.log(1e-7), within(1e-5));
    assertThat(PromotionRule.negativeLogLikelihood(Float.NaN))
        .isEqualTo(PromotionRule.negativeLogLikelihood(0f));
    assertThat(PromotionRule.negativeLogLikelihood(1f)).isBetween(1e-8, 2e-7);
    assertThat(PromotionRule.error(3f, 5, false)).isEqualTo(2);
    assertThat(PromotionRule.error(Float.POSITIVE_INFINITY, 5, false)).isEqualTo(1e200);
    assertThat(PromotionRule.error(Float.NaN, 5, false)).isNaN();
  }

  @Test
  void withoutAutomaticPromotionOnlyACommandChangesTheChampion() {
    ChampionChallenger selection =
        Scripted.selection(3, Task.BINARY, new Promotion(false, 1_000, 10, 0.5));
    for (int e = 0; e < 2_000; e++) {
      learn(selection, 1f, 0.1, 0.9, 0.95);
    }
    assertThat(selection.champion()).isEqualTo("m0");

    assertThat(selection.promote("m0")).isFalse();
    assertThat(selection.pollChange()).isNull();
    assertThat(selection.promote("m1")).isTrue();

    ChampionChanged change = selection.pollChange();
    assertThat(change.reason()).isEqualTo(Reason.COMMAND);
    assertThat(change.from() + " " + change.to()).isEqualTo("m0 m1");
    assertThat(selection.pollChange()).isNull();
    learn(selection, 1f, 0.1, 0.9, 0.95);
    assertThat(out[0]).isEqualTo(0.9f);
    assertThatThrownBy(() -> selection.promote("m3")).hasMessageContaining("\"m3\"");
  }

  @Test
  void aDriftPromotesTheBestChallengerAndTheOldChampionStartsFromNewWeights() {
    ChampionChallenger selection = Scripted.selection(3, Task.BINARY, Promotion.DEFAULT);
    for (int e = 0; e < 100; e++) {
      learn(selection, 1f, 0.9, 0.3, 0.4);
    }

    selection.promoteBest();

    assertThat(selection.champion()).isEqualTo("m2");
    assertThat(selection.pollChange().reason()).isEqualTo(Reason.DRIFT);
    assertThat(selection.candidates())
        .extracting(CandidateReport::examples)
        .containsExactly(0L, 100L, 100L);
  }

  @Test
  void aReportHasTheDecayedLossAndAccuracyOfEachModel() {
    ChampionChallenger selection =
        Scripted.selection(2, Task.BINARY, new Promotion(true, 10, 500, 0.01));
    double[] means = {0, 0, 0};
    for (int e = 0; e < 100; e++) {
      double p = e % 4 == 0 ? 0.3 : 0.6;
      learn(selection, 1f, 0.5, p);
      means[0] = means[0] * 0.9 + 1;
      means[1] = means[1] * 0.9 - Math.log(p);
      means[2] = means[2] * 0.9 + (p > 0.5 ? 1 : 0);
    }

    CandidateReport challenger = selection.candidates().get(1);
    assertThat(challenger.isChampion()).isFalse();
    assertThat(challenger.loss()).isCloseTo(means[1] / means[0], within(1e-6));
    assertThat(challenger.accuracy()).isCloseTo(means[2] / means[0], within(1e-9));
    assertThat(champion(selection).loss()).isCloseTo(Math.log(2), within(1e-6));
    assertThat(champion(selection).pValue()).isNaN();
  }

  @Test
  void valuesAreComparedByTheirAbsoluteErrorWhateverTheirUnit() {
    for (double unit : new double[] {1e-6, 1, 1e9}) {
      ChampionChallenger selection = Scripted.selection(2, Task.REGRESSION, Promotion.DEFAULT);
      SplittableRandom random = new SplittableRandom(1);
      int change = 0;
      for (int e = 1; e <= 5_000 && change == 0; e++) {
        double target = random.nextDouble();
        float[] x = {
          (float) (unit * (target + 0.4 * (random.nextDouble() - 0.5))),
          (float) (unit * (target + 0.3 * (random.nextDouble() - 0.5)))
        };
        selection.learnValue(x, 0, unit * target, 1f, out);
        change = selection.pollChange() == null ? 0 : e;
      }
      assertThat(change).as("unit %s", unit).isBetween(Promotion.DEFAULT.examples(), 1_500);
      assertThat(champion(selection).loss()).isCloseTo(0.075 * unit, within(0.01 * unit));
    }
  }

  private static CandidateReport champion(ChampionChallenger selection) {
    return selection.candidates().stream()
        .filter(CandidateReport::isChampion)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aModelIsComparedByWhatItSaidWhenTheFeaturesCame() {
    ChampionChallenger selection = Scripted.selection(2, Task.BINARY, Promotion.DEFAULT);
    float[] memory = new float[selection.remembered()];
    for (int e = 0; e < 200; e++) {
      selection.predictPending(new float[] {0.75f, 0.5f}, 0, out, memory, 0);
      assertThat(out[0]).as("the champion answers").isEqualTo(0.75f);
      selection.recall(memory, 0);
      learn(selection, 1f, 0.25, 0.9);
    }

    List<CandidateReport> reports = selection.candidates();
    assertThat(selection.champion()).isEqualTo("m0");
    assertThat(reports.get(0).loss()).isCloseTo(-Math.log(0.75), within(1e-6));
    assertThat(reports.get(1).loss()).isCloseTo(-Math.log(0.5), within(1e-6));
    learn(selection, 1f, 0.25, 0.9);
    assertThat(selection.candidates().get(0).loss()).isGreaterThan(reports.get(0).loss());
  }

  @Test
  void aModelThatStartedAgainIsNotComparedByWhatTheOldOneSaid() {
    for (Task task : List.of(Task.BINARY, Task.REGRESSION)) {
      ChampionChallenger selection = Scripted.selection(2, task, Promotion.DEFAULT);
      float[] x = {0.75f, 0.5f};
      float[] memory = new float[selection.remembered()];
      for (int e = 0; e < 5; e++) {
        learnOne(selection, task, x);
      }
      selection.predictPending(x, 0, out, memory, 0);
      selection.promoteBest();
      double before = selection.candidates().get(1).loss();

      selection.recall(memory, 0);
      learnOne(selection, task, x);

      assertThat(selection.candidates().get(0).loss()).as("%s", task).isNaN();
      assertThat(selection.candidates().get(1).loss()).isCloseTo(before, within(1e-9));
    }
  }

  private void learnOne(ChampionChallenger selection, Task task, float[] x) {
    if (task == Task.BINARY) {
      selection.learnClass(x, 0, 0, 1f, out);
    } else {
      selection.learnValue(x, 0, 1, 1f, out);
    }
  }
}
