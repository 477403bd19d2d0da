package dev.millrace.nn.auto.members;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PreviousLabelTest {

  private static final float[] FREQUENCIES = {0.25f, 0.75f};

  private static Row row(int classes) {
    Row row = AutoModels.emptyRow(AutoSpec.of(Tier.FAST), Task.MULTICLASS, 1, classes);
    row.previous = -1;
    row.previousThen = -1;
    row.weight = 1f;
    return row;
  }

  private static void addClass(PreviousLabel chain, int classes) {
    MixtureKind grown = new MixtureKind(AutoSpec.of(Tier.FAST), 3, Task.MULTICLASS, 1, classes);
    chain.addClass(grown, new PreviousLabel.Plan(grown));
  }

  /** Learns labels of which each is known when the next one is predicted. */
  private static void learn(PreviousLabel chain, Row row, int... labels) {
    for (int label : labels) {
      row.target = label;
      chain.learn(row);
      row.previous = label;
      row.previousThen = label;
    }
  }

  private static float[] predict(PreviousLabel chain, Row row, float... frequencies) {
    System.arraycopy(frequencies, 0, row.frequencies, 0, frequencies.length);
    Arrays.fill(row.predictions, 9f);
    chain.predict(row);
    return Arrays.copyOf(row.predictions, frequencies.length + 1);
  }

  @Test
  void aClassIsPredictedByHowOftenItFollowed() {
    PreviousLabel chain = new PreviousLabel(2, Place.FIRST);
    Row row = row(2);
    assertThat(predict(chain, row, FREQUENCIES)).as("no label").containsExactly(0.25f, 0.75f, 0f);

    row.weight = 2f;
    learn(chain, row, 0, 1, 0, 1, 0, 0);

    // After 0 came 1, 1 and 0, each decayed by the next after 0.
    float kept = 0.999f;
    float ones = (2f * kept + 2f) * kept;
    float sum = 1f + 2f + ones;
    assertThat(predict(chain, row, FREQUENCIES))
        .containsExactly(2.25f / sum, (ones + 0.75f) / sum, 0f);
  }

  @Test
  void aLateLabelCountsAsFollowingTheOneThatItWasPredictedFrom() {
    PreviousLabel chain = new PreviousLabel(2, Place.FIRST);
    Row row = row(2);
    learn(chain, row, 0, 0);
    row.previousThen = -1;

    learn(chain, row, 1);

    row.previous = 0;
    assertThat(predict(chain, row, FREQUENCIES)).containsExactly(1.25f / 2, 0.75f / 2, 0f);
  }

  @Test
  void aNewClassKeepsTheTransitionCounts() {
    PreviousLabel chain = new PreviousLabel(2, Place.FIRST);
    Row two = row(2);
    learn(chain, two, 1, 0, 1);

    addClass(chain, 3);

    float[] frequencies = {0.25f, 0.5f, 0.25f};
    Row row = row(3);
    row.previous = 1;
    row.previousThen = 1;
    assertThat(predict(chain, row, frequencies)).containsExactly(1.25f / 2, 0.5f / 2, 0.25f / 2, 0);
    learn(chain, row, 2);
    assertThat(predict(chain, row, frequencies)).startsWith(frequencies);
  }

  @Test
  void beyondTheMaxNumberOfClassesItPredictsTheirFrequencies() {
    int max = PreviousLabel.MAX_CLASSES;
    PreviousLabel chain = new PreviousLabel(max, Place.FIRST);
    Row row = row(max);
    for (int i = 0; i < 100; i++) {
      learn(chain, row, max - 1);
    }
    float[] frequencies = new float[max + 1];
    Arrays.fill(frequencies, 1f / (max + 1));
    assertThat(predict(chain, row, Arrays.copyOf(frequencies, max))[max - 1]).isGreaterThan(0.9f);

    addClass(chain, max + 1);
    row = row(max + 1);
    row.previousThen = max - 1;
    learn(chain, row, max);

    assertThat(predict(chain, row, frequencies)).startsWith(frequencies);
    assertThat(PreviousLabel.floats(max)).isEqualTo(max * max);
    assertThat(PreviousLabel.floats(max + 1)).isZero();
  }

  @Test
  void storedCountsContinue() throws IOException {
    PreviousLabel chain = new PreviousLabel(3, Place.FIRST);
    Row row = row(3);
    learn(chain, row, 0, 2, 0, 1, 2);

    PreviousLabel restored =
        State.read(new BoundedDataInput(bytes(chain)), new PreviousLabel(3, Place.FIRST));

    float[] frequencies = {0.5f, 0.25f, 0.25f};
    assertThat(predict(restored, row, frequencies)).isEqualTo(predict(chain, row, frequencies));
  }

  private static byte[] bytes(State state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
