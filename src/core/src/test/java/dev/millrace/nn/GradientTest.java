package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.testing.DoubleNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One step of plain descent at learning rate 1 moves each weight by its gradient, which must be the
 * central difference of the cost of a network in double.
 */
class GradientTest {

  private static final int INPUTS = 3;
  private static final int CLASSES = 3;
  private static final int[] HIDDEN = {5, 4};
  private static final double STEP = 1e-5;
  private static final Regularizer[] REGULARIZERS = {
    new Regularizer(0f, 0f),
    new Regularizer(0.01f, 0f),
    new Regularizer(0f, 0.02f),
    new Regularizer(0.01f, 0.02f),
    new Regularizer(0f, 0f, 0f, 0.2f)
  };

  static List<Arguments> hiddenLayersAndRegularizers() {
    List<Arguments> all = new ArrayList<>();
    for (Activation hidden : Activation.values()) {
      for (Regularizer regularizer : REGULARIZERS) {
        all.add(Arguments.of(hidden, regularizer));
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("hiddenLayersAndRegularizers")
  void aStepFollowsTheCentralDifferencesOfTheCost(Activation hidden, Regularizer regularizer) {
    for (Loss loss : List.of(Loss.CATEGORICAL_CROSSENTROPY, Loss.CATEGORICAL_FOCAL_CROSSENTROPY)) {
      check(Task.MULTICLASS, hidden, Activation.SOFTMAX, loss, regularizer);
    }
    check(Task.BINARY, hidden, Activation.SIGMOID, Loss.BINARY_CROSSENTROPY, regularizer);
    if (regularizer.labelSmoothing() != 0f) {
      return;
    }
    for (Activation output : Activation.values()) {
      for (Loss loss : new Loss[] {Loss.MSE, Loss.MAE, Loss.HUBER}) {
        check(Task.MULTICLASS, hidden, output, loss, regularizer);
        if (output != Activation.SOFTMAX) {
          check(Task.REGRESSION, hidden, output, loss, regularizer);
        }
      }
    }
  }

  private static void check(
      Task task, Activation hidden, Activation output, Loss loss, Regularizer regularizer) {
    NetworkSpec spec = spec(hidden, output, loss, regularizer);
    int classes = task == Task.BINARY ? 2 : CLASSES;
    Learner learner = new Learner(spec, task, INPUTS, classes, 5);
    int outputs = task == Task.MULTICLASS ? CLASSES : 1;
    DoubleNetwork reference =
        new DoubleNetwork(INPUTS, spec.layers(task, classes), loss, task.isClassification());
    Random random = new Random(17);
    float[][] rows = new float[spec.batchSize()][INPUTS];
    double[] targets = new double[rows.length];
    float[] weights = {1f, 0.5f, 2f, 1f, 0.25f};
    int count = (INPUTS + 1) * HIDDEN[0] + (HIDDEN[0] + 1) * HIDDEN[1] + (HIDDEN[1] + 1) * outputs;
    double[] before = StoredModel.parameters(learner, count);
    float[] out = new float[CLASSES];

    for (int r = 0; r < rows.length; r++) {
      for (int i = 0; i < INPUTS; i++) {
        rows[r][i] = (float) random.nextGaussian();
      }
      targets[r] = task.isClassification() ? r % classes : (float) (2 * random.nextGaussian());
      float reported =
          task.isClassification()
              ? learner.learnClass(rows[r], 0, r % classes, weights[r], out)
              : learner.learnValue(rows[r], 0, targets[r], weights[r], out);
      double expected =
          reference.cost(
              before,
              new float[][] {rows[r]},
              new double[] {targets[r]},
              new float[] {1f},
              new Regularizer(0f, 0f, 0f, regularizer.labelSmoothing()));
      assertThat((double) reported)
          .as("%s, output %s, %s", task, output, loss)
          .isCloseTo(expected, within(1e-5 * (1 + expected)));
    }

    double[] after = StoredModel.parameters(learner, count);
    assertThat(learner.steps()).isEqualTo(1);
    for (int p = 0; p < count; p++) {
      double[] shifted = before.clone();
      shifted[p] = before[p] + STEP;
      double above = reference.cost(shifted, rows, targets, weights, regularizer);
      shifted[p] = before[p] - STEP;
      double below = reference.cost(shifted, rows, targets, weights, regularizer);
      double difference = (above - below) / (2 * STEP);
      assertThat(before[p] - after[p])
          .as("%s, output %s, %s, gradient of parameter %d", task, output, loss, p)
          .isCloseTo(difference, within(2e-6 * (1 + Math.abs(difference))));
    }
  }

  private static NetworkSpec spec(
      Activation hidden, Activation output, Loss loss, Regularizer regularizer) {
    List<LayerSpec> layers =
        List.of(new LayerSpec(HIDDEN[0], hidden), new LayerSpec(HIDDEN[1], hidden));
    return NetworkSpec.of(new Optimizer.Sgd(1f, 0f))
        .with(
            to -> {
              to.hidden = layers;
              to.output = output;
              to.loss = loss;
              to.regularizer = regularizer;
              to.batchSize = 5;
              to.seed = 3;
            });
  }
}
