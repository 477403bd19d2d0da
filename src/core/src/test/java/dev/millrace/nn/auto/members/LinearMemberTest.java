package dev.millrace.nn.auto.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.nn.auto.members.MemberPlan.Place;
import dev.millrace.simd.Elementary;
import dev.millrace.simd.Kernels;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinearMemberTest {

  private static final int COLUMNS = Kernels.padded(3);

  private final float[] out = new float[COLUMNS];

  private static float[] logs(float... frequencies) {
    float[] logs = new float[frequencies.length];
    for (int j = 0; j < logs.length; j++) {
      logs[j] = Elementary.log(frequencies[j]);
    }
    return logs;
  }

  @Test
  void aMemberPredictsTheClassFrequenciesBeforeItHasLearned() {
    LinearMember member = new LinearMember(2, 3, false, Place.FIRST);

    member.predictClasses(new float[] {3, -1}, logs(0.7f, 0.2f, 0.1f), out, 0, COLUMNS);

    assertThat(out).startsWith(new float[] {0.7f, 0.2f, 0.1f}, within(1e-6f));
    assertThat(out[3]).isZero();
  }

  @Test
  void aRareFeatureKeepsLongStepsWhileAFrequentOneShortensThem() {
    LinearMember member = new LinearMember(2, 3, false, Place.FIRST);
    float[] frequent = {1, 0};
    float[] rare = {0, 1};
    float[] even = logs(1 / 3f, 1 / 3f, 1 / 3f);
    Random random = new Random(3);
    for (int e = 0; e < 3_000; e++) {
      member.predictClasses(frequent, even, out, 0, COLUMNS);
      member.learnClass(frequent, out, 0, random.nextInt(3), 1f, false);
    }

    float ofFrequent = step(member, frequent, even);
    float ofRare = step(member, rare, even);

    assertThat(ofRare).isGreaterThan(5 * ofFrequent);
  }

  /** How far the probability of the first class moves. */
  private float step(LinearMember member, float[] x, float[] logs) {
    member.predictClasses(x, logs, out, 0, COLUMNS);
    float before = out[0];
    member.learnClass(x, out, 0, 0, 1f, false);
    member.predictClasses(x, logs, out, 0, COLUMNS);
    return out[0] - before;
  }

  @Test
  void aMemberLearnsALinearFunction() {
    LinearMember member = new LinearMember(2, 1, false, Place.FIRST);
    Random random = new Random(5);
    for (int e = 0; e < 5_000; e++) {
      float[] x = {(float) random.nextGaussian(), random.nextInt(2)};
      member.predictValue(x, out, 0);
      member.learnValue(x, out[0], 0.5f * x[0] - x[1] + 0.25f, 1f, false);
    }

    member.predictValue(new float[] {1, 1}, out, 0);

    assertThat(out[0]).isCloseTo(-0.25f, within(0.01f));
  }

  /** The function changes its sign, and a member that forgets follows it with a smaller error. */
  @Test
  void aMemberThatForgetsFollowsAChange() {
    float[] errors = new float[2];
    for (int forgets = 0; forgets < 2; forgets++) {
      LinearMember member = new LinearMember(1, 1, forgets == 1, Place.FIRST);
      Random random = new Random(7);
      for (int e = 0; e < 6_000; e++) {
        float[] x = {(float) random.nextGaussian()};
        float value = e < 5_000 ? x[0] : -x[0];
        member.predictValue(x, out, 0);
        errors[forgets] += e < 5_000 ? 0 : Math.abs(out[0] - value);
        member.learnValue(x, out[0], value, 1f, false);
      }
    }

    assertThat(errors[1]).isLessThan(0.7f * errors[0]);
  }

  @Test
  void nothingIsForgottenForALateLabel() {
    LinearMember forgets = new LinearMember(1, 1, true, Place.FIRST);
    LinearMember keeps = new LinearMember(1, 1, false, Place.FIRST);
    Random random = new Random(9);
    float[] ofKeeping = new float[COLUMNS];
    for (int e = 0; e < 500; e++) {
      float[] x = {(float) random.nextGaussian()};
      forgets.predictValue(x, out, 0);
      keeps.predictValue(x, ofKeeping, 0);
      assertThat(out[0]).isEqualTo(ofKeeping[0]);
      forgets.learnValue(x, out[0], x[0], 1f, true);
      keeps.learnValue(x, ofKeeping[0], x[0], 1f, false);
    }
  }

  @Test
  void oneMoreClassLeavesTheOthersAsTheyAre() {
    LinearMember member = new LinearMember(1, 2, false, Place.FIRST);
    float[] x = {1};
    for (int e = 0; e < 50; e++) {
      member.predictClasses(x, logs(0.5f, 0.5f), out, 0, COLUMNS);
      member.learnClass(x, out, 0, 1, 1f, false);
    }
    member.predictClasses(x, logs(0.5f, 0.5f), out, 0, COLUMNS);
    float ratio = out[1] / out[0];

    member.widen(3);
    member.predictClasses(x, logs(0.4f, 0.4f, 0.2f), out, 0, COLUMNS);

    assertThat(out[1] / out[0]).isCloseTo(ratio, within(1e-4f * ratio));
    assertThat(out[2]).isBetween(0.01f, 0.2f);
  }
}
