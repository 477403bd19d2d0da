package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.nn.stored.ModelMismatchException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LearnerTest {

  private static final int INPUTS = 6;
  private static final long SEED = 99;

  static final Optimizer[] OPTIMIZERS = {
    new Optimizer.Sgd(0.02f, 0f),
    new Optimizer.Sgd(0.02f, 0.9f),
    new Optimizer.RmsProp(0.005f, 0.99f, 1e-8f, true),
    new Optimizer.RmsProp(0.005f, 0.99f, 1e-8f, false),
    new Optimizer.Adam(0.003f, 0.9f, 0.999f, 1e-8f),
    new Optimizer.Sgd(0.02f, 0.9f, true),
    new Optimizer.AdamW(0.003f, 0.9f, 0.999f, 1e-8f, 0.01f),
    new Optimizer.Adagrad(0.05f, 0.1f, 1e-10f),
    new Optimizer.Ftrl(0.1f, 1f, 1e-3f, 1e-3f)
  };

  static List<Arguments> optimizersAndTasks() {
    List<Arguments> all = new ArrayList<>();
    for (Optimizer optimizer : OPTIMIZERS) {
      for (Task task : Task.OF_ONE_OUTPUT) {
        all.add(Arguments.of(optimizer, task));
      }
    }
    return all;
  }

  private static NetworkSpec spec(Optimizer optimizer, int batchSize) {
    return NetworkSpec.of(optimizer)
        .with(
            to -> {
              to.hidden = List.of(new LayerSpec(9, Activation.TANH));
              to.regularizer = new Regularizer(1e-4f, 1e-3f);
              to.normalization = new Normalization(Normalization.Kind.STANDARD, 0.01f, 4f);
              to.batchSize = batchSize;
              to.clipping = new Clipping(1f, 0f);
              to.seed = SEED;
            });
  }

  private static Learner learner(NetworkSpec spec, Task task) {
    return new Learner(spec, task, INPUTS, classes(task), 1);
  }

  private static int classes(Task task) {
    return switch (task) {
      case BINARY -> 2;
      case MULTICLASS -> 5;
      case REGRESSION, MULTILABEL, MULTI_TARGET -> 0;
    };
  }

  /** Learns examples {@code from} to below {@code to} of one fixed stream. */
  private static void learn(Learner learner, Task task, int from, int to) {
    float[] out = new float[10];
    for (int e = from; e < to; e++) {
      float[] x = example(e);
      float weight = e % 4 == 0 ? 0.5f : 1f;
      if (task.isClassification()) {
        learner.learnClass(x, 0, label(x, classes(task)), weight, out);
      } else {
        learner.learnValue(x, 0, 100 + 7 * x[1] - x[2] * x[2], weight, out);
      }
    }
  }

  private static float[] example(int number) {
    Random random = new Random(SEED + number);
    float[] x = new float[INPUTS];
    for (int i = 0; i < INPUTS; i++) {
      x[i] = (float) random.nextGaussian() * (i + 1);
    }
    if (number % 7 == 0) {
      x[5] = Float.NaN;
    }
    return x;
  }

  private static int label(float[] x, int classes) {
    return Math.floorMod((long) Math.floor(x[0] + x[1]), classes);
  }

  @ParameterizedTest
  @MethodSource("optimizersAndTasks")
  void aModelRestoredWithinAMiniBatchContinuesBitForBit(Optimizer optimizer, Task task) {
    NetworkSpec spec = spec(optimizer, 5);
    Learner whole = learner(spec, task);
    learn(whole, task, 0, 60);

    for (int cut = 20; cut <= 25; cut++) {
      Learner first = learner(spec, task);
      learn(first, task, 0, cut);
      Learner second = StoredModel.restored(first, spec, task);
      learn(second, task, cut, 60);

      assertThat(StoredModel.bytes(second)).isEqualTo(StoredModel.bytes(whole));
    }
    assertThat(whole.steps()).isEqualTo(12);
    assertThat(whole.examples()).isEqualTo(60);
  }

  static Optimizer[] optimizersWithoutDecay() {
    return Arrays.stream(OPTIMIZERS)
        .filter(optimizer -> !(optimizer instanceof Optimizer.AdamW))
        .toArray(Optimizer[]::new);
  }

  @ParameterizedTest
  @MethodSource("optimizersWithoutDecay")
  void resettingTheOutputLayerKeepsTheOtherLayers(Optimizer optimizer) {
    Task task = Task.MULTICLASS;
    NetworkSpec spec =
        NetworkSpec.of(optimizer)
            .with(
                to -> {
                  to.hidden = List.of(new LayerSpec(9, Activation.TANH));
                  to.normalization = new Normalization(Normalization.Kind.STANDARD, 0.01f, 4f);
                  to.clipping = new Clipping(1f, 0f);
                  to.seed = SEED;
                });
    int hidden = (INPUTS + 1) * 9;
    int all = hidden + 10 * classes(task);
    double[] initial = StoredModel.parameters(learner(spec, task), all);
    Learner learner = learner(spec, task);
    learn(learner, task, 0, 40);
    double[] taught = StoredModel.parameters(learner, all);

    learner.resetOutputLayer();

    double[] reset = StoredModel.parameters(learner, all);
    assertThat(Arrays.copyOf(reset, hidden)).isEqualTo(Arrays.copyOf(taught, hidden));
    assertThat(tail(reset, hidden))
        .isEqualTo(tail(initial, hidden))
        .isNotEqualTo(tail(taught, hidden));
    learner.learnClass(example(40), 0, 0, 0f, new float[10]); // of no weight
    assertThat(tail(StoredModel.parameters(learner, all), hidden))
        .as("no momentum is left")
        .usingComparatorWithPrecision(1e-6)
        .containsExactly(tail(initial, hidden));
  }

  private static double[] tail(double[] parameters, int from) {
    return Arrays.copyOfRange(parameters, from, parameters.length);
  }

  /** FTRL computes weights from what it remembers, not from the weights before. */
  @Test
  void ftrlKeepsWeightsWithoutAGradient() {
    Task task = Task.MULTICLASS;
    NetworkSpec spec =
        NetworkSpec.of(new Optimizer.Ftrl(0.1f, 1f, 1e-3f, 1e-3f))
            .with(
                to -> {
                  to.hidden = List.of(new LayerSpec(9, Activation.TANH));
                  to.clipping = new Clipping(1f, 0f);
                  to.seed = SEED;
                });
    Learner more = new Learner(spec, task, INPUTS, 2, 1);
    more.addClass();
    Learner started = new Learner(spec, task, INPUTS, 3, 2);
    started.startFrom(new Learner(spec, task, INPUTS, 3, 1).weights());
    for (Learner learner : List.of(more, started)) {
      int all = (INPUTS + 1) * 9 + 10 * 3;
      double[] before = StoredModel.parameters(learner, all);

      learner.learnClass(new float[] {1, 2, 3, 4, 5, 6}, 0, 2, 0f, new float[3]); // of no weight

      assertThat(learner.steps()).isEqualTo(1);
      assertThat(StoredModel.parameters(learner, all))
          .usingComparatorWithPrecision(1e-6)
          .containsExactly(before);
    }
  }

  @Test
  void predictNextIncludesTheFeaturesInTheStatistics() {
    Task task = Task.MULTICLASS;
    NetworkSpec spec = spec(OPTIMIZERS[0], 5);
    Learner learner = learner(spec, task);
    learn(learner, task, 0, 12);
    byte[] before = StoredModel.bytes(learner);
    float[] next = new float[5];
    float[] now = new float[5];
    float[] said = new float[5];

    learner.predictNext(example(12), 0, next);
    learner.predict(example(12), 0, now);

    assertThat(StoredModel.bytes(learner)).isEqualTo(before);
    learner.learnClass(example(12), 0, 0, 1f, said);
    assertThat(next).isEqualTo(said).isNotEqualTo(now);
  }

  @Test
  void aCopyDropsTheSameNeurons() {
    Task task = Task.BINARY;
    NetworkSpec spec =
        NetworkSpec.of(OPTIMIZERS[0])
            .with(
                to -> {
                  to.hidden = List.of(new LayerSpec(9, Activation.TANH, 0.4f, false));
                  to.batchSize = 2;
                  to.seed = SEED;
                });
    Learner learner = learner(spec, task);
    learn(learner, task, 1, 10);
    Learner copy = learner.copy();
    learn(learner, task, 10, 21);
    learn(copy, task, 10, 21);

    assertThat(StoredModel.bytes(copy)).isEqualTo(StoredModel.bytes(learner));
    Learner restored = StoredModel.restored(learner, spec, task);
    learn(restored, task, 21, 27);
    learn(copy, task, 21, 27);
    assertThat(StoredModel.bytes(restored)).isEqualTo(StoredModel.bytes(copy));
  }

  @Test
  void theLearningRateIsBoostedUntilAStep() {
    Task task = Task.BINARY;
    Learner learner = learner(spec(OPTIMIZERS[0], 5), task);
    learner.boostLearningRate(3f, 2);

    learn(learner, task, 0, 5);
    assertThat(learner.steps()).isEqualTo(1);
    assertThat(learner.learningRate()).isEqualTo(3f * 0.02f);

    Learner copy = learner.copy();
    assertThat(copy.learningRate()).isEqualTo(3f * 0.02f);

    learn(learner, task, 5, 10);
    learn(copy, task, 5, 10);
    assertThat(learner.learningRate()).isEqualTo(0.02f);
    assertThat(StoredModel.bytes(copy)).isEqualTo(StoredModel.bytes(learner));
  }

  @Test
  void memoryCountsParametersSlotsStatisticsAndWaitingExamples() {
    Task task = Task.REGRESSION;
    Learner plain = learner(spec(OPTIMIZERS[0], 5), task);
    Learner adam = learner(spec(OPTIMIZERS[4], 5), task);
    long statistics = 3 * INPUTS * Double.BYTES;
    long parameters = plain.memoryBytes() - statistics;

    assertThat(adam.memoryBytes()).isEqualTo(3 * parameters + statistics);
    assertThat(parameters).isGreaterThanOrEqualTo(((INPUTS + 1) * 9 + 10) * Float.BYTES);

    learn(plain, task, 0, 1);
    assertThat(plain.memoryBytes())
        .as("an example waits, with its target and its weight")
        .isEqualTo(parameters + statistics + (INPUTS + 2) * Float.BYTES);
  }

  @ParameterizedTest
  @EnumSource(Normalization.Kind.class)
  void everyNormalizationIsRestored(Normalization.Kind kind) {
    NetworkSpec model = ModelSpec.single(SEED);
    NetworkSpec spec =
        model.with(
            to -> {
              to.optimizer = OPTIMIZERS[0];
              to.normalization = new Normalization(kind, 0f, 0f);
              to.batchSize = 3;
              to.clipping = new Clipping(1f, 0f);
              to.seed = SEED;
            });
    Learner whole = learner(spec, Task.REGRESSION);
    learn(whole, Task.REGRESSION, 0, 10);
    Learner restored = StoredModel.restored(whole, spec, Task.REGRESSION);

    learn(whole, Task.REGRESSION, 10, 30);
    learn(restored, Task.REGRESSION, 10, 30);

    assertThat(StoredModel.bytes(restored)).isEqualTo(StoredModel.bytes(whole));
  }

  @ParameterizedTest
  @MethodSource("optimizersAndTasks")
  void theSameSeedMakesTheSameModelAndAnotherKeyAnother(Optimizer optimizer, Task task) {
    NetworkSpec spec = spec(optimizer, 1);
    Learner one = learner(spec, task);
    Learner two = learner(spec, task);
    Learner other = new Learner(spec, task, INPUTS, classes(task), 2);

    learn(one, task, 0, 40);
    learn(two, task, 0, 40);
    learn(other, task, 0, 40);

    assertThat(StoredModel.bytes(one)).isEqualTo(StoredModel.bytes(two));
    assertThat(StoredModel.bytes(one)).isNotEqualTo(StoredModel.bytes(other));
  }

  @ParameterizedTest
  @MethodSource("optimizersAndTasks")
  void aCopyLearnsIndependentlyOfTheOriginal(Optimizer optimizer, Task task) {
    NetworkSpec spec = spec(optimizer, 5);
    Learner original = learner(spec, task);
    learn(original, task, 0, 23);
    byte[] before = StoredModel.bytes(original);

    Learner copy = original.copy();
    assertThat(StoredModel.bytes(copy)).isEqualTo(before);
    learn(copy, task, 23, 50);

    assertThat(StoredModel.bytes(original)).isEqualTo(before);
    learn(original, task, 23, 50);
    assertThat(StoredModel.bytes(copy)).isEqualTo(StoredModel.bytes(original));
  }

  @Test
  void learnersThatShareScratchDoNotDisturbEachOther() {
    NetworkSpec spec = spec(OPTIMIZERS[2], 3);
    NetworkSpec wide = ModelSpec.single(1);
    Learner alone = learner(spec, Task.BINARY);
    learn(alone, Task.BINARY, 0, 30);
    Workspace shared = new Workspace();
    Learner one = learner(spec, Task.BINARY);
    Learner two = learner(wide, Task.MULTICLASS);
    one.use(shared);
    two.use(shared);

    for (int e = 0; e < 30; e++) {
      learn(one, Task.BINARY, e, e + 1);
      learn(two, Task.MULTICLASS, e, e + 1);
    }

    assertThat(StoredModel.bytes(one)).isEqualTo(StoredModel.bytes(alone));
  }

  @ParameterizedTest
  @EnumSource(Task.class)
  void predictChangesNothing(Task task) {
    Learner learner = learner(spec(OPTIMIZERS[2], 5), task);
    learn(learner, task, 0, 33);
    byte[] before = StoredModel.bytes(learner);

    float[] prediction = learner.predict(example(1234));

    assertThat(prediction).hasSize(learner.outputs());
    assertThat(StoredModel.bytes(learner)).isEqualTo(before);
  }

  @Test
  void anAddedClassKeepsTheOtherLogitsAndThePendingExamples() {
    NetworkSpec spec = spec(OPTIMIZERS[4], 5);
    // 15 to 18 classes: the padded width of the output layer grows on the way.
    Learner learner = new Learner(spec, Task.MULTICLASS, INPUTS, 15, 1);
    float[] out = new float[20];
    for (int e = 0; e < 38; e++) {
      learner.learnClass(example(e), 0, e % 15, 1f, out);
    }
    long steps = learner.steps();
    for (int classes = 16; classes <= 18; classes++) {
      float[] before = learner.predict(example(500));

      learner.addClass();

      float[] after = learner.predict(example(500));
      assertThat(after).hasSize(classes);
      for (int c = 1; c < before.length; c++) {
        // Differences of logits are logarithms of ratios of probabilities.
        assertThat(Math.log(after[c] / after[0]))
            .isCloseTo(Math.log(before[c] / before[0]), within(1e-4));
      }
    }
    assertThat(learner.steps()).isEqualTo(steps);
    learner.learnClass(example(38), 0, 17, 1f, out);
    learner.learnClass(example(39), 0, 17, 1f, out);
    assertThat(learner.steps()).isEqualTo(steps + 1);
    Learner restored = StoredModel.restored(learner, spec, Task.MULTICLASS);
    assertThat(StoredModel.bytes(restored)).isEqualTo(StoredModel.bytes(learner));
  }

  @Test
  void aModelStartsWithoutClassesAndLearnsThem() {
    NetworkSpec model = ModelSpec.single(SEED);
    for (Task task : new Task[] {Task.BINARY, Task.MULTICLASS}) {
      Learner learner = new Learner(model, task, INPUTS, 0, 1);
      learner.addClass();
      assertThat(learner.predict(example(0))).containsExactly(1f);
      float[] scratch = new float[2];
      learner.learnClass(example(0), 0, 0, 1f, scratch);
      learner.addClass();
      float[] prediction = learner.predict(example(1));
      assertThat(prediction[0] + prediction[1]).isCloseTo(1f, within(1e-6f));
    }
  }

  @Test
  void oneNeuronGivesBothProbabilities() {
    NetworkSpec model =
        NetworkSpec.of(OPTIMIZERS[0])
            .with(
                to -> {
                  to.loss = Loss.BINARY_CROSSENTROPY;
                  to.seed = SEED;
                });
    Learner learner = new Learner(model, Task.BINARY, 1, 2, 1);
    for (int e = 0; e < 2000; e++) {
      learner.learn(new float[] {e % 2 == 0 ? 1f : -1f}, e % 2);
    }

    float[] prediction = learner.predict(new float[] {-1f});

    assertThat(prediction[1]).isGreaterThan(0.9f);
    assertThat(prediction[0] + prediction[1]).isCloseTo(1f, within(1e-6f));
    assertThatThrownBy(learner::addClass).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void weightsStayFiniteForLogitsOfAnySize() {
    NetworkSpec spec =
        NetworkSpec.of(new Optimizer.Sgd(1f, 0f))
            .with(
                to -> {
                  to.output = Activation.SOFTMAX;
                  to.loss = Loss.CATEGORICAL_CROSSENTROPY;
                  to.seed = SEED;
                });
    Learner learner = new Learner(spec, Task.MULTICLASS, 1, 3, 1);
    float[] out = new float[3];
    for (int e = 0; e < 100; e++) {
      float loss = learner.learnClass(new float[] {100f}, 0, e % 3, 1f, out);
      assertThat(loss).isBetween(0f, 16.2f);
      assertThat(out[0] + out[1] + out[2]).isCloseTo(1f, within(1e-5f));
    }
    assertThat(learner.skippedSteps()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void everyActivationIsFiniteForSumsOfTenThousand(Activation activation) {
    NetworkSpec spec =
        NetworkSpec.of(new Optimizer.Sgd(0.1f, 0f))
            .with(
                to -> {
                  to.hidden = List.of(new LayerSpec(8, activation));
                  to.output = Activation.SOFTMAX;
                  to.loss = Loss.CATEGORICAL_CROSSENTROPY;
                  to.regularizer = new Regularizer(0f, 0f, 0f, 0.1f);
                  to.clipping = new Clipping(1f, 0f);
                  to.seed = SEED;
                });
    Learner learner = new Learner(spec, Task.MULTICLASS, 1, 3, 1);
    float[] out = new float[3];
    for (int e = 0; e < 100; e++) {
      float x = e % 2 == 0 ? 1e4f : -1e4f;
      float loss = learner.learnClass(new float[] {x}, 0, e % 3, 1f, out);
      assertThat(loss).isBetween(0f, 16.2f);
      assertThat(out[0] + out[1] + out[2]).isCloseTo(1f, within(1e-5f));
    }
    assertThat(learner.skippedSteps()).isZero();
  }

  @Test
  void aStepWhoseGradientIsNotFiniteIsSkippedAndCounted() {
    NetworkSpec spec =
        NetworkSpec.of(OPTIMIZERS[4])
            .with(
                to -> {
                  to.output = Activation.LINEAR;
                  to.loss = Loss.MSE;
                  to.seed = SEED;
                });
    Learner learner = new Learner(spec, Task.REGRESSION, 2, 0, 1);
    double[] before = StoredModel.parameters(learner, 3);
    float[] out = new float[PredictedValue.FLOATS];

    learner.learnValue(new float[] {3e38f, 3e38f}, 0, 1, 1f, out);
    learner.learnValue(new float[] {1e20f, -1e20f}, 0, 1, 1f, out);

    assertThat(learner.skippedSteps()).isEqualTo(2);
    assertThat(learner.steps()).isZero();
    assertThat(StoredModel.parameters(learner, 3)).isEqualTo(before);
  }

  @Test
  void theGradientIsClippedToTheAllowedMultipleOfTheOutputError() {
    float[] x = {3f, -4f};
    double inputNorm = Math.sqrt(3 * 3 + 4 * 4 + 1); // with the 1 of the bias

    double uncut = lengthOfFirstStep(x, 0f);
    double cut = lengthOfFirstStep(x, 0.5f);

    assertThat(cut / uncut).isCloseTo(0.5 / inputNorm, within(1e-4));
  }

  private static double lengthOfFirstStep(float[] x, float clip) {
    NetworkSpec spec =
        NetworkSpec.of(new Optimizer.Sgd(0.001f, 0f))
            .with(
                to -> {
                  to.output = Activation.LINEAR;
                  to.loss = Loss.MSE;
                  to.clipping = new Clipping(clip, 0f);
                  to.seed = SEED;
                });
    Learner learner = new Learner(spec, Task.REGRESSION, 2, 0, 1);
    double[] before = StoredModel.parameters(learner, 3);

    learner.learn(x, 1000);

    double[] after = StoredModel.parameters(learner, 3);
    double squares = 0;
    for (int p = 0; p < 3; p++) {
      squares += (after[p] - before[p]) * (after[p] - before[p]);
    }
    return Math.sqrt(squares);
  }

  @Test
  void aRegressionPredictsOnTheTargetsOwnScale() {
    Learner learner = new Learner(ModelSpec.single(SEED), Task.REGRESSION, 1, 0, 1);
    Random random = new Random(SEED);
    for (int e = 0; e < 5000; e++) {
      float x = (float) random.nextGaussian();
      learner.learn(new float[] {x}, 1e6 + 1000 * x);
    }

    assertThat(learner.predict(new float[] {0.5f})[0]).isCloseTo(1000500f, within(150f));
  }

  @ParameterizedTest
  @EnumSource(Normalization.Kind.class)
  void thereIsNoPredictionBeforeTheFirstTarget(Normalization.Kind kind) {
    NetworkSpec auto = ModelSpec.single(SEED);
    NetworkSpec spec =
        auto.with(
            to -> {
              to.normalization = new Normalization(kind, 0f, 0f);
              to.batchSize = 4;
              to.seed = SEED;
            });
    Learner learner = new Learner(spec, Task.REGRESSION, 1, 0, 1);
    float[] out = new float[PredictedValue.FLOATS];

    assertThat(learner.predict(new float[] {1f})[0]).isNaN();
    float loss = learner.learnValue(new float[] {1f}, 0, 30, 1f, out);
    assertThat(out[0]).isNaN();
    assertThat(loss).isFinite();
    assertThat(learner.predict(new float[] {1f})[0]).isFinite();
  }

  @Test
  void aClassThatWasNotAddedIsRejected() {
    Learner learner = learner(spec(OPTIMIZERS[0], 1), Task.BINARY);

    assertThatThrownBy(() -> learner.learnClass(example(0), 0, 2, 1f, new float[2]))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("class 2 is not one of the 2 known classes: add it first");
  }

  @Test
  void aModelOfAnotherShapeIsRejectedNamingBoth() {
    NetworkSpec stored = spec(OPTIMIZERS[0], 1);
    NetworkSpec configured = spec(OPTIMIZERS[4], 1);
    byte[] bytes = StoredModel.bytes(learner(stored, Task.BINARY));

    assertThatThrownBy(() -> StoredModel.read(bytes, configured, Task.BINARY))
        .hasMessageContaining("9 tanh, softmax categorical_crossentropy, sgd")
        .hasMessageContaining("9 tanh, softmax categorical_crossentropy, adam");
  }

  @Test
  void aNewerFormatIsRejected() {
    NetworkSpec spec = spec(OPTIMIZERS[0], 1);
    byte[] bytes = StoredModel.bytes(learner(spec, Task.BINARY));
    ByteBuffer.wrap(bytes).putInt(0, 2);

    assertThatThrownBy(() -> StoredModel.read(bytes, spec, Task.BINARY))
        .hasMessageContaining("format version 2");
  }

  @Test
  void truncatedBytesAreRejected() {
    NetworkSpec spec = spec(OPTIMIZERS[0], 1);
    byte[] bytes = StoredModel.bytes(learner(spec, Task.BINARY));
    byte[] cut = Arrays.copyOf(bytes, bytes.length - 1);

    assertThatThrownBy(() -> StoredModel.read(cut, spec, Task.BINARY))
        .isInstanceOf(EOFException.class)
        .hasMessage("the bytes of the stored model are cut off or damaged");
    assertThatThrownBy(() -> Learner.read(new BoundedDataInput(cut), spec, Task.BINARY))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("are cut off or damaged");
  }

  @Test
  void aStoredRegressionModelHasNoClasses() {
    NetworkSpec spec = spec(OPTIMIZERS[0], 1);
    byte[] bytes = StoredModel.bytes(learner(spec, Task.REGRESSION));
    int classes = StoredModel.parametersOffset(bytes) - Long.BYTES - Integer.BYTES;
    ByteBuffer.wrap(bytes).putInt(classes, 255);

    assertThatThrownBy(() -> StoredModel.read(bytes, spec, Task.REGRESSION))
        .isInstanceOf(IOException.class)
        .hasMessage("classes of the stored model: 255, where 0 is possible; the bytes are damaged");
  }

  @Test
  void aStoredShapeIsPrintedWithoutControlCharacters() {
    NetworkSpec spec = spec(OPTIMIZERS[0], 1);
    byte[] bytes = StoredModel.bytes(learner(spec, Task.BINARY));
    bytes[7] = '\n';

    assertThatThrownBy(() -> StoredModel.read(bytes, spec, Task.BINARY))
        .isInstanceOf(ModelMismatchException.class)
        .hasMessageContaining("stored (b?nary, ");
  }

  @Test
  void anOutputLayerThatDoesNotFitTheTaskIsRejected() {
    NetworkSpec classifier =
        spec(OPTIMIZERS[0], 1).with(to -> to.loss = Loss.CATEGORICAL_CROSSENTROPY);

    assertThatThrownBy(() -> new Learner(classifier, Task.REGRESSION, 3, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("categorical_crossentropy");
  }
}
