package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Task;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.AutoSpec.Tier;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.ModelSpec;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The previous value as an input of mixtures of values. */
class PreviousValueTest {

  private static final int EXAMPLES = 3_000;
  // It follows the columns of a row.
  private static final int COLUMN = 1;

  private final Random random = new Random(11);
  private final float[] row = new float[COLUMN];
  private final float[] out = new float[PredictedValue.FLOATS];

  private static AutoLearner create(Tier tier) {
    ModelSpec spec = ModelSpec.auto(1, AutoSpec.of(tier), ClassWeights.NONE);
    return (AutoLearner) Models.create(spec, Task.REGRESSION, COLUMN, 0, 1);
  }

  private double learn(AutoLearner model, double value) {
    model.learnValue(row, 0, value, 1, out);
    return Math.abs(PredictedValue.read(out, 0) - value);
  }

  /** The next value is 0.8 y + x + noise, and no column tells y; the noise has an error of 0.4. */
  @ParameterizedTest
  @EnumSource(Tier.class)
  void aValueThatFollowsFromThePreviousOneAndAColumnIsPredicted(Tier tier) {
    AutoLearner model = create(tier);
    double error = 0;
    double ofLast = 0;
    double value = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      row[0] = (float) random.nextGaussian();
      double next = 0.8 * value + row[0] + 0.5 * random.nextGaussian();
      double missed = learn(model, next);
      if (i >= EXAMPLES / 2) {
        error += missed;
        ofLast += Math.abs(next - value);
      }
      value = next;
    }

    assertThat(error).isLessThan(0.5 * ofLast);
    assertThat(model.scaler.inverse(COLUMN)).isPositive();
  }

  @Test
  void itIsNotAnInputIfTargetsAreIndependent() {
    AutoLearner model = create(Tier.BALANCED);
    for (int i = 0; i < 2 * AutoLearner.FIRST_RECORDS; i++) {
      row[0] = (float) random.nextGaussian();
      learn(model, row[0] + random.nextGaussian());
    }

    assertThat(model.scaler.inverse(COLUMN)).isZero();
    for (int record = 0; record < model.buffer.size(); record++) {
      assertThat(model.buffer.feature(record, COLUMN)).isNaN();
    }
  }

  @Test
  void itStaysAnInputWhileTooFewTargetsSayThatItIsUnrelated() {
    AutoSpec small = new AutoSpec(Tier.FAST, Set.of(), 10);
    ModelSpec spec = ModelSpec.auto(1, small, ClassWeights.NONE);
    AutoLearner model = (AutoLearner) Models.create(spec, Task.REGRESSION, COLUMN, 0, 1);
    for (int i = 0; i < 50; i++) {
      learn(model, random.nextGaussian());
    }

    assertThat(model.scaler.inverse(COLUMN)).isPositive();
  }

  @Test
  void aDelayedLabelUsesTheValueKnownWhenItsFeaturesCame() {
    AutoLearner model = create(Tier.FAST);
    float[] memory = new float[model.remembered()];
    learn(model, 10);
    model.predictPending(row, 0, out, memory, 0);
    learn(model, 20);

    model.recall(memory, 0);
    learn(model, 30);
    learn(model, 40);

    assertThat(model.buffer.feature(0, COLUMN)).as("before the first").isNaN();
    assertThat(model.buffer.feature(1, COLUMN)).isEqualTo(10);
    assertThat(model.buffer.feature(2, COLUMN)).as("the late one").isEqualTo(10);
    assertThat(model.buffer.feature(3, COLUMN)).isEqualTo(30);
  }

  @Test
  void theLargestValuesLeaveTheModelFinite() {
    AutoLearner model = create(Tier.FAST);
    for (int i = 0; i < 2 * AutoLearner.FIRST_RECORDS; i++) {
      learn(model, i % 2 == 0 ? 3e38 : -3e38);
    }

    assertThat(model.isFinite()).isTrue();
    assertThat(PredictedValue.read(out, 0)).isFinite();
  }

  @Test
  void aRowKeepsItsWidth() {
    assertThat(create(Tier.FAST).inputs()).isEqualTo(COLUMN);
  }
}
