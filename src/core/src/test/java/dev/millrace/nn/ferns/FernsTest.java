package dev.millrace.nn.ferns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.nn.nominal.NominalColumns;
import dev.millrace.state.State;
import dev.millrace.state.StateReader;
import dev.millrace.state.StateWriter;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FernsTest {

  private static final Ferns.Size SIZE = new Ferns.Size(32, 5);
  private static final int RECORDS = 60;

  /** A number, an indicator that is rarely 1, a constant, and a number that is often missing. */
  private final float[][] records = records();

  private static float[][] records() {
    Random random = new Random(4);
    float[][] rows = new float[RECORDS][];
    for (int r = 0; r < RECORDS; r++) {
      float missing = r % 3 == 0 ? Float.NaN : random.nextFloat();
      rows[r] = new float[] {random.nextFloat(), r % 10 == 0 ? 1f : 0f, 7f, missing};
    }
    return rows;
  }

  private Ferns started(Ferns.Size size, int outputs) {
    Ferns ferns = new Ferns(size, 4, outputs, 5);
    ferns.start(RECORDS, (record, column) -> records[record][column], NominalColumns.NONE);
    return ferns;
  }

  private static int[] cells(Ferns ferns, float... row) {
    int[] cells = new int[ferns.count()];
    ferns.select(row, 0, cells);
    return cells;
  }

  private static float[] sums(Ferns ferns, int outputs, float... row) {
    float[] sums = new float[outputs];
    ferns.addSums(cells(ferns, row), sums, 0);
    return sums;
  }

  private static void copy(Ferns from, Ferns to) {
    State.copy(v -> from.visit(v, NominalColumns.NONE), v -> to.visit(v, NominalColumns.NONE));
  }

  private static byte[] bytes(Ferns ferns) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ferns.visit(new StateWriter(new DataOutputStream(bytes)), NominalColumns.NONE);
    return bytes.toByteArray();
  }

  @Test
  void questionsDivideTheRecordsByEveryColumnThatVaries() {
    Ferns ferns = started(SIZE, 1);

    int[] cells = cells(ferns, 0.5f, 0f, 7f, 0.5f);
    assertThat(cells(ferns, 0.5f, 1f, 7f, 0.5f)).as("the indicator").isNotEqualTo(cells);
    assertThat(cells(ferns, 0.9f, 0f, 7f, 0.5f)).as("the number").isNotEqualTo(cells);
    assertThat(cells(ferns, 0.5f, 0f, 7f, 0.9f)).as("the other number").isNotEqualTo(cells);
    assertThat(cells(ferns, 0.5f, 0f, 9f, 0.5f)).as("the constant").isEqualTo(cells);
    assertThat(cells(ferns, 0.5f, 0f, 7f, Float.NaN))
        .as("a missing value exceeds nothing")
        .isEqualTo(cells(ferns, 0.5f, 0f, 7f, Float.NEGATIVE_INFINITY));
    for (int question = 0; question < SIZE.count(); question++) {
      int own = question;
      long answers =
          Arrays.stream(records).mapToInt(row -> cells(ferns, row)[own]).distinct().count();
      assertThat(answers).as("cells of fern %d", own).isGreaterThan(1);
    }
  }

  @Test
  void onlyTheOrderOfValuesCounts() {
    Ferns ferns = started(SIZE, 1);
    Ferns ofCubes = new Ferns(SIZE, 4, 1, 5);
    ofCubes.start(RECORDS, (record, column) -> cube(records[record][column]), NominalColumns.NONE);

    for (float[] row : records) {
      float[] cubes = {cube(row[0]), cube(row[1]), cube(row[2]), cube(row[3])};
      assertThat(cells(ofCubes, cubes)).isEqualTo(cells(ferns, row));
    }
  }

  private static float cube(float value) {
    return value * value * value;
  }

  @Test
  void recordsThatAreAllEqualSelectTheSameCells() {
    Ferns ferns = new Ferns(SIZE, 2, 1, 5);
    ferns.start(3, (record, column) -> column == 0 ? 1f : Float.NaN, NominalColumns.NONE);

    assertThat(cells(ferns, 100f, 100f)).isEqualTo(cells(ferns, -100f, Float.NaN));
  }

  @Test
  void stepsMoveTheSumsOfLikeRecordsMost() {
    Ferns ferns = started(SIZE, 2);
    float[] row = {0.5f, 0f, 7f, 0.5f};

    ferns.step(cells(ferns, row), new float[] {-0.5f, 0.25f});

    assertThat(sums(ferns, 2, row)).containsExactly(16f, -8f);
    float[] like = sums(ferns, 2, 0.51f, 0f, 7f, 0.5f);
    float[] unlike = sums(ferns, 2, 0.95f, 1f, 7f, Float.NaN);
    assertThat(like[0]).isGreaterThan(unlike[0] + 8f);
    assertThat(like[1]).isLessThan(unlike[1] - 4f);
  }

  @Test
  void newOutputsStartAtZero() {
    Ferns ferns = started(SIZE, 2);
    float[] row = {0.5f, 0f, 7f, 0.5f};
    ferns.step(cells(ferns, row), new float[] {-0.5f, 0.25f});

    ferns.widen(3);

    assertThat(sums(ferns, 3, row)).containsExactly(16f, -8f, 0f);
  }

  @Test
  void dropsTheLastQuestionsAtTheLimitOfMemory() throws IOException {
    Ferns.Size deep = new Ferns.Size(16, 16);
    Ferns ferns = started(deep, 1);
    float[] row = {0.5f, 0f, 7f, 0.5f};
    ferns.step(cells(ferns, row), new float[] {-1f});
    assertThat(ferns.memoryBytes()).isEqualTo(deep.bytes(1)).isLessThan(5 << 20);

    ferns.widen(3);

    assertThat(ferns.memoryBytes()).isEqualTo(deep.bytes(3)).isLessThan(5 << 20);
    // Two questions fewer: four cells became one, of which one had been selected; two cells of the
    // two ferns that had asked one question less.
    assertThat(sums(ferns, 3, row)).containsExactly(4.5f, 0f, 0f);
    Ferns restored = new Ferns(deep, 4, 3, 5);
    restored.visit(new StateReader(new BoundedDataInput(bytes(ferns))), NominalColumns.NONE);
    assertThat(bytes(restored)).isEqualTo(bytes(ferns));
  }

  /** A number, then nominal columns of 5, 5 and 20 values. */
  private static float[][] nominalRecords() {
    Random random = new Random(4);
    float[][] rows = new float[RECORDS][31 + 3];
    for (float[] row : rows) {
      row[0] = random.nextFloat();
      row[1 + random.nextInt(5)] = 1f;
      row[6 + random.nextInt(5)] = 1f;
      row[11 + random.nextInt(20)] = 1f;
    }
    return rows;
  }

  @Test
  void nominalColumnsOfFewValuesAreAskedForTheirValue() throws IOException {
    float[][] rows = nominalRecords();
    NominalColumns nominal =
        NominalColumns.among(31, column -> column > 0, RECORDS, (r, column) -> rows[r][column]);
    assertThat(nominal.count()).isEqualTo(3);
    Ferns.Size size = new Ferns.Size(32, 7);
    Ferns ferns = new Ferns(size, 31, 2, 5);
    ferns.start(RECORDS, (r, column) -> rows[r][column], nominal);

    int bothColumns = 0;
    for (float[] row : rows) {
      nominal.addCodes(row, 31);
    }
    for (int f = 0; f < size.count(); f++) {
      int fern = f;
      long cells = Arrays.stream(rows).mapToInt(row -> cells(ferns, row)[fern]).distinct().count();
      // Sixty records do not have all pairs of values.
      bothColumns += cells >= 15 ? 1 : 0;
      for (float[] row : rows) {
        assertThat(cells(ferns, row)[f]).isBetween((f << 7) * 2, (((f + 1) << 7) - 1) * 2);
      }
    }
    assertThat(bothColumns).isGreaterThan(16);
    ferns.step(cells(ferns, rows[0]), new float[] {-0.5f, 0.25f});

    Ferns restored = new Ferns(size, 31, 2, 5);
    restored.visit(new StateReader(new BoundedDataInput(bytes(ferns))), nominal);
    assertThat(bytes(restored)).isEqualTo(bytes(ferns));
    for (float[] row : rows) {
      assertThat(sums(restored, 2, row)).isEqualTo(sums(ferns, 2, row));
    }
    assertThatThrownBy(
            () ->
                restored.visit(
                    new StateReader(new BoundedDataInput(bytes(ferns))), NominalColumns.NONE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("column of a stored question");
    NominalColumns larger =
        NominalColumns.among(31, column -> column > 0, 30, (r, column) -> column == r + 1 ? 1 : 0);
    assertThatThrownBy(
            () ->
                restored.visit(
                    new StateReader(new BoundedDataInput(onlyFirstColumn(bytes(ferns)))), larger))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("last cell of a stored fern");
  }

  /** Questions of 32 ferns of depth 7 about any nominal column become those about the first. */
  private static byte[] onlyFirstColumn(byte[] stored) {
    ByteBuffer bytes = ByteBuffer.wrap(stored);
    for (int q = 0; q < 32 * 7; q++) {
      if (bytes.getInt(4 + 8 * q) > 31) {
        bytes.putInt(4 + 8 * q, 31);
      }
    }
    return stored;
  }

  @Test
  void dropsNominalQuestionsAtTheLimitOfMemory() {
    float[][] rows = nominalRecords();
    NominalColumns nominal =
        NominalColumns.among(31, column -> column > 0, RECORDS, (r, column) -> rows[r][column]);
    Ferns ferns = new Ferns(new Ferns.Size(256, 7), 31, 32, 5);
    ferns.start(RECORDS, (r, column) -> rows[r][column], nominal);
    for (float[] row : rows) {
      nominal.addCodes(row, 31);
      float[] steps = new float[32];
      steps[0] = -1f;
      ferns.step(cells(ferns, row), steps);
    }
    double before = Arrays.stream(rows).mapToDouble(row -> sums(ferns, 32, row)[0]).sum();

    ferns.widen(33);

    double after = Arrays.stream(rows).mapToDouble(row -> sums(ferns, 33, row)[0]).sum();
    // Half as many cells or fewer: more records select a cell, and its weight is a mean.
    assertThat(after).isBetween(0.2 * before, before);
    assertThat(sums(ferns, 33, rows[0])[32]).isZero();
  }

  @Test
  void storedStateIsRestored() throws IOException {
    Ferns none = new Ferns(SIZE, 4, 2, 5);
    assertThat(none.memoryBytes()).isZero();
    assertThat(bytes(none)).hasSize(4);
    Ferns restored = new Ferns(SIZE, 4, 2, 5);
    restored.visit(new StateReader(new BoundedDataInput(bytes(none))), NominalColumns.NONE);
    assertThat(restored.hasStarted()).isFalse();

    Ferns ferns = started(SIZE, 2);
    int untouched = bytes(ferns).length;
    ferns.step(cells(ferns, 0.5f, 0f, 7f, 0.5f), new float[] {-0.5f, 0.25f});
    byte[] stored = bytes(ferns);
    assertThat(stored).as("only cells that were selected").hasSize(untouched + 32 * 2 * 4);
    restored.visit(new StateReader(new BoundedDataInput(stored)), NominalColumns.NONE);

    assertThat(bytes(restored)).isEqualTo(stored);
    assertThat(restored.memoryBytes()).isEqualTo(SIZE.bytes(2));
    for (float[] row : records) {
      assertThat(cells(restored, row)).isEqualTo(cells(ferns, row));
      assertThat(sums(restored, 2, row)).isEqualTo(sums(ferns, 2, row));
    }
  }

  @Test
  void aCopyIsIndependentAndDrawsOtherQuestionsIfItHasNotStarted() {
    float[] row = {0.5f, 0f, 7f, 0.5f};
    Ferns none = new Ferns(SIZE, 4, 1, 5);
    Ferns other = new Ferns(SIZE, 4, 1, 6);
    copy(none, other);
    other.start(RECORDS, (record, column) -> records[record][column], NominalColumns.NONE);
    Ferns ferns = started(SIZE, 1);
    Ferns copy = new Ferns(SIZE, 4, 1, 6);
    copy(ferns, copy);

    copy.step(cells(copy, row), new float[] {-1f});

    assertThat(cells(copy, row)).isEqualTo(cells(ferns, row)).isNotEqualTo(cells(other, row));
    assertThat(sums(copy, 1, row)[0]).isCloseTo(32f, within(1e-4f));
    assertThat(sums(ferns, 1, row)).containsExactly(0f);
  }

  @Test
  void damagedBytesAreRejected() throws IOException {
    byte[] stored = bytes(started(SIZE, 2));

    assertThatThrownBy(() -> read(damaged(stored, 3, 6)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("stored questions of a fern: 6");
    assertThatThrownBy(() -> read(damaged(stored, 7, 4)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("column of a stored question");
    assertThatThrownBy(() -> read(Arrays.copyOf(stored, stored.length - 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("stored ferns");
  }

  private static void read(byte[] stored) throws IOException {
    new Ferns(SIZE, 4, 2, 5)
        .visit(new StateReader(new BoundedDataInput(stored)), NominalColumns.NONE);
  }

  private static byte[] damaged(byte[] stored, int at, int value) {
    byte[] damaged = stored.clone();
    damaged[at] = (byte) value;
    return damaged;
  }

  @Test
  void aWeightThatIsNotFiniteIsFound() {
    Ferns ferns = started(SIZE, 1);
    assertThat(State.isFinite(v -> ferns.visit(v, NominalColumns.NONE))).isTrue();

    ferns.step(cells(ferns, 0.5f, 0f, 7f, 0.5f), new float[] {Float.NaN});

    assertThat(State.isFinite(v -> ferns.visit(v, NominalColumns.NONE))).isFalse();
  }
}
