package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.Task;
import dev.millrace.nn.auto.members.MemberPlan.Start;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.auto.rows.ValueTarget;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.AutoSpec.Extra;
import dev.millrace.nn.spec.AutoSpec.TargetScale;
import dev.millrace.nn.spec.AutoSpec.Tier;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.Member;
import dev.millrace.state.State;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How predictions are mixed, and what is said about them. */
class MixerTest {

  /** So many examples that no share of the weights is dealt out any more. */
  private static final long LATE = Long.MAX_VALUE - 2;

  private static final ValueTarget TARGET = new ValueTarget(TargetScale.LINEAR);

  private static final List<String> NAMES = List.of("a", "b", "c", "baseline");

  private static MixerWeights equal(int predictions) {
    return new MixerWeights(Collections.nCopies(predictions, Start.EQUAL), false);
  }

  @Test
  void aReportNamesTheMemberWithTheMinMeanLoss() {
    MixerWeights weights = equal(3);
    FixedShare answer = new FixedShare();
    MetricsReport.Members none = weights.report(NAMES, 2, -1, answer);
    assertThat(none.leader()).isNull();
    assertThat(none.members()).extracting(Member::loss).containsOnly(Double.NaN);
    assertThat(none.members())
        .extracting(Member::weight)
        .as("in the answer, where c is averaged outside the mixture too, as the baseline is")
        .containsExactly(0.26666668, 0.26666668, 0.36666667, 0.1);
    assertThat(weights.correction()).isEqualTo(1f);

    for (int e = 0; e < 3; e++) {
      weights.addLoss(0, 0.5f);
      weights.addLoss(1, 0.25f);
      weights.addLoss(2, 0.25f);
      weights.addLoss(3, 1f);
      weights.countExample();
    }

    MetricsReport.Members members = weights.report(NAMES, 2, -1, answer);
    assertThat(members.leader()).isEqualTo("b");
    assertThat(members.members()).extracting(Member::name).isEqualTo(NAMES);
    double[] losses = {0.5, 0.25, 0.25, 1};
    for (int k = 0; k < losses.length; k++) {
      assertThat(members.members().get(k).loss()).isCloseTo(losses[k], within(1e-4));
    }
    assertThat(weights.correction())
        .isCloseTo((float) (1 / (1 - Math.pow(0.999, 3))), within(1e-2f));
  }

  @Test
  void valuesAreMixedOnTheScaleOfTheTarget() {
    ValueMixer mixer = new ValueMixer(equal(2), onlyMixture(), 0, TARGET);
    mixer.setPrediction(0, 3);
    mixer.setPrediction(1, 5);
    assertThat(mixer.mix()).as("before a target, on a scale of 1").isCloseTo(4, within(1e-6));
    assertThat(mixer.learn(8, 0f, LATE)).as("loss of a value without a scale").isZero();

    mixer.setPrediction(0, 12);
    mixer.setPrediction(1, 12);
    mixer.mix();
    // Now a mean of 10 and a deviation of 2, on which the error is 0.
    assertThat(mixer.learn(12, 0f, LATE)).isZero();
    mixer.setPrediction(0, 13);
    mixer.setPrediction(1, 15);

    assertThat(mixer.mix()).isCloseTo(14, within(1e-6));
    assertThat(mixer.learn(13, 0f, LATE)).isCloseTo(0.125f, within(1e-6f));
  }

  @Test
  void theWeightOfABetterPredictionGrowsAndTheBiasFollowsTheError() {
    MixerWeights weights = equal(2);
    FixedShare answer = new FixedShare();
    ValueMixer mixer = new ValueMixer(weights, answer, 0, TARGET);
    for (int e = 0; e < 400; e++) {
      double value = e % 2 == 0 ? 8 : 12;
      mixer.setPrediction(0, value);
      mixer.setPrediction(1, 20 - value);
      mixer.mix();
      mixer.learn(value, 1f, e);
    }

    assertThat(weights.weights[0]).isGreaterThan(0.6f);
    assertThat(weights.weights[1]).isLessThan(0.4f);
    assertThat(weights.report(List.of("right", "wrong", "mean"), 0, -1, answer).leader())
        .isEqualTo("right");
    for (int e = 0; e < 50; e++) {
      mixer.setPrediction(0, 10);
      mixer.setPrediction(1, 10);
      mixer.mix();
      mixer.learn(12, 1f, 400 + e);
    }
    mixer.setPrediction(0, 10);
    mixer.setPrediction(1, 10);
    assertThat(mixer.mix()).isGreaterThan(10.5);
  }

  @Test
  void theBaselineIsTheLastValueWhereThatIsNearerThanTheMean() {
    ValueMixer mixer = new ValueMixer(equal(1), new FixedShare(), 0, TARGET);
    double answered = 0;
    for (int e = 0; e < 3_000; e++) {
      double value = 1_000 * Math.sin(e / 100.0);
      mixer.setLast(e == 0 ? Double.NaN : 1_000 * Math.sin((e - 1) / 100.0));
      mixer.setPrediction(0, -value);
      answered = mixer.mix() - value;
      mixer.learn(value, 1f, e);
    }
    assertThat(answered).as("a step of 10 at most").isBetween(-20.0, 20.0);

    mixer.setLast(Double.NaN);
    mixer.setPrediction(0, 0);
    assertThat(mixer.mix()).as("the mean alone").isBetween(-200.0, 200.0);
  }

  @Test
  void aMixtureTakesLongerStepsAtFirst() {
    for (Supplier<MixerWeights> empty :
        List.<Supplier<MixerWeights>>of(
            () -> new MixerWeights(List.of(Start.EQUAL, Start.EQUAL), true), () -> equal(2))) {
      MixerWeights early = empty.get();
      MixerWeights late = State.copy(early, empty.get());

      learnThatTheSecondIsWrong(early, 0);
      learnThatTheSecondIsWrong(late, LATE);

      assertThat(early.weights[1]).isLessThan(late.weights[1] - 0.1f);
    }
  }

  @Test
  void withIdsNetworksTogetherStartWithAsMuchAsEachOther() {
    MixerWeights weights =
        new MixerWeights(
            List.of(Start.SHARED, Start.SHARED, Start.EQUAL, Start.NONE, Start.EQUAL, Start.NONE),
            true);

    assertThat(weights.weights).startsWith(1 / 6f, 1 / 6f, 1 / 3f, 0f, 1 / 3f, 0f);
  }

  private static void learnThatTheSecondIsWrong(MixerWeights weights, long first) {
    ValueMixer mixer = new ValueMixer(weights, new FixedShare(), 0, TARGET);
    for (int e = 0; e < 100; e++) {
      double value = e % 2 == 0 ? 8 : 12;
      mixer.setPrediction(0, value);
      mixer.setPrediction(1, 20 - value);
      mixer.mix();
      mixer.learn(value, 1f, first + e);
    }
  }

  @Test
  void anUnweightedPredictionStartsWithoutWeightAndTheOthersShareIt() {
    MixerWeights weights = new MixerWeights(List.of(Start.EQUAL, Start.NONE, Start.EQUAL), false);

    assertThat(weights.weights).startsWith(0.5f, 0f, 0.5f);
  }

  /** An answer that is the mixture alone. */
  private static FixedShare onlyMixture() {
    FixedShare answer = new FixedShare();
    answer.learn(0, 1e6, 1e6, 1, 1, LATE);
    return answer;
  }

  /** Or the more alike predictions there are, the more would the mixture sway. */
  @ParameterizedTest
  @ValueSource(ints = {3, 8, 10})
  void equalPredictionsMoveTheMixtureAsFarAsTwoOfThem(int predictions) {
    double ofTwo = sumOfWeights(2);

    assertThat(ofTwo).as("the predictions are too sure").isBetween(-1.0, 0.9);
    assertThat(sumOfWeights(predictions)).isCloseTo(ofTwo, within(1e-3));
  }

  /** Once so many equal predictions, surer than they should be, were mixed for a while. */
  private static double sumOfWeights(int predictions) {
    AutoSpec auto = new AutoSpec(Tier.ACCURATE, Set.of(Extra.values()), 1);
    Row row = AutoModels.emptyRow(auto, Task.BINARY, 1, 2);
    MixerWeights weights = equal(predictions);
    ClassMixer mixer = new ClassMixer(weights, 0, 1, 2);
    float[] out = new float[2];
    row.weight = 1f;
    for (int e = 0; e < 40; e++) {
      for (int k = 0; k < predictions; k++) {
        row.predictions[row.at(k)] = 0.1f;
        row.predictions[row.at(k) + 1] = 0.9f;
      }
      row.target = e % 2;
      row.examples = e;
      mixer.mix(row, out, 0);
      mixer.learn(row, out, 0);
    }
    double sum = 0;
    for (int k = 0; k < predictions; k++) {
      sum += weights.weights[k];
    }
    return sum;
  }
}
