package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The faster ways to the same step end in the same bytes. */
class LearnerStepTest {

  private static final int INPUTS = 11;
  private static final int CLASSES = 3;
  private static final int EXAMPLES = 200;
  private static final float NO_CLIPPING = 0f;
  private static final float LOOSE_CLIPPING = 1e17f;

  private final float[] features = new float[EXAMPLES * INPUTS];
  private final int[] labels = new int[EXAMPLES];
  private final float[] weights = new float[EXAMPLES];

  LearnerStepTest() {
    Random random = new Random(21);
    for (int i = 0; i < features.length; i++) {
      features[i] = i % 37 == 0 ? Float.NaN : (float) random.nextGaussian();
    }
    for (int e = 0; e < EXAMPLES; e++) {
      labels[e] = random.nextInt(CLASSES);
      weights[e] = e % 4 == 0 ? 0.5f : 1f;
    }
  }

  private static Learner learner(
      Optimizer optimizer, int hidden, int batchSize, float clipNorm, Normalization.Kind kind) {
    NetworkSpec model =
        NetworkSpec.of(optimizer)
            .with(
                to -> {
                  to.hidden =
                      List.of(
                          new LayerSpec(hidden, Activation.RELU),
                          new LayerSpec(20, Activation.TANH));
                  to.normalization = new Normalization(kind, 0.01f, 4f);
                  to.batchSize = batchSize;
                  to.clipping = new Clipping(clipNorm, 0f);
                  to.seed = 5;
                });
    return new Learner(model, Task.MULTICLASS, INPUTS, CLASSES, 1);
  }

  private static Learner learner(int hidden, int batchSize, float clipNorm) {
    Optimizer sgd = LearnerTest.OPTIMIZERS[0];
    return learner(sgd, hidden, batchSize, clipNorm, Normalization.Kind.STANDARD);
  }

  private float[] learnOneByOne(Learner learner) {
    float[] all = new float[EXAMPLES * CLASSES + EXAMPLES];
    float[] out = new float[CLASSES];
    for (int e = 0; e < EXAMPLES; e++) {
      all[EXAMPLES * CLASSES + e] =
          learner.learnClass(features, e * INPUTS, labels[e], weights[e], out);
      System.arraycopy(out, 0, all, e * CLASSES, CLASSES);
    }
    return all;
  }

  private float[] learnTogether(Learner learner, int rows) {
    float[] all = new float[EXAMPLES * CLASSES + EXAMPLES];
    for (int e = 0; e < EXAMPLES; e += rows) {
      int n = Math.min(rows, EXAMPLES - e);
      float[] out = new float[n * CLASSES];
      float[] losses = new float[n];
      int[] classIndexes = Arrays.copyOfRange(labels, e, e + n);
      float[] exampleWeights = Arrays.copyOfRange(weights, e, e + n);
      learner.learnClasses(features, e * INPUTS, n, classIndexes, exampleWeights, out, losses);
      System.arraycopy(out, 0, all, e * CLASSES, out.length);
      System.arraycopy(losses, 0, all, EXAMPLES * CLASSES + e, n);
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 7, 16, 50, 200})
  void examplesLearnedTogetherEqualThoseLearnedOneByOne(int rows) {
    for (int batchSize : new int[] {1, 7, 16, 64}) {
      for (Optimizer optimizer : LearnerTest.OPTIMIZERS) {
        Learner one = learner(optimizer, 30, batchSize, 1f, Normalization.Kind.STANDARD);
        Learner many = learner(optimizer, 30, batchSize, 1f, Normalization.Kind.STANDARD);

        float[] expected = learnOneByOne(one);
        float[] actual = learnTogether(many, rows);

        assertThat(actual).isEqualTo(expected);
        assertThat(StoredModel.bytes(many)).isEqualTo(StoredModel.bytes(one));
        assertThat(many.examples()).isEqualTo(EXAMPLES);
        assertThat(many.steps()).isEqualTo(EXAMPLES / batchSize);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {NO_CLIPPING, LOOSE_CLIPPING})
  void aStepThatIsNotFiniteIsSkippedEitherWay(float clipNorm) {
    Optimizer sgd = LearnerTest.OPTIMIZERS[0];
    Learner learner = learner(sgd, 7, 1, clipNorm, Normalization.Kind.NONE);
    byte[] before = StoredModel.bytes(learner.copy());
    float[] x = new float[INPUTS];
    float[] out = new float[CLASSES];

    for (float infinite : new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      x[2] = infinite;
      learner.learnClass(x, 0, 1, 1f, out);
    }
    x[2] = 1f;
    learner.learnClass(x, 0, 1, 1e30f, out);

    assertThat(learner.skippedSteps()).isEqualTo(3);
    assertThat(learner.steps()).isZero();
    int counters = 5 * Long.BYTES;
    byte[] after = StoredModel.bytes(learner);
    assertThat(Arrays.copyOf(after, after.length - counters))
        .isEqualTo(Arrays.copyOf(before, before.length - counters));
  }

  @Test
  void aLargeInputWithASmallDeltaDoesNotSkipTheStep() {
    Optimizer sgd = LearnerTest.OPTIMIZERS[0];
    Learner learner = learner(sgd, 7, 1, NO_CLIPPING, Normalization.Kind.NONE);
    float[] x = new float[INPUTS];
    x[0] = 1e15f;

    learner.learnClass(x, 0, 1, 0f, new float[CLASSES]);

    assertThat(learner.skippedSteps()).isZero();
    assertThat(learner.steps()).isEqualTo(1);
  }

  @Test
  void valuesOfAnotherNetworkInSharedScratchCountInNoNorm() {
    Workspace shared = new Workspace();
    Learner other = learner(250, 8, 1f);
    other.use(shared);
    Learner sharing = learner(256, 8, 1f);
    sharing.use(shared);
    Learner alone = learner(256, 8, 1f);

    for (int e = 0; e < 60; e++) {
      float[] out = new float[CLASSES];
      other.learnClass(features, e * INPUTS, labels[e], 1e6f, out);
      sharing.learnClass(features, e * INPUTS, labels[e], 1f, out);
      alone.learnClass(features, e * INPUTS, labels[e], 1f, out);
    }

    assertThat(StoredModel.bytes(sharing)).isEqualTo(StoredModel.bytes(alone));
  }

  @Test
  void anUnknownClassIsRejectedBeforeAnyExampleIsLearned() {
    Learner learner = learner(7, 4, NO_CLIPPING);
    byte[] before = StoredModel.bytes(learner);
    int[] unknown = {0, 1, CLASSES};

    assertThatThrownBy(
            () ->
                learner.learnClasses(features, 0, 3, unknown, weights, new float[9], new float[3]))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("class 3 is not one of the 3 known classes: add it first");
    assertThat(StoredModel.bytes(learner)).isEqualTo(before);
  }
}
