package dev.millrace.eval.interval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.report.PredictionRegion.ClassSet;
import dev.millrace.report.PredictionRegion.Interval;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConformalBoundsTest {
  private static final List<String> NAMES = List.of("a", "b", "c");

  @Test
  void noBoundIsKnownBeforeTheTenthLabel() {
    ConformalBounds values = new ConformalBounds(0.9, false);
    ConformalBounds classes = new ConformalBounds(0.9, true);
    for (int n = 0; n < 10; n++) {
      assertThat(values.halfWidth(5)).isNaN();
      assertThat(values.interval(5, values.halfWidth(5)).isKnown()).isFalse();
      assertThat(classes.threshold()).isNaN();
      values.learn(5, 5 + n, values.halfWidth(5), values.labels());
      classes.learn(0.5, classes.threshold(), classes.labels());
    }
    assertThat(values.interval(5, values.halfWidth(5)).isKnown()).isTrue();
    assertThat(classes.threshold()).isBetween(0.0, 1.0);
  }

  @Test
  void intervalsCoverTheLevelAndAreWiderWhereErrorsAreLarger() {
    SplittableRandom random = new SplittableRandom(3);
    ConformalBounds bounds = new ConformalBounds(0.8, false);
    int covered = 0;
    for (int n = 0; n < 20_000; n++) {
      double predicted = random.nextDouble() * 100;
      double actual = predicted + (random.nextDouble() - 0.5) * (1 + predicted);
      double halfWidth = bounds.halfWidth(predicted);
      covered += covers(predicted, actual, halfWidth) ? 1 : 0;
      bounds.learn(predicted, actual, halfWidth, bounds.labels());
    }
    assertThat(covered / 20_000.0).isCloseTo(0.8, within(0.01));
    assertThat(Math.abs(bounds.halfWidth(90))).isGreaterThan(5 * Math.abs(bounds.halfWidth(5)));
  }

  @Test
  void intervalsFollowErrorsThatBecomeAThousandTimesLarger() {
    SplittableRandom random = new SplittableRandom(4);
    ConformalBounds bounds = new ConformalBounds(0.9, false);
    int covered = 0;
    for (int n = 0; n < 10_000; n++) {
      double actual = random.nextDouble() * (n < 5_000 ? 1 : 1_000);
      double halfWidth = bounds.halfWidth(0);
      covered += n >= 5_000 && covers(0, actual, halfWidth) ? 1 : 0;
      bounds.learn(0, actual, halfWidth, bounds.labels());
    }
    assertThat(covered / 5_000.0).isCloseTo(0.9, within(0.015));
  }

  @Test
  void exactPredictionsLeaveBoundsThatWidenAgain() {
    ConformalBounds bounds = new ConformalBounds(0.9, false);
    for (int n = 0; n < 50_000; n++) {
      bounds.learn(7, 7, bounds.halfWidth(7), bounds.labels());
    }
    assertThat(bounds.interval(7, bounds.halfWidth(7))).isEqualTo(new Interval(0.9, 7, 7));

    int covered = 0;
    SplittableRandom random = new SplittableRandom(5);
    for (int n = 0; n < 5_000; n++) {
      double actual = 7 + random.nextDouble();
      double halfWidth = bounds.halfWidth(7);
      covered += covers(7, actual, halfWidth) ? 1 : 0;
      bounds.learn(7, actual, halfWidth, bounds.labels());
    }
    assertThat(covered / 5_000.0).isGreaterThan(0.8);
  }

  @Test
  void intervalsAreCutOffAtZeroUntilALabelIsBelow() {
    ConformalBounds bounds = learned(false);
    double before = bounds.halfWidth(0.25);
    Interval cutOff = bounds.interval(0.25, before);
    assertThat(cutOff.low()).isZero();
    assertThat(cutOff.high()).isGreaterThan(0.5);
    assertThat(bounds.interval(-5, before)).isEqualTo(new Interval(0.9, 0, 0));

    bounds.learn(0.25, -0.01, before, bounds.labels());

    Interval whole = bounds.interval(0.25, bounds.halfWidth(0.25));
    assertThat(whole.low()).isNegative();
    // What was published before stays what it was.
    assertThat(bounds.interval(0.25, before)).isEqualTo(cutOff);
  }

  private static boolean covers(double predicted, double actual, double halfWidth) {
    return ConformalBounds.low(predicted, halfWidth) <= actual
        && actual <= ConformalBounds.high(predicted, halfWidth);
  }

  @Test
  void numbersThatAreNotFiniteChangeNothing() throws IOException {
    ConformalBounds bounds = learned(false);
    byte[] before = bytes(bounds);

    assertThat(bounds.halfWidth(Double.NaN)).isNaN();
    bounds.learn(Double.NaN, 1, Double.NaN, bounds.labels());
    bounds.learn(Double.POSITIVE_INFINITY, 1, Double.NaN, bounds.labels());
    bounds.learn(
        Double.MAX_VALUE, -Double.MAX_VALUE, bounds.halfWidth(Double.MAX_VALUE), bounds.labels());

    assertThat(bytes(bounds)).isEqualTo(before);
  }

  @Test
  void aSetHasThePredictedClassAndAllOfEnoughProbability() {
    ConformalBounds bounds = learned(true);
    float[] probabilities = {0.5f, 0.3f, 0.2f};

    assertThat(bounds.set(NAMES, probabilities, 3, 0, 0.25))
        .isEqualTo(new ClassSet(0.9, List.of("a", "b")));
    assertThat(bounds.set(NAMES, probabilities, 3, 0, 0.9))
        .isEqualTo(new ClassSet(0.9, List.of("a")));
    assertThat(bounds.set(NAMES, probabilities, 2, 1, 0.6))
        .isEqualTo(new ClassSet(0.9, List.of("b")));
    assertThat(bounds.set(NAMES, probabilities, 0, -1, 0.25)).isEqualTo(new ClassSet(0.9, null));
    assertThat(bounds.set(NAMES, probabilities, 3, 0, Double.NaN))
        .isEqualTo(new ClassSet(0.9, null));
  }

  @Test
  void theThresholdCoversTheLevelOfOverconfidentProbabilities() {
    SplittableRandom random = new SplittableRandom(6);
    ConformalBounds bounds = new ConformalBounds(0.9, true);
    int covered = 0;
    for (int n = 0; n < 20_000; n++) {
      double claimed = 0.9 + 0.1 * random.nextDouble();
      double probability = random.nextDouble() < 0.7 ? claimed : 1 - claimed;
      double threshold = bounds.threshold();
      covered += ConformalBounds.isAtLeast(probability, threshold) ? 1 : 0;
      bounds.learn(probability, threshold, bounds.labels());
    }
    assertThat(covered / 20_000.0).isCloseTo(0.9, within(0.01));
  }

  @Test
  void copiesAndStoredBoundsContinueAlike() throws IOException {
    for (boolean areClasses : new boolean[] {false, true}) {
      ConformalBounds bounds = learned(areClasses);
      ConformalBounds copy = bounds.copy();
      ConformalBounds read =
          ConformalBounds.read(
              new DataInputStream(new ByteArrayInputStream(bytes(bounds))), areClasses);
      byte[] before = bytes(bounds);
      learn(copy, areClasses, 7);

      assertThat(bytes(bounds)).isEqualTo(before).isNotEqualTo(bytes(copy));
      learn(read, areClasses, 7);
      assertThat(bytes(read)).isEqualTo(bytes(copy));
    }
  }

  private static ConformalBounds learned(boolean areClasses) {
    ConformalBounds bounds = new ConformalBounds(0.9, areClasses);
    learn(bounds, areClasses, 8);
    return bounds;
  }

  private static void learn(ConformalBounds bounds, boolean areClasses, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int n = 0; n < 100; n++) {
      double number = random.nextDouble();
      if (areClasses) {
        bounds.learn(number, bounds.threshold(), bounds.labels());
      } else {
        bounds.learn(number, random.nextDouble(), bounds.halfWidth(number), bounds.labels());
      }
    }
  }

  private static byte[] bytes(ConformalBounds bounds) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bounds.writeWithLevel(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
