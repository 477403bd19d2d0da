package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelWeights;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.stored.ModelMismatchException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

/** A model that becomes larger. */
class NetworkExpansionTest {
  private static final int INPUTS = 5;
  private static final int CLASSES = 3;
  private static final Optimizer ADAM = new Optimizer.Adam(0.01f, 0.9f, 0.999f, 1e-8f);
  private static final Normalization STANDARD =
      new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f);

  // The kernels sum layers of few neurons in another order than wider ones, and those of up to four
  // in a third one from 16 inputs on: a layer that goes from one to the other is rounded elsewhere.
  private static final float ROUNDING = 1e-6f;

  @SuppressWarnings("unused") // @FieldSource names it
  private static final List<Arguments> GROWTHS =
      List.of(
          growth("wider", "20 tanh", "40 tanh", 0, 0f),
          growth("both wider", "8 relu, 5 tanh", "9 relu, 6 tanh", 0, 0f),
          growth("relu behind relu", "8 relu", "8 relu, 8 relu", 0, 0f),
          growth("a larger elu behind a wider sigmoid", "4 sigmoid", "6 sigmoid, 9 elu", 0, 0f),
          growth("two layers", "18 softplus", "18 softplus, 18 leaky_relu, 20 linear", 0, 0f),
          growth("a layer in a linear model", "", "7 linear", 1, 0f),
          growth("features", "8 gelu", "8 gelu", 3, 0f),
          growth("features, layer norm", "8 relu norm", "8 relu norm", 2, 0f),
          growth("everything", "17 relu, 18 relu", "27 relu, 28 relu, 28 relu", 4, 0f),
          growth("16 inputs for few outputs", "8 tanh", "20 tanh", 0, ROUNDING),
          growth("beyond 16 neurons", "8 relu, 5 tanh", "8 relu, 40 tanh", 0, ROUNDING));

  private static Arguments growth(
      String name, String before, String after, int moreInputs, float tolerance) {
    return Arguments.of(name, before, after, moreInputs, tolerance);
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("GROWTHS")
  void anExpandedNetworkPredictsTheSame(
      String name, String before, String after, int moreInputs, float tolerance)
      throws IOException {
    for (Task task : List.of(Task.MULTICLASS, Task.REGRESSION)) {
      Learner learner = taught(spec(before, ADAM), task);

      Learner grown = learner.expanded(spec(after, ADAM), INPUTS + moreInputs, new Workspace());

      SplittableRandom random = new SplittableRandom(9);
      for (int i = 0; i < 100; i++) {
        float[] x = row(random, INPUTS);
        float[] longer = Arrays.copyOf(x, INPUTS + moreInputs);
        for (int f = INPUTS; f < longer.length; f++) {
          longer[f] = (float) random.nextDouble();
        }
        // Bit for bit where nothing is tolerated.
        assertThat(grown.predict(longer))
            .as(task.name())
            .usingComparatorWithPrecision(tolerance)
            .containsExactly(learner.predict(x));
      }
      assertThat(grown.steps()).isEqualTo(learner.steps());
      assertThat(grown.examples()).isEqualTo(learner.examples());
    }
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("GROWTHS")
  void newNeuronsAndInputsLearn(
      String name, String before, String after, int moreInputs, float tolerance)
      throws IOException {
    Learner learner = taught(spec(before, ADAM), Task.MULTICLASS);
    Learner grown = learner.expanded(spec(after, ADAM), INPUTS + moreInputs, new Workspace());
    ModelWeights atFirst = grown.weights();

    teach(grown, 50, 3);

    for (int l = 0; l < atFirst.layers().size(); l++) {
      float[] was = atFirst.layers().get(l).weights();
      float[] is = grown.weights().layers().get(l).weights();
      int moved = 0;
      for (int i = 0; i < was.length; i++) {
        moved += was[i] == is[i] ? 0 : 1;
      }
      // Some relus may be silent for all inputs.
      assertThat(moved).as("layer %d", l).isGreaterThan(was.length / 2);
    }
  }

  @Test
  void slotsOfKeptWeightsAndTheMiniBatchAreKept() throws IOException {
    // With all outgoing weights 0 and a hidden layer without change, the first step of the kept
    // weights is that of the smaller model, if their slots and the waiting examples are.
    NetworkSpec small = model("8 relu", new Optimizer.Sgd(0.05f, 0.9f, false), 7);
    NetworkSpec large = model("12 relu", new Optimizer.Sgd(0.05f, 0.9f, false), 7);
    Learner learner = taught(small, Task.MULTICLASS);
    Learner grown = learner.expanded(large, INPUTS, new Workspace());
    assertThat(learner.examples() % 7).isNotZero();

    teach(learner, 7, 4);
    teach(grown, 7, 4);

    assertThat(grown.steps()).isEqualTo(learner.steps());
    ModelWeights.Layer before = learner.weights().layers().get(0);
    ModelWeights.Layer after = grown.weights().layers().get(0);
    for (int i = 0; i < INPUTS; i++) {
      assertThat(Arrays.copyOfRange(after.weights(), 12 * i, 12 * i + 8))
          .isEqualTo(Arrays.copyOfRange(before.weights(), 8 * i, 8 * i + 8));
    }
    assertThat(Arrays.copyOf(grown.weights().output().weights(), 8 * CLASSES))
        .isEqualTo(learner.weights().output().weights());
  }

  @Test
  void anExpandedNetworkIsStoredWithItsNewSize() throws IOException {
    Learner learner = taught(spec("8 relu", ADAM), Task.MULTICLASS);
    NetworkSpec large = spec("12 relu, 12 relu", ADAM);
    Learner grown = learner.expanded(large, INPUTS + 1, new Workspace());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    grown.write(new DataOutputStream(bytes));

    Learner read =
        Learner.read(
            new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())),
            large,
            Task.MULTICLASS);

    float[] x = row(new SplittableRandom(5), INPUTS + 1);
    assertThat(read.predict(x)).isEqualTo(grown.predict(x));
    assertThat(read.inputs()).isEqualTo(INPUTS + 1);
  }

  @SuppressWarnings("unused") // @FieldSource names it
  private static final List<Arguments> OBSTACLES =
      List.of(
          Arguments.of("8 relu", "7 relu", 0, "hidden layer 1 would have fewer neurons"),
          Arguments.of("8 relu, 4 relu", "8 relu", 0, "it would have fewer layers"),
          Arguments.of("8 relu", "8 relu", -1, "it would have fewer features"),
          Arguments.of("8 relu", "8 tanh", 0, "hidden layer 1 is of another kind"),
          Arguments.of("8 relu", "8 relu norm", 0, "hidden layer 1 is of another kind"),
          Arguments.of("8 relu norm", "9 relu norm", 0, "hidden layer 1 has layer norm, which new"),
          Arguments.of("8 softmax", "9 softmax", 0, "hidden layer 1 is softmax, which new neurons"),
          Arguments.of("8 tanh", "8 tanh, 8 tanh", 0, "hidden layer 2 is new and must start as"),
          Arguments.of("8 tanh", "8 tanh, 8 relu", 0, "hidden layer 2 is new and must start as"),
          Arguments.of("8 relu", "8 relu, 8 relu norm", 0, "hidden layer 2 is new and must start"),
          Arguments.of(
              "8 relu",
              "8 relu, 7 relu",
              0,
              "must pass on the outputs of the layer before: its units"));

  @ParameterizedTest(name = "{0} to {1}, {2} features")
  @FieldSource("OBSTACLES")
  void anImpossibleExpansionIsRejectedNamingBothAndTheReason(
      String before, String after, int moreInputs, String reason) throws IOException {
    Learner learner = taught(spec(before, ADAM), Task.MULTICLASS);
    NetworkSpec other = spec(after, ADAM);

    assertThatThrownBy(() -> learner.expanded(other, INPUTS + moreInputs, new Workspace()))
        .isInstanceOf(ModelMismatchException.class)
        .hasMessageStartingWith(
            "the stored model cannot grow: stored (5 features, %s), configured (%d features, %s)",
            spec(before, ADAM).shape(Task.MULTICLASS),
            INPUTS + moreInputs,
            other.shape(Task.MULTICLASS))
        .hasMessageContaining(reason)
        .hasMessageEndingWith("; restore the stored settings, or reset the key");
  }

  @Test
  void anExpansionMayOnlyChangeFeaturesAndHiddenLayers() throws IOException {
    NetworkSpec small = model("8 relu", ADAM, 4);
    Learner learner = taught(small, Task.MULTICLASS);
    teach(learner, 3, 5);
    Normalization minmax = new Normalization(Normalization.Kind.MINMAX, 0f, 0f);
    List<NetworkSpec> others =
        List.of(
            model("9 relu", new Optimizer.Sgd(0.01f, 0f), 4),
            model("9 relu", ADAM, 2),
            model("9 relu", Activation.LINEAR, Loss.MSE, ADAM, STANDARD, 4),
            model("9 relu", null, null, ADAM, minmax, 4));

    for (NetworkSpec other : others) {
      NetworkSpec spec = other;
      assertThatThrownBy(() -> learner.expanded(spec, INPUTS, new Workspace()))
          .isInstanceOf(ModelMismatchException.class)
          .hasMessageContaining(shape(small))
          .hasMessageContaining(shape(other))
          .hasMessageContaining(": it would differ in more than features and hidden layers;");
    }
    NetworkSpec slower = model("9 relu", new Optimizer.Adam(0.001f, 0.8f, 0.9f, 1e-6f), 4);
    assertThat(learner.expanded(slower, INPUTS, new Workspace()).learningRate()).isEqualTo(0.001f);
  }

  private static String shape(NetworkSpec spec) {
    return spec.shape(Task.MULTICLASS);
  }

  private static Learner taught(NetworkSpec spec, Task task) {
    Learner learner = new Learner(spec, task, INPUTS, CLASSES, 11);
    teach(learner, 60, 2);
    return learner;
  }

  private static void teach(Learner learner, int examples, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < examples; i++) {
      float[] x = row(random, learner.inputs());
      learner.learn(x, x[0] > 0 ? 0 : x[1] > 0.2 ? 1 : 2);
    }
  }

  private static float[] row(SplittableRandom random, int inputs) {
    float[] x = new float[inputs];
    for (int i = 0; i < inputs; i++) {
      x[i] = (float) (random.nextDouble() * 4 - 2);
    }
    return x;
  }

  private static NetworkSpec spec(String layers, Optimizer optimizer) {
    return model(layers, optimizer, 1);
  }

  private static NetworkSpec model(String layers, Optimizer optimizer, int batchSize) {
    return model(layers, null, null, optimizer, STANDARD, batchSize);
  }

  private static NetworkSpec model(
      String layers,
      Activation output,
      Loss loss,
      Optimizer optimizer,
      Normalization normalization,
      int batchSize) {
    List<LayerSpec> hidden =
        layers.isEmpty()
            ? List.of()
            : Arrays.stream(layers.split(", ")).map(NetworkExpansionTest::layer).toList();
    return NetworkSpec.of(optimizer)
        .with(
            to -> {
              to.hidden = hidden;
              to.output = output;
              to.loss = loss;
              to.normalization = normalization;
              to.batchSize = batchSize;
              to.seed = 7;
            });
  }

  private static LayerSpec layer(String text) {
    String[] parts = text.split(" ");
    return new LayerSpec(
        Integer.parseInt(parts[0]),
        Activation.valueOf(parts[1].toUpperCase(Locale.ROOT)),
        0f,
        parts.length == 3);
  }
}
