package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Task;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
  void noWeightMovesAndTheModelLearnsOnAsIfItHadNotBeen(Optimizer optimizer) {
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
  void theGreatestGradientThatPassesLeavesEveryWeightFinite(Optimizer optimizer) {
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

  private static Learner learner(Optimizer optimizer) {
    LearnerSpec spec =
        new LearnerSpec(
            new NetworkSpec(List.of(), Activation.LINEAR, Loss.MSE),
            optimizer,
            new Regularizer(0f, 0f),
            new Normalization(Normalization.Kind.NONE, 0f, 0f),
            1,
            0f,
            9);
    return new Learner(spec, Task.REGRESSION, 2, 0, 1);
  }
}
