package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.state.State;
import dev.millrace.state.StateReader;
import dev.millrace.state.StateWriter;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MiniBatchTest {

  private static final int INPUTS = 2;

  private static MiniBatch filled(int rows, int capacity) {
    MiniBatch batch = new MiniBatch(INPUTS, capacity);
    for (int r = 0; r < rows; r++) {
      int row = batch.reserve(1);
      batch.rows()[row] = 10 + r;
      batch.rows()[row + 1] = 20 + r;
      batch.add(r % 3, 0.5f + r);
    }
    return batch;
  }

  private static MiniBatch copy(MiniBatch batch) {
    MiniBatch copy = new MiniBatch(INPUTS, 7);
    State.copy(v -> batch.visit(v, 0), v -> copy.visit(v, 0));
    return copy;
  }

  private static byte[] bytes(MiniBatch batch) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    batch.visit(new StateWriter(new DataOutputStream(bytes)), 0);
    return bytes.toByteArray();
  }

  @Test
  void aBatchHasRoomUntilItIsFull() {
    MiniBatch batch = filled(0, 3);
    assertThat(batch.isEmpty()).isTrue();
    assertThat(batch.floats()).isZero();
    assertThat(batch.room()).isEqualTo(3);

    batch = filled(2, 3);
    assertThat(batch.isEmpty()).isFalse();
    assertThat(batch.isFull()).isFalse();
    assertThat(batch.room()).isEqualTo(1);
    batch = filled(3, 3);
    assertThat(batch.isFull()).isTrue();
    assertThat(batch.target(2)).isEqualTo(2);
    assertThat(batch.weight(1)).isEqualTo(1.5f);
    assertThat(batch.stride()).isEqualTo(INPUTS);

    batch.clear();
    assertThat(batch.isEmpty()).isTrue();
  }

  @Test
  void theFloatsOfABatchAreThoseOfItsRows() {
    assertThat(filled(1, 7).floats()).isEqualTo(1 * (INPUTS + 2));
    assertThat(filled(3, 7).floats()).isEqualTo(3 * (INPUTS + 2));
    assertThat(filled(5, 7).floats()).isEqualTo(5 * (INPUTS + 2));
    MiniBatch batch = filled(1, 7);
    assertThat(batch.reserve(5)).isEqualTo(INPUTS);
    assertThat(batch.floats()).as("reserved rows are not yet its own").isEqualTo(INPUTS + 2);
    assertThat(batch.rows()).startsWith(10, 20);
    assertThat(copy(batch).floats()).isEqualTo(batch.floats());
  }

  @Test
  void aBatchOfMoreInputsAddsRowsWithZerosForMissingInputs() {
    MiniBatch wider = new MiniBatch(INPUTS + 1, 7);

    wider.addAll(filled(3, 7));

    assertThat(wider.size()).isEqualTo(3);
    assertThat(Arrays.copyOf(wider.rows(), 9)).containsExactly(10, 20, 0, 11, 21, 0, 12, 22, 0);
    assertThat(wider.target(1)).isEqualTo(1);
    assertThat(wider.weight(2)).isEqualTo(2.5f);
  }

  @Test
  void aBatchAndItsCopyAreWrittenAndReadUnchanged() throws IOException {
    byte[] stored = bytes(filled(5, 7));
    MiniBatch read = new MiniBatch(INPUTS, 7);

    read.visit(new StateReader(new BoundedDataInput(stored)), 3);

    assertThat(stored).hasSize(4 + 5 * (2 + INPUTS) * 4);
    assertThat(bytes(read)).isEqualTo(stored);
    assertThat(bytes(copy(filled(5, 7)))).isEqualTo(stored);
    assertThat(bytes(filled(0, 7))).containsExactly(0, 0, 0, 0);
  }

  @Test
  void damagedBytesAreRejected() throws IOException {
    byte[] stored = bytes(filled(5, 7));

    // A full one would have been learned.
    assertThatThrownBy(
            () -> new MiniBatch(INPUTS, 5).visit(new StateReader(new BoundedDataInput(stored)), 3))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("examples of a stored mini-batch: 5, where 0 to 4 are possible");
    assertThatThrownBy(
            () ->
                new MiniBatch(INPUTS, 7)
                    .visit(new StateReader(new BoundedDataInput(Arrays.copyOf(stored, 83))), 3))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("examples of a stored mini-batch: 5, where 0 to 4 are possible");
    assertThatThrownBy(
            () -> new MiniBatch(INPUTS, 7).visit(new StateReader(new BoundedDataInput(stored)), 2))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("class of an example of a stored mini-batch");
    new MiniBatch(INPUTS, 7).visit(new StateReader(new BoundedDataInput(stored)), 0);
  }
}
