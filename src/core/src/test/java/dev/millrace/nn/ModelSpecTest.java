package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.ModelStart;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the settings of models say, and what is made of them. */
class ModelSpecTest {

  private static final NetworkSpec SINGLE = ModelSpec.single(1);
  private static final AutoModelSpec MIXTURE =
      ModelSpec.auto(2, AutoSpec.of(AutoSpec.Tier.FAST), ClassWeights.NONE);
  private static final SelectionSpec CONTEST =
      new SelectionSpec(
          List.of(new NamedModel("a", SINGLE), new NamedModel("b", MIXTURE)),
          "a",
          false,
          Promotion.DEFAULT,
          OnChange.REJECT);

  private static NetworkSpec spec(Activation output, Loss loss, LayerSpec... hidden) {
    return NetworkSpec.of(new Optimizer.Adam(0.01f, 0.9f, 0.999f, 1e-8f))
        .with(
            to -> {
              to.hidden = List.of(hidden);
              to.output = output;
              to.loss = loss;
              to.regularizer = new Regularizer(0f, 0f, 0f, 0.1f);
              to.normalization = new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f);
              to.batchSize = 4;
              to.clipping = new Clipping(1f, 0f);
              to.seed = 7;
            });
  }

  @Test
  void aLibraryUserCreatesASingleNetwork() {
    Learner two = Learner.classifier(SINGLE, 3, 2);
    Learner five = Learner.classifier(SINGLE, 3, 5);
    Learner value = Learner.regressor(SINGLE, 4);

    assertThat(two.classes()).isEqualTo(2);
    assertThat(two.inputs()).isEqualTo(3);
    assertThat(five.outputs()).isEqualTo(5);
    assertThat(value.outputs()).isEqualTo(PredictedValue.FLOATS);
    assertThat(value.inputs()).isEqualTo(4);
    assertThat(value.keySeed()).isZero();
    assertThat(new Learner(SINGLE, Task.BINARY, 3, 2, 9).keySeed()).isEqualTo(9);
  }

  @Test
  void eachModelOfASelectionLearns() {
    assertThat(SINGLE.each()).containsExactly(SINGLE);
    assertThat(CONTEST.each()).containsExactly(SINGLE, MIXTURE);
  }

  @ParameterizedTest
  @CsvSource({
    "BINARY, , , SOFTMAX, CATEGORICAL_CROSSENTROPY",
    "MULTICLASS, , , SOFTMAX, CATEGORICAL_CROSSENTROPY",
    "REGRESSION, , , LINEAR, HUBER",
    "BINARY, , BINARY_CROSSENTROPY, SIGMOID, BINARY_CROSSENTROPY",
    "BINARY, SIGMOID, , SIGMOID, BINARY_CROSSENTROPY",
    "REGRESSION, SIGMOID, , SIGMOID, HUBER",
    "MULTICLASS, LINEAR, , LINEAR, MSE",
    "REGRESSION, TANH, MAE, TANH, MAE",
  })
  void missingOutputAndLossFollowFromTheTask(
      Task task, Activation output, Loss loss, Activation expected, Loss expectedLoss) {
    NetworkSpec spec = spec(output, loss, new LayerSpec(8, Activation.RELU));

    assertThat(spec.output(task)).isEqualTo(expected);
    assertThat(spec.loss(task)).isEqualTo(expectedLoss);
    assertThat(spec.labelSmoothing(task)).isEqualTo(task.isClassification() ? 0.1f : 0f);
  }

  @Test
  void theShapeNamesTheHiddenLayersFromWhichItIsRead() {
    LayerSpec[] hidden = {
      new LayerSpec(8, Activation.LEAKY_RELU, 0f, true), new LayerSpec(12, Activation.TANH)
    };
    NetworkSpec spec = spec(null, null, hidden);

    String shape = spec.shape(Task.BINARY);

    assertThat(shape)
        .isEqualTo(
            "binary, 8 leaky_relu with layer norm, 12 tanh, softmax categorical_crossentropy, adam,"
                + " normalization standard, batch size 4");
    NetworkSpec other = spec(null, null, new LayerSpec(3, Activation.RELU)).withHiddenOf(shape);
    assertThat(other).isEqualTo(spec);
  }

  @Test
  void modelBytesCountWeightsSlotsAndStatistics() {
    NetworkSpec adam = spec(null, null, new LayerSpec(8, Activation.RELU));
    long values = (5 + 1) * 8 + (8 + 1) * 3;

    assertThat(new CompiledNetwork.Kind(adam, Task.MULTICLASS, 5, 3).storedBytes())
        .isEqualTo(3 * values * 4 + 5 * 3 * 8);
    assertThat(Learner.modelBytes(adam, Task.MULTICLASS, 5, 3))
        .as("with padding")
        .isGreaterThanOrEqualTo(3 * values * 4);
    assertThat(adam.outputs(Task.MULTICLASS, 3)).isEqualTo(3);
    assertThat(adam.outputs(Task.REGRESSION, 3)).isEqualTo(1);
  }

  @Test
  void addingAStartKeepsAllOtherSettings() {
    Learner taught = Learner.regressor(SINGLE, 2);
    ModelStart.NetworkStart start =
        new ModelStart.NetworkStart(taught.weights(), Task.REGRESSION, List.of(), "1f");

    assertThat(SINGLE.withStart(start).start()).isEqualTo(start);
    assertThat(SINGLE.withStart(start).withStart(null)).isEqualTo(SINGLE);
  }

  @Test
  void equalMixtureSettingsHaveTheSameId() {
    AutoSpec withNeighbours = new AutoSpec(AutoSpec.Tier.FAST, Set.of(AutoSpec.Extra.KNN), 9);

    assertThat(withNeighbours.id()).isEqualTo("auto fast with knn, buffer 9");
  }
}
