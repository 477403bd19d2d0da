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
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is computed another way to save time ends in the same bits. */
class ShortcutsTest {

  private static final int INPUTS = 5;
  private static final int CLASSES = 3;
  private static final int EXAMPLES = 60;
  private static final Schedule FALLING = new Schedule.Cosine(40, 0.1f, 10);
  private static final Clipping OFF = new Clipping(0f, 0f);
  private static final LayerSpec PLAIN = new LayerSpec(9, Activation.TANH);
  // 256 columns, whose rows are not adjacent.
  private static final LayerSpec WIDE = new LayerSpec(250, Activation.GELU, 0.3f, true);
  private static final Optimizer SGD = new Optimizer.Sgd(0.05f, 0f);

  private static NetworkSpec spec(
      List<LayerSpec> hidden,
      Optimizer optimizer,
      Regularizer regularizer,
      int batchSize,
      Clipping clipping) {
    // FTRL takes no schedule.
    Schedule schedule = optimizer instanceof Optimizer.Ftrl ? new Schedule.Constant(0) : FALLING;
    return NetworkSpec.of(optimizer)
        .with(
            to -> {
              to.hidden = hidden;
              to.output = Activation.SOFTMAX;
              to.loss = Loss.CATEGORICAL_CROSSENTROPY;
              to.schedule = schedule;
              to.regularizer = regularizer;
              to.normalization = new Normalization(Normalization.Kind.STANDARD, 0.01f, 4f);
              to.batchSize = batchSize;
              to.clipping = clipping;
              to.seed = 7;
            });
  }

  /** Everything at once. */
  private static NetworkSpec full(int batchSize) {
    return spec(
        List.of(WIDE, new LayerSpec(256, Activation.SILU)),
        new Optimizer.Adam(0.003f, 0.9f, 0.999f, 1e-8f),
        new Regularizer(1e-5f, 1e-4f, 1.5f, 0.1f),
        batchSize,
        new Clipping(1f, 0.2f));
  }

  private static Learner learner(NetworkSpec spec) {
    return new Learner(spec, Task.MULTICLASS, INPUTS, CLASSES, 1);
  }

  private static float[] features() {
    float[] features = new float[EXAMPLES * INPUTS];
    Random random = new Random(4);
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) random.nextGaussian();
    }
    return features;
  }

  private static int label(float[] features, int example) {
    return Math.floorMod((int) Math.floor(features[example * INPUTS]), CLASSES);
  }

  private static byte[] trained(Learner learner) {
    float[] features = features();
    for (int e = 0; e < EXAMPLES; e++) {
      int label = label(features, e) % learner.classes();
      learner.learnClass(features, e * INPUTS, label, 1f, new float[CLASSES]);
    }
    return StoredModel.bytes(learner);
  }

  static List<Optimizer> optimizers() {
    return List.of(LearnerTest.OPTIMIZERS);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void aFusedUpdateEqualsTheStepWithTheWholeGradient(Optimizer optimizer) {
    Regularizer none = new Regularizer(0f, 0f);
    List<LayerSpec> hidden =
        List.of(PLAIN, new LayerSpec(256, Activation.SELU), new LayerSpec(300, Activation.RELU));
    for (int batchSize : new int[] {1, 6}) {
      NetworkSpec inPlace = spec(hidden, optimizer, none, batchSize, OFF);
      // Never reached, so that it only takes the other way.
      NetworkSpec clipped = spec(hidden, optimizer, none, batchSize, new Clipping(0f, 2e15f));

      assertThat(FusedUpdate.applies(inPlace)).isTrue();
      assertThat(FusedUpdate.applies(clipped)).isFalse();
      assertThat(trained(learner(inPlace))).isEqualTo(trained(learner(clipped)));
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void theReluPairKernelsEqualTheStepWithTheWholeGradient(Optimizer optimizer) {
    Regularizer none = new Regularizer(0f, 0f);
    List<LayerSpec> hidden = List.of(new LayerSpec(48, Activation.RELU));
    NetworkSpec inPlace = spec(hidden, optimizer, none, 1, OFF);
    NetworkSpec clipped = spec(hidden, optimizer, none, 1, new Clipping(0f, 2e15f));

    assertThat(trained(new Learner(inPlace, Task.MULTICLASS, INPUTS, 2, 1)))
        .isEqualTo(trained(new Learner(clipped, Task.MULTICLASS, INPUTS, 2, 1)));
  }

  @Test
  void aFusedUpdateClipsOneRowAsItsWholeGradient() {
    Regularizer none = new Regularizer(0f, 0f);
    List<LayerSpec> hidden = List.of(PLAIN, new LayerSpec(37, Activation.TANH));
    NetworkSpec inPlace = spec(hidden, SGD, none, 1, new Clipping(0.5f, 0f));
    Learner shortened = learner(inPlace);
    Learner whole = learner(spec(hidden, SGD, none, 1, new Clipping(0.5f, 2e15f)));
    Learner free = learner(spec(hidden, SGD, none, 1, OFF));

    assertThat(FusedUpdate.applies(inPlace)).isTrue();
    byte[] start = StoredModel.bytes(shortened);
    trained(shortened);
    trained(whole);
    trained(free);

    float[] weights = shortened.weights().layers().get(0).weights();
    assertThat(weights)
        .usingComparatorWithPrecision(1e-5f)
        .containsExactly(whole.weights().layers().get(0).weights());
    assertThat(StoredModel.bytes(shortened))
        .isNotEqualTo(start)
        .isNotEqualTo(StoredModel.bytes(free));
  }

  @ParameterizedTest
  @EnumSource(names = {"LINEAR", "LEAKY_RELU"})
  void aGradientNearTheLimitIsCheckedByItsElements(Activation output) {
    NetworkSpec inPlace = withoutHidden(output, new Clipping(0f, 0f));
    NetworkSpec clipped = withoutHidden(output, new Clipping(0f, 2e15f));
    // The slope of the leaky output is 0.01, which makes the gradient that of a hundredth twice.
    float unit = output == Activation.LINEAR ? 1e7f : 1e9f;
    for (float size : new float[] {0.1f, 1, 2, 3, 4, 6, 1e5f, Float.POSITIVE_INFINITY}) {
      for (float sign : new float[] {-1f, 1f}) {
        Learner one = new Learner(inPlace, Task.REGRESSION, 2, 0, 1);
        Learner other = new Learner(clipped, Task.REGRESSION, 2, 0, 1);
        for (int e = 0; e < 6; e++) {
          float[] x = {sign * (e % 3 == 0 ? unit * size : 1f), sign * 0.5f};
          one.learn(x, 1);
          other.learn(x, 1);
        }

        assertThat(StoredModel.bytes(one)).isEqualTo(StoredModel.bytes(other));
      }
    }
  }

  private static NetworkSpec withoutHidden(Activation output, Clipping clipping) {
    return NetworkSpec.of(SGD)
        .with(
            to -> {
              to.output = output;
              to.loss = Loss.MSE;
              to.schedule = FALLING;
              to.batchSize = 3;
              to.clipping = clipping;
              to.seed = 7;
            });
  }

  @Test
  void optionsThatNeedTheWholeGradientDisableTheFusedUpdate() {
    Regularizer none = new Regularizer(0f, 0f);
    List<LayerSpec> hidden = List.of(PLAIN);
    for (NetworkSpec spec :
        List.of(
            spec(hidden, SGD, none, 1, new Clipping(0f, 1f)),
            spec(hidden, SGD, new Regularizer(1e-4f, 0f), 1, OFF),
            spec(hidden, SGD, new Regularizer(0f, 1e-4f), 1, OFF),
            spec(hidden, SGD, new Regularizer(0f, 0f, 2f, 0f), 1, OFF),
            spec(List.of(new LayerSpec(9, Activation.TANH, 0.1f, false)), SGD, none, 1, OFF),
            spec(List.of(new LayerSpec(9, Activation.TANH, 0f, true)), SGD, none, 1, OFF),
            spec(List.of(new LayerSpec(9, Activation.GELU)), SGD, none, 1, OFF))) {
      assertThat(FusedUpdate.applies(spec)).as(spec.toString()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7})
  void manyExamplesEqualOneByOne(int batchSize) {
    Learner one = learner(full(batchSize));
    Learner many = learner(full(batchSize));
    float[] features = features();
    int[] labels = new int[EXAMPLES];
    float[] weights = new float[EXAMPLES];
    float[] expected = new float[EXAMPLES * CLASSES];
    float[] expectedLosses = new float[EXAMPLES];
    float[] scored = new float[CLASSES];
    for (int e = 0; e < EXAMPLES; e++) {
      labels[e] = label(features, e);
      weights[e] = e % 4 == 0 ? 0.5f : 1f;
      expectedLosses[e] = one.learnClass(features, e * INPUTS, labels[e], weights[e], scored);
      System.arraycopy(scored, 0, expected, e * CLASSES, CLASSES);
    }

    float[] out = new float[EXAMPLES * CLASSES];
    float[] losses = new float[EXAMPLES];
    many.learnClasses(features, 0, EXAMPLES, labels, weights, out, losses);

    assertThat(out).isEqualTo(expected);
    assertThat(losses).isEqualTo(expectedLosses);
    assertThat(StoredModel.bytes(many)).isEqualTo(StoredModel.bytes(one));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7})
  void manyValuesEqualOneByOne(int batchSize) {
    NetworkSpec classes = full(batchSize);
    NetworkSpec spec =
        NetworkSpec.of(classes.optimizer())
            .with(
                to -> {
                  to.hidden = classes.hidden();
                  to.output = Activation.LINEAR;
                  to.loss = Loss.HUBER;
                  to.schedule = classes.schedule();
                  to.regularizer = new Regularizer(1e-5f, 1e-4f);
                  to.normalization = classes.normalization();
                  to.batchSize = batchSize;
                  to.clipping = classes.clipping();
                  to.seed = 7;
                });
    Learner one = new Learner(spec, Task.REGRESSION, INPUTS, 0, 1);
    Learner many = new Learner(spec, Task.REGRESSION, INPUTS, 0, 1);
    float[] features = features();
    double[] targets = new double[EXAMPLES];
    float[] weights = new float[EXAMPLES];
    float[] expected = new float[EXAMPLES * PredictedValue.FLOATS];
    float[] expectedLosses = new float[EXAMPLES];
    float[] scored = new float[PredictedValue.FLOATS];
    for (int e = 0; e < EXAMPLES; e++) {
      targets[e] = 50 + 3 * features[e * INPUTS] - 10 * features[e * INPUTS + 1];
      weights[e] = e % 4 == 0 ? 0.5f : 1f;
      expectedLosses[e] = one.learnValue(features, e * INPUTS, targets[e], weights[e], scored);
      System.arraycopy(scored, 0, expected, e * PredictedValue.FLOATS, PredictedValue.FLOATS);
    }

    float[] out = new float[EXAMPLES * PredictedValue.FLOATS];
    float[] losses = new float[EXAMPLES];
    many.learnValues(features, 0, EXAMPLES, targets, weights, out, losses);

    assertThat(out).isEqualTo(expected);
    assertThat(out[0]).isNaN();
    assertThat(losses).isEqualTo(expectedLosses);
    assertThat(StoredModel.bytes(many)).isEqualTo(StoredModel.bytes(one));
  }

  @Test
  void valuesInSharedScratchHaveNoEffect() {
    Workspace shared = new Workspace();
    Learner other =
        learner(
            spec(
                List.of(new LayerSpec(700, Activation.SELU)),
                SGD,
                new Regularizer(1e-3f, 1e-3f),
                9,
                OFF));
    other.use(shared);
    trained(other);
    Learner one = learner(full(7));
    one.use(shared);

    assertThat(trained(one)).isEqualTo(trained(learner(full(7))));
  }
}
