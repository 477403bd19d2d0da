package dev.millrace.eval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.state.State;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ValueLimitTest {
  private static final double MEAN = 100;
  private static final double DEVIATION = 10;
  private static final double MAX = MEAN + 5 * DEVIATION;

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
  void valuesUpToOneHundredTimesTheLargestStay() {
    learnSoundValues(1_000);

    double far = 99 * MEAN;
    assertThat(limit.updateAndLimit(far)).isEqualTo(far);
    assertThat(limit.updateAndLimit(-far)).isEqualTo(-far);
  }

  @Test
  void anAbsurdValueCountsAsTheLargest() {
    learnSoundValues(1_000);

    assertThat(limit.updateAndLimit(1e30)).isBetween(MEAN, 1.05 * MAX);
    assertThat(limit.updateAndLimit(-Double.MAX_VALUE)).isBetween(-1.05 * 1.05 * MAX, -MEAN);
    learnSoundValues(100);
  }

  @Test
  void absurdValuesInSuccessionDoNotMakeTheNextOnesSound() {
    learnSoundValues(1_000);

    for (int i = 0; i < 30; i++) {
      assertThat(limit.updateAndLimit(1e9)).isLessThan(5 * MAX);
    }
    learnSoundValues(100);
    assertThat(limit.updateAndLimit(1e9)).isLessThan(5 * MAX);
  }

  @Test
  void valuesThatStayFarAreFollowedAsANewLevel() {
    learnSoundValues(1_000);

    int limited = 0;
    for (double value = 1_000 * sound(); limit.updateAndLimit(value) != value; ) {
      limited++;
      value = 1_000 * sound();
    }

    assertThat(limited).isEqualTo(32);
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

    assertThat(limited).isLessThan(60);
  }

  @Test
  void rareValuesOfADemandThatIsMostlyNoneStay() {
    for (int i = 0; i < 100_000; i++) {
      double value = i % 20_000 == 19_999 ? 7 + i / 1_000.0 : 0;
      assertThat(limit.updateAndLimit(value)).isEqualTo(value);
    }
  }

  @Test
  void valuesThatHaveHardlyVariedMayVary() {
    for (int i = 0; i < 1_000; i++) {
      limit.updateAndLimit(5);
    }

    assertThat(limit.updateAndLimit(0)).isZero();
    assertThat(limit.updateAndLimit(12)).isEqualTo(12);
    assertThat(limit.updateAndLimit(1e30)).isLessThan(13);
  }

  @Test
  void aCopyContinuesAlike() {
    learnSoundValues(1_000);
    for (int i = 0; i < 20; i++) {
      limit.updateAndLimit(1e30);
    }

    ValueLimit copy = State.copy(limit, new ValueLimit());

    for (int i = 0; i < 12; i++) {
      assertThat(copy.updateAndLimit(1e30)).isEqualTo(limit.updateAndLimit(1e30)).isLessThan(1e9);
    }
    assertThat(copy.updateAndLimit(1e30)).isEqualTo(1e30);
    assertThat(limit.updateAndLimit(1e30)).isEqualTo(1e30);
  }
}
