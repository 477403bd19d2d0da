package dev.millrace.nn.auto.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Task;
import dev.millrace.nn.auto.AutoModels;
import dev.millrace.nn.auto.members.MemberPlan.Place;
import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.AutoSpec.Tier;
import dev.millrace.state.State;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NaiveBayesMemberTest {

  private static final Place SECOND = new Place(1, 1, 0);

  private final Row row = AutoModels.emptyRow(AutoSpec.of(Tier.FAST), Task.BINARY, 3, 2);

  /** Row of a number and two indicators. */
  private void row(float first, float second) {
    row.encoded = new float[] {5f, first, second};
  }

  private void learn(NaiveBayesMember bayes, int label, float weight) {
    row.target = label;
    row.weight = weight;
    bayes.learn(row);
  }

  private static NaiveBayesMember of(int classes) {
    return new NaiveBayesMember(new int[] {1, 2}, classes, SECOND);
  }

  private float[] predict(NaiveBayesMember bayes, float... frequencies) {
    for (int j = 0; j < frequencies.length; j++) {
      row.logFrequencies[j] = (float) Math.log(frequencies[j]);
    }
    Arrays.fill(row.predictions, 9f);
    bayes.predict(row);
    int at = row.at(SECOND.prediction());
    assertThat(row.predictions[at - 1]).isEqualTo(9f);
    for (int j = frequencies.length; j < row.columns; j++) {
      assertThat(row.predictions[at + j]).as("padding").isZero();
    }
    return Arrays.copyOfRange(row.predictions, at, at + frequencies.length);
  }

  @Test
  void indicatorsCountByTheirShareOfEachClass() {
    NaiveBayesMember bayes = of(2);
    row(1, 0);
    assertThat(predict(bayes, 0.25f, 0.75f)[0]).as("no record").isCloseTo(0.25f, within(1e-6f));

    learn(bayes, 0, 1f);
    learn(bayes, 0, 1f);
    row(0, 1);
    learn(bayes, 1, 3f);

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
      learn(bayes, i % 2, 1f);
      if (i >= 17_000) {
        row(0, 1);
        learn(bayes, 1, 1f);
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
    NaiveBayesMember bayes = new NaiveBayesMember(columns, 2, SECOND);
    row.encoded = new float[60];
    for (int i = 0; i < 100; i++) {
      learn(bayes, i % 2, 1f);
    }
    Arrays.fill(row.encoded, 1f);
    assertThat(predict(bayes, 0.3f, 0.7f)[0]).isCloseTo(0.3f, within(0.03f));

    Arrays.fill(row.encoded, 0f);
    row.encoded[59] = 1f;
    learn(bayes, 0, 1f);
    row.encoded[59] = 0f;
    learn(bayes, 1, 1f);
    Arrays.fill(row.encoded, 1f);

    // One of 51 records and none of 51, with half a record added: 0.3 * 3 / (0.3 * 3 + 0.7).
    assertThat(predict(bayes, 0.3f, 0.7f)[0]).isCloseTo(0.56f, within(0.03f));
  }

  @Test
  void aNewClassHasNoRecords() {
    NaiveBayesMember bayes = of(1);
    row(1, 0);
    learn(bayes, 0, 1f);

    MixtureKind grown = new MixtureKind(AutoSpec.of(Tier.FAST), 3, Task.BINARY, 3, 2);
    bayes.addClass(grown, new NaiveBayesMember.Plan(grown));
    learn(bayes, 1, 1f);

    row(1, 0);
    assertThat(predict(bayes, 0.5f, 0.5f)[0]).isCloseTo(0.5f, within(1e-3f));
  }

  @Test
  void storedStateIsRestoredAndACopyIsIndependent() throws IOException {
    NaiveBayesMember bayes = of(2);
    for (int i = 0; i < 50; i++) {
      row(i % 3 == 0 ? 1 : 0, i % 2);
      learn(bayes, i % 5 == 0 ? 1 : 0, 1.5f);
    }
    byte[] stored = bytes(bayes);
    assertThat(stored).hasSize(Float.BYTES + (int) bayes.memoryBytes());

    NaiveBayesMember restored = of(2);
    State.read(new BoundedDataInput(stored), restored);
    NaiveBayesMember copy = State.copy(bayes, of(2));
    learn(bayes, 0, 1f);

    assertThat(bytes(restored)).isEqualTo(stored).isEqualTo(bytes(copy));
    assertThat(bytes(bayes)).isNotEqualTo(stored);
  }

  @Test
  void damagedBytesAreRejected() throws IOException {
    NaiveBayesMember bayes = of(2);
    row(1, 0);
    learn(bayes, 0, 1f);
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
