package dev.millrace.eval.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.FeatureSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.report.ModelEvent.InputDrift;
import dev.millrace.report.ModelEvent.InputDrift.Measure;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputDriftDetectorTest {
  private static final int START = 5_000;

  /** Fills the features of a record. */
  private interface Stream {
    void fill(float[] row, int record, Random random);
  }

  /** A drift, and the record after which it was found. */
  private record Found(int record, InputDrift drift) {}

  private static InputDriftDetector detector(InputSpec input, int inputs) {
    return Objects.requireNonNull(
        InputDriftDetector.create(InputDriftSpec.DEFAULT, InputColumns.of(input, inputs)));
  }

  private static InputDriftDetector detector(int inputs) {
    return detector(InputSpec.DEFAULT, inputs);
  }

  private static List<Found> run(InputDriftDetector detector, int inputs, int records, Stream of) {
    List<Found> found = new ArrayList<>();
    Random random = new Random(1);
    float[] row = new float[inputs];
    for (int record = 1; record <= records; record++) {
      of.fill(row, record, random);
      for (InputDrift drift : detector.add(row, 1, inputs)) {
        found.add(new Found(record, drift));
      }
    }
    return found;
  }

  private static void fillNormal(float[] row, int record, Random random) {
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) random.nextGaussian();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 50})
  void aStableStreamHasNoDriftWhateverItsNumberOfColumns(int columns) {
    assertThat(run(detector(columns), columns, 200_000, InputDriftDetectorTest::fillNormal))
        .isEmpty();
  }

  @Test
  void rareValuesMissingOnesAndHeavyTailsAreNoDrift() {
    Stream stream =
        (row, record, random) -> {
          row[0] = random.nextInt(100) == 0 ? 1 : 0;
          row[1] = random.nextInt(1_000) == 0 ? Float.NaN : random.nextInt(5);
          row[2] = (float) StrictMath.exp(2 * random.nextGaussian());
          row[3] = 7;
        };

    assertThat(run(detector(4), 4, 200_000, stream)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0.5, 1200", "1, 300", "2, 100"})
  void aShiftIsFoundOnceAndSoonerTheLargerItIs(float deviations, int within) {
    List<Found> found =
        run(
            detector(8),
            8,
            START + 20_000,
            (row, record, random) -> {
              fillNormal(row, record, random);
              row[3] += record > START ? deviations : 0;
            });

    assertThat(found).hasSize(1);
    assertThat(found.get(0).record()).isBetween(START + 1, START + within);
    InputDrift drift = found.get(0).drift();
    assertThat(drift.column()).isEqualTo("input 3");
    assertThat(drift.measure()).isEqualTo(Measure.MEAN);
    assertThat(drift.reference()).isCloseTo(0, within(0.1));
    assertThat(drift.recent()).isGreaterThan(deviations / 3);
    assertThat(drift.score()).isGreaterThan(0.1);
  }

  @Test
  void aColumnThatGoesMissingIsFoundWithinAWindow() {
    List<Found> found =
        run(
            detector(2),
            2,
            START + 20_000,
            (row, record, random) -> {
              fillNormal(row, record, random);
              row[1] = record > START ? Float.NaN : row[1];
            });

    assertThat(found).hasSize(1);
    assertThat(found.get(0).record()).isLessThanOrEqualTo(START + 2 * ColumnDrift.WINDOW);
    assertThat(found.get(0).drift().measure()).isEqualTo(Measure.MISSING);
    assertThat(found.get(0).drift().reference()).isZero();
    assertThat(found.get(0).drift().recent()).isGreaterThan(0.1);
  }

  @Test
  void aWiderScaleIsFoundAndNamedByTheDeviation() {
    List<Found> found =
        run(
            detector(1),
            1,
            START + 20_000,
            (row, record, random) ->
                row[0] = (float) (1e6 + random.nextGaussian() * (record > START ? 3 : 1)));

    assertThat(found).hasSize(1);
    InputDrift drift = found.get(0).drift();
    assertThat(drift.measure()).isEqualTo(Measure.DEVIATION);
    assertThat(drift.reference()).isCloseTo(1, within(0.1));
    assertThat(drift.recent()).isGreaterThan(1.5);
  }

  @Test
  void aConstantThatChangesIsFound() {
    List<Found> found =
        run(
            detector(1),
            1,
            START + 20_000,
            (row, record, random) -> row[0] = record > START ? 5 : 4);

    assertThat(found).hasSize(1);
  }

  @Test
  void declaredColumnsAreComparedByTheirTypes() {
    InputSpec input =
        InputSpec.DEFAULT.with(
            to ->
                to.features =
                    List.of(
                        new FeatureSpec("when", FeatureSpec.Type.TIME, false, List.of(), 0),
                        new FeatureSpec("far", FeatureSpec.Type.BOOLEAN, true, List.of(), 0),
                        new FeatureSpec(
                            "kind", FeatureSpec.Type.ONE_HOT, false, List.of("a", "b"), 0)));
    List<Found> found =
        run(
            detector(input, 8),
            8,
            START + 20_000,
            (row, record, random) -> {
              boolean isAfter = record > START;
              row[0] = record; // a time moves on
              row[4] = random.nextInt(10) < (isAfter ? 8 : 2) ? 1 : 0;
              boolean isOther = random.nextInt(10) < (isAfter ? 8 : 1);
              row[6] = !isOther && record % 2 == 0 ? 1 : 0;
              row[7] = !isOther && record % 2 == 1 ? 1 : 0;
            });

    assertThat(found).extracting(one -> one.drift().column()).containsExactly("far", "kind");
    assertThat(found.get(0).drift().measure()).isEqualTo(Measure.SHARE);
    assertThat(found.get(0).drift().value()).isEqualTo("true");
    assertThat(found.get(0).drift().reference()).isCloseTo(0.2, within(0.05));
    assertThat(found.get(1).drift().value()).as("none of the values").isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 288, 1_440, 10_000, 86_400})
  void anHourOfTheDayHasFewDriftsWhateverTheNumberOfRecordsADay(int recordsOfDay) {
    List<Found> found =
        run(
            detector(1),
            1,
            500_000,
            (row, record, random) ->
                row[0] = (int) ((long) record % recordsOfDay * 24 / recordsOfDay));

    assertThat(found).hasSizeLessThanOrEqualTo(12);
  }

  @Test
  void aCounterAndAWalkHaveFewDrifts() {
    float[] walk = new float[1];
    List<Found> found =
        run(
            detector(2),
            2,
            200_000,
            (row, record, random) -> {
              row[0] = record;
              walk[0] += (float) random.nextGaussian();
              row[1] = walk[0];
            });

    assertThat(found).hasSizeLessThanOrEqualTo(20);
  }

  @Test
  void storedAndCopiedDetectorsGoOnAsIfNeverStopped() throws IOException {
    InputDriftDetector whole = detector(3);
    InputDriftDetector cut = detector(3);
    InputDriftDetector copied = detector(3);
    Random random = new Random(7);
    float[] row = new float[3];
    for (int record = 0; record < 4_000; record++) {
      fillNormal(row, record, random);
      row[0] += record > 2_500 ? 2 : 0;
      row[2] = record % 7 == 0 ? Float.NaN : row[2];
      List<InputDrift> expected = whole.add(row, 1, 3);
      assertThat(cut.add(row, 1, 3)).isEqualTo(expected);
      assertThat(copied.add(row, 1, 3)).isEqualTo(expected);
      if (record % 37 == 0) {
        cut = read(write(cut), 3);
        InputDriftDetector before = copied;
        copied = copied.copy();
        before.add(new float[] {9, 9, 9}, 1, 3);
      }
    }
    assertThat(whole.drifts()).isEqualTo(1);
    assertThat(write(cut)).isEqualTo(write(whole));
    assertThat(write(copied)).isEqualTo(write(whole));
    assertThat(cut.report()).isEqualTo(whole.report());
  }

  @Test
  void rowsTogetherAndAloneAreTheSame() throws IOException {
    InputDriftDetector alone = detector(2);
    InputDriftDetector together = detector(2);
    Random random = new Random(3);
    for (int left = 3_000; left > 0; ) {
      int rows = Math.min(together.untilComparison(), 1 + random.nextInt(20));
      float[] values = new float[2 * rows];
      fillNormal(values, 0, random);
      List<InputDrift> found = together.add(values, rows, 2);
      List<InputDrift> expected = List.of();
      for (int row = 0; row < rows; row++) {
        expected = alone.add(new float[] {values[2 * row], values[2 * row + 1]}, 1, 2);
      }
      assertThat(found).isEqualTo(expected);
      left -= rows;
    }
    assertThat(write(together)).isEqualTo(write(alone));
  }

  @Test
  void aDetectorGoesOnWithTheColumnsThatAreStillThere() throws IOException {
    InputDriftDetector detector = detector(2);
    run(detector, 2, 3_000, InputDriftDetectorTest::fillNormal);

    InputDriftDetector grown = read(write(detector), 3);
    List<Found> found =
        run(
            grown,
            3,
            200,
            (row, record, random) -> {
              fillNormal(row, record, random);
              row[1] += 3;
            });

    assertThat(found).extracting(one -> one.drift().column()).containsExactly("input 1");
    assertThat(read(write(detector), 1).report().drifts()).isZero();
  }

  @Test
  void theReportNamesTheColumnThatDiffersMost() {
    InputDriftDetector detector = detector(2);
    assertThat(detector.report().column()).isNull();

    run(
        detector,
        2,
        6_000,
        (row, record, random) -> {
          fillNormal(row, record, random);
          row[1] += record > 5_120 ? 0.3f : 0; // too little for a drift
        });

    assertThat(detector.report().column()).isEqualTo("input 1");
    assertThat(detector.report().score()).isBetween(0.02, 0.2);
  }

  private static byte[] write(InputDriftDetector detector) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    detector.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static InputDriftDetector read(byte[] bytes, int inputs) throws IOException {
    BoundedDataInput in = new BoundedDataInput(bytes);
    InputDriftDetector read =
        InputDriftDetector.read(
            in, InputDriftSpec.DEFAULT, InputColumns.of(InputSpec.DEFAULT, inputs));
    assertThat(in.left()).isZero();
    return Objects.requireNonNull(read);
  }
}
