package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.state.StateVisitor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The gradient that vectors of ids get, compared with differences of the loss. */
class EmbeddingStepTest {
  private static final int DIMENSION = 3;
  private static final float STEP = 1e-2f;
  private static final float[] WEIGHTS = {1f, 2f};

  private static final InputSpec INPUT =
      InputSpec.DEFAULT.with(
          to ->
              to.features =
                  List.of(
                      FeatureSpec.ofIds("a", FeatureSpec.Type.ID, false, IdOptions.ONE),
                      new FeatureSpec("x", FeatureSpec.Type.NUMERIC, false, List.of(), 0),
                      FeatureSpec.ofIds("b", FeatureSpec.Type.ID, false, IdOptions.ONE)));

  /** Vectors that a test sets, and the gradients that they were given. */
  private static final class Given implements Embeddings {
    // [rows x both vectors]
    final float[] vectors;
    float[] learned = {};
    private int added;

    Given(float[] vectors) {
      this.vectors = vectors;
    }

    @Override
    public void use(Workspace shared) {}

    @Override
    public void encode(float[] row, int offset, float[] out, int outOffset) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void add(float[] row, int offset, float[] out, int outOffset) {
      System.arraycopy(vectors, added++ * 2 * DIMENSION, out, outOffset, 2 * DIMENSION);
    }

    @Override
    public void learn(float[] gradients, int stride) {
      learned = new float[vectors.length];
      for (int row = 0; row < added; row++) {
        System.arraycopy(gradients, row * stride, learned, row * 2 * DIMENSION, 2 * DIMENSION);
      }
    }

    @Override
    public void clear() {
      added = 0;
    }

    @Override
    public PagedPart pages() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isFinite() {
      return true;
    }

    @Override
    public long memoryBytes() {
      return 0;
    }

    @Override
    public Embeddings copy(long otherSeed) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void visit(StateVisitor v, int rows) {}
  }

  static List<List<LayerSpec>> layers() {
    return List.of(
        List.of(),
        List.of(new LayerSpec(1, Activation.TANH)),
        List.of(new LayerSpec(20, Activation.TANH)),
        List.of(new LayerSpec(32, Activation.SILU, 0f, true), new LayerSpec(4, Activation.TANH)),
        List.of(new LayerSpec(130, Activation.TANH)));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void vectorsGetTheGradientOfTheirStep(List<LayerSpec> hidden) {
    for (float clip : new float[] {0f, 1e6f}) {
      for (int batchSize : new int[] {1, 2}) {
        assertGradient(hidden, batchSize, clip);
      }
    }
  }

  private static void assertGradient(List<LayerSpec> hidden, int batchSize, float clip) {
    float[] vectors = new float[batchSize * 2 * DIMENSION];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = 0.3f - 0.17f * i;
    }
    Given given = new Given(vectors);
    cost(hidden, batchSize, clip, given);
    float[] gradient = given.learned;
    assertThat(gradient).hasSameSizeAs(vectors);
    for (int i = 0; i < vectors.length; i++) {
      float before = vectors[i];
      vectors[i] = before + STEP;
      double more = cost(hidden, batchSize, clip, new Given(vectors));
      vectors[i] = before - STEP;
      double less = cost(hidden, batchSize, clip, new Given(vectors));
      vectors[i] = before;
      assertThat((double) gradient[i])
          .as("element %d of %s, batch of %d", i, hidden, batchSize)
          .isCloseTo((more - less) / (2 * STEP), within(2e-3));
    }
  }

  /** Returns the weighted loss of the rows of a step, divided by their number. */
  private static double cost(List<LayerSpec> hidden, int batchSize, float clip, Given given) {
    NetworkSpec spec =
        NetworkSpec.of(new Optimizer.Sgd(0.1f, 0f))
            .with(
                to -> {
                  to.hidden = hidden;
                  to.batchSize = batchSize;
                  to.clipping = new Clipping(clip, 0f);
                  to.dimension = DIMENSION;
                  to.seed = 4;
                })
            .withIndicators(Indicators.of(INPUT));
    Learner learner =
        new Learner(
            spec, Task.MULTICLASS, INPUT.width(), 3, 1, (columns, dimension, seed) -> given);
    float[] row = new float[INPUT.width()];
    Arrays.fill(row, 0.5f);
    double cost = 0;
    for (int r = 0; r < batchSize; r++) {
      cost += WEIGHTS[r] * learner.learnClass(row, 0, r, WEIGHTS[r], new float[3]) / batchSize;
    }
    assertThat(learner.steps()).isEqualTo(1);
    return cost;
  }

  @Test
  void aStepThatIsSkippedTeachesNothing() {
    List<float[]> learned = new ArrayList<>();
    for (float weight : new float[] {1f, 1e30f}) {
      Given given = new Given(new float[2 * DIMENSION]);
      NetworkSpec spec =
          NetworkSpec.of(new Optimizer.Sgd(0.1f, 0f))
              .with(to -> to.dimension = DIMENSION)
              .withIndicators(Indicators.of(INPUT));
      Learner learner =
          new Learner(spec, Task.BINARY, INPUT.width(), 2, 1, (columns, dimension, seed) -> given);
      learner.learnClass(new float[INPUT.width()], 0, 1, weight, new float[2]);
      learned.add(given.learned);
    }

    assertThat(learned.get(0)).hasSize(2 * DIMENSION);
    assertThat(learned.get(1)).isEmpty();
  }

  @Test
  void aNetworkOfIdsIsNotMadeWithoutTheirVectors() {
    NetworkSpec spec = ModelSpec.single(1).withIndicators(Indicators.of(INPUT));

    assertThatThrownBy(() -> new Learner(spec, Task.BINARY, INPUT.width(), 2, 1))
        .hasMessageContaining("Models.create");
  }
}
