package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.nn.spec.Schedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every learner, over the combinations of what a model may have. */
class LearnerContractTest {

  private static final int INPUTS = 4;
  private static final int BATCH = 3;
  private static final int EXAMPLES = 18;

  private static final Schedule[] SCHEDULES = {
    new Schedule.Constant(3),
    new Schedule.Step(2, 0.5f, 0),
    new Schedule.InverseTime(4, 1f, 1),
    new Schedule.Cosine(5, 0.1f, 2)
  };

  /** A learner's specification and task. */
  record Case(NetworkSpec spec, Task task) {
    @Override
    public String toString() {
      return spec.shape(task);
    }
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    int number = 0;
    for (Activation hidden : Activation.values()) {
      for (Optimizer optimizer : LearnerTest.OPTIMIZERS) {
        for (Loss loss : Loss.values()) {
          cases.add(combination(hidden, optimizer, loss, number++));
        }
      }
    }
    return cases;
  }

  /** What is left to choose goes round with the number, in steps that have no common divisor. */
  private static Case combination(Activation hidden, Optimizer optimizer, Loss loss, int number) {
    Task task =
        switch (loss) {
          case BINARY_CROSSENTROPY -> Task.BINARY;
          case CATEGORICAL_CROSSENTROPY, CATEGORICAL_FOCAL_CROSSENTROPY ->
              number % 2 == 0 ? Task.MULTICLASS : Task.BINARY;
          default -> number % 3 == 0 ? Task.MULTICLASS : Task.REGRESSION;
        };
    Activation output =
        switch (loss) {
          case BINARY_CROSSENTROPY -> Activation.SIGMOID;
          case CATEGORICAL_CROSSENTROPY, CATEGORICAL_FOCAL_CROSSENTROPY -> Activation.SOFTMAX;
          default -> number % 2 == 0 ? Activation.LINEAR : Activation.SOFTPLUS;
        };
    boolean ftrl = optimizer instanceof Optimizer.Ftrl;
    float dropout = hidden != Activation.SOFTMAX && number % 3 != 1 ? 0.3f : 0f;
    Normalization.Kind kind = Normalization.Kind.values()[number % 3];
    boolean standard = kind == Normalization.Kind.STANDARD;
    NetworkSpec spec =
        NetworkSpec.of(optimizer)
            .with(
                to -> {
                  to.hidden =
                      List.of(
                          new LayerSpec(5, hidden, dropout, number % 4 == 0),
                          new LayerSpec(17, hidden, 0f, number % 5 == 0));
                  to.output = output;
                  to.loss = loss;
                  to.schedule =
                      ftrl ? new Schedule.Constant(0) : SCHEDULES[number % SCHEDULES.length];
                  to.regularizer =
                      new Regularizer(
                          1e-4f,
                          1e-3f,
                          !ftrl && number % 2 == 0 ? 1.5f : 0f,
                          loss.isCrossEntropy() && number % 3 == 0 ? 0.1f : 0f);
                  to.normalization =
                      new Normalization(kind, standard ? 0.01f : 0f, standard ? 4f : 0f);
                  to.batchSize = BATCH;
                  to.clipping =
                      new Clipping(number % 2 == 0 ? 1f : 0f, number % 3 == 0 ? 0.2f : 0f);
                  to.seed = number;
                });
    return new Case(spec, task);
  }

  private static Learner learner(Case one) {
    int classes = one.task() == Task.BINARY ? 2 : 3;
    return new Learner(one.spec(), one.task(), INPUTS, classes, 7);
  }

  private static void learn(Learner learner, Case one, int from, int to) {
    float[] out = new float[3];
    for (int e = from; e < to; e++) {
      Random random = new Random(e);
      float[] x = new float[INPUTS];
      for (int i = 0; i < INPUTS; i++) {
        x[i] = (float) random.nextGaussian();
      }
      if (one.task().isClassification()) {
        learner.learnClass(x, 0, random.nextInt(learner.classes()), 1f, out);
      } else {
        learner.learnValue(x, 0, random.nextGaussian(), 1f, out);
      }
    }
  }

  /** The same examples in calls of so many. */
  private static void learnTogether(Learner learner, Case one, int from, int to, int together) {
    float[] x = new float[together * INPUTS];
    int[] classes = new int[together];
    double[] targets = new double[together];
    float[] weights = new float[together];
    Arrays.fill(weights, 1f);
    float[] out = new float[3 * together];
    float[] losses = new float[together];
    for (int e = from; e < to; e += together) {
      int rows = Math.min(together, to - e);
      for (int r = 0; r < rows; r++) {
        Random random = new Random(e + r);
        for (int i = 0; i < INPUTS; i++) {
          x[r * INPUTS + i] = (float) random.nextGaussian();
        }
        if (one.task().isClassification()) {
          classes[r] = random.nextInt(learner.classes());
        } else {
          targets[r] = random.nextGaussian();
        }
      }
      if (one.task().isClassification()) {
        learner.learnClasses(x, 0, rows, classes, weights, out, losses);
      } else {
        learner.learnValues(x, 0, rows, targets, weights, out, losses);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyLearnerFulfilsTheContract(Case one) {
    Learner whole = learner(one);
    learn(whole, one, 0, EXAMPLES);
    byte[] expected = StoredModel.bytes(whole);
    assertThat(whole.steps()).isEqualTo(EXAMPLES / BATCH);
    assertThat(whole.skippedSteps()).isZero();

    Learner again = learner(one);
    learn(again, one, 0, EXAMPLES);
    assertThat(StoredModel.bytes(again)).as("the same seed").isEqualTo(expected);

    for (int together : new int[] {2, BATCH, 7}) {
      Learner many = learner(one);
      learnTogether(many, one, 0, EXAMPLES, together);
      assertThat(StoredModel.bytes(many)).as("%d together", together).isEqualTo(expected);
    }

    for (int cut = 6; cut <= 6 + BATCH; cut++) {
      Learner first = learner(one);
      learn(first, one, 0, cut);
      byte[] atCut = StoredModel.bytes(first);
      Learner restored = StoredModel.restored(first, one.spec(), one.task());
      Learner copy = first.copy();
      learnTogether(restored, one, cut, EXAMPLES, 7);
      learn(copy, one, cut, EXAMPLES);

      assertThat(StoredModel.bytes(restored)).as("restored at %d", cut).isEqualTo(expected);
      assertThat(StoredModel.bytes(copy)).as("copied at %d", cut).isEqualTo(expected);
      assertThat(StoredModel.bytes(first)).as("the copied one").isEqualTo(atCut);
    }
  }
}
