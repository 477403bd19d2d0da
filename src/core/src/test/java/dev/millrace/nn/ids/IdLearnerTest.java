package dev.millrace.nn.ids;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdWords;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.report.MetricsReport;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class IdLearnerTest {
  private static final long SEED = 5;
  private static final float[] NO_ERROR = {0f};
  private static final float[] ERROR = {1f};

  private final IdLearner.Scratch scratch = new IdLearner.Scratch();

  private static InputSpec input(IdOptions options) {
    return InputSpec.DEFAULT.with(
        to ->
            to.features = List.of(FeatureSpec.ofIds("user", FeatureSpec.Type.ID, false, options)));
  }

  private static IdLearner learner(InputSpec input) {
    IdLayout layout = new IdLayout(Indicators.of(input), input.width(), Task.BINARY);
    return new IdLearner(layout, 2, SEED);
  }

  private float seenBy(IdLearner learner, float[] row) {
    learner.encode(row, 0, -2f, scratch);
    return scratch.inputs()[0];
  }

  private void learn(IdLearner learner, float[] row, float[] errors) {
    learner.encode(row, 0, -2f, scratch);
    learner.learn(row, 0, 1f, errors, 0f, 1f, scratch);
  }

  @Test
  void anIdIsUsedFromTheConfiguredRecordOn() {
    IdLearner learner = learner(input(new IdOptions(1, 3, 0, 1)));
    float[] row = new float[IdWords.ID_WIDTH];
    IdWords.write(42, row, 0);

    for (int records = 0; records < 6; records++) {
      float seen = seenBy(learner, row);
      if (records < 3) {
        assertThat(seen).as("after %d records", records).isZero();
      } else {
        assertThat(seen).as("after %d records", records).isPositive();
      }
      learn(learner, row, ERROR);
    }
    IdWords.write(43, row, 0);
    assertThat(seenBy(learner, row)).as("another id").isZero();
    assertThat(learner.linear(0, scratch)).isNegative(); // the bias alone
  }

  @Test
  void anIdIsForgottenAfterItsTimeWithoutARecord() {
    InputSpec input = input(new IdOptions(1, 1, 1000, 1));
    IdLearner learner = learner(input);
    float[] one = rowAt(input, 1, 0);
    learn(learner, one, NO_ERROR);

    learn(learner, rowAt(input, 2, 1000), NO_ERROR);
    assertThat(seenBy(learner, one)).as("after 1000 ms").isPositive();
    learn(learner, rowAt(input, 2, 1001), NO_ERROR);
    assertThat(seenBy(learner, one)).as("after 1001 ms").isZero();

    // It begins again with the record that brings it back, although that came late.
    learn(learner, rowAt(input, 1, 500), NO_ERROR);
    IdLearner fresh = learner(input);
    learn(fresh, rowAt(input, 1, 1001), NO_ERROR);
    assertThat(seenBy(learner, one)).isEqualTo(seenBy(fresh, one));
  }

  private static float[] rowAt(InputSpec input, long id, long time) {
    float[] row = new float[input.width()];
    IdWords.write(id, row, 0);
    IdWords.writeTime(time, row, IdWords.ID_WIDTH);
    return row;
  }

  @Test
  void aModelKnowsNoMoreIdsThanItsLimit() {
    InputSpec input = input(IdOptions.ONE).with(to -> to.limits = to.limits.withIds(10));
    IdLearner learner = learner(input);
    float[] row = new float[IdWords.ID_WIDTH];
    for (int id = 0; id < 1000; id++) {
      IdWords.write(id, row, 0);
      learn(learner, row, NO_ERROR);
    }
    assertThat(learner.ids()).isEqualTo(10);
  }

  /** Neither id says anything alone. */
  @Test
  void pairsOfIdsAreLearnedWithAndWithoutACross() {
    for (List<List<String>> crosses :
        List.of(List.<List<String>>of(), List.of(List.of("a", "b")))) {
      InputSpec input =
          InputSpec.DEFAULT.with(
              to -> {
                to.features =
                    List.of(
                        FeatureSpec.ofIds("a", FeatureSpec.Type.ID, false, IdOptions.ONE),
                        FeatureSpec.ofIds("b", FeatureSpec.Type.ID, false, IdOptions.ONE));
                to.crosses = crosses;
              });
      double wrong = shareOfWrong(input);
      assertThat(wrong).as("crosses %s", crosses).isLessThan(0.05);
    }
  }

  private static double shareOfWrong(InputSpec input) {
    ModelSpec spec =
        ModelSpec.auto(1, AutoSpec.of(AutoSpec.Tier.FAST), ClassWeights.NONE)
            .withIndicators(Indicators.of(input));
    OnlineModel model = Models.create(spec, Task.BINARY, input.width(), 2, 1);
    Random random = new Random(SEED);
    float[] row = new float[input.width()];
    float[] out = new float[2];
    int wrong = 0;
    for (int i = 0; i < 8000; i++) {
      int a = random.nextInt(6);
      int b = random.nextInt(6);
      IdWords.write(a, row, 0);
      IdWords.write(100 + b, row, IdWords.ID_WIDTH);
      int label = (a + b) % 2;
      model.learnClass(row, 0, label, 1f, out);
      wrong += i >= 6000 && out[label] < 0.5f ? 1 : 0;
    }
    return wrong / 2000.0;
  }

  /** Of several classes, which follow from a pair of ids and not from the sum of two effects. */
  @Test
  void severalClassesAreLearnedFromVectorsOfIds() {
    InputSpec input =
        InputSpec.DEFAULT.with(
            to ->
                to.features =
                    List.of(
                        FeatureSpec.ofIds("a", FeatureSpec.Type.ID, false, IdOptions.ONE),
                        FeatureSpec.ofIds("b", FeatureSpec.Type.ID, false, IdOptions.ONE)));
    ModelSpec spec =
        ModelSpec.auto(1, AutoSpec.of(AutoSpec.Tier.FAST), ClassWeights.NONE)
            .withIndicators(Indicators.of(input));
    OnlineModel model = Models.create(spec, Task.MULTICLASS, input.width(), 3, 1);
    Random random = new Random(SEED);
    float[] row = new float[input.width()];
    float[] out = new float[3];
    for (int i = 0; i < 12_000; i++) {
      int a = random.nextInt(30);
      int b = random.nextInt(30);
      IdWords.write(a, row, 0);
      IdWords.write(100 + b, row, IdWords.ID_WIDTH);
      model.learnClass(row, 0, Math.abs(a % 3 - b % 3), 1f, out);
    }

    Map<String, Double> losses =
        Objects.requireNonNull(model.members()).members().stream()
            .collect(Collectors.toMap(MetricsReport.Member::name, MetricsReport.Member::loss));
    assertThat(losses.get("ids")).isGreaterThan(0.5);
    assertThat(losses.get("id-network")).isLessThan(0.4);
  }

  @Test
  void anUnknownIdPredictsAsAMissingOne() {
    InputSpec input = input(IdOptions.ONE);
    IdLearner learner = learner(input);
    float[] row = new float[IdWords.ID_WIDTH];
    for (int id = 0; id < 100; id++) {
      IdWords.write(id, row, 0);
      learn(learner, row, ERROR);
    }
    IdWords.write(1000, row, 0);
    learner.encode(row, 0, -2f, scratch);
    float ofUnknown = learner.linear(0, scratch);
    Arrays.fill(row, Float.NaN);
    learner.encode(row, 0, -2f, scratch);

    assertThat(learner.linear(0, scratch)).isEqualTo(ofUnknown);
    assertThat(learner.ids()).isEqualTo(100);
  }
}
