package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.nn.spec.Optimizer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ten steps of each optimizer against its published formula in double. */
class OptimizerStateTest {

  private static final int LENGTH = 32;
  private static final int STEPS = 10;

  private interface Formula {
    /** The change of one weight at step t, from 1 on. */
    double change(double gradient, int t);
  }

  private static void check(Optimizer optimizer, Formula[] formulas) {
    OptimizerState state = new OptimizerState(optimizer, LENGTH);
    Random random = new Random(4);
    float[] weights = new float[LENGTH];
    double[] expected = new double[LENGTH];
    float[] gradient = new float[LENGTH];
    for (int t = 1; t <= STEPS; t++) {
      for (int i = 0; i < LENGTH; i++) {
        gradient[i] = (float) random.nextGaussian();
        expected[i] -= formulas[i].change(gradient[i], t);
      }
      state.begin();
      state.move(weights, 0, gradient, weights.length, optimizer.learningRate());
    }
    for (int i = 0; i < LENGTH; i++) {
      assertThat((double) weights[i]).isCloseTo(expected[i], within(2e-6));
    }
  }

  private static Formula[] each(Supplier<Formula> formula) {
    Formula[] formulas = new Formula[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      formulas[i] = formula.get();
    }
    return formulas;
  }

  @Test
  void sgd() {
    check(new Optimizer.Sgd(0.02f, 0f), each(() -> (g, t) -> 0.02 * g));
  }

  @Test
  void sgdWithMomentum() {
    check(
        new Optimizer.Sgd(0.02f, 0.9f),
        each(
            () ->
                new Formula() {
                  private double velocity;

                  @Override
                  public double change(double g, int t) {
                    velocity = 0.9 * velocity + g;
                    return 0.02 * velocity;
                  }
                }));
  }

  @Test
  void nesterov() {
    check(
        new Optimizer.Sgd(0.02f, 0.9f, true),
        each(
            () ->
                new Formula() {
                  private double velocity;

                  @Override
                  public double change(double g, int t) {
                    velocity = 0.9 * velocity + g;
                    return 0.02 * (g + 0.9 * velocity);
                  }
                }));
  }

  @Test
  void adagrad() {
    check(
        new Optimizer.Adagrad(0.05f, 0.1f, 1e-7f),
        each(
            () ->
                new Formula() {
                  private double sum = 0.1;

                  @Override
                  public double change(double g, int t) {
                    sum += g * g;
                    return 0.05 * g / (Math.sqrt(sum) + 1e-7);
                  }
                }));
  }

  @Test
  void adamWithWeightDecay() {
    check(
        new Optimizer.AdamW(0.01f, 0.9f, 0.99f, 1e-7f, 0.5f),
        each(
            () ->
                new Formula() {
                  private double w;
                  private double m;
                  private double v;

                  @Override
                  public double change(double g, int t) {
                    m = 0.9 * m + 0.1 * g;
                    v = 0.99 * v + 0.01 * g * g;
                    double mean = m / (1 - Math.pow(0.9, t));
                    double step = 0.01 * mean / (Math.sqrt(v / (1 - Math.pow(0.99, t))) + 1e-7);
                    double change = 0.01 * 0.5 * w + step;
                    w -= change;
                    return change;
                  }
                }));
  }

  @Test
  void ftrlFollowsThePaper() {
    Optimizer.Ftrl ftrl = new Optimizer.Ftrl(0.1f, 1f, 0.3f, 0.2f);
    check(
        ftrl,
        each(
            () ->
                new Formula() {
                  private double w;
                  private double z;
                  private double n;

                  @Override
                  public double change(double g, int t) {
                    z += g - (Math.sqrt(n + g * g) - Math.sqrt(n)) / 0.1 * w;
                    n += g * g;
                    double before = w;
                    w =
                        Math.abs(z) <= 0.3
                            ? 0
                            : -(z - Math.signum(z) * 0.3) / ((1 + Math.sqrt(n)) / 0.1 + 0.2);
                    return before - w;
                  }
                }));
  }

  @Test
  void ftrlWithoutPenaltiesIsDescentFromTheInitialWeights() {
    Optimizer.Ftrl ftrl = new Optimizer.Ftrl(0.1f, 1f, 0f, 0f);
    OptimizerState state = new OptimizerState(ftrl, LENGTH);
    Random random = new Random(6);
    float[] weights = new float[LENGTH];
    double[] expected = new double[LENGTH];
    double[] sums = new double[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      weights[i] = (float) random.nextGaussian();
      expected[i] = weights[i];
    }
    state.bind(weights);
    float[] gradient = new float[LENGTH];
    for (int t = 0; t < STEPS; t++) {
      for (int i = 0; i < LENGTH; i++) {
        gradient[i] = (float) random.nextGaussian();
        sums[i] += gradient[i] * gradient[i];
        expected[i] -= 0.1 * gradient[i] / (1 + Math.sqrt(sums[i]));
      }
      state.begin();
      state.move(weights, 0, gradient, weights.length, ftrl.learningRate());
    }
    for (int i = 0; i < LENGTH; i++) {
      assertThat((double) weights[i]).isCloseTo(expected[i], within(5e-6));
    }
  }

  @Test
  void rmsPropWithAndWithoutBiasCorrection() {
    for (boolean corrected : new boolean[] {true, false}) {
      check(
          new Optimizer.RmsProp(0.005f, 0.9f, 1e-7f, corrected),
          each(
              () ->
                  new Formula() {
                    private double v;

                    @Override
                    public double change(double g, int t) {
                      v = 0.9 * v + 0.1 * g * g;
                      double mean = corrected ? v / (1 - Math.pow(0.9, t)) : v;
                      return 0.005 * g / (Math.sqrt(mean) + 1e-7);
                    }
                  }));
    }
  }

  @Test
  void adam() {
    check(
        new Optimizer.Adam(0.01f, 0.9f, 0.99f, 1e-7f),
        each(
            () ->
                new Formula() {
                  private double m;
                  private double v;

                  @Override
                  public double change(double g, int t) {
                    m = 0.9 * m + 0.1 * g;
                    v = 0.99 * v + 0.01 * g * g;
                    double mean = m / (1 - Math.pow(0.9, t));
                    return 0.01 * mean / (Math.sqrt(v / (1 - Math.pow(0.99, t))) + 1e-7);
                  }
                }));
  }

  static Optimizer[] optimizers() {
    return LearnerTest.OPTIMIZERS;
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void clearedSlotsContinueAsIfWithoutEarlierGradients(Optimizer optimizer) {
    int from = 5;
    int to = 21;
    OptimizerState state = new OptimizerState(optimizer, LENGTH);
    OptimizerState still = new OptimizerState(optimizer, LENGTH);
    float[] moved = new float[LENGTH];
    float[] unmoved = new float[LENGTH];
    float[] gradient = new float[LENGTH];
    Arrays.fill(gradient, 0.5f);
    for (int t = 0; t < 3; t++) {
      state.begin();
      state.move(moved, 0, gradient, LENGTH, optimizer.learningRate());
      still.begin();
      still.move(unmoved, 0, new float[LENGTH], LENGTH, optimizer.learningRate());
    }

    state.clear(from, to);

    Arrays.fill(moved, 0f);
    state.begin();
    state.move(moved, 0, gradient, LENGTH, optimizer.learningRate());
    still.begin();
    still.move(unmoved, 0, gradient, LENGTH, optimizer.learningRate());
    boolean remembers = OptimizerState.slots(optimizer) > 0;
    for (int i = 0; i < LENGTH; i++) {
      if ((i >= from && i < to) || !remembers) {
        assertThat(moved[i]).as("weight %d", i).isEqualTo(unmoved[i]).isNotZero();
      } else {
        assertThat(moved[i]).as("weight %d", i).isNotEqualTo(unmoved[i]);
      }
    }
  }

  @Test
  void aSlotHasAFloatPerParameter() {
    assertThat(new OptimizerState(new Optimizer.Sgd(0.1f, 0f), LENGTH).floats()).isZero();
    assertThat(new OptimizerState(new Optimizer.Sgd(0.1f, 0.9f), LENGTH).floats())
        .isEqualTo(LENGTH);
    assertThat(new OptimizerState(new Optimizer.Adagrad(0.1f, 0f, 1e-7f), LENGTH).floats())
        .isEqualTo(LENGTH);
    assertThat(new OptimizerState(new Optimizer.Adam(0.1f, 0.9f, 0.99f, 1e-7f), LENGTH).floats())
        .isEqualTo(2 * LENGTH);
  }
}
