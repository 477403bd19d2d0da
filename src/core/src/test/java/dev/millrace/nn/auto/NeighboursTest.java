package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.nn.Indicators;
import org.junit.jupiter.api.Test;

class NeighboursTest {

  private static final float CLIP = 4f;

  private final Scaler scaler = new Scaler(1, 0, Indicators.NONE);
  private final ReplayBuffer buffer = new ReplayBuffer(1, 20);
  private final Neighbours neighbours = new Neighbours();

  NeighboursTest() {
    // A mean of 0 and a deviation of 10.
    scaler.update(0, 10);
    scaler.update(0, -10);
  }

  private void keep(float x, double target) {
    buffer.add(new float[] {x}, 0, target, 1f, buffer.size());
  }

  @Test
  void theFiveNearestVoteAndOneVoteIsShared() {
    int[] labels = {2, 0, 1, 1, 0, 1, 2};
    float[] at = {30, 5, 1, -2, 20, 3, -25};
    for (int i = 0; i < at.length; i++) {
      keep(at[i], labels[i]);
    }
    float[] out = new float[5];

    neighbours.find(new float[] {0}, scaler, CLIP, buffer);
    neighbours.vote(buffer, out, 1, 3);

    // 1, -2, 3, 5 and 20, of classes 1, 1, 1, 0 and 0.
    float share = 1f / 6 / 3;
    assertThat(out).containsExactly(0f, share + 1f / 6 + 1f / 6, share + 3f / 6, share, 0f);
    assertThat(neighbours.mean(buffer, 9)).isEqualTo(3 / 5.0);
  }

  @Test
  void ofEquallyNearOnesTheFirstInTheBufferCounts() {
    for (int i = 0; i < 7; i++) {
      keep(i % 2 == 0 ? 4 : -4, 1 << i);
    }

    neighbours.find(new float[] {0}, scaler, CLIP, buffer);
    assertThat(neighbours.mean(buffer, 9)).isEqualTo((1 + 2 + 4 + 8 + 16) / 5.0);

    // A nearer one takes the place of the last.
    keep(1, 1 << 7);
    neighbours.find(new float[] {0}, scaler, CLIP, buffer);
    assertThat(neighbours.mean(buffer, 9)).isEqualTo((1 + 2 + 4 + 8 + 128) / 5.0);
  }

  @Test
  void withoutNeighboursClassesAreEquallyLikelyAndTheMeanIsTheFallback() {
    float[] out = new float[4];

    neighbours.find(new float[] {0}, scaler, CLIP, buffer);
    neighbours.vote(buffer, out, 0, 4);

    assertThat(out).containsOnly(0.25f);
    assertThat(neighbours.mean(buffer, 9)).isEqualTo(9);
  }
}
