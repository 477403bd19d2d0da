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
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A model that has diverged comes back by itself. */
class DivergenceTest {

  private static final int INPUTS = 4;

  private static Learner learner(Optimizer optimizer, Task task, Loss loss) {
    NetworkSpec spec =
        NetworkSpec.of(optimizer)
            .with(
                to -> {
                  to.hidden = List.of(new LayerSpec(16, Activation.TANH));
                  to.loss = loss;
                  to.normalization = new Normalization(Normalization.Kind.STANDARD, 0f, 4f);
                  to.clipping = new Clipping(10f, 0f);
                  to.seed = 3;
                });
    return new Learner(spec, task, INPUTS, 2, 0);
  }

  private static Optimizer adam(float rate) {
    return new Optimizer.Adam(rate, 0.9f, 0.999f, 1e-8f);
  }

  /** Hits on the sign of an input, or of its inverse. */
  private static int hits(Learner learner, Random random, int examples, boolean isFlipped) {
    float[] x = new float[INPUTS];
    float[] out = new float[2];
    int hits = 0;
    for (int e = 0; e < examples; e++) {
      for (int i = 0; i < INPUTS; i++) {
        x[i] = (float) random.nextGaussian();
      }
      int label = x[0] + x[1] > 0 != isFlipped ? 1 : 0;
      learner.learnClass(x, 0, label, 1f, out);
      hits += (out[1] > out[0] ? 1 : 0) == label ? 1 : 0;
    }
    return hits;
  }

  @Test
  void aClassifierWithAFarTooLargeLearningRateRecovers() {
    Learner learner = learner(adam(100f), Task.BINARY, null);
    Random random = new Random(41);
    hits(learner, random, 20_000, false);

    assertThat(learner.rollbacks()).isPositive();
    assertThat(learner.learningRate()).isLessThanOrEqualTo(10f);
    assertThat(hits(learner, random, 2_000, false)).isGreaterThan(1_600);
  }

  @Test
  void aDivergedRegressionRecovers() {
    NetworkSpec unclipped =
        NetworkSpec.of(new Optimizer.Sgd(10f, 0f))
            .with(
                to -> {
                  to.hidden = List.of(new LayerSpec(16, Activation.RELU));
                  to.loss = Loss.MSE;
                  to.normalization = new Normalization(Normalization.Kind.STANDARD, 0f, 4f);
                  to.seed = 3;
                });
    Learner learner = new Learner(unclipped, Task.REGRESSION, INPUTS, 0, 0);
    Random random = new Random(42);
    errors(learner, random, 5_000);

    assertThat(learner.rollbacks()).isBetween(1L, 6L);
    assertThat(errors(learner, random, 2_000)).isLessThan(0.5);
  }

  private static double errors(Learner learner, Random random, int examples) {
    float[] x = new float[INPUTS];
    float[] out = new float[PredictedValue.FLOATS];
    double sum = 0;
    for (int e = 0; e < examples; e++) {
      for (int i = 0; i < INPUTS; i++) {
        x[i] = (float) random.nextGaussian();
      }
      double target = x[0] - x[1];
      learner.learnValue(x, 0, target, 1f, out);
      sum += Math.abs(out[0] - target);
    }
    return sum / examples;
  }

  @Test
  void aBurstOfHugeExampleWeightsRestoresTheLastGoodParameters() {
    Learner learner = learner(new Optimizer.Sgd(0.02f, 0f), Task.BINARY, null);
    Random random = new Random(43);
    hits(learner, random, 10_000, false);
    float[] x = new float[INPUTS];
    for (int e = 0; e < 20; e++) {
      for (int i = 0; i < INPUTS; i++) {
        x[i] = (float) random.nextGaussian();
      }
      learner.learnClass(x, 0, random.nextInt(2), 1e6f, new float[2]);
    }
    hits(learner, random, 3_000, false);

    assertThat(learner.rollbacks()).isEqualTo(1);
    assertThat(hits(learner, random, 1_000, false)).isGreaterThan(950);
  }

  @Test
  void anAbruptConceptChangeIsNoDivergence() {
    for (Optimizer optimizer : List.of(adam(0.001f), adam(0.01f), new Optimizer.Sgd(0.02f, 0f))) {
      Learner learner = learner(optimizer, Task.BINARY, null);
      Random random = new Random(44);
      hits(learner, random, 30_000, false);
      hits(learner, random, 3_000, true);

      assertThat(learner.rollbacks()).as(optimizer.id()).isZero();
      assertThat(hits(learner, random, 1_000, true)).isGreaterThan(900);
    }
  }

  @Test
  void hugeInputsAreNotCountedAsDivergence() {
    NetworkSpec raw =
        NetworkSpec.of(adam(0.001f))
            .with(
                to -> {
                  to.clipping = new Clipping(10f, 0f);
                  to.seed = 3;
                });
    Learner learner = new Learner(raw, Task.BINARY, INPUTS, 2, 0);
    float[] x = {1f, 1e20f, 1f, 1f};
    for (int e = 0; e < 1_000; e++) {
      learner.learnClass(x, 0, e % 2, 1f, new float[2]);
    }

    assertThat(learner.rollbacks()).isZero();
    assertThat(learner.skippedSteps()).isPositive();
  }

  @Test
  void aRollbackNeverHappensBeforeTheLastExampleOfACall() {
    Learner learner = learner(adam(100f), Task.BINARY, null);
    Random random = new Random(45);
    long rollbacks = 0;
    for (int call = 0; call < 2_000; call++) {
      int together = Math.min(200, learner.maxTogether());
      hits(learner, random, together - 1, false);
      assertThat(learner.rollbacks()).isEqualTo(rollbacks);
      hits(learner, random, 1, false);
      rollbacks = learner.rollbacks();
    }
    assertThat(rollbacks).isPositive();
  }

  @Test
  void aModelRestoredBeforeARollbackContinuesBitForBit() {
    Learner whole = learner(adam(100f), Task.BINARY, null);
    Random random = new Random(46);
    NetworkSpec spec =
        NetworkSpec.of(adam(100f))
            .with(
                to -> {
                  to.hidden = List.of(new LayerSpec(16, Activation.TANH));
                  to.normalization = new Normalization(Normalization.Kind.STANDARD, 0f, 4f);
                  to.clipping = new Clipping(10f, 0f);
                  to.seed = 3;
                });
    Learner restored = StoredModel.restored(whole, spec, Task.BINARY);
    Random same = new Random(46);
    for (int part = 0; part < 40; part++) {
      hits(whole, random, 97, false);
      hits(restored, same, 97, false);
      restored = StoredModel.restored(restored, spec, Task.BINARY);

      assertThat(StoredModel.bytes(restored)).isEqualTo(StoredModel.bytes(whole));
    }
    assertThat(whole.rollbacks()).isPositive();
  }
}
