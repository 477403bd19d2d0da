package dev.millrace.nn.auto.rows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.state.State;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrequencyBaselineTest {

  private static final int CLASSES = 3;

  /** Sums of such weights depend on their order. */
  @Test
  void restoredFrequenciesPredictTheSameForAllWeights() throws IOException {
    FrequencyBaseline whole = new FrequencyBaseline(CLASSES);
    Random random = new Random(5);
    for (int e = 0; e < 200; e++) {
      whole.learn(random.nextInt(CLASSES), (float) Math.exp(20 * random.nextDouble() - 10));
      ByteArrayOutputStream stored = new ByteArrayOutputStream();
      whole.write(new DataOutputStream(stored));
      FrequencyBaseline restored = new FrequencyBaseline(CLASSES);
      State.read(new BoundedDataInput(stored.toByteArray()), restored);

      assertThat(logs(restored)).as("after %d examples", e + 1).isEqualTo(logs(whole));
    }
  }

  @Test
  void aWeightThatIsNotANumberIsReported() {
    FrequencyBaseline frequencies = new FrequencyBaseline(CLASSES);
    frequencies.learn(1, 1e6f);
    assertThat(State.isFinite(frequencies)).isTrue();

    frequencies.learn(1, Float.NaN);

    assertThat(State.isFinite(frequencies)).isFalse();
  }

  private static float[] logs(FrequencyBaseline frequencies) {
    float[] logs = new float[CLASSES];
    frequencies.predict(new float[CLASSES], logs);
    return logs;
  }
}
