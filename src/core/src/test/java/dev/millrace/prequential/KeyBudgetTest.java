package dev.millrace.prequential;

import static dev.millrace.prequential.Learning.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.RecordKind;
import dev.millrace.data.Task;
import dev.millrace.derived.DerivedState;
import dev.millrace.input.CarriedColumn;
import dev.millrace.input.DerivedFeature;
import dev.millrace.input.DerivedFeature.Lags;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.prequential.labels.LabelOutcome;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code limits.state-bytes}, with groups of 24.7 kB. */
class KeyBudgetTest {
  private static final int DELAY = 20;
  private static final long PLENTY = 64 << 20;
  private static final long MAX_BYTES = 2 << 20;
  private static final int ROWS = 400;
  private static final int WIDTH = 6;

  private final RecordingListener published = new RecordingListener();

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aKeyStaysWithinItsBytesHoweverManyGroupsItsRecordsHave(boolean isLate) throws IOException {
    TrainSpec spec = spec(isLate);
    long ofGroup = DerivedState.groupBytes(spec.input()).get(List.of("card"));
    PrequentialEngine engine = engine(spec, MAX_BYTES);

    @Nullable TrainState state = null;
    long most = 0;
    List<Example> rows = rows(isLate, ROWS);
    for (Example row : rows) {
      state = engine.learn(state, Chunks.of(List.of(row)), published);
      most = Math.max(most, Objects.requireNonNull(state).usedBytes());
    }

    assertThat(ROWS * ofGroup).isGreaterThan(4 * MAX_BYTES);
    assertThat(most).isBetween(MAX_BYTES / 2, MAX_BYTES + 64 * ofGroup);
    assertThat(published.predictions).hasSize(isLate ? ROWS : 0);
    assertThat(published.rejected).isEmpty();
    long kept = state.evictables().get(0).memoryBytes() / ofGroup;
    assertThat(published.forgotten).isEqualTo(ROWS - kept);
    assertThat(published.warnings)
        .singleElement()
        .asString()
        .startsWith("limits.state-bytes (2097152) is used up");
  }

  @Test
  void nothingIsForgottenWhereThereIsRoom() throws IOException {
    TrainState state = learn(spec(false), rows(false, ROWS), 16, PLENTY, false);

    assertThat(state.model().part(DerivedState.class).evictables().get(0).memoryBytes())
        .isGreaterThan(4 * MAX_BYTES);
    assertThat(published.forgotten).isZero();
    assertThat(published.warnings).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void chunksOfAnySizeLearnTheSameBits(boolean isLate) throws IOException {
    List<Example> rows = rows(isLate, ROWS);

    byte[] together = bytes(learn(spec(isLate), rows, 64, MAX_BYTES, false));

    assertThat(bytes(learn(spec(isLate), rows, 1, MAX_BYTES, false))).isEqualTo(together);
    assertThat(bytes(learn(spec(isLate), rows, 37, MAX_BYTES, false))).isEqualTo(together);
    assertThat(bytes(learn(spec(isLate), rows, 64, PLENTY, false))).isNotEqualTo(together);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void restoredAfterAnyChunkTheStateEndsAsIfNeverWritten(boolean isLate) throws IOException {
    List<Example> rows = rows(isLate, ROWS);

    byte[] expected = bytes(learn(spec(isLate), rows, 13, MAX_BYTES, false));

    assertThat(bytes(learn(spec(isLate), rows, 13, MAX_BYTES, true))).isEqualTo(expected);
  }

  @Test
  void groupsMakeRoomForFeaturesThatWaitForTheirLabels() throws IOException {
    learn(spec(true), rows(true, ROWS), 16, MAX_BYTES, false);

    assertThat(published.outcomes)
        .contains(LabelOutcome.MATCHED)
        .doesNotContain(LabelOutcome.DROPPED_FEATURES, LabelOutcome.WITHOUT_FEATURES);
  }

  @Test
  void featuresThatWaitLeaveHalfOfTheBytesToGroups() throws IOException {
    long maxBytes = MAX_BYTES / 2;
    InputSpec patient =
        input(true)
            .with(
                to -> to.labels = new LateLabels(null, "event_id", null, "label", 99_999, 99_999));
    TrainSpec spec = spec(patient);
    List<Example> features =
        rows(true, 6_000).stream().filter(row -> row.kind == RecordKind.FEATURES).toList();

    TrainState state = learn(spec, features, 16, maxBytes, false);

    assertThat(published.outcomes).contains(LabelOutcome.DROPPED_FEATURES);
    assertThat(state.evictables().get(0).memoryBytes()).isGreaterThan(maxBytes / 2 - 25_000);
    assertThat(state.usedBytes()).isLessThan(maxBytes + 64 * 25_000);
  }

  @Test
  void aKeyThatHadMoreRoomForgetsWhatIsTooMuch() throws IOException {
    List<Example> rows = rows(false, ROWS);
    byte[] large = bytes(learn(spec(false), rows.subList(0, ROWS - 64), 16, PLENTY, false));

    TrainState state = TrainState.serialized(large);
    for (Example row : rows.subList(ROWS - 64, ROWS)) {
      state = engine(spec(false), MAX_BYTES).learn(state, Chunks.of(List.of(row)), published);
    }

    assertThat(state.usedBytes()).isLessThan(MAX_BYTES + 64 * 25_000);
  }

  /** Records of many cards, each with one record or few. */
  private static List<Example> rows(boolean isLate, int count) {
    List<Example> rows = Chunks.numbers("k", count, 1);
    SplittableRandom random = new SplittableRandom(7);
    int card = input(isLate).carried().indexOf(new CarriedColumn("card", false));
    for (int i = 0; i < count; i++) {
      Example row = rows.get(i);
      float[] declared = Arrays.copyOf(row.features, 3);
      row.resize(WIDTH);
      System.arraycopy(declared, 0, row.features, 0, 3);
      Arrays.fill(row.features, 3, WIDTH, Float.NaN);
      row.carry(2);
      row.carried[card] = random.nextLong();
      row.carried[1 - card] = Double.doubleToRawLongBits(declared[0]);
    }
    return isLate ? LateStreams.apart(rows, DELAY) : rows;
  }

  private static InputSpec input(boolean isLate) {
    return LateStreams.input(Task.REGRESSION, null, 1_000, 1_000)
        .with(
            to -> {
              to.labels =
                  isLate ? new LateLabels(null, "event_id", null, "label", 1_000, 99) : null;
              to.features =
                  Stream.of("a", "b", "c")
                      .map(
                          name ->
                              new FeatureSpec(name, FeatureSpec.Type.NUMERIC, false, List.of(), 0))
                      .toList();
              Lags lags = new Lags(List.of(3_600_000L, 7_200_000L, 86_400_000L), true, false);
              to.derived = List.of(new DerivedFeature("amount", List.of("card"), lags));
            });
  }

  private static TrainSpec spec(boolean isLate) {
    return spec(input(isLate));
  }

  private static TrainSpec spec(InputSpec input) {
    AutoModelSpec model =
        new AutoModelSpec(
            AutoSpec.of(AutoSpec.Tier.FAST), 1, ClassWeights.NONE, Indicators.of(input), null);
    return Specs.train(input, model, Specs.METRICS)
        .with(to -> to.publish = to.publish.withPredictions(input.labels() != null));
  }

  private TrainState learn(
      TrainSpec spec, List<Example> rows, int size, long maxBytes, boolean restarts)
      throws IOException {
    PrequentialEngine engine = engine(spec, maxBytes);
    @Nullable TrainState state = null;
    for (int from = 0; from < rows.size(); from += size) {
      List<Example> chunk = rows.subList(from, Math.min(rows.size(), from + size));
      TrainState stored = restarts && state != null ? TrainState.serialized(bytes(state)) : state;
      state = engine.learn(stored, Chunks.of(chunk), published);
    }
    return Objects.requireNonNull(state);
  }

  private static PrequentialEngine engine(TrainSpec spec, long maxBytes) {
    return new PrequentialEngine(spec, maxBytes, ShapeChange.FAIL);
  }
}
