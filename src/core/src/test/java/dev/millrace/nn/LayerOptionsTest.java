package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.NetworkCheck;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.testing.DoubleNetwork;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layer normalization, dropout and max-norm. */
class LayerOptionsTest {

  private static final int INPUTS = 3;
  private static final int ROWS = 5;
  private static final long SEED = 3;
  private static final long KEY = 5;
  private static final double STEP = 1e-5;

  @ParameterizedTest
  @CsvSource({
    "6, TANH, 0, true",
    "6, RELU, 0, true",
    "6, GELU, 0, true",
    "6, SOFTPLUS, 0, true",
    "6, LINEAR, 0, true",
    "6, TANH, 0.4, false",
    "6, RELU, 0.4, false",
    "6, SIGMOID, 0.4, false",
    "6, SELU, 0.4, false",
    "6, LEAKY_RELU, 0.4, false",
    "6, ELU, 0.4, true",
    "6, GELU, 0.4, false",
    "6, SILU, 0.4, true",
    "6, SOFTPLUS, 0.4, false",
    "6, LINEAR, 0.4, true",
    "6, SOFTMAX, 0, true",
    "256, GELU, 0.4, true",
    "250, SELU, 0, true"
  })
  void aStepFollowsTheCentralDifferencesOfTheCost(
      int units, Activation activation, float dropout, boolean norm) {
    LayerSpec first = new LayerSpec(units, activation, dropout, norm);
    LayerSpec second = new LayerSpec(6, activation, dropout, norm);
    NetworkSpec spec = spec(List.of(first, second), ROWS, new Regularizer(0.01f, 0.02f));
    Learner learner = new Learner(spec, Task.MULTICLASS, INPUTS, 3, KEY);
    DoubleNetwork reference =
        new DoubleNetwork(
            INPUTS, spec.layers(Task.MULTICLASS, 3), Loss.CATEGORICAL_CROSSENTROPY, true);
    reference.mask(masks(spec, 0));
    int more = norm ? 3 : 1;
    int count = units * (INPUTS + more) + 6 * (units + more) + 7 * 3;
    double[] before = StoredModel.parameters(learner, count);
    Random random = new Random(17);
    float[][] rows = new float[ROWS][INPUTS];
    double[] targets = {0, 1, 2, 0, 1};
    float[] weights = {1f, 0.5f, 2f, 1f, 0.25f};
    for (int r = 0; r < ROWS; r++) {
      for (int i = 0; i < INPUTS; i++) {
        rows[r][i] = (float) random.nextGaussian();
      }
    }

    for (int r = 0; r < ROWS; r++) {
      learner.learnClass(rows[r], 0, (int) targets[r], weights[r], new float[3]);
    }

    double[] after = StoredModel.parameters(learner, count);
    assertThat(learner.steps()).isEqualTo(1);
    for (int p = 0; p < count; p++) {
      double[] shifted = before.clone();
      shifted[p] = before[p] + STEP;
      double above = reference.cost(shifted, rows, targets, weights, spec.regularizer());
      shifted[p] = before[p] - STEP;
      double below = reference.cost(shifted, rows, targets, weights, spec.regularizer());
      double difference = (above - below) / (2 * STEP);
      assertThat(before[p] - after[p])
          .as("gradient of parameter %d", p)
          .isCloseTo(difference, within(4e-6 * (1 + Math.abs(difference))));
    }
  }

  /** What dropout multiplies with, from the example of that number on. */
  private static double[][][] masks(NetworkSpec spec, long example) {
    Layout layout = new Layout(INPUTS, spec.layers(Task.MULTICLASS, 3));
    Dropout dropout = new Dropout(SEED, KEY);
    double[][][] masks = new double[ROWS][2][];
    for (int r = 0; r < ROWS; r++) {
      dropout.startAt(example + r);
      for (int l = 0; l < 2; l++) {
        float[] ones = new float[layout.columns(l)];
        Arrays.fill(ones, 1f);
        dropout.apply(layout, l, ones, 0, 1);
        masks[r][l] = new double[layout.units(l)];
        for (int o = 0; o < layout.units(l); o++) {
          masks[r][l][o] = ones[o];
        }
      }
    }
    return masks;
  }

  @Test
  void dropoutDropsItsFractionAndDiffersByExampleLayerKeyAndSeed() {
    LayerSpec hidden = new LayerSpec(1000, Activation.RELU, 0.3f, false);
    Layout layout = new Layout(1, List.of(hidden, hidden, new LayerSpec(2, Activation.SOFTMAX)));
    int columns = layout.columns(0);
    float[] first = mask(new Dropout(1, 1), layout, 0, 0, columns);
    int dropped = 0;
    int rows = 200;
    float[] many = new float[rows * columns];
    Arrays.fill(many, 1f);
    Dropout dropout = new Dropout(1, 1);
    dropout.startAt(0);
    dropout.apply(layout, 0, many, 0, rows);
    for (float factor : many) {
      assertThat(factor).isIn(0f, 1f / 0.7f);
      dropped += factor == 0f ? 1 : 0;
    }

    // Five standard deviations of a binomial count.
    double expected = 0.3 * many.length;
    assertThat((double) dropped).isCloseTo(expected, within(5 * Math.sqrt(0.7 * expected)));
    assertThat(Arrays.copyOf(many, columns)).isEqualTo(first);
    for (float[] other :
        List.of(
            mask(new Dropout(1, 1), layout, 0, 1, columns),
            mask(new Dropout(1, 1), layout, 1, 0, columns),
            mask(new Dropout(1, 2), layout, 0, 0, columns),
            mask(new Dropout(2, 1), layout, 0, 0, columns))) {
      int equal = 0;
      for (int o = 0; o < columns; o++) {
        equal += other[o] == first[o] ? 1 : 0;
      }
      // Independent masks agree in 0.7² + 0.3² of the neurons.
      assertThat((double) equal / columns).isCloseTo(0.58, within(0.08));
    }
  }

  private static float[] mask(
      Dropout dropout, Layout layout, int layer, long example, int columns) {
    float[] ones = new float[columns];
    Arrays.fill(ones, 1f);
    dropout.startAt(example);
    dropout.apply(layout, layer, ones, 0, 1);
    return ones;
  }

  @Test
  void predictionsUseNoDropout() {
    LayerSpec dropping = new LayerSpec(6, Activation.TANH, 0.5f, false);
    LayerSpec plain = new LayerSpec(6, Activation.TANH);
    Regularizer none = new Regularizer(0f, 0f);
    Learner one = new Learner(spec(List.of(dropping), 1, none), Task.MULTICLASS, INPUTS, 3, KEY);
    Learner two = new Learner(spec(List.of(plain), 1, none), Task.MULTICLASS, INPUTS, 3, KEY);
    float[] x = {1f, -2f, 0.5f};
    float[] scored = new float[3];

    assertThat(one.predict(x)).isEqualTo(two.predict(x));
    float[] expected = two.predict(x);
    one.learnClass(x, 0, 1, 1f, scored);
    assertThat(scored).isEqualTo(expected);
    two.learnClass(x, 0, 1, 1f, scored);
    assertThat(one.predict(x)).isNotEqualTo(two.predict(x));
  }

  @Test
  void noWeightVectorOfANeuronIsLongerThanTheAllowedNorm() {
    LayerSpec hidden = new LayerSpec(20, Activation.RELU);
    NetworkSpec spec = spec(List.of(hidden), 1, new Regularizer(0f, 0f, 0.4f, 0f));
    Learner learner = new Learner(spec, Task.MULTICLASS, INPUTS, 3, KEY);
    for (int e = 0; e < 50; e++) {
      learner.learn(new float[] {e % 3, e % 5 - 2, e % 7 - 3}, e % 3);
    }

    double[] weights = StoredModel.parameters(learner, INPUTS * 20);
    int atTheLimit = 0;
    for (int o = 0; o < 20; o++) {
      double squares = 0;
      for (int i = 0; i < INPUTS; i++) {
        squares += weights[i * 20 + o] * weights[i * 20 + o];
      }
      assertThat(Math.sqrt(squares)).isLessThanOrEqualTo(0.4 + 1e-6);
      atTheLimit += Math.sqrt(squares) > 0.3999 ? 1 : 0;
    }
    assertThat(atTheLimit).isPositive();
  }

  @Test
  void invalidLayerOptionsAreRejected() {
    NetworkSpec spec =
        spec(List.of(new LayerSpec(4, Activation.TANH, 1f, false)), 1, new Regularizer(0f, 0f));

    assertThatThrownBy(() -> new NetworkCheck(spec, Task.MULTICLASS).check())
        .hasMessage("a layer's dropout must be at least 0 and below 1, but was 1.0");
    NetworkSpec softmax =
        spec(
            List.of(new LayerSpec(4, Activation.SOFTMAX, 0.5f, false)), 1, new Regularizer(0f, 0f));
    assertThatThrownBy(() -> new NetworkCheck(softmax, Task.MULTICLASS).check())
        .hasMessage("dropout does not go with a hidden layer of softmax");
  }

  private static NetworkSpec spec(List<LayerSpec> hidden, int batchSize, Regularizer regularizer) {
    return NetworkSpec.of(new Optimizer.Sgd(1f, 0f))
        .with(
            to -> {
              to.hidden = hidden;
              to.output = Activation.SOFTMAX;
              to.loss = Loss.CATEGORICAL_CROSSENTROPY;
              to.regularizer = regularizer;
              to.batchSize = batchSize;
              to.seed = SEED;
            });
  }
}
