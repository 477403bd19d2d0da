package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Task;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.report.MetricsReport;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mixtures of which some columns predict the value. */
class ExpertsTest {

  private static OnlineModel model(AutoSpec.Tier tier, int inputs, int... experts) {
    ModelSpec spec =
        ModelSpec.auto(1, AutoSpec.of(tier), ClassWeights.NONE)
            .withIndicators(Indicators.NONE.withExperts(experts));
    return Models.create(spec, Task.REGRESSION, inputs, 0, 1);
  }

  /** A random walk far from 0, whose steps are 1, and a column that says nothing. */
  @ParameterizedTest
  @EnumSource(AutoSpec.Tier.class)
  void aWalkIsPredictedAsWellAsByItsLastValue(AutoSpec.Tier tier) {
    OnlineModel model = model(tier, 2, 0);
    Random random = new Random(1);
    double ofModel = 0;
    double ofLast = 0;
    double last = 1000;
    for (int e = 0; e < 2_000; e++) {
      double value = last + random.nextGaussian();
      double predicted = learn(model, value, (float) last, (float) random.nextGaussian());
      ofModel += e == 0 ? 0 : Math.abs(value - predicted);
      ofLast += e == 0 ? 0 : Math.abs(value - last);
      last = value;
    }

    assertThat(ofModel).isLessThan(1.05 * ofLast);
  }

  @Test
  void afterTheFirstValueTheAnswerIsThatOfTheExperts() {
    float[] out = new float[PredictedValue.FLOATS];
    OnlineModel model = model(AutoSpec.Tier.BALANCED, 2, 0, 1);
    model.predictNext(new float[] {30f, 34f}, 0, out);
    assertThat(PredictedValue.read(out, 0)).as("before it").isNaN();

    learn(model, 32, 30f, 34f);

    model.predictNext(new float[] {40f, 44f}, 0, out);
    assertThat(PredictedValue.read(out, 0)).isBetween(41.5, 42.5);
  }

  @Test
  void missingExpertsLeaveAnAnswer() {
    OnlineModel model = model(AutoSpec.Tier.BALANCED, 2, 0, 1);
    for (int e = 0; e < 100; e++) {
      learn(model, 50 + e % 3, e % 2 == 0 ? Float.NaN : 50f, 51f);
    }
    float[] out = new float[PredictedValue.FLOATS];

    model.predictNext(new float[] {Float.NaN, Float.NaN}, 0, out);

    assertThat(PredictedValue.read(out, 0)).isBetween(45.0, 57.0);
  }

  /** The value is a linear function of two experts, neither of which is good. */
  @Test
  void theRegressionFindsWhatNoSingleExpertKnows() {
    OnlineModel model = model(AutoSpec.Tier.FAST, 2, 0, 1);
    Random random = new Random(1);
    double late = 0;
    for (int e = 0; e < 1_000; e++) {
      double first = 10 * random.nextGaussian();
      double second = 10 * random.nextGaussian();
      double value = 100 + 2 * first - second;
      double predicted = learn(model, value, (float) (100 + first), (float) (100 + second));
      late += e < 900 ? 0 : Math.abs(value - predicted) / 100;
    }

    assertThat(late).isLessThan(2);
    MetricsReport.Members members = model.members();
    assertThat(members.members())
        .extracting(MetricsReport.Member::name)
        .containsExactly(
            "light",
            "light-ema",
            "linear",
            "ferns",
            "previous-label",
            "baseline",
            "experts",
            "regression");
    assertThat(members.leader()).isNotEqualTo("experts");
  }

  /** What was predicted decides about weights, not what would be predicted now. */
  @Test
  void aRecalledPredictionMovesTheWeightsOfTheAnswer() {
    OnlineModel recalling = model(AutoSpec.Tier.FAST, 2, 0, 1);
    OnlineModel other = recalling.copy();
    float[] out = new float[recalling.outputs()];
    float[] memory = new float[recalling.remembered()];
    for (int e = 0; e < 50; e++) {
      float[] row = {e, e + 2};
      recalling.predictPending(row, 0, out, memory, 0);
      memory[0] = 1e6f; // the average of the experts was far off
      recalling.recall(memory, 0);
      learn(recalling, e + 1, row);
      learn(other, e + 1, row);
    }

    assertThat(weight(recalling, "experts")).isLessThan(weight(other, "experts") / 2);
  }

  private static double weight(OnlineModel model, String name) {
    return model.members().members().stream()
        .filter(member -> member.name().equals(name))
        .mapToDouble(MetricsReport.Member::weight)
        .sum();
  }

  private static double learn(OnlineModel model, double value, float... row) {
    float[] out = new float[PredictedValue.FLOATS];
    model.learnValue(row, 0, value, 1f, out);
    return PredictedValue.read(out, 0);
  }
}
