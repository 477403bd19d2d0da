package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.nn.loss.Huber;
import dev.millrace.nn.loss.Objective;
import dev.millrace.nn.spec.Loss;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Losses and gradients by their formulas. */
class ObjectiveTest {

  private static final float[] PROBABILITIES = {9f, 0.2f, 0.5f, 0.3f, 9f};

  private static Objective objective(Loss loss, boolean classification, float smoothing) {
    return loss.objective(
        new Objective.Settings(classification, smoothing, Float.POSITIVE_INFINITY));
  }

  private static double log(double p) {
    return Math.log(p);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 1", "0.3, 0", "0.3, 2"})
  void theCrossEntropyOfClassesUsesTheSmoothedTarget(float smoothing, int target) {
    Objective objective = objective(Loss.CATEGORICAL_CROSSENTROPY, true, smoothing);
    float[] delta = {7, 7, 7, 7, 7};

    objective.gradient(PROBABILITIES, 1, 3, target, 2f, delta, 1);

    double expected = 0;
    for (int o = 0; o < 3; o++) {
      double share = (o == target ? 1 - smoothing : 0) + smoothing / 3;
      expected -= share * log(PROBABILITIES[1 + o]);
      assertThat(delta[1 + o])
          .isCloseTo((float) (2 * (PROBABILITIES[1 + o] - share)), within(1e-6f));
    }
    assertThat(objective.loss(PROBABILITIES, 1, 3, target))
        .isCloseTo((float) expected, within(1e-6f));
    assertThat(delta[0]).isEqualTo(7);
    assertThat(delta[4]).isEqualTo(7);
    assertThat(objective.isFused()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 1", "0.4, 0", "0.4, 1"})
  void theBinaryCrossEntropySmoothsBothClasses(float smoothing, int target) {
    Objective objective = objective(Loss.BINARY_CROSSENTROPY, true, smoothing);
    float[] delta = new float[3];

    objective.gradient(PROBABILITIES, 1, 1, target, 3f, delta, 2);

    double share = (1 - smoothing) * target + smoothing / 2;
    double expected = -share * log(0.2f) - (1 - share) * log(1 - 0.2f);
    assertThat(objective.loss(PROBABILITIES, 1, 1, target))
        .isCloseTo((float) expected, within(1e-6f));
    assertThat(delta[2]).isCloseTo((float) (3 * (0.2f - share)), within(1e-6f));
    assertThat(objective.isFused()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"0.5, 0.25", "0.9, 0.01", "0.96837723, 0.001"})
  void theFocalLossWeighsTheCrossEntropyByTheSquareOfTheRest(float p, float weight) {
    Objective focal = objective(Loss.CATEGORICAL_FOCAL_CROSSENTROPY, true, 0f);
    float[] y = {1f - p, p};

    assertThat(focal.loss(y, 0, 2, 1)).isCloseTo((float) (-weight * log(p)), within(1e-7f));
    assertThat(focal.isFused()).isTrue();
  }

  @Test
  void theCurvatureOfTheFocalLossIsThatOfTheSteepestProbability() {
    Objective focal = objective(Loss.CATEGORICAL_FOCAL_CROSSENTROPY, true, 0f);
    float[] below = new float[2];
    float[] above = new float[2];
    double max = 0;
    double step = 0.01;
    for (double z = -8; z < 8; z += step) {
      float p = (float) (1 / (1 + Math.exp(-z)));
      float next = (float) (1 / (1 + Math.exp(-z - step)));
      focal.gradient(new float[] {p, 1f - p}, 0, 2, 0, 1f, below, 0);
      focal.gradient(new float[] {next, 1f - next}, 0, 2, 0, 1f, above, 0);
      // The second derivatives are this slope times (1, -1; -1, 1), whose eigenvalue is 2.
      max = Math.max(max, 2 * (above[0] - below[0]) / step);
    }
    assertThat((float) max).isCloseTo(focal.maxCurvature(2), within(1e-3f));
  }

  @ParameterizedTest
  @EnumSource(
      value = Loss.class,
      names = {"CATEGORICAL_CROSSENTROPY", "BINARY_CROSSENTROPY"})
  void noCrossEntropyIsInfinite(Loss loss) {
    Objective objective = objective(loss, true, 0f);

    assertThat(objective.loss(new float[] {0f}, 0, 1, loss == Loss.BINARY_CROSSENTROPY ? 1 : 0))
        .isCloseTo((float) -log(1e-7), within(1e-4f));
    assertThat(objective.loss(new float[] {1f}, 0, 1, loss == Loss.BINARY_CROSSENTROPY ? 1 : 0))
        .isCloseTo((float) -log(1 - 1e-7f), within(1e-7f))
        .isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    // Errors of 1.5, -0.5 and 3 from the value 2.
    "MSE, false, 2, 11.5, 1, -0.33333334, 2",
    "MAE, false, 2, 5, 0.33333334, -0.33333334, 0.33333334",
    "HUBER, false, 2, 3.625, 0.33333334, -0.16666667, 0.33333334",
    // Errors of 3.5, 0.5 and 5 from the class in the middle, whose output should be 1.
    "MSE, true, 1, 37.5, 2.3333333, 0.33333334, 3.3333333",
    "MAE, true, 1, 9, 0.33333334, 0.33333334, 0.33333334",
    "HUBER, true, 1, 7.625, 0.33333334, 0.16666667, 0.33333334",
  })
  void lossesOfErrorsAreMeansOverTheOutputs(
      Loss loss, boolean classes, float target, float sum, float first, float second, float third) {
    Objective objective = objective(loss, classes, 0f);
    float[] y = {9, 3.5f, 1.5f, 5, 9};
    float[] delta = new float[3];

    objective.gradient(y, 1, 3, target, 1f, delta, 0);

    assertThat(objective.loss(y, 1, 3, target)).isCloseTo(sum / 3, within(1e-5f));
    assertThat(delta).containsExactly(new float[] {first, second, third}, within(1e-6f));
    assertThat(objective.isFused()).isFalse();
  }

  @Test
  void huberLossIsLinearFromErrorsOfOne() {
    Objective objective = objective(Loss.HUBER, false, 0f);

    assertThat(objective.loss(new float[] {1f}, 0, 1, 0)).isEqualTo(0.5f);
    assertThat(objective.loss(new float[] {-1f}, 0, 1, 0)).isEqualTo(0.5f);
    assertThat(objective.loss(new float[] {-3f}, 0, 1, 0)).isEqualTo(2.5f);
  }

  @Test
  void huberLossOfAnErrorInDoubleHasTheBitsOfFloat() {
    Random random = new Random(23);
    for (int i = 0; i < 100_000; i++) {
      float error = Float.intBitsToFloat(random.nextInt());
      float size = Math.abs(error);
      float expected = size <= 1f ? 0.5f * error * error : size - 0.5f;
      assertThat(Float.floatToIntBits(Huber.of(error))).isEqualTo(Float.floatToIntBits(expected));
    }
  }

  @Test
  void lossesForRegressionAreListedByTheirNames() {
    assertThat(Loss.namesForRegression()).isEqualTo("mse, mae or huber");
  }
}
