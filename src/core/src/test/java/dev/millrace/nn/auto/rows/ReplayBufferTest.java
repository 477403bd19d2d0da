package dev.millrace.nn.auto.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.state.StateReader;
import dev.millrace.state.StateWriter;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ReplayBufferTest {

  private static ReplayBuffer filled(int records) {
    ReplayBuffer buffer = new ReplayBuffer(2, 40);
    for (int i = 0; i < records; i++) {
      buffer.add(new float[] {9, i, -i}, 1, i % 3, i + 0.5f, i);
    }
    return buffer;
  }

  private static byte[] bytes(ReplayBuffer buffer) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    buffer.visit(new StateWriter(new DataOutputStream(bytes)), 0);
    return bytes.toByteArray();
  }

  @Test
  void theBufferHasTheBytesOfAllRecordsUpToEightMebibytes() {
    assertThat(ReplayBuffer.bytes(2, 40)).isEqualTo(40 * (2 + 3) * 4);
    // A record of 1 MiB: 8 of them. One that is wider than all of it is kept all the same.
    assertThat(ReplayBuffer.bytes((1 << 18) - 3, 2048)).isEqualTo(8 << 20);
    assertThat(new ReplayBuffer((1 << 18) - 3, 2048).sizeAfter(100)).isEqualTo(8);
    assertThat(ReplayBuffer.bytes(3 << 20, 2048)).isEqualTo(((3 << 20) + 3) * 4);
  }

  @Test
  void theBufferGrowsWithItsRecordsUpToItsCapacity() {
    assertThat(filled(0).floats()).isEqualTo(16 * 5);
    assertThat(filled(16).floats()).isEqualTo(16 * 5);
    assertThat(filled(17).floats()).isEqualTo(32 * 5);
    assertThat(filled(33).floats()).isEqualTo(40 * 5);
    assertThat(filled(33).sizeAfter(3)).isEqualTo(36);
    assertThat(filled(33).sizeAfter(Integer.MAX_VALUE)).isEqualTo(40);
    assertThat(new ReplayBuffer(2, 3).floats()).isEqualTo(3 * 5);
  }

  @Test
  void aNewRecordTakesAFreePlaceOrReplacesAnother() {
    ReplayBuffer buffer = filled(40);
    assertThat(buffer.place(39, -1L)).isEqualTo(39);
    assertThat(buffer.place(40, 0L)).isZero();
    assertThat(buffer.place(40, -1L)).isEqualTo(39);
    assertThat(buffer.place(40, 1L << 63)).isEqualTo(20);

    buffer.add(new float[] {7, 8}, 0, 0.1, 3f, 20);

    assertThat(buffer.size()).isEqualTo(40);
    assertThat(buffer.rows()).startsWith(0, 0).containsSubsequence(7, 8);
    assertThat(buffer.rows()[buffer.offset(20) + 1]).isEqualTo(8);
    assertThat(Math.abs(buffer.target(20) - 0.1)).isLessThan(1e-15);
    assertThat(buffer.weight(20)).isEqualTo(3f);
    assertThat(buffer.target(21)).isEqualTo(21 % 3);
    assertThat(buffer.weight(19)).isEqualTo(19.5f);
  }

  @Test
  void aTargetBeyondFloatsIsTheGreatestFloat() {
    ReplayBuffer buffer = new ReplayBuffer(1, 2);

    buffer.add(new float[] {1}, 0, 1e300, 1f, 0);
    buffer.add(new float[] {1}, 0, -1e300, 1f, 1);

    assertThat(buffer.target(0)).isEqualTo(Float.MAX_VALUE);
    assertThat(buffer.target(1)).isEqualTo(-Float.MAX_VALUE);
  }

  @Test
  void storedRecordsComeBackWithRoomForMore() throws IOException {
    for (int records : new int[] {0, 16, 17, 40}) {
      ReplayBuffer restored = new ReplayBuffer(2, 40);
      restored.visit(new StateReader(new BoundedDataInput(bytes(filled(records)))), 3);

      assertThat(restored.size()).isEqualTo(records);
      assertThat(restored.floats()).isEqualTo(filled(records).floats());
      assertThat(restored.rows()).isEqualTo(filled(records).rows());
    }
  }

  @Test
  void recordsInTilesAreStoredAsOthers() throws IOException {
    for (int records : new int[] {0, 1, 16, 17, 40}) {
      ReplayBuffer tiled = new ReplayBuffer(2, 40, true);
      ReplayBuffer others = filled(records);
      for (int i = 0; i < records; i++) {
        tiled.add(new float[] {9, i, -i}, 1, i % 3, i + 0.5f, i);
        assertThat(tiled.feature(i, 1)).isEqualTo(-i);
        assertThat(tiled.rows()[tiled.offset(i) + tiled.step()]).isEqualTo(-i);
        assertThat(tiled.target(i)).isEqualTo(i % 3);
        assertThat(tiled.weight(i)).isEqualTo(i + 0.5f);
      }
      ReplayBuffer restored = new ReplayBuffer(2, 40, true);
      restored.visit(new StateReader(new BoundedDataInput(bytes(others))), 3);

      assertThat(bytes(tiled)).isEqualTo(bytes(others));
      assertThat(restored.rows()).isEqualTo(tiled.rows());
      assertThat(tiled.usedTiles()).isEqualTo((records + 15) / 16);
      assertThat(tiled.tiles()).isEqualTo(3);
    }
  }

  @Test
  void damagedRecordsAreRejected() throws IOException {
    byte[] stored = bytes(filled(17));

    assertThatThrownBy(
            () -> new ReplayBuffer(2, 16).visit(new StateReader(new BoundedDataInput(stored)), 3))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("stored records for replay");
    assertThatThrownBy(
            () -> new ReplayBuffer(2, 40).visit(new StateReader(new BoundedDataInput(stored)), 2))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("class of a stored record for replay");
    // The bytes of more records than are there are rejected before room is made for them.
    byte[] cut = Arrays.copyOf(stored, 4 + 17 * 5);
    assertThatThrownBy(
            () -> new ReplayBuffer(2, 40).visit(new StateReader(new BoundedDataInput(cut)), 3))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("stored records for replay");
    // Classes are those of classes, not of values.
    new ReplayBuffer(2, 40).visit(new StateReader(new BoundedDataInput(stored)), 0);
  }
}
