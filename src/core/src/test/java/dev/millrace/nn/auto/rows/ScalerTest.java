package dev.millrace.nn.auto.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.nn.spec.Indicators;
import dev.millrace.state.State;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScalerTest {

  private final Scaler scaler = new Scaler(2, 0, Indicators.NONE);

  /** A mean of 10 and a deviation of 2; the second column does not vary. */
  private void see() {
    for (float x : new float[] {8, 12, 8, 12}) {
      scaler.update(new float[] {x, 5}, 0);
    }
  }

  @Test
  void theModelSeesTheMoreSuitableOfANumberAndItsLogarithm() throws IOException {
    int[] partners = {2, 3, 0, 1};
    Scaler pairs = new Scaler(4, 0.001, Indicators.NONE, partners);
    for (int i = 0; i < 100; i++) {
      float price = 100 + i % 7;
      float bytes = i % 50 == 0 ? 1e6f : i % 5;
      pairs.update(
          new float[] {price, bytes, (float) Math.log(price), (float) Math.log1p(bytes)}, 0);
    }
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    pairs.write(new DataOutputStream(stored));
    Scaler read = new Scaler(4, 0.001, Indicators.NONE, partners);
    State.read(new DataInputStream(new ByteArrayInputStream(stored.toByteArray())), read);

    for (Scaler scaler : List.of(pairs, pairs.copy(), read)) {
      float[] out = new float[4];
      scaler.transform(
          new float[] {110, 3, (float) Math.log(110), (float) Math.log1p(3)}, 0, 4, out, 0);
      assertThat(out[0]).as("a price, as it is").isPositive();
      assertThat(out[2]).isZero();
      assertThat(out[1]).isZero();
      assertThat(out[3]).as("bytes, as a logarithm").isNotZero();
    }
  }

  @Test
  void rowsAreScaledAndCutAtBothEnds() {
    see();
    float[] out = new float[2];

    scaler.transform(new float[] {13, 5}, 0, 4f, out, 0);
    assertThat(out).containsExactly(1.5f, 0);
    scaler.transform(new float[] {100, 6}, 0, 4f, out, 0);
    assertThat(out).containsExactly(4, 0);
    scaler.transform(new float[] {-100, Float.NaN}, 0, 4f, out, 0);
    assertThat(out).containsExactly(-4, 0);
    scaler.transform(new float[] {Float.NaN, 5}, 0, 4f, out, 0);
    assertThat(out).containsExactly(0, 0);
  }

  @Test
  void theScaleCanBeCopiedAndAppliedToValuesThatAreApart() {
    see();
    float[] means = new float[3];
    float[] inverses = new float[3];
    float[] out = new float[2];

    scaler.copyTo(means, inverses);
    assertThat(means).containsExactly(10, 5, 0);
    assertThat(inverses).containsExactly(0.5f, 0, 0);
    scaler.transform(new float[] {9, 13, 9, 5}, 1, 2, 4f, out, 0);
    assertThat(out).containsExactly(1.5f, 0);
    assertThat(scaler.scaled(0, 13)).isEqualTo(1.5);
    assertThat(scaler.mean(0)).isEqualTo(10);
    assertThat(scaler.inverse(0)).isEqualTo(0.5);
    assertThat(scaler.inverse(1)).isZero();
    assertThat(scaler.deviation(0)).isEqualTo(2);
    assertThat(scaler.deviation(1)).isZero();
  }

  @Test
  void anAbsurdValueCountsAsOneOf100Deviations() {
    for (int i = 0; i < 50; i++) {
      see();
    }

    scaler.update(0, -1e9);

    assertThat(scaler.mean(0)).isCloseTo(10 - 100 * 2 / 201.0, within(1e-9));
  }

  @Test
  void aScalerThatStartsFromAnotherScalesLikeIt() {
    see();
    Scaler other = new Scaler(2, 0, Indicators.NONE);

    other.startFrom(scaler);

    assertThat(other.scaled(0, 13)).isEqualTo(1.5);
    assertThat(other.deviation(0)).isEqualTo(2);
    assertThat(other.numbers()).isEqualTo(2 * 4);
    assertThat(Scaler.bytes(2)).isEqualTo(2 * 3 * Double.BYTES);
  }

  @Test
  void anIndicatorKeepsItsValueHoweverRareItIs() {
    Scaler scaler = new Scaler(2, 0.001, Indicators.of(1));
    float[] z = new float[2];
    for (int e = 0; e < 1_000; e++) {
      scaler.update(new float[] {e % 10, e == 500 ? 1 : 0}, 0);
    }

    scaler.transform(new float[] {4.5f, 1}, 0, 4f, z, 0);
    assertThat(z[0]).isCloseTo(0f, within(0.01f));
    assertThat(z[1]).isEqualTo(1f);
    scaler.transform(new float[] {1e9f, Float.NaN}, 0, 4f, z, 0);
    assertThat(z).containsExactly(4f, 0f);
    scaler.transform(new float[] {0, 1e9f}, 0, 4f, z, 0);
    assertThat(z[1]).as("of a column that is declared boolean and has numbers").isEqualTo(4f);
  }
}
