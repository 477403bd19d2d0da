package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.millrace.data.Task;
import dev.millrace.nn.Learner;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.selection.ChampionChallenger;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.ModelStart;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a model is, for each kind of specification. */
class ModelsTest {

  private static final NetworkSpec SINGLE = ModelSpec.single(1);
  private static final ModelSpec MIXTURE =
      ModelSpec.auto(1, AutoSpec.of(AutoSpec.Tier.FAST), ClassWeights.NONE);
  private static final NetworkSpec SQUARES =
      NetworkSpec.of(SINGLE.optimizer())
          .with(
              to -> {
                to.hidden = List.of(new LayerSpec(4, Activation.RELU));
                to.output = Activation.LINEAR;
                to.loss = Loss.MSE;
                to.regularizer = SINGLE.regularizer();
                to.normalization = SINGLE.normalization();
                to.seed = 1;
              });

  private static ModelSpec selection(ModelSpec... models) {
    return new SelectionSpec(
        List.of(new NamedModel("a", models[0]), new NamedModel("b", models[1])),
        "a",
        false,
        Promotion.DEFAULT,
        OnChange.REJECT);
  }

  @Test
  void eachSpecificationHasItsKindOfModel() {
    assertThat(Models.create(SINGLE, Task.BINARY, 3, 2, 7)).isInstanceOf(Learner.class);
    assertThat(Models.create(MIXTURE, Task.BINARY, 3, 2, 7)).isInstanceOf(AutoLearner.class);
    assertThat(Models.create(selection(SINGLE, MIXTURE), Task.BINARY, 3, 2, 7))
        .isInstanceOf(ChampionChallenger.class);
  }

  @Test
  void aSelectionHasProbabilitiesOnlyIfEachOfItsModelsHas() {
    assertThat(Models.givesProbabilities(SINGLE, Task.BINARY)).isTrue();
    assertThat(Models.givesProbabilities(MIXTURE, Task.BINARY)).isTrue();
    assertThat(Models.givesProbabilities(SQUARES, Task.MULTICLASS)).isFalse();
    assertThat(Models.givesProbabilities(selection(SINGLE, MIXTURE), Task.MULTICLASS)).isTrue();
    assertThat(Models.givesProbabilities(selection(MIXTURE, SQUARES), Task.MULTICLASS)).isFalse();
  }

  @Test
  void theBytesOfASelectionAreThoseOfItsModels() {
    long single = Models.modelBytes(SINGLE, Task.MULTICLASS, 5, 3);
    long mixture = Models.modelBytes(MIXTURE, Task.MULTICLASS, 5, 3);

    assertThat(single).isPositive();
    assertThat(mixture).isPositive();
    assertThat(Models.modelBytes(selection(SINGLE, MIXTURE), Task.MULTICLASS, 5, 3))
        .isEqualTo(single + mixture);
  }

  @Test
  void aMixtureDescribesItself() {
    OnlineModel model = Models.create(MIXTURE, Task.MULTICLASS, 3, 4, 7);

    assertThat(model.inputs()).isEqualTo(3);
    assertThat(model.outputs()).isEqualTo(4);
    assertThat(model.classes()).isEqualTo(4);
    assertThat(model.keySeed()).isEqualTo(7);
    assertThat(model.learningRate()).isPositive();
    assertThat(Models.create(MIXTURE, Task.REGRESSION, 3, 4, 7).outputs()).isEqualTo(2);
    assertThat(Models.create(MIXTURE, Task.REGRESSION, 3, 4, 7).classes()).isZero();
  }

  @Test
  void aMixtureNeedsAFeatureAndAValueHasNoClasses() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Models.create(MIXTURE, Task.BINARY, 0, 2, 7))
        .withMessage("a model needs at least 1 feature, but has 0");
    assertThatIllegalStateException()
        .isThrownBy(() -> Models.create(MIXTURE, Task.REGRESSION, 3, 0, 7).addClass())
        .withMessage("a model of a value has no classes");
  }

  @Test
  void theNextPredictionUsesTheFeaturesOfTheRow() {
    OnlineModel model = Models.create(MIXTURE, Task.BINARY, 2, 2, 7);
    float[] x = {1, 2};
    float[] out = new float[2];
    for (int e = 0; e < 20; e++) {
      model.learnClass(new float[] {e % 3, e % 5}, 0, e % 2, 1f, out);
    }
    byte[] before = AutoModels.bytes(model);
    float[] next = new float[2];

    model.predictNext(x, 0, next);

    assertThat(AutoModels.bytes(model)).isEqualTo(before);
    model.learnClass(x, 0, 1, 1f, out);
    assertThat(next).isEqualTo(out);
  }

  @Test
  void eachKindIsReadAsItWasWritten() throws IOException {
    for (ModelSpec spec : List.of(SINGLE, MIXTURE, selection(SINGLE, MIXTURE))) {
      OnlineModel model = Models.create(spec, Task.BINARY, AutoModels.INPUTS, 2, 7);
      AutoModels.learn(model, 0, 20);
      byte[] stored = AutoModels.bytes(model);

      OnlineModel read = AutoModels.read(stored, spec, Task.BINARY);

      assertThat(read).hasSameClassAs(model);
      assertThat(AutoModels.bytes(read)).isEqualTo(stored);
    }
  }

  @Test
  void aNetworkStartsFromTheWeightsOfAnother() {
    Learner taught = Learner.classifier(SINGLE, AutoModels.INPUTS, 2);
    AutoModels.learn(taught, 0, 50);
    ModelStart.NetworkStart start =
        new ModelStart.NetworkStart(taught.weights(), Task.BINARY, List.of(), "1f");
    float[] x = new float[AutoModels.INPUTS];
    float[] expected = new float[2];
    float[] out = new float[2];
    AutoModels.features(99, x, 0);
    taught.predict(x, 0, expected);

    OnlineModel model =
        Models.create(SINGLE.withStart(start), Task.BINARY, AutoModels.INPUTS, 2, 9);
    model.predict(x, 0, out);

    assertThat(out).isEqualTo(expected);
  }

  @Test
  void theBytesOfAMixtureCountItsBufferTheFernsAndTheScaleOfEachFeature() {
    int inputs = 1000;
    AutoSpec one = new AutoSpec(AutoSpec.Tier.FAST, Set.of(), 1);
    AutoSpec ten = new AutoSpec(AutoSpec.Tier.FAST, Set.of(), 10);
    ModelSpec spec = ModelSpec.auto(1, one, ClassWeights.NONE);
    long bytes = Models.modelBytes(spec, Task.BINARY, inputs, 2);
    OnlineModel model = Models.create(spec, Task.BINARY, inputs, 2, 7);
    long before = model.memoryBytes();
    model.learnClass(new float[inputs], 0, 1, 1f, new float[2]);

    // One record fills the buffer, and ferns take no memory before.
    assertThat(model.memoryBytes() - before).isEqualTo(32 * (64 * 2 + 6 * 3) * Float.BYTES);
    assertThat(model.memoryBytes() - bytes).as("what is the same in all").isBetween(0L, 1000L);
    assertThat(Models.modelBytes(ModelSpec.auto(1, ten, ClassWeights.NONE), Task.BINARY, inputs, 2))
        .isEqualTo(bytes + 9L * (inputs + 3) * Float.BYTES);
  }
}
