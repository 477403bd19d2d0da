package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Task;
import dev.millrace.input.IdColumns;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelWeights;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.testing.Summaries;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The weights and statistics of a model as another one's start. */
class ModelWeightsTest {
  private static final int INPUTS = 4;

  @Test
  void aModelThatStartsFromAnotherPredictsTheSameBits() {
    for (LearnerContractTest.Case of : LearnerContractTest.cases()) {
      Learner taught = taught(of.spec(), of.task());

      Learner started = new Learner(of.spec(), of.task(), INPUTS, taught.classes(), 99);
      started.startFrom(taught.weights());

      float[] features = {0.3f, -2f, Float.NaN, 1e4f};
      assertThat(started.predict(features)).as("%s", of).containsExactly(taught.predict(features));
      assertThat(started.weights())
          .as("%s", of)
          .usingRecursiveComparison()
          .isEqualTo(taught.weights());
      assertThat(started.examples()).as("%s", of).isZero();
      assertThat(started.steps()).as("%s", of).isZero();
    }
  }

  @Test
  void aRestoredModelKnowsThatItWasWarmStarted() throws IOException {
    for (LearnerContractTest.Case of : LearnerContractTest.cases()) {
      Learner taught = taught(of.spec(), of.task());
      Learner started = new Learner(of.spec(), of.task(), INPUTS, taught.classes(), 99);
      float[] features = {0.3f, -2f, Float.NaN, 1e4f};
      float[] before = restored(started, of).predict(features);
      started.startFrom(taught.weights());

      assertThat(restored(started, of).predict(features))
          .as("%s", of)
          .containsExactly(taught.predict(features));
      if (of.task() == Task.REGRESSION) {
        assertThat(before[0]).as("without a start, %s", of).isNaN();
      }
    }
  }

  @Test
  void aRestoredModelWithoutStatisticsKnowsThatItWasWarmStarted() throws IOException {
    NetworkSpec spec =
        NetworkSpec.of(new Optimizer.Sgd(0.01f, 0f, false))
            .with(
                to -> {
                  to.hidden = List.of(new LayerSpec(5, Activation.TANH));
                  to.clipping = new Clipping(1f, 0f);
                  to.seed = 3;
                });
    LearnerContractTest.Case of = new LearnerContractTest.Case(spec, Task.REGRESSION);
    Learner taught = taught(spec, Task.REGRESSION);
    Learner started = new Learner(spec, Task.REGRESSION, INPUTS, 0, 99);
    float[] features = {0.3f, -2f, Float.NaN, 1e4f};

    assertThat(restored(started, of).predict(features)[0]).isNaN();
    started.startFrom(taught.weights());
    assertThat(restored(started, of).predict(features)).containsExactly(taught.predict(features));
  }

  private static Learner restored(Learner learner, LearnerContractTest.Case of) throws IOException {
    return Learner.read(new BoundedDataInput(StoredModel.bytes(learner)), of.spec(), of.task());
  }

  @Test
  void weightsOfOtherLayersAreRejected() {
    LearnerContractTest.Case of = LearnerContractTest.cases().get(0);
    ModelWeights weights = taught(of.spec(), of.task()).weights();

    assertThatThrownBy(() -> new Learner(of.spec(), of.task(), 7, 2, 1).startFrom(weights))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4 inputs")
        .hasMessageContaining("7");
    assertThatThrownBy(() -> new ModelWeights(3, List.of(weights.layers().get(0)), null))
        .hasMessage("layer 0 has weights for 4 inputs, but gets 3");
    assertThatThrownBy(() -> new ModelWeights(4, List.of(), null))
        .hasMessage("a network needs at least 1 input and 1 layer");
    ModelWeights.Scaling two =
        new ModelWeights.Scaling(
            new Normalization(Normalization.Kind.MINMAX, 0f, 0f), new double[] {0, 1, 0, 1}, null);
    assertThatThrownBy(() -> new ModelWeights(4, weights.layers(), two))
        .hasMessage("the statistics are not those of 4 features");
  }

  @Test
  void weightsOfAnotherActivationAreRejectedExceptForALinearOutput() {
    ModelWeights relu = network(Activation.RELU, Activation.SOFTPLUS).weights();
    ModelWeights open = network(Activation.RELU, Activation.LINEAR).weights();

    assertThatThrownBy(() -> network(Activation.TANH, Activation.SOFTPLUS).startFrom(relu))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layer 0 of the weights is 3 relu, but the network's is 3 tanh");
    assertThatThrownBy(() -> network(Activation.RELU, Activation.LINEAR).startFrom(relu))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layer 1 of the weights is 1 softplus, but the network's is 1 linear");
    Learner learner = network(Activation.RELU, Activation.SOFTPLUS);
    learner.startFrom(open);
    assertThat(learner.weights().output().weights()).isEqualTo(open.output().weights());
  }

  @Test
  void aRejectedStartChangesNothing() {
    LearnerContractTest.Case of = LearnerContractTest.cases().get(0);
    Learner learner = taught(of.spec(), of.task());
    byte[] before = StoredModel.bytes(learner);
    ModelWeights own = learner.weights();
    ModelWeights.Layer other =
        new ModelWeights.Layer(Activation.LINEAR, new float[17], new float[1], null, null);
    ModelWeights lastLayer =
        new ModelWeights(INPUTS, List.of(own.layers().get(0), own.layers().get(1), other), null);
    Normalization minmax = new Normalization(Normalization.Kind.MINMAX, 0f, 0f);
    ModelWeights.Scaling scaling = new ModelWeights.Scaling(minmax, new double[2 * INPUTS], null);
    float[] zeros = new float[own.output().weights().length];
    ModelWeights.Layer output =
        new ModelWeights.Layer(own.output().activation(), zeros, own.output().bias(), null, null);
    ModelWeights statistics =
        new ModelWeights(
            INPUTS, List.of(own.layers().get(0), own.layers().get(1), output), scaling);

    for (ModelWeights start : List.of(lastLayer, statistics)) {
      assertThatThrownBy(() -> learner.startFrom(start))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(StoredModel.bytes(learner)).isEqualTo(before);
    }
  }

  @Test
  void gainAndShiftMustHaveAValuePerNeuron() {
    float[] two = new float[2];
    float[] three = new float[3];

    for (float[][] one : new float[][][] {{three, two}, {two, three}, {two, null}, {null, two}}) {
      ModelWeights.Layer layer =
          new ModelWeights.Layer(Activation.RELU, new float[8], two, one[0], one[1]);
      assertThatThrownBy(() -> new ModelWeights(4, List.of(layer), null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("layer 0 has 2 neurons, but gain and shift have other lengths");
    }
  }

  private static Learner network(Activation hidden, Activation output) {
    NetworkSpec spec =
        NetworkSpec.of(new Optimizer.Sgd(0.01f, 0f, false))
            .with(
                to -> {
                  to.hidden = List.of(new LayerSpec(3, hidden));
                  to.output = output;
                  to.loss = Loss.MSE;
                  to.clipping = new Clipping(1f, 0f);
                  to.seed = 3;
                });
    return new Learner(spec, Task.REGRESSION, INPUTS, 0, 99);
  }

  @Test
  void theHiddenLayersAreAllButTheOutput() {
    LearnerContractTest.Case of = LearnerContractTest.cases().get(0);
    ModelWeights weights = taught(of.spec(), of.task()).weights();

    assertThat(weights.hidden())
        .extracting(LayerSpec::units)
        .containsExactlyElementsOf(of.spec().hidden().stream().map(LayerSpec::units).toList());
    assertThat(weights.output()).isSameAs(weights.layers().get(weights.layers().size() - 1));
  }

  @Test
  void aScalingReportsOriginAndScale() {
    // Count, mean and sum of squares; the second column has not varied.
    ModelWeights.Scaling standard =
        new ModelWeights.Scaling(
            new Normalization(Normalization.Kind.STANDARD, 0f, 0f),
            new double[] {4, 10, 36, 4, 7, 0},
            new double[] {9, 100, 9 * 25});
    assertThat(standard.origin(0)).isEqualTo(10);
    assertThat(standard.scale(0)).isEqualTo(3);
    assertThat(standard.scale(1)).isZero();
    assertThat(standard.targetOrigin()).isEqualTo(100);
    assertThat(standard.targetScale()).isEqualTo(5);
    assertThat(standard.fits(2)).isTrue();
    assertThat(standard.fits(3)).isFalse();

    ModelWeights.Scaling marked =
        new ModelWeights.Scaling(
            standard.normalization().withIndicators(Indicators.of(0)),
            standard.features(),
            standard.target());
    assertThat(marked.origin(0)).as("of an indicator").isZero();
    assertThat(marked.scale(0)).isEqualTo(1);
    assertThat(marked.scale(1)).isZero();
    assertThat(marked.targetOrigin()).isEqualTo(100);

    ModelWeights.Scaling range =
        new ModelWeights.Scaling(
            new Normalization(Normalization.Kind.MINMAX, 0f, 0f), new double[] {-1, 4}, null);
    assertThat(range.origin(0)).isEqualTo(-1);
    assertThat(range.scale(0)).isEqualTo(5);

    ModelWeights.Scaling none =
        new ModelWeights.Scaling(
            new Normalization(Normalization.Kind.NONE, 0f, 0f), new double[0], null);
    assertThat(none.origin(3)).isZero();
    assertThat(none.scale(3)).isEqualTo(1);
  }

  @Test
  void aStoredModelIsSummarizedWithoutItsSpecification() throws IOException {
    LearnerContractTest.Case of = LearnerContractTest.cases().get(0);
    Learner taught = taught(of.spec(), of.task());

    assertThat(Summaries.of(taught))
        .isEqualTo(
            new LearnerSummary(
                of.spec().shape(of.task()),
                INPUTS,
                IdColumns.NONE,
                taught.classes(),
                taught.examples(),
                taught.steps(),
                taught.skippedSteps(),
                taught.clippedSteps(),
                taught.rollbacks()));
  }

  private static Learner taught(NetworkSpec spec, Task task) {
    Learner learner = new Learner(spec, task, INPUTS, task.isClassification() ? 2 : 0, 5);
    Random random = new Random(11);
    for (int e = 0; e < 25; e++) {
      float[] features = new float[INPUTS];
      for (int i = 0; i < INPUTS; i++) {
        features[i] = (float) random.nextGaussian();
      }
      learner.learn(features, task.isClassification() ? e % 2 : 100 * features[0]);
    }
    return learner;
  }
}
