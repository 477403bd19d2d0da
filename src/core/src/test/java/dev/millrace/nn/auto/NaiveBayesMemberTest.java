package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.nn.Workspace;
import dev.millrace.state.State;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NaiveBayesMemberTest {

  private final AutoScratch own = AutoScratch.of(new Workspace());

  /** Row of a number and two indicators, at the second place of an array. */
  private void row(float first, float second) {
    own.encoded = new float[] {9f, 5f, first, second};
    own.encodedOffset = 1;
  }

  private static NaiveBayesMember of(int classes) {
    return new NaiveBayesMember(new int[] {1, 2}, classes);
  }

  private float[] predict(NaiveBayesMember bayes, float... frequencies) {
    own.logFrequencies = new float[frequencies.length];
    for (int j = 0; j < frequencies.length; j++) {
      own.logFrequencies[j] = (float) Math.log(frequencies[j]);
    }
    own.predictions = new float[17];
    own.products = new float[2];
    own.inverses = new float[2];
    Arrays.fill(own.predictions, 9f);
    bayes.predict(own, 1, 16);
    assertThat(own.predictions[0]).isEqualTo(9f);
    for (int j = 1 + frequencies.length; j < 17; j++) {
      assertThat(own.predictions[j]).as("padding").isZero();
    }
    return Arrays.copyOfRange(own.predictions, 1, 1 + frequencies.length);
  }

  @Test
  void indicatorsCountByTheirShareOfEachClass() {
    NaiveBayesMember bayes = of(2);
    row(1, 0);
    assertThat(predict(bayes, 0.25f, 0.75f)[0]).as("no record").isCloseTo(0.25f, within(1e-6f));

    bayes.learn(own, 0, 1f);
    bayes.learn(own, 0, 1f);
    row(0, 1);
    bayes.learn(own, 1, 3f);

    // Shares of the first indicator: (2 + 0.5) / (2 + 1), and 0.5 / (3 + 1).
    row(1, 0);
    float ofFirst = 0.25f * 2.5f / 3f;
    float ofSecond = 0.75f * 0.5f / 4f;
    assertThat(predict(bayes, 0.25f, 0.75f)[0])
        .isCloseTo(ofFirst / (ofFirst + ofSecond), within(1e-3f));
    row(0, 0);
    assertThat(predict(bayes, 0.25f, 0.75f)[0]).isCloseTo(0.25f, within(1e-6f));
    row(Float.NaN, Float.NaN);
    assertThat(predict(bayes, 0.25f, 0.75f)[0]).isCloseTo(0.25f, within(1e-6f));
  }

  @Test
  void oldRecordsAreForgotten() {
    NaiveBayesMember bayes = of(2);
    for (int i = 0; i < 20_000; i++) {
      row(1, 0);
      bayes.learn(own, i % 2, 1f);
      if (i >= 17_000) {
        row(0, 1);
        bayes.learn(own, 1, 1f);
      }
    }

    // Of class 1 with the second indicator: what is left of 3,000 records among twice as many.
    row(0, 1);
    assertThat(State.isFinite(bayes)).isTrue();
    assertThat(predict(bayes, 0.5f, 0.5f)[1]).isGreaterThan(0.99f);
    row(1, 0);
    assertThat(predict(bayes, 0.5f, 0.5f)[0]).isCloseTo(0.75f, within(0.01f));
  }

  /** The product of their shares is below the smallest float. */
  @Test
  void manyRareIndicatorsCount() {
    int[] columns = new int[60];
    Arrays.setAll(columns, i -> i);
    NaiveBayesMember bayes = new NaiveBayesMember(columns, 2);
    own.encoded = new float[60];
    own.encodedOffset = 0;
    for (int i = 0; i < 100; i++) {
      bayes.learn(own, i % 2, 1f);
    }
    Arrays.fill(own.encoded, 1f);
    assertThat(predict(bayes, 0.3f, 0.7f)[0]).isCloseTo(0.3f, within(0.03f));

    Arrays.fill(own.encoded, 0f);
    own.encoded[59] = 1f;
    bayes.learn(own, 0, 1f);
    own.encoded[59] = 0f;
    bayes.learn(own, 1, 1f);
    Arrays.fill(own.encoded, 1f);

    // One of 51 records and none of 51, with half a record added: 0.3 * 3 / (0.3 * 3 + 0.7).
    assertThat(predict(bayes, 0.3f, 0.7f)[0]).isCloseTo(0.56f, within(0.03f));
  }

  @Test
  void aNewClassHasNoRecords() {
    NaiveBayesMember bayes = of(1);
    row(1, 0);
    bayes.learn(own, 0, 1f);

    bayes.addClass();
    bayes.learn(own, 1, 1f);

    row(1, 0);
    assertThat(predict(bayes, 0.5f, 0.5f)[0]).isCloseTo(0.5f, within(1e-3f));
  }

  @Test
  void storedStateIsRestoredAndACopyIsIndependent() throws IOException {
    NaiveBayesMember bayes = of(2);
    for (int i = 0; i < 50; i++) {
      row(i % 3 == 0 ? 1 : 0, i % 2);
      bayes.learn(own, i % 5 == 0 ? 1 : 0, 1.5f);
    }
    byte[] stored = bytes(bayes);
    assertThat(stored).hasSize((int) (1 + NaiveBayesMember.floats(2, 2)) * Float.BYTES);

    NaiveBayesMember restored = of(2);
    State.read(new BoundedDataInput(stored), restored);
    NaiveBayesMember copy = State.copy(bayes, of(2));
    bayes.learn(own, 0, 1f);

    assertThat(bytes(restored)).isEqualTo(stored).isEqualTo(bytes(copy));
    assertThat(bytes(bayes)).isNotEqualTo(stored);
  }

  @Test
  void damagedBytesAreRejected() throws IOException {
    NaiveBayesMember bayes = of(2);
    row(1, 0);
    bayes.learn(own, 0, 1f);
    for (int number = 0; number < 3; number++) {
      ByteBuffer damaged = ByteBuffer.wrap(bytes(bayes)).putFloat(4 * number, -1f);
      assertThatThrownBy(() -> State.read(new BoundedDataInput(damaged.array()), of(2)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("naive Bayes is -1.0");
    }
  }

  private static byte[] bytes(NaiveBayesMember bayes) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bayes.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
