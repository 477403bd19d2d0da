package dev.millrace.nn.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.state.State;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HoeffdingTreeTest {

  private static final int INPUTS = 4;
  private static final float[] EVEN = Arrays.copyOf(new float[] {0.5f, 0.5f}, 15);

  private final HoeffdingTree.Scratch scratch = new HoeffdingTree.Scratch();
  private final float[] out = new float[16];

  private int predict(HoeffdingTree tree, float[] row) {
    tree.predict(row, 0, EVEN, out, 1, scratch);
    assertThat(out[1] + out[2] + out[3]).isBetween(0.999f, 1.001f);
    return out[1] >= out[2] && out[1] >= out[3] ? 0 : out[2] >= out[3] ? 1 : 2;
  }

  private void learn(HoeffdingTree tree, float[] row, int label) {
    int leaf = tree.predict(row, 0, EVEN, out, 1, scratch);
    tree.learn(leaf, row, 0, label, 1f, scratch);
  }

  private static float[] row(Random random) {
    float[] row = new float[INPUTS];
    for (int i = 0; i < INPUTS; i++) {
      row[i] = random.nextFloat();
    }
    return row;
  }

  /** A class in two boxes, which neither frequencies nor naive Bayes can describe. */
  private static int boxes(float[] row) {
    return row[0] > 0.4f ? (row[1] > 0.7f ? 1 : 0) : row[2] > 0.6f ? 0 : 1;
  }

  private HoeffdingTree learned(int records) {
    HoeffdingTree tree = new HoeffdingTree(INPUTS, 2);
    Random random = new Random(6);
    for (int r = 0; r < records; r++) {
      float[] row = row(random);
      learn(tree, row, boxes(row));
    }
    return tree;
  }

  @Test
  void findsTheQuestionsThatDivideTheClasses() {
    HoeffdingTree tree = learned(10_000);

    assertThat(tree.splits()).isBetween(3, 60);
    Random random = new Random(7);
    int correct = 0;
    for (int r = 0; r < 2_000; r++) {
      float[] row = row(random);
      correct += predict(tree, row) == boxes(row) ? 1 : 0;
    }
    assertThat(correct).isGreaterThan(1_900);
  }

  @Test
  void aLeafThatHasLearnedNothingPredictsTheFrequenciesOfAllRecords() {
    new HoeffdingTree(INPUTS, 2)
        .predict(new float[INPUTS], 0, new float[] {0.2f, 0.8f}, out, 1, scratch);
    assertThat(out).startsWith(0f, 0.2f, 0.8f, 0f);
  }

  /** One normal distribution a class needs no question. */
  @Test
  void aLeafPredictsByNaiveBayesWhereThatIsBetter() {
    HoeffdingTree tree = new HoeffdingTree(2, 2);
    Random random = new Random(8);
    int correct = 0;
    for (int r = 0; r < 1_000; r++) {
      int label = random.nextInt(2);
      float[] row = {
        (float) random.nextGaussian() + 2 * label, (float) random.nextGaussian() - 2 * label
      };
      correct += r >= 200 && predict(tree, row) == label ? 1 : 0;
      learn(tree, row, label);
    }
    assertThat(correct).isGreaterThan(690);
  }

  @Test
  void memoryIsBoundedHoweverManyRecordsCome() {
    HoeffdingTree tree = new HoeffdingTree(20, 3);
    long max = HoeffdingTree.maxBytes(20, 3);
    Random random = new Random(9);
    float[] row = new float[20];
    for (int r = 0; r < 100_000; r++) {
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextFloat();
      }
      // A border across two columns takes ever more splits.
      learn(tree, row, (int) (1.5f * (row[0] + row[1])));
      if (r % 1_000 == 0) {
        assertThat(tree.memoryBytes()).isLessThanOrEqualTo(max);
      }
    }
    assertThat(tree.splits()).isGreaterThan(30);
    assertThat(max).isLessThan(100_000);
    row[0] = 0.1f;
    row[1] = 0.1f;
    assertThat(predict(tree, row)).isZero();
  }

  /** Each class makes statistics larger, so that fewer leaves fit. */
  @Test
  void aFullTreeIsStoredCopiedAndBoundedWithAnotherClass() throws IOException {
    HoeffdingTree tree = new HoeffdingTree(20, 2);
    Random random = new Random(12);
    float[] row = new float[20];
    for (int r = 0; r < 60_000; r++) {
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextFloat();
      }
      learn(tree, row, row[0] + row[1] > 1f ? 1 : 0);
    }
    long max = HoeffdingTree.maxBytes(20, 2);
    assertThat(tree.memoryBytes()).isGreaterThan(max / 2).isLessThanOrEqualTo(max);
    for (int classes = 3; classes < 12; classes++) {
      tree.addClass();
      learn(tree, row, classes - 1);
      assertThat(tree.memoryBytes()).isLessThanOrEqualTo(HoeffdingTree.maxBytes(20, classes));
      HoeffdingTree restored =
          State.read(new BoundedDataInput(bytes(tree)), new HoeffdingTree(20, classes));
      HoeffdingTree copy = State.copy(tree, new HoeffdingTree(20, classes));
      assertThat(bytes(restored)).isEqualTo(bytes(tree)).isEqualTo(bytes(copy));
      assertThat(restored.memoryBytes()).isEqualTo(tree.memoryBytes());
    }
  }

  /** A weight is no number of records. */
  @Test
  void heavyRecordsAreNoReasonToSplit() {
    HoeffdingTree tree = new HoeffdingTree(INPUTS, 2);
    Random random = new Random(13);
    for (int r = 0; r < 45; r++) {
      float[] row = row(random);
      int leaf = tree.predict(row, 0, EVEN, out, 1, scratch);
      tree.learn(leaf, row, 0, r % 2, 1e6f, scratch);
    }
    assertThat(tree.splits()).isZero();
  }

  @Test
  void missingAndAbsurdNumbersArePredictedAndLearned() {
    HoeffdingTree tree = learned(2_000);
    float[][] rows = {
      {Float.NaN, Float.NaN, Float.NaN, Float.NaN},
      {Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, 0f},
      {-Float.MAX_VALUE, Float.MAX_VALUE, 1f, Float.NaN}
    };
    for (int r = 0; r < 3_000; r++) {
      learn(tree, rows[r % rows.length], r % 2);
    }
    predict(tree, rows[0]);
    assertThat(State.isFinite(tree)).isTrue();
  }

  @Test
  void aRecordWithoutWeightChangesNothing() throws IOException {
    HoeffdingTree tree = learned(100);
    byte[] before = bytes(tree);
    float[] row = new float[INPUTS];
    tree.learn(tree.predict(row, 0, EVEN, out, 1, scratch), row, 0, 1, 0f, scratch);
    assertThat(bytes(tree)).isEqualTo(before);
  }

  @Test
  void aNewClassIsLearned() {
    HoeffdingTree tree = learned(10_000);
    tree.addClass();
    Random random = new Random(10);
    for (int r = 0; r < 3_000; r++) {
      float[] row = row(random);
      row[3] += r % 2;
      learn(tree, row, row[3] > 1f ? 2 : boxes(row));
    }
    float[] row = row(random);
    assertThat(predict(tree, row)).isEqualTo(boxes(row));
    row[3] = 1.5f;
    assertThat(predict(tree, row)).isEqualTo(2);
  }

  @Test
  void storedOrCopiedItContinuesAsIfNeverStopped() throws IOException {
    HoeffdingTree tree = learned(0);
    HoeffdingTree other = learned(0);
    Random random = new Random(6);
    for (int r = 0; r < 6_000; r++) {
      float[] row = row(random);
      learn(tree, row, boxes(row));
      learn(other, row, boxes(row));
      if (r % 500 == 0) {
        HoeffdingTree from = other;
        HoeffdingTree empty = new HoeffdingTree(INPUTS, 2);
        other =
            r % 1_000 == 0
                ? State.read(new BoundedDataInput(bytes(from)), empty)
                : State.copy(from, empty);
        learn(from, row, 1); // must not reach the copy
        assertThat(other.memoryBytes()).isEqualTo(tree.memoryBytes());
      }
    }
    assertThat(tree.splits()).isPositive();
    assertThat(bytes(other)).isEqualTo(bytes(tree));
  }

  @Test
  void damagedBytesAreRejected() throws IOException {
    HoeffdingTree tree = learned(3_000);
    int nodes = 2 * tree.splits() + 1;
    byte[] stored = bytes(tree);
    rejects(stored, 0, 1 << 20, "nodes of a tree");
    rejects(stored, 4, INPUTS, "column of a stored question");
    // A question that is its own child would never end.
    rejects(stored, 4 + 8 * nodes, 0, "child of a stored question");
    rejects(stored, 4 + 12 * nodes - 4, nodes, "place of a stored leaf");
  }

  private static void rejects(byte[] stored, int at, int number, String message) {
    byte[] damaged = stored.clone();
    ByteBuffer.wrap(damaged).putInt(at, number);
    assertThatThrownBy(
            () -> State.read(new BoundedDataInput(damaged), new HoeffdingTree(INPUTS, 2)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(message);
  }

  private static byte[] bytes(HoeffdingTree tree) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    tree.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
