package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Optimizer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A gradient that would spoil the model is refused before it moves a weight. */
class BadStepTest {

  private static final int PARAMETERS = 3;
  private static final float[][] POISON = {
    {3e38f, -3e38f}, {1e20f, 1e20f}, {-1e12f, 1e12f}, {Float.POSITIVE_INFINITY, 0f}
  };

  static List<Optimizer> optimizers() {
    return List.of(LearnerTest.OPTIMIZERS);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void aSkippedStepChangesNoWeightAndLearningContinues(Optimizer optimizer) {
    Learner poisoned = learner(optimizer);
    Learner spared = learner(optimizer);
    Random random = new Random(5);
    for (int e = 0; e < 400; e++) {
      if (e % 100 == 50) {
        double[] before = StoredModel.parameters(poisoned, PARAMETERS);
        for (float[] x : POISON) {
          poisoned.learn(x, 1);
        }
        assertThat(StoredModel.parameters(poisoned, PARAMETERS)).isEqualTo(before);
      }
      float[] x = {(float) random.nextGaussian(), (float) random.nextGaussian()};
      double y = x[0] - 0.5 * x[1];
      poisoned.learn(x, y);
      spared.learn(x, y);
    }

    assertThat(poisoned.skippedSteps()).isEqualTo(4L * POISON.length);
    assertThat(poisoned.steps()).isEqualTo(400);
    assertThat(StoredModel.parameters(poisoned, PARAMETERS))
        .isEqualTo(StoredModel.parameters(spared, PARAMETERS));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void theLargestAllowedGradientKeepsEveryWeightFinite(Optimizer optimizer) {
    Learner learner = learner(optimizer);
    Random random = new Random(6);
    for (int e = 0; e < 5000; e++) {
      // Squares of the weights' own effect pass 1e15 sooner or later, and are refused from there.
      float size = (float) Math.pow(10, random.nextInt(15));
      learner.learn(new float[] {size, -size}, random.nextInt(3));
    }

    for (double weight : StoredModel.parameters(learner, PARAMETERS)) {
      assertThat(weight).isFinite();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aRejectedStepCountsAsSkippedInEveryImplementation(int batchSize) {
    for (Clipping clipping : new Clipping[] {new Clipping(0f, 0f), new Clipping(0f, 1e20f)}) {
      Learner learner =
          new Learner(
              spec(LearnerTest.OPTIMIZERS[0], batchSize, clipping), Task.REGRESSION, 2, 0, 1);
      double[] before = StoredModel.parameters(learner, PARAMETERS);

      for (int row = 0; row < batchSize; row++) {
        learner.learn(new float[] {row == 1 ? 1f : 1e20f, 1f}, 1);
      }
      assertThat(learner.skippedSteps()).isEqualTo(1);
      assertThat(learner.steps()).isZero();
      assertThat(StoredModel.parameters(learner, PARAMETERS)).isEqualTo(before);

      for (int row = 0; row < batchSize; row++) {
        learner.learn(new float[] {1f, 1f}, 1);
      }
      assertThat(learner.skippedSteps()).isEqualTo(1);
      assertThat(learner.steps()).isEqualTo(1);
    }
  }

  private static Learner learner(Optimizer optimizer) {
    return new Learner(spec(optimizer, 1, new Clipping(0f, 0f)), Task.REGRESSION, 2, 0, 1);
  }

  private static NetworkSpec spec(Optimizer optimizer, int batchSize, Clipping clipping) {
    return NetworkSpec.of(optimizer)
        .with(
            to -> {
              to.output = Activation.LINEAR;
              to.loss = Loss.MSE;
              to.batchSize = batchSize;
              to.clipping = clipping;
              to.seed = 9;
            });
  }
}
