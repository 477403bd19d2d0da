package dev.millrace.nn.auto.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.nn.auto.rows.ReplayBuffer;
import dev.millrace.nn.auto.rows.Scaler;
import dev.millrace.nn.spec.Indicators;
import org.junit.jupiter.api.Test;

class NeighboursTest {

  private static final float CLIP = 4f;

  private final Scaler scaler = new Scaler(1, 0, Indicators.NONE);
  private final ReplayBuffer buffer = new ReplayBuffer(1, 40, true);
  private final Neighbours neighbours = new Neighbours();

  NeighboursTest() {
    // A mean of 0 and a deviation of 10.
    scaler.update(0, 10);
    scaler.update(0, -10);
  }

  private void keep(float x, double target) {
    buffer.add(new float[] {x}, 0, target, 1f, buffer.size());
  }

  private void find(float x) {
    neighbours.find(new float[] {x}, 0, scaler, CLIP, buffer);
  }

  @Test
  void nearerRecordsHaveMoreVotesAndOneVoteIsShared() {
    keep(20, 0);
    keep(-2, 1);
    keep(5, 2);
    float[] out = new float[5];

    find(0);
    neighbours.vote(buffer, out, 1, 3);

    // Votes of 1.5, 1 and 0.5 for classes 1, 2 and 0, and a third for each.
    assertThat(out[0] + out[4]).isZero();
    assertThat(out[1]).isCloseTo((0.5f + 1 / 3f) / 4, within(1e-6f));
    assertThat(out[2]).isCloseTo((1.5f + 1 / 3f) / 4, within(1e-6f));
    assertThat(out[3]).isCloseTo((1f + 1 / 3f) / 4, within(1e-6f));
    assertThat(neighbours.mean(buffer, 9)).isCloseTo((1.5 + 2 * 1) / 3, within(1e-6));
  }

  @Test
  void aRecordVotesByItsWeight() {
    keep(1, 0);
    buffer.add(new float[] {2}, 0, 1, 4f, 1);
    buffer.add(new float[] {3}, 0, 2, 0f, 2);
    float[] out = new float[3];

    find(0);
    neighbours.vote(buffer, out, 0, 3);

    // Votes of 1.5 and of 4; the third has none.
    assertThat(out[2]).isCloseTo(0.25f / 3, within(1e-6f));
    assertThat(out[1] - out[2]).isCloseTo(0.75f * 4 / 5.5f, within(1e-6f));
    assertThat(neighbours.mean(buffer, 9)).isCloseTo(4 / 5.5, within(1e-6));
  }

  @Test
  void onlyTheTenNearestVote() {
    for (int i = 0; i < 35; i++) {
      keep(i % 2 == 0 ? i : -i, i < 10 ? 1 : 1000);
    }

    find(0);

    assertThat(neighbours.mean(buffer, 9)).isCloseTo(1, within(1e-6));
  }

  @Test
  void equallyNearNeighboursCountInTheOrderOfTheBuffer() {
    for (int i = 0; i < 20; i++) {
      keep(i % 2 == 0 ? 4 : -4, i < 10 ? 1 : 1000);
    }
    find(0);
    assertThat(neighbours.mean(buffer, 9)).isCloseTo(1, within(1e-6));

    // A nearer one takes the place of the last, and is the first: 20 of 110 votes.
    keep(1, 111);
    find(0);
    assertThat(neighbours.mean(buffer, 9)).isCloseTo(21, within(1e-4));
  }

  @Test
  void missingValuesAreAtTheMeanAndFarOnesAtTheLimit() {
    keep(Float.NaN, 1);
    keep(1000, 2);

    find(Float.NaN);
    assertThat(neighbours.mean(buffer, 9)).isCloseTo((4 * 1 + 2 * 2) / 6.0, within(1e-6));
    find(1e9f);
    assertThat(neighbours.mean(buffer, 9)).isCloseTo((2 * 1 + 4 * 2) / 6.0, within(1e-6));
  }

  @Test
  void searchesOneTileOfWideRows() {
    int columns = 64;
    Scaler wide = new Scaler(columns, 0, Indicators.last(columns, columns));
    ReplayBuffer records = new ReplayBuffer(columns, 2048, true);
    for (int i = 0; i < 80; i++) {
      float[] row = new float[columns];
      row[5] = 1 + i;
      records.add(row, 0, i, 1f, i);
    }

    neighbours.find(new float[columns], 0, wide, 1e6f, records);

    // The tiles 0, 2 and 4: records 0 to 9 are the nearest, the first with 20 of 110 votes.
    double sum = 0;
    for (int i = 0; i < 10; i++) {
      sum += 2.0 * (10 - i) / 11 * i;
    }
    assertThat(neighbours.mean(records, 9)).isCloseTo(sum / 10, within(1e-4));
    float[] far = new float[columns];
    far[5] = 1 + 31; // in tile 1: the nearest that are searched are records 32 to 41
    neighbours.find(far, 0, wide, 1e6f, records);
    assertThat(neighbours.mean(records, 9)).isCloseTo(35, within(1e-3));
  }

  @Test
  void withoutNeighboursClassesAreEquallyLikelyAndTheMeanIsTheFallback() {
    float[] out = new float[4];

    find(0);
    neighbours.vote(buffer, out, 0, 4);

    assertThat(out).containsOnly(0.25f);
    assertThat(neighbours.mean(buffer, 9)).isEqualTo(9);

    buffer.add(new float[] {2}, 0, 1, 0f, 0);
    find(0);
    neighbours.vote(buffer, out, 0, 4);
    assertThat(out).as("no weight, no vote").containsOnly(0.25f);
    assertThat(neighbours.mean(buffer, 9)).isEqualTo(9);
  }
}
