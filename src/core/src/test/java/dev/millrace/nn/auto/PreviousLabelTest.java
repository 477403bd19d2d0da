package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.state.State;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PreviousLabelTest {

  private static final float[] FREQUENCIES = {0.25f, 0.75f};

  @Test
  void aClassIsPredictedByHowOftenItFollowed() {
    PreviousLabel chain = new PreviousLabel(2);
    float[] out = new float[4];
    chain.predict(FREQUENCIES, out, 1);
    assertThat(out).as("no label").containsExactly(0f, 0.25f, 0.75f, 0f);

    for (int label : new int[] {0, 1, 0, 1, 0, 0}) {
      chain.learn(label, 2f);
    }
    chain.predict(FREQUENCIES, out, 1);

    // After 0 came 1, 1 and 0, each decayed by the next after 0.
    float kept = 0.999f;
    float ones = (2f * kept + 2f) * kept;
    float sum = 1f + 2f + ones;
    assertThat(out).containsExactly(0f, 2.25f / sum, (ones + 0.75f) / sum, 0f);
  }

  @Test
  void aNewClassKeepsTheTransitionCounts() {
    PreviousLabel chain = new PreviousLabel(2);
    for (int label : new int[] {1, 0, 1}) {
      chain.learn(label, 1f);
    }

    chain.addClass();

    float[] frequencies = {0.25f, 0.5f, 0.25f};
    float[] out = new float[3];
    chain.predict(frequencies, out, 0);
    assertThat(out).containsExactly(1.25f / 2, 0.5f / 2, 0.25f / 2);
    chain.learn(2, 1f);
    chain.predict(frequencies, out, 0);
    assertThat(out).isEqualTo(frequencies);
  }

  @Test
  void beyondTheMaxNumberOfClassesItPredictsTheirFrequencies() {
    int max = PreviousLabel.MAX_CLASSES;
    PreviousLabel chain = new PreviousLabel(max);
    for (int i = 0; i < 100; i++) {
      chain.learn(max - 1, 1f);
    }
    float[] frequencies = new float[max + 1];
    Arrays.fill(frequencies, 1f / (max + 1));
    float[] out = new float[max + 1];
    chain.predict(frequencies, out, 0);
    assertThat(out[max - 1]).isGreaterThan(0.9f);

    chain.addClass();
    chain.learn(max, 1f);
    chain.predict(frequencies, out, 0);

    assertThat(out).isEqualTo(frequencies);
    assertThat(PreviousLabel.floats(max)).isEqualTo(max * max);
    assertThat(PreviousLabel.floats(max + 1)).isZero();
  }

  @Test
  void storedCountsContinueAndAnUnknownClassIsDamage() throws IOException {
    PreviousLabel chain = new PreviousLabel(3);
    for (int label : new int[] {0, 2, 0, 1, 2}) {
      chain.learn(label, 1f);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    chain.write(new DataOutputStream(bytes));
    PreviousLabel restored = new PreviousLabel(3);
    State.read(new BoundedDataInput(bytes.toByteArray()), restored);
    float[] frequencies = {0.5f, 0.25f, 0.25f};
    float[] expected = new float[3];
    float[] out = new float[3];
    chain.predict(frequencies, expected, 0);
    restored.predict(frequencies, out, 0);

    assertThat(out).isEqualTo(expected);
    assertThatThrownBy(
            () -> State.read(new BoundedDataInput(bytes.toByteArray()), new PreviousLabel(2)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("stored previous class");
  }
}
