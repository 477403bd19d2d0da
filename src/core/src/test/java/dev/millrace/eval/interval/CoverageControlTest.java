package dev.millrace.eval.interval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.Test;

/** Whatever the scores are, the share above the position is within the bound of the level. */
class CoverageControlTest {
  private static final double LEVEL = 0.9;
  private static final double STEP = 0.05;

  @Test
  void theBoundHoldsForScoresThatDrift() {
    SplittableRandom random = new SplittableRandom(1);
    requireBound((n, position) -> random.nextDouble() * (n < 2_000 ? 1 : 5) - (n > 4_000 ? 3 : 0));
  }

  @Test
  void theBoundHoldsAgainstAnAdversaryWhoSeesThePosition() {
    requireBound((n, position) -> Math.max(-10, Math.min(10, position + 1e-9)));
    requireBound((n, position) -> Math.max(-10, Math.min(10, position - 1e-9)));
    requireBound((n, position) -> n % 100 < 50 ? 10 : -10);
  }

  @Test
  void theBoundHoldsForHeavyTails() {
    SplittableRandom random = new SplittableRandom(2);
    requireBound((n, position) -> Math.log(1 / random.nextDouble() - 1));
  }

  /** Checks the bound after every score, by extremes of the scores alone. */
  private static void requireBound(DoubleBinaryOperator scores) {
    CoverageControl control = new CoverageControl(LEVEL, STEP, 0.5);
    double max = control.position();
    double min = control.position();
    long above = 0;
    double firstStep = control.step();
    for (int n = 1; n <= 6_000; n++) {
      double score = scores.applyAsDouble(n, control.position());
      boolean isAbove = score > control.position();
      above += isAbove ? 1 : 0;
      double step = control.step();
      control.update(isAbove, 0);
      max = Math.max(max, score);
      min = Math.min(min, score);
      double range = max + firstStep * LEVEL - (min - firstStep * (1 - LEVEL));

      assertThat(Math.abs(above / (double) n - (1 - LEVEL)))
          .as("after %d", n)
          .isLessThanOrEqualTo(range / (step * n) + 1e-9);
    }
  }

  @Test
  void scoresThatAreAlwaysBelowDoNotMoveThePositionOutOfReach() {
    CoverageControl control = new CoverageControl(LEVEL, STEP, 0);
    for (int n = 0; n < 100_000; n++) {
      control.update(false, 0);
    }
    assertThat(control.position()).isEqualTo(-14);
    int updates = 0;
    while (control.position() < 0) {
      control.update(true, 0);
      updates++;
    }
    assertThat(updates).isBetween(300, 320);
  }
}
