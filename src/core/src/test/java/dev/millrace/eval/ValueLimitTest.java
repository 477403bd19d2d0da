package dev.millrace.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.state.State;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ValueLimitTest {
  private static final double MEAN = 100;
  private static final double DEVIATION = 10;

  private final SplittableRandom random = new SplittableRandom(1);
  private final ValueLimit limit = new ValueLimit();

  private double sound() {
    return MEAN + DEVIATION * random.nextGaussian();
  }

  private void learnSoundValues(int count) {
    for (int i = 0; i < count; i++) {
      double value = sound();
      assertThat(limit.updateAndLimit(value)).isEqualTo(value);
    }
  }

  @Test
  void valuesUpToOneHundredDeviationsFromTheMeanStay() {
    learnSoundValues(1_000);

    double far = MEAN + 90 * DEVIATION;
    assertThat(limit.updateAndLimit(far)).isEqualTo(far);
    assertThat(limit.updateAndLimit(-far)).isEqualTo(-far);
  }

  @Test
  void anAbsurdValueCountsAsFourDeviations() {
    learnSoundValues(1_000);

    assertThat(limit.updateAndLimit(1e30)).isCloseTo(MEAN + 4 * DEVIATION, within(DEVIATION));
    assertThat(limit.updateAndLimit(-Double.MAX_VALUE))
        .isCloseTo(MEAN - 4 * DEVIATION, within(DEVIATION));
    learnSoundValues(100);
  }

  @Test
  void absurdValuesInSuccessionDoNotMakeTheNextOnesSound() {
    learnSoundValues(1_000);

    for (int i = 0; i < 30; i++) {
      assertThat(limit.updateAndLimit(1e9)).isLessThan(MEAN + 20 * DEVIATION);
    }
    learnSoundValues(100);
    assertThat(limit.updateAndLimit(1e9)).isLessThan(MEAN + 20 * DEVIATION);
  }

  @Test
  void valuesThatStayFarAreFollowedAsANewLevel() {
    learnSoundValues(1_000);

    int limited = 0;
    for (double value = 1_000 * sound(); limit.updateAndLimit(value) != value; ) {
      limited++;
      value = 1_000 * sound();
    }

    assertThat(limited).isBetween(32, 45);
    for (int i = 0; i < 1_000; i++) {
      double value = 1_000 * sound();
      assertThat(limit.updateAndLimit(value)).isEqualTo(value);
    }
  }

  @Test
  void aLevelThatComesAndGoesIsFollowed() {
    learnSoundValues(1_000);

    int limited = 0;
    for (double value = 1_000 * sound(); limit.updateAndLimit(value) != value; ) {
      limited++;
      learnSoundValues(2);
      value = 1_000 * sound();
    }

    assertThat(limited).isLessThan(100);
  }

  @Test
  void aLevelThatComesAndGoesIsFollowedFromAConstantToo() {
    for (int i = 0; i < 1_000; i++) {
      limit.updateAndLimit(5);
    }

    int limited = 0;
    for (; limit.updateAndLimit(5_000) != 5_000; limited++) {
      limit.updateAndLimit(5);
    }

    assertThat(limited).isBetween(2, 150);
  }

  @Test
  void valuesThatHaveHardlyVariedMayVary() {
    for (int i = 0; i < 1_000; i++) {
      limit.updateAndLimit(5);
    }

    assertThat(limit.updateAndLimit(0)).isZero();
    assertThat(limit.updateAndLimit(12)).isEqualTo(12);
    assertThat(limit.updateAndLimit(1e30)).isLessThan(10);
  }

  @Test
  void aFirstValueOtherThanZeroStays() {
    for (int i = 0; i < 1_000; i++) {
      limit.updateAndLimit(0);
    }

    assertThat(limit.updateAndLimit(7)).isEqualTo(7);
  }

  @Test
  void valuesWhoseSquaresOverflowDoNotEndTheLimit() {
    limit.updateAndLimit(1e300);
    limit.updateAndLimit(-1e300);
    learnSoundValues(1_000);

    assertThat(limit.updateAndLimit(1e30)).isLessThan(MEAN + 20 * DEVIATION);
  }

  @Test
  void aCopyContinuesAlike() {
    learnSoundValues(1_000);
    for (int i = 0; i < 20; i++) {
      limit.updateAndLimit(1e30);
    }

    ValueLimit copy = State.copy(limit, new ValueLimit());

    for (int i = 0; i < 150; i++) {
      assertThat(copy.updateAndLimit(1e30)).isEqualTo(limit.updateAndLimit(1e30));
    }
    assertThat(limit.updateAndLimit(1e30)).isEqualTo(1e30);
  }
}
