package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clipping as it is by default keeps outliers harmless and leaves means as they are. */
class ClippingTest {

  private static final int INPUTS = 8;
  private static final float DEFAULT = 10f;
  private static final List<LayerSpec> RELU = List.of(new LayerSpec(32, Activation.RELU));
  private static final Optimizer SGD = new Optimizer.Sgd(0.02f, 0f);
  private static final Optimizer ADAM = new Optimizer.Adam(0.001f, 0.9f, 0.999f, 1e-8f);

  private static Learner learner(
      List<LayerSpec> hidden,
      Activation output,
      Loss loss,
      Optimizer optimizer,
      Normalization.Kind normalization,
      int batchSize,
      Task task) {
    NetworkSpec spec =
        NetworkSpec.of(optimizer)
            .with(
                to -> {
                  to.hidden = hidden;
                  to.output = output;
                  to.loss = loss;
                  to.normalization = new Normalization(normalization, 0f, 4f);
                  to.batchSize = batchSize;
                  to.clipping = new Clipping(DEFAULT, 0f);
                  to.seed = 3;
                });
    return new Learner(spec, task, INPUTS, 2, 0);
  }

  private static Learner classifier(
      List<LayerSpec> hidden, Activation output, Loss loss, Optimizer optimizer) {
    Normalization.Kind standard = Normalization.Kind.STANDARD;
    return learner(hidden, output, loss, optimizer, standard, 1, Task.BINARY);
  }

  private static Learner regressor(Loss loss, Normalization.Kind normalization, int batchSize) {
    return learner(RELU, null, loss, SGD, normalization, batchSize, Task.REGRESSION);
  }

  static Stream<Arguments> noise() {
    return Stream.of(0.5, 0.1, 0.03, 0.003)
        .flatMap(
            rate ->
                Stream.of(
                    Arguments.of(rate, Activation.SOFTMAX, Loss.CATEGORICAL_CROSSENTROPY, SGD),
                    Arguments.of(rate, Activation.SOFTMAX, Loss.CATEGORICAL_CROSSENTROPY, ADAM),
                    Arguments.of(rate, Activation.SIGMOID, Loss.BINARY_CROSSENTROPY, SGD),
                    Arguments.of(rate, Activation.LINEAR, Loss.MSE, SGD),
                    Arguments.of(rate, Activation.LINEAR, Loss.HUBER, SGD)));
  }

  /** All proper losses; mae predicts the median. */
  @ParameterizedTest
  @MethodSource("noise")
  void onNoiseTheMeanPredictionIsTheBaseRate(
      double rate, Activation output, Loss loss, Optimizer optimizer) {
    assertMeanIsRate(rate, classifier(RELU, output, loss, optimizer), 2.0);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void onNoiseTheMeanPredictionIsTheBaseRateWithEveryOptimizer(Optimizer optimizer) {
    Loss loss = Loss.CATEGORICAL_CROSSENTROPY;
    assertMeanIsRate(0.03, classifier(List.of(), Activation.SOFTMAX, loss, optimizer), 3.0);
  }

  private static void assertMeanIsRate(double rate, Learner learner, double errors) {
    Random random = new Random(31);
    float[] x = new float[INPUTS];
    float[] out = new float[2];
    int half = 20_000;
    double predicted = 0;
    double positives = 0;
    for (int e = 0; e < 2 * half; e++) {
      draw(random, x);
      int label = random.nextDouble() < rate ? 1 : 0;
      learner.learnClass(x, 0, label, 1f, out);
      if (e >= half) {
        predicted += out[1];
        positives += label;
      }
    }

    double standardError = Math.sqrt(rate * (1 - rate) / half);
    assertThat(predicted / half).isCloseTo(positives / half, within(errors * standardError));
  }

  private static void draw(Random random, float[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
  }

  static List<Optimizer> optimizers() {
    return List.of(
        SGD,
        new Optimizer.Sgd(0.002f, 0.9f),
        new Optimizer.Sgd(0.002f, 0.9f, true),
        // With a rho of 0.99 the gradient of a rare class divides itself.
        new Optimizer.RmsProp(0.001f, 0.999f, 1e-8f, true),
        ADAM,
        new Optimizer.AdamW(0.001f, 0.9f, 0.999f, 1e-8f, 0.01f),
        new Optimizer.Adagrad(0.05f, 0f, 1e-10f),
        new Optimizer.Ftrl(0.05f, 1f, 0f, 0f));
  }

  /** A weight of 10 for a rate of 3.1 % is a rate of 24 %. */
  @ParameterizedTest
  @MethodSource("optimizers")
  void weightsOfExamplesScaleTheStepAfterClipping(Optimizer optimizer) {
    double rate = 0.031;
    float weight = 10f;
    Loss loss = Loss.CATEGORICAL_CROSSENTROPY;
    Learner learner = classifier(List.of(), Activation.SOFTMAX, loss, optimizer);
    Random random = new Random(32);
    float[] x = new float[INPUTS];
    float[] out = new float[2];
    int half = 20_000;
    double predicted = 0;
    for (int e = 0; e < 2 * half; e++) {
      draw(random, x);
      int label = random.nextDouble() < rate ? 1 : 0;
      learner.learnClass(x, 0, label, label == 1 ? weight : 1f, out);
      predicted += e < half ? 0 : out[1];
    }

    double expected = rate * weight / (rate * weight + 1 - rate);
    assertThat(predicted / half).isCloseTo(expected, within(0.25 * expected));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16})
  void theMeanOfASkewedTargetIsKept(int batchSize) {
    Learner learner = regressor(Loss.MSE, Normalization.Kind.STANDARD, batchSize);
    Random random = new Random(33);
    float[] x = new float[INPUTS];
    float[] out = new float[PredictedValue.FLOATS];
    int half = 20_000;
    double predicted = 0;
    double targets = 0;
    for (int e = 0; e < 2 * half; e++) {
      draw(random, x);
      double target = random.nextDouble() < 0.03 ? 5000 : 0;
      learner.learnValue(x, 0, target, 1f, out);
      if (e >= half) {
        predicted += out[0];
        targets += target;
      }
    }

    double standardError = 5000 * Math.sqrt(0.03 * 0.97 / half);
    assertThat(predicted / half).isCloseTo(targets / half, within(2 * standardError));
  }

  @Test
  void anExtremeTargetHardlyChangesTheModel() {
    Learner learner = regressor(Loss.MSE, Normalization.Kind.STANDARD, 1);
    Random random = new Random(34);
    double before = error(learner, random, 5_000);
    float[] x = new float[INPUTS];
    draw(random, x);

    learner.learnValue(x, 0, 1e12, 1f, new float[PredictedValue.FLOATS]);

    assertThat(learner.clippedSteps()).isPositive();
    error(learner, random, 2_000);
    assertThat(error(learner, random, 3_000)).isLessThan(2 * before);
    assertThat(learner.rollbacks()).isZero();
  }

  /** Mean error of a linear target, learned. */
  private static double error(Learner learner, Random random, int examples) {
    float[] x = new float[INPUTS];
    float[] out = new float[PredictedValue.FLOATS];
    double sum = 0;
    for (int e = 0; e < examples; e++) {
      draw(random, x);
      double target = x[0] - 2 * x[1];
      learner.learnValue(x, 0, target, 1f, out);
      sum += Double.isNaN(out[0]) ? 1 : Math.abs(out[0] - target);
    }
    return sum / examples;
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void hugeRawInputsDoNotRuinAModel(Optimizer optimizer) {
    Loss loss = Loss.CATEGORICAL_CROSSENTROPY;
    Normalization.Kind none = Normalization.Kind.NONE;
    Learner learner = learner(List.of(), Activation.SOFTMAX, loss, optimizer, none, 1, Task.BINARY);
    Random random = new Random(35);
    hits(learner, random, 5_000);
    float[] x = new float[INPUTS];
    for (float size : new float[] {1e3f, 1e6f, 1e9f, 1e12f, 1e20f}) {
      draw(random, x);
      x[2] = size;
      learner.learnClass(x, 0, 0, 1f, new float[2]);
      x[2] = -size;
      learner.learnClass(x, 0, 0, 1f, new float[2]);
    }

    hits(learner, random, 2_000);
    assertThat(hits(learner, random, 2_000)).isGreaterThan(1_700);
    assertThat(learner.rollbacks()).isZero();
  }

  /** Predictions that hit, of a label that is the sign of an input. */
  private static int hits(Learner learner, Random random, int examples) {
    float[] x = new float[INPUTS];
    float[] out = new float[2];
    int hits = 0;
    for (int e = 0; e < examples; e++) {
      draw(random, x);
      int label = x[0] > 0 ? 1 : 0;
      learner.learnClass(x, 0, label, 1f, out);
      hits += (out[1] > out[0] ? 1 : 0) == label ? 1 : 0;
    }
    return hits;
  }

  @ParameterizedTest
  @ValueSource(floats = {0f, 0.9f})
  void gradientDescentLearnsAtAnyRate(float momentum) {
    Loss loss = Loss.CATEGORICAL_CROSSENTROPY;
    for (float rate : new float[] {0.1f, 1f, 10f, 1000f}) {
      Optimizer sgd = new Optimizer.Sgd(rate, momentum);
      Learner learner = classifier(RELU, Activation.SOFTMAX, loss, sgd);
      Random random = new Random(36);
      hits(learner, random, 2_000);

      assertThat(hits(learner, random, 2_000)).as("rate %s", rate).isGreaterThan(1_700);
      assertThat(learner.clippedSteps()).isPositive();
      assertThat(learner.rollbacks()).isZero();
    }
  }

  /** Each way to the step: in place, with the whole gradient, with layers that are propagated. */
  @ParameterizedTest
  @ValueSource(ints = {1, 6})
  void anExampleIsClippedByTheSameFactorInEveryImplementation(int batchSize) {
    Learner inPlace = small(batchSize, new Clipping(1.2f, 0f));
    Learner whole = small(batchSize, new Clipping(1.2f, 1e15f));
    Learner free = small(batchSize, Clipping.OFF);
    Random random = new Random(37);
    float[] x = new float[INPUTS];
    for (int e = 0; e < 120; e++) {
      draw(random, x);
      for (Learner learner : List.of(inPlace, whole, free)) {
        learner.learnClass(x, 0, x[0] > 0 ? 1 : 0, 1f + e % 3, new float[2]);
      }
    }

    float[] weights = inPlace.weights().layers().get(0).weights();
    assertThat(weights)
        .usingComparatorWithPrecision(1e-5f)
        .containsExactly(whole.weights().layers().get(0).weights());
    assertThat(weights).isNotEqualTo(free.weights().layers().get(0).weights());
    assertThat(inPlace.clippedSteps()).isEqualTo(120 / batchSize);
    assertThat(whole.clippedSteps()).isEqualTo(inPlace.clippedSteps());
    assertThat(free.clippedSteps()).isZero();
  }

  private static Learner small(int batchSize, Clipping clipping) {
    NetworkSpec spec =
        NetworkSpec.of(SGD)
            .with(
                to -> {
                  to.hidden = List.of(new LayerSpec(9, Activation.TANH));
                  to.output = Activation.SOFTMAX;
                  to.loss = Loss.CATEGORICAL_CROSSENTROPY;
                  to.normalization = new Normalization(Normalization.Kind.STANDARD, 0f, 4f);
                  to.batchSize = batchSize;
                  to.clipping = clipping;
                  to.seed = 7;
                });
    return new Learner(spec, Task.BINARY, INPUTS, 2, 1);
  }

  @Test
  void aStepWithAClippedElementIsCounted() {
    Learner learner = small(1, new Clipping(0f, 0.001f));
    float[] x = new float[INPUTS];
    draw(new Random(38), x);

    learner.learnClass(x, 0, 1, 1f, new float[2]);

    assertThat(learner.clippedSteps()).isEqualTo(1);
  }
}
