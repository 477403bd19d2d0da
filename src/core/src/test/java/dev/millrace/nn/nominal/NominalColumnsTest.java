package dev.millrace.nn.nominal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NominalColumnsTest {

  private static final int INPUTS = 9;

  /**
   * A number; three values, of which one is always known; a number; two values, of which none may
   * be known; a mark; a number that is an indicator of nothing.
   */
  private static final float[][] RECORDS = {
    {0.5f, 1, 0, 0, 7f, 1, 0, 0, 0},
    {0.1f, 0, 1, 0, 1f, 0, 1, 1, 1},
    {0.9f, 0, 0, 1, 2f, 0, 0, 1, 1},
    {0.2f, 0, 1, 0, 7f, 1, 0, 1, 0},
  };

  private final NominalColumns columns =
      NominalColumns.among(
          INPUTS,
          column -> column != 0 && column != 4 && column != 8,
          RECORDS.length,
          (record, column) -> RECORDS[record][column]);

  private static float[] codes(NominalColumns columns, float... row) {
    float[] coded = Arrays.copyOf(row, INPUTS + columns.count());
    columns.addCodes(coded, INPUTS);
    assertThat(Arrays.copyOf(coded, INPUTS)).isEqualTo(row);
    return Arrays.copyOfRange(coded, INPUTS, coded.length);
  }

  @Test
  void neighbouringIndicatorsThatExcludeEachOtherAreOneColumn() {
    assertThat(columns.count()).isEqualTo(3);
    assertThat(columns.values(0)).isEqualTo(3);
    assertThat(columns.values(1)).as("with none").isEqualTo(3);
    assertThat(columns.values(2)).as("the mark").isEqualTo(2);
    assertThat(columns.begin(1)).isEqualTo(5);
    assertThat(columns.end(1)).isEqualTo(7);
    assertThat(columns.places(INPUTS)).containsExactly(0, 9, 4, 10, 7, 8);
  }

  @Test
  void aValueHasACode() {
    assertThat(codes(columns, RECORDS[0])).containsExactly(1, 1, 0);
    assertThat(codes(columns, RECORDS[1])).as("the most frequent").containsExactly(0, 2, 1);
    assertThat(codes(columns, RECORDS[2])).containsExactly(2, 0, 1);
    assertThat(codes(columns, 0, 0, 0, 0, 0, 1, 1, 0, 0)).as("two").containsExactly(0, 1, 0);
  }

  @Test
  void anUnknownValueCountsAsTheMostFrequentOne() {
    float[] row = new float[INPUTS];
    assertThat(codes(columns, row)).containsExactly(0, 0, 0);
    row[1] = Float.NaN;
    row[3] = 1f;
    row[5] = Float.NaN;
    row[6] = 1f;
    assertThat(codes(columns, row)).containsExactly(2, 2, 0);
  }

  @Test
  void anIndicatorThatIsNeverSeenIsAColumnOfItsOwn() {
    NominalColumns columns =
        NominalColumns.among(
            4, column -> true, 3, (record, column) -> record == column - 1 ? 1 : 0);

    assertThat(columns.count()).isEqualTo(2);
    assertThat(columns.places(4)).containsExactly(0, 5);
  }

  @Test
  void twoIndicatorsOfTwoValuesAreOneQuestion() {
    NominalColumns two =
        NominalColumns.among(2, column -> true, 2, (record, column) -> record == column ? 1 : 0);

    assertThat(two.values(0)).isEqualTo(2);
    assertThat(two.places(2)).containsExactly(1);
  }

  @Test
  void withoutIndicatorsNoColumnIsNominal() {
    NominalColumns none = NominalColumns.among(3, column -> false, 1, (record, column) -> 1);

    assertThat(none.isEmpty()).isTrue();
    assertThat(none.places(3)).containsExactly(0, 1, 2);
  }

  @Test
  void storedStateIsRestored() throws IOException {
    byte[] stored = bytes(columns);

    NominalColumns restored = NominalColumns.read(new BoundedDataInput(stored), INPUTS);

    assertThat(bytes(restored)).isEqualTo(stored);
    for (float[] row : RECORDS) {
      assertThat(codes(restored, row)).isEqualTo(codes(columns, row));
    }
    assertThat(NominalColumns.read(new BoundedDataInput(bytes(NominalColumns.NONE)), INPUTS))
        .isSameAs(NominalColumns.NONE);
  }

  @Test
  void damagedBytesAreRejected() throws IOException {
    byte[] stored = bytes(columns);
    for (int[] damage : new int[][] {{3, 10}, {7, 9}, {11, 1}, {11, 10}, {15, 5}, {19, 3}}) {
      byte[] damaged = stored.clone();
      damaged[damage[0]] = (byte) damage[1];
      assertThatThrownBy(() -> NominalColumns.read(new BoundedDataInput(damaged), INPUTS))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("nominal column");
    }
  }

  private static byte[] bytes(NominalColumns columns) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    columns.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
