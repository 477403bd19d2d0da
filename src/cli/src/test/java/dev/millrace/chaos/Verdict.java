package dev.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.chaos.Oracle.Difference;

/** Judges the difference that a fault has made. */
@FunctionalInterface
interface Verdict {
  /**
   * Looks at what the job left behind.
   *
   * @throws AssertionError if it is not what it should be
   */
  void on(Difference difference);

  /** Nothing is lost, repeated or changed. */
  Verdict UNDISTURBED = difference -> assertThat(difference.isNone()).as("%s", difference).isTrue();

  /** Nothing is lost or changed; metric records may come again, byte for byte the same. */
  Verdict AT_MOST_REPEATS =
      difference -> assertThat(difference.isNoneButRepeats()).as("%s", difference).isTrue();

  /** A control without transactions: metric records come again, and nothing else is wrong. */
  Verdict REPEATS =
      difference -> {
        AT_MOST_REPEATS.on(difference);
        assertThat(difference.repeated()).as("%s", difference).isPositive();
      };

  /** A control in which metric records are lost, and nothing else is wrong. */
  Verdict MISSES =
      difference -> {
        assertThat(difference.missing()).as("%s", difference).isPositive();
        assertThat(difference.wrong()).as("%s", difference).isZero();
        assertThat(difference.sameModels()).as("%s", difference).isTrue();
      };

  /** A control in which models have learned something else. */
  Verdict OTHER_MODELS =
      difference -> {
        assertThat(difference.sameModels()).as("%s", difference).isFalse();
        assertThat(difference.wrong() + difference.missing()).as("%s", difference).isPositive();
      };

  /**
   * Nothing is lost, repeated or changed, but for keys that are forgotten: the undisturbed run
   * takes their records for unusable, and each of them leaves a last report here.
   *
   * @param records of the keys that are forgotten
   */
  static Verdict undisturbedButForgotten(int keys, int records) {
    return difference -> {
      assertThat(difference.deadLettersTooMany()).as("%s", difference).isEqualTo(-records);
      assertThat(difference.wrong()).as("%s", difference).isEqualTo(keys);
      assertThat(difference.missing() + difference.repeated()).as("%s", difference).isZero();
      assertThat(difference.sameModels()).as("%s", difference).isTrue();
    };
  }
}
