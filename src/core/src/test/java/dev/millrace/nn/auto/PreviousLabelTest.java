package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PreviousLabelTest {

  @Test
  void aClassIsPredictedByHowOftenItFollowed() {
    PreviousLabel chain = new PreviousLabel(2);
    float[] out = new float[4];
    chain.predict(out, 1);
    assertThat(out).containsExactly(0f, 0.5f, 0.5f, 0f);

    for (int label : new int[] {0, 1, 0, 1, 0, 0}) {
      chain.learn(label);
    }
    chain.predict(out, 1);

    // After 0 came 1, 1 and 0, each decayed by the next after 0.
    float kept = 0.999f;
    float ones = (1f * kept + 1f) * kept;
    float sum = 1f + 1f + ones;
    assertThat(out).containsExactly(0f, 1.5f / sum, (ones + 0.5f) / sum, 0f);
  }

  @Test
  void whatFollowedIsStillKnownAfterAnotherClass() {
    PreviousLabel chain = new PreviousLabel(2);
    for (int label : new int[] {1, 0, 1}) {
      chain.learn(label);
    }

    chain.addClass();

    assertThat(chain.floats()).isEqualTo(9);
    float[] out = new float[3];
    chain.predict(out, 0);
    float share = 1f / 3;
    assertThat(out).containsExactly((1f + share) / 2, share / 2, share / 2);
    chain.learn(2);
    chain.predict(out, 0);
    assertThat(out).containsOnly(share);
  }

  @Test
  void aValueIsPredictedByThePreviousOne() {
    PreviousLabel chain = new PreviousLabel(0);
    assertThat(chain.value(7)).isEqualTo(7);

    chain.learn(-3.5);

    assertThat(chain.value(7)).isEqualTo(-3.5);
  }

  @Test
  void storedOneGoesOnButAClassThatIsNotThereIsDamage() throws IOException {
    PreviousLabel chain = new PreviousLabel(3);
    for (int label : new int[] {0, 2, 0, 1, 2}) {
      chain.learn(label);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    chain.write(new DataOutputStream(bytes));
    PreviousLabel restored = new PreviousLabel(3);
    restored.read(new BoundedDataInput(bytes.toByteArray()));
    float[] expected = new float[3];
    float[] out = new float[3];
    chain.predict(expected, 0);
    restored.predict(out, 0);

    assertThat(out).isEqualTo(expected);
    assertThatThrownBy(() -> new PreviousLabel(2).read(new BoundedDataInput(bytes.toByteArray())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("stored previous class");
  }
}
