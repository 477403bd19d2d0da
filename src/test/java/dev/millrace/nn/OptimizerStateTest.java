package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

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
      state.step(weights, gradient);
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
}
