package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.state.State;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Sets of labels that exclude each other, or are independent. */
class LabelSetModelTest {
  private final SplittableRandom random = new SplittableRandom(4);

  @Test
  void labelsThatExcludeEachOtherAreNotPredictedTogether() {
    LabelSetModel model = new LabelSetModel(false);
    for (int i = 0; i < 2_000; i++) {
      learn(model, new float[] {0.5f, 0.5f}, set(random.nextInt(2)));
    }

    assertThat(model.exponent()).isGreaterThan(0.9);
    // Each by itself is likelier than not.
    assertThat(model.predict(new float[] {0.8f, 0.6f})).isEqualTo(set(0));
    assertThat(model.predict(new float[] {0.6f, 0.8f})).isEqualTo(set(1));
  }

  @Test
  void independentLabelsStayIndependent() {
    LabelSetModel model = new LabelSetModel(false);
    for (int i = 0; i < 5_000; i++) {
      BitSet actual = new BitSet();
      actual.set(0, random.nextDouble() < 0.3);
      actual.set(1, random.nextDouble() < 0.6);
      learn(model, new float[] {0.3f, 0.6f}, actual);
    }

    for (float p : new float[] {0.1f, 0.45f, 0.55f, 0.9f}) {
      BitSet predicted = model.predict(new float[] {p, 1 - p});
      assertThat(predicted.get(0)).isEqualTo(p > 0.5);
      assertThat(predicted.get(1)).isEqualTo(p < 0.5);
    }
  }

  /** At F1 = 2/3 and p = 1/2 for all, everything is predicted: the threshold is a third. */
  @Test
  void theThresholdIsHalfOfTheF1ThatIsReached() {
    LabelSetModel model = new LabelSetModel(true);
    for (int i = 0; i < 5_000; i++) {
      learn(model, new float[] {0.5f}, random.nextBoolean() ? set(0) : new BitSet());
    }

    assertThat(model.predict(new float[] {0.36f}).get(0)).isTrue();
    assertThat(model.predict(new float[] {0.31f}).get(0)).isFalse();
  }

  @Test
  void storedAndReadItContinuesTheSame() throws IOException {
    LabelSetModel model = new LabelSetModel(true);
    for (int i = 0; i < 1_000; i++) {
      step(model, i);
    }
    LabelSetModel read =
        State.read(
            new DataInputStream(new ByteArrayInputStream(bytes(model))), new LabelSetModel(true));
    LabelSetModel copy = model.copy();
    for (int i = 0; i < 1_000; i++) {
      step(model, i);
      step(read, i);
      step(copy, i);
    }

    assertThat(bytes(read)).isEqualTo(bytes(model));
    assertThat(bytes(copy)).isEqualTo(bytes(model));
  }

  @Test
  void itsMemoryIsBounded() {
    LabelSetModel model = new LabelSetModel(true);
    for (int i = 0; i < 5_000; i++) {
      BitSet actual = BitSet.valueOf(new long[] {random.nextLong()});
      learn(model, new float[64], actual);
    }

    assertThat(model.memoryBytes()).isLessThan(64_000);
    assertThat(model.exponent()).isCloseTo(0, within(0.2));
  }

  private static void step(LabelSetModel model, int i) {
    SplittableRandom own = new SplittableRandom(i);
    BitSet actual = BitSet.valueOf(new long[] {own.nextInt(1 << 9)});
    float[] probabilities = new float[9];
    for (int k = 0; k < 9; k++) {
      probabilities[k] = (float) own.nextDouble();
    }
    learn(model, probabilities, actual);
  }

  private static void learn(LabelSetModel model, float[] probabilities, BitSet actual) {
    BitSet all = new BitSet();
    all.set(0, Math.max(1, probabilities.length));
    model.learn(probabilities, model.predict(probabilities), actual, all, 1);
  }

  private static BitSet set(int label) {
    BitSet set = new BitSet();
    set.set(label);
    return set;
  }

  private static byte[] bytes(LabelSetModel model) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    model.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
