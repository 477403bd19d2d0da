package dev.millrace.derived;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.IdHash;
import dev.millrace.input.CarriedColumn;
import dev.millrace.input.DerivedFeature;
import dev.millrace.input.DerivedFeature.Aggregate;
import dev.millrace.input.DerivedFeature.Lags;
import dev.millrace.input.DerivedFeature.Since;
import dev.millrace.input.DerivedFeature.Smoothed;
import dev.millrace.input.DerivedFeature.Unit;
import dev.millrace.input.DerivedFeature.Window;
import dev.millrace.input.InputSpec;
import dev.millrace.state.State;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Each feature against its definition, computed from all records that came before. */
class DerivedStateTest {
  private static final long HOUR = 3_600_000L;
  private static final List<Aggregate> ALL_FUNCTIONS = List.of(Aggregate.values());

  /** A record, as a test sees it. */
  private record Row(String card, double amount, long time) {}

  @Test
  void lagsAreTheValuesOfEarlierRecords() {
    DerivedState state = state(feature("amount", new Lags(List.of(1L, 3L), false, false)));

    assertThat(next(state, "a", 10, 0)).containsExactly(Float.NaN, Float.NaN);
    assertThat(next(state, "a", 20, 1)).containsExactly(10, Float.NaN);
    assertThat(next(state, "a", 30, 2)).containsExactly(20, Float.NaN);
    assertThat(next(state, "a", 40, 3)).containsExactly(30, 10);
    assertThat(next(state, "a", Double.NaN, 4)).containsExactly(40, 20);
    assertThat(next(state, "a", 60, 5)).as("a missing value is no value").containsExactly(40, 20);
  }

  @Test
  void aChangeIsTheDifferenceToAnEarlierValue() {
    DerivedState state = state(feature("amount", new Lags(List.of(1L, 2L), false, true)));

    next(state, "a", 10, 0);
    assertThat(next(state, "a", 25, 1)).containsExactly(15, Float.NaN);
    assertThat(next(state, "a", 35, 2)).containsExactly(10, 25);
  }

  @Test
  void aChangeOfLabelsIsThatOfTheLastOneThatIsKnown() {
    DerivedState state = state(feature("label", new Lags(List.of(1L), false, true)));
    long[] carried = {};

    state.addLabel(carried, 0, 5);
    assertThat(state.compute(carried, 1)).containsExactly(Float.NaN);
    state.addLabel(carried, 1, 8);
    assertThat(state.compute(carried, 2)).containsExactly(3);
  }

  @Test
  void aLagInTimeIsTheLastValueThatIsThatOld() {
    DerivedState state = state(feature("amount", new Lags(List.of(HOUR, 24 * HOUR), true, false)));
    SplittableRandom random = new SplittableRandom(1);
    List<Row> before = new ArrayList<>();
    long time = 0;
    for (int i = 0; i < 2_000; i++) {
      time += 24 * HOUR / 512 + 1 + random.nextLong(HOUR / 2); // at most one in a part
      double amount = random.nextInt(1_000);
      float[] lags = next(state, "a", amount, time);

      assertThat(lags[0]).isEqualTo((Float) lastUntil(before, time - HOUR));
      assertThat(lags[1]).isEqualTo((Float) lastUntil(before, time - 24 * HOUR));
      before.add(new Row("a", amount, time));
    }
  }

  private static float lastUntil(List<Row> rows, long time) {
    float last = Float.NaN;
    for (Row row : rows) {
      last = row.time() <= time ? (float) row.amount() : last;
    }
    return last;
  }

  @Test
  void aWindowOfRecordsHasTheLastOnes() {
    DerivedState state = state(feature("amount", new Window(20, Unit.RECORDS, ALL_FUNCTIONS, 0)));
    SplittableRandom random = new SplittableRandom(2);
    List<Row> before = new ArrayList<>();
    long time = 1_000_000;
    for (int i = 0; i < 200; i++) {
      time += 1 + random.nextLong(60_000);
      double amount = random.nextInt(5);
      float[] features = next(state, "a", amount, time).clone();

      List<Row> window = before.subList(Math.max(0, before.size() - 20), before.size());
      double seconds = window.isEmpty() ? 0 : (time - window.get(0).time()) / 1000.0;
      assertFunctions(features, window, seconds);
      before.add(new Row("a", amount, time));
    }
  }

  @Test
  void aWindowInTimeHasTheRecordsOfThePanesThatItReachesBackTo() {
    DerivedState state =
        state(feature("amount", new Window(24 * HOUR, Unit.MILLIS, ALL_FUNCTIONS, 0)));
    SplittableRandom random = new SplittableRandom(3);
    List<Row> before = new ArrayList<>();
    long time = 1_000 * HOUR;
    for (int i = 0; i < 1_000; i++) {
      time += random.nextInt(50) == 0 ? random.nextLong(40 * HOUR) : random.nextLong(HOUR);
      double amount = random.nextInt(9);
      float[] features = next(state, "a", amount, time).clone();

      long start = (time / HOUR - 23) * HOUR;
      assertFunctions(
          features, before.stream().filter(row -> row.time() >= start).toList(), 24 * 3600);
      before.add(new Row("a", amount, time));
    }
  }

  private static void assertFunctions(float[] features, List<Row> window, double seconds) {
    double[] values = window.stream().mapToDouble(Row::amount).toArray();
    double sum = 0;
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      sum += value;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    int count = values.length;
    double squares = 0;
    for (double value : values) {
      squares += (value - sum / count) * (value - sum / count);
    }
    assertThat(features[Aggregate.COUNT.ordinal()]).isEqualTo(count);
    assertThat(features[Aggregate.SUM.ordinal()]).isCloseTo((float) sum, within(1e-3f));
    if (count == 0) {
      assertThat(features[Aggregate.MEAN.ordinal()]).isNaN();
      assertThat(features[Aggregate.MIN.ordinal()]).isNaN();
      assertThat(features[Aggregate.STD.ordinal()]).isNaN();
      return;
    }
    assertThat(features[Aggregate.MEAN.ordinal()]).isCloseTo((float) (sum / count), within(1e-5f));
    assertThat(features[Aggregate.MIN.ordinal()]).isEqualTo((float) min);
    assertThat(features[Aggregate.MAX.ordinal()]).isEqualTo((float) max);
    assertThat(features[Aggregate.STD.ordinal()])
        .isCloseTo((float) Math.sqrt(squares / count), within(1e-4f));
    long distinct = window.stream().mapToDouble(Row::amount).distinct().count();
    assertThat(features[Aggregate.DISTINCT.ordinal()]).isCloseTo((float) distinct, within(1f));
    if (seconds > 0) {
      assertThat(features[Aggregate.RATE.ordinal()])
          .isCloseTo((float) (count / seconds), within(1e-5f));
    }
  }

  @Test
  void manyDifferentValuesAreCountedWithinATenth() {
    for (int distinct : new int[] {1, 10, 100, 300}) {
      DerivedState state =
          state(feature("card", new Window(HOUR, Unit.MILLIS, List.of(Aggregate.DISTINCT), 0)));
      for (int i = 0; i < 4 * distinct; i++) {
        state.add(carried("card-" + i % distinct, 1), 0);
      }
      assertThat(state.compute(carried("x", 1), 1)[0])
          .isCloseTo(distinct, within(Math.max(1f, 0.1f * distinct)));
    }
  }

  @Test
  void recordsAreGroupedByOtherColumns() {
    DerivedState state =
        state(
            feature(
                "amount",
                new Window(0, Unit.ALL, List.of(Aggregate.COUNT, Aggregate.MEAN), 0),
                "card"));

    next(state, "a", 10, 0);
    next(state, "b", 50, 1);
    assertThat(next(state, "a", 20, 2)).containsExactly(1, 10);
    assertThat(next(state, "b", 70, 3)).containsExactly(1, 50);
    assertThat(next(state, "a", 0, 4)).containsExactly(2, 15);
    assertThat(next(state, "c", 0, 5)).containsExactly(0, Float.NaN);
  }

  @Test
  void recordsAreGroupedByPartsOfTheTime() {
    DerivedState state =
        state(
            feature(
                "amount",
                new Window(0, Unit.ALL, List.of(Aggregate.MEAN), 0),
                "card",
                "hour-of-day"));

    next(state, "a", 10, 9 * HOUR);
    next(state, "a", 30, 10 * HOUR);
    next(state, "b", 70, 10 * HOUR);
    assertThat(next(state, "a", 0, (24 + 9) * HOUR)).containsExactly(10);
    assertThat(next(state, "a", 0, (24 + 10) * HOUR)).containsExactly(30);
    assertThat(next(state, "a", 0, (24 + 11) * HOUR)).containsExactly(Float.NaN);
  }

  @Test
  void aSmoothedMeanStartsAtTheMeanOfAllGroups() {
    DerivedState state =
        state(feature("amount", new Window(0, Unit.ALL, List.of(Aggregate.MEAN), 4), "card"));

    next(state, "a", 10, 0);
    next(state, "b", 20, 1);
    assertThat(next(state, "c", 0, 2)).containsExactly(15);
    assertThat(state.compute(carried("a", 0), 3)[0]).isEqualTo((10 + 4 * 10f) / 5);
  }

  @Test
  void exponentialWeightsHalveWithTheHalfLife() {
    DerivedState byRecords =
        state(feature("amount", new Smoothed(1, false, List.of(Aggregate.MEAN, Aggregate.COUNT))));
    next(byRecords, "a", 10, 0);
    next(byRecords, "a", 40, 1);
    assertThat(byRecords.compute(carried("a", 0), 2)).containsExactly(30, 1.5f);

    DerivedState byTime =
        state(
            feature(
                "amount",
                new Smoothed(HOUR, true, List.of(Aggregate.MEAN, Aggregate.STD, Aggregate.COUNT))));
    next(byTime, "a", 10, 0);
    next(byTime, "a", 40, HOUR);
    float[] features = byTime.compute(carried("a", 0), 2 * HOUR);
    assertThat(features[0]).isEqualTo(30);
    assertThat(features[1]).isCloseTo((float) Math.sqrt(200), within(1e-4f));
    assertThat(features[2]).isEqualTo(0.75f);
  }

  @Test
  void theTimeSinceTheLastRecordIsInSeconds() {
    DerivedState state = state(new DerivedFeature(null, List.of("card"), new Since()));

    assertThat(next(state, "a", 0, 1_000)).containsExactly(Float.NaN);
    assertThat(next(state, "b", 0, 5_000)).containsExactly(Float.NaN);
    assertThat(next(state, "a", 0, 7_500)).containsExactly(6.5f);
  }

  @Test
  void aRecordOfAnEarlierTimeCountsAsIfItCameAtTheLatestOne() {
    DerivedState state =
        state(
            feature("amount", new Window(HOUR, Unit.MILLIS, List.of(Aggregate.COUNT), 0)),
            new DerivedFeature(null, List.of(), new Since()));

    next(state, "a", 1, 10 * HOUR);
    assertThat(next(state, "a", 1, 2 * HOUR)).containsExactly(1, 0);
    assertThat(next(state, "a", 1, 10 * HOUR + 1)).containsExactly(2, 0.001f);
  }

  @Test
  void theGroupThatWasUsedLeastRecentlyIsForgotten() {
    DerivedState state =
        state(3, feature("amount", new Window(0, Unit.ALL, List.of(Aggregate.COUNT), 0), "card"));

    for (String card : List.of("a", "b", "c", "a", "d")) {
      next(state, card, 1, 0);
    }
    assertThat(state.compute(carried("a", 1), 0)).containsExactly(2);
    assertThat(state.compute(carried("b", 1), 0)).containsExactly(0);
    assertThat(state.compute(carried("c", 1), 0)).containsExactly(1);
    assertThat(state.compute(carried("d", 1), 0)).containsExactly(1);
  }

  @Test
  void aLabelThatHasNotComeChangesNothing() {
    DerivedFeature means =
        feature(
            "label", new Window(0, Unit.ALL, List.of(Aggregate.MEAN, Aggregate.COUNT), 2), "card");
    DerivedState state = state(means);
    DerivedState other = state(means);
    SplittableRandom random = new SplittableRandom(4);
    int delay = 30;
    List<long[]> rows = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      rows.add(carried("card-" + random.nextInt(5), 0));
      if (i == 250) {
        // From here on the labels differ, and those of the last 30 rows are not known yet.
        assertThat(state.compute(rows.get(i), i)).isEqualTo(other.compute(rows.get(i), i));
      }
      state.add(rows.get(i), i);
      other.add(rows.get(i), i);
      if (i >= delay) {
        int row = i - delay;
        state.addLabel(rows.get(row), row, row);
        other.addLabel(rows.get(row), row, row < 250 - delay ? row : -row);
      }
      if (i < 249) {
        assertThat(state.compute(rows.get(i), i)).isEqualTo(other.compute(rows.get(i), i));
      }
    }
    assertThat(state.compute(rows.get(0), 500)).isNotEqualTo(other.compute(rows.get(0), 500));
  }

  @Test
  void restoredAfterAnyRecordTheStateGoesOnAsIfNeverWritten() throws IOException {
    InputSpec input = input(7, everything());
    DerivedState state = new DerivedState(input);
    DerivedState restored = new DerivedState(input);
    SplittableRandom random = new SplittableRandom(5);
    long time = 0;
    for (int i = 0; i < 300; i++) {
      time += random.nextLong(HOUR);
      long[] row = carried("card-" + random.nextInt(10), random.nextDouble());
      assertThat(restored.compute(row, time)).isEqualTo(state.compute(row, time));
      state.add(row, time);
      restored.add(row, time);
      state.addLabel(row, time, i);
      restored.addLabel(row, time, i);
      restored = State.read(new BoundedDataInput(bytes(restored)), new DerivedState(input));
      assertThat(bytes(restored)).isEqualTo(bytes(state));
      assertThat(bytes(state.copy())).isEqualTo(bytes(state));
    }
  }

  @Test
  void aCopyDoesNotChangeWithItsOriginal() throws IOException {
    DerivedState state = new DerivedState(input(7, everything()));
    next(state, "a", 1, 0);
    DerivedState copy = state.copy();
    byte[] before = bytes(copy);

    next(state, "a", 2, 1);
    next(state, "b", 2, 1);

    assertThat(bytes(copy)).isEqualTo(before);
  }

  @Test
  void namesSayTheComputationTheColumnAndTheGroups() {
    assertThat(input(7, everything()).slotNames())
        .containsExactly(
            "amount_lag_1",
            "amount_lag_24",
            "amount_lag_1h",
            "amount_change_1",
            "amount_count_1h_by_card",
            "amount_std_1h_by_card",
            "label_mean_by_card_hour-of-day",
            "amount_max_5",
            "amount_ewm_mean_10m",
            "seconds_since_last_by_card");
  }

  private static DerivedFeature[] everything() {
    return new DerivedFeature[] {
      feature("amount", new Lags(List.of(1L, 24L), false, false)),
      feature("amount", new Lags(List.of(HOUR), true, false)),
      feature("amount", new Lags(List.of(1L), false, true)),
      feature(
          "amount",
          new Window(HOUR, Unit.MILLIS, List.of(Aggregate.COUNT, Aggregate.STD), 0),
          "card"),
      feature("label", new Window(0, Unit.ALL, List.of(Aggregate.MEAN), 3), "card", "hour-of-day"),
      feature("amount", new Window(5, Unit.RECORDS, List.of(Aggregate.MAX), 0)),
      feature("amount", new Smoothed(600_000, true, List.of(Aggregate.MEAN))),
      new DerivedFeature(null, List.of("card"), new Since())
    };
  }

  private static DerivedFeature feature(
      String column, DerivedFeature.Computation computation, String... by) {
    return new DerivedFeature(column, List.of(by), computation);
  }

  private static InputSpec input(int groups, DerivedFeature... features) {
    return InputSpec.DEFAULT.with(
        to -> {
          to.derived = List.of(features);
          to.limits = to.limits.withGroups(groups);
        });
  }

  private InputSpec input = InputSpec.DEFAULT;

  private DerivedState state(DerivedFeature... features) {
    return state(1_000, features);
  }

  private DerivedState state(int groups, DerivedFeature... features) {
    input = input(groups, features);
    return new DerivedState(input);
  }

  /** Computes the features of a record, then adds it. */
  private float[] next(DerivedState state, String card, double amount, long time) {
    long[] row = carried(card, amount);
    float[] features = state.compute(row, time);
    state.add(row, time);
    return features;
  }

  private long[] carried(String card, double amount) {
    List<CarriedColumn> columns =
        input.derived().isEmpty() ? input(7, everything()).carried() : input.carried();
    byte[] text = card.getBytes(StandardCharsets.UTF_8);
    return columns.stream()
        .mapToLong(
            column ->
                column.isNumber()
                    ? Double.doubleToRawLongBits(amount)
                    : new IdHash(column.name()).of(text, text.length))
        .toArray();
  }

  private static byte[] bytes(DerivedState state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
