package dev.millrace.prequential;

import static dev.millrace.prequential.Learning.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.input.DerivedFeature;
import dev.millrace.input.DerivedFeature.Aggregate;
import dev.millrace.input.DerivedFeature.Lags;
import dev.millrace.input.DerivedFeature.Unit;
import dev.millrace.input.DerivedFeature.Window;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.SnapshotSpec;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.OfValue;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Derived features on their way through the engine. */
class DerivedFeaturesTest {
  private static final int ROWS = 240;
  private static final int DELAY = 6;
  private static final long MAX_BYTES = 64 << 20;

  private final RecordingListener published = new RecordingListener();

  @Test
  void labelsThatComeWithTheirFeaturesAreKnownToTheNextRecord() throws IOException {
    List<Example> series = series();

    learn(spec(false), series, 16);

    // The target is that of the record before plus a feature, which a lag makes linear.
    double error = 0;
    for (int i = ROWS / 2; i < ROWS; i++) {
      OfValue value = (OfValue) published.predictions.get(i).outcome();
      error += Math.abs(value.value() - value.actual()) / (ROWS / 2);
    }
    assertThat(error).isLessThan(0.5);
  }

  @Test
  void chunksOfAnySizeLearnTheSameBits() throws IOException {
    for (boolean isLate : new boolean[] {false, true}) {
      List<Example> rows = isLate ? LateStreams.apart(series(), DELAY) : series();

      byte[] together = bytes(learn(spec(isLate), rows, 64));
      byte[] alone = bytes(learn(spec(isLate), rows, 1));

      assertThat(alone).isEqualTo(together);
    }
  }

  @Test
  void restoredAfterAnyRecordTheStateEndsAsIfNeverWritten() throws IOException {
    List<Example> rows = LateStreams.apart(series(), DELAY);
    TrainState expected = learn(spec(true), rows, 1);

    TrainState state = null;
    for (Example row : rows) {
      TrainState stored = state == null ? null : TrainState.serialized(bytes(state));
      state = engine(spec(true)).learn(stored, Chunks.of(List.of(row)), published);
    }

    assertThat(bytes(state)).isEqualTo(bytes(expected));
  }

  @Test
  void laterRecordsChangeNoEarlierPrediction() throws IOException {
    for (boolean isLate : new boolean[] {false, true}) {
      int cut = ROWS / 2;
      int unchanged = cut + (isLate ? DELAY : 0);
      List<Example> other = series();
      for (int i = cut; i < ROWS; i++) {
        other.get(i).target = -other.get(i).target;
      }

      List<Double> first = predictions(isLate, series());
      List<Double> second = predictions(isLate, other);

      assertThat(second.subList(0, unchanged)).isEqualTo(first.subList(0, unchanged));
      assertThat(second).isNotEqualTo(first);
    }
  }

  private List<Double> predictions(boolean isLate, List<Example> series) throws IOException {
    published.predictions.clear();
    learn(spec(isLate), isLate ? LateStreams.apart(series, DELAY) : series, 1);
    List<Double> values = new ArrayList<>();
    for (Prediction prediction : published.predictions) {
      values.add(((OfValue) prediction.outcome()).value());
    }
    return values;
  }

  @Test
  void aPublishedModelComputesTheFeaturesOfTheNextRecord() throws IOException {
    TrainSpec spec = spec(false);
    List<Example> series = series();
    TrainState state = learn(spec, series.subList(0, ROWS - 1), 16);

    ModelSnapshot snapshot = ModelSnapshot.decode("p", "c", "k", state.modelBytes());
    ModelSnapshot.Predictor predictor =
        snapshot.predictor(spec.model(), spec.input(), new Workspace());

    Example next = series.get(ROWS - 1);
    float[] derived = predictor.derived().compute(next.carried, next.eventTime);
    assertThat(derived[0]).isEqualTo((float) series.get(ROWS - 2).target);
    assertThat(derived[1]).isEqualTo((float) series.get(ROWS - 3).target);
    assertThat(derived[2]).isEqualTo((float) (ROWS - 1));
    assertThat(predictor.derived().time()).isEqualTo(series.get(ROWS - 2).record.timestamp());
    // The model alone can be read without them.
    assertThat(snapshot.model(spec.model(), new Workspace()).inputs()).isEqualTo(6);
  }

  @Test
  void chunksOfAnySizePublishTheSameModels() throws IOException {
    List<byte[]> alone = publishedModels(1);
    List<byte[]> together = publishedModels(64);

    assertThat(alone).hasSizeGreaterThan(3);
    assertThat(together).hasSameSizeAs(alone);
    for (int i = 0; i < alone.size(); i++) {
      assertThat(together.get(i)).isEqualTo(alone.get(i));
    }
  }

  private List<byte[]> publishedModels(int chunkSize) throws IOException {
    List<byte[]> models = new ArrayList<>();
    TrainSpec spec =
        spec(false)
            .with(
                to -> {
                  to.publish = to.publish.withPredictions(false);
                  to.publish = to.publish.with(new SnapshotSpec(50, 0));
                });
    EngineListener listener =
        new EngineListener() {
          @Override
          public void report(
              MetricsReport report, long timestamp, long drifts, boolean isDriftSuspected) {}

          @Override
          public void rejected(DeadLetter letter) {
            throw new AssertionError(letter);
          }

          @Override
          public void modelDue(String key, TrainState state) throws IOException {
            models.add(state.modelBytes());
          }

          @Override
          public void warning(String key, String message) {
            throw new AssertionError(message);
          }
        };
    PrequentialEngine engine = engine(spec);
    TrainState state = null;
    List<Example> rows = series();
    for (int from = 0; from < rows.size(); from += chunkSize) {
      int to = Math.min(rows.size(), from + chunkSize);
      state = engine.learn(state, Chunks.of(rows.subList(from, to)), listener);
    }
    return models;
  }

  @Test
  void aModelWithDerivedFeaturesDoesNotGrowByFeatures() throws IOException {
    TrainSpec larger = network(spec(false));
    InputSpec fewer = larger.input().withFeatures(larger.input().features().subList(0, 2));
    TrainSpec smaller = network(larger.with(to -> to.input = fewer));
    List<Example> rows = series().subList(0, 20);
    for (Example row : rows) {
      System.arraycopy(row.features, 3, row.features, 2, 3);
      row.width = 5;
    }
    byte[] stored = bytes(learn(smaller, rows, 1));
    PrequentialEngine engine = new PrequentialEngine(larger, MAX_BYTES, ShapeChange.GROW);

    assertThatThrownBy(
            () -> engine.learn(TrainState.serialized(stored), Chunks.of(series()), published))
        .isInstanceOf(UnusableStateException.class)
        .hasMessageContaining("input.derived");
  }

  private static TrainSpec network(TrainSpec spec) {
    Indicators indicators = Indicators.of(spec.input());
    return spec.with(to -> to.model = Specs.small(1).withIndicators(indicators));
  }

  @Test
  void aSecondPassStartsWithoutTheRecordsOfTheFirst() throws IOException {
    TrainSpec spec = spec(false);
    List<Example> series = series();
    series.forEach(example -> example.epoch = 1);
    TrainState state = learn(spec, series, 16);
    List<Example> again = series();
    again.forEach(example -> example.epoch = 2);

    Chunk chunk = Chunks.of(again.subList(0, 2));
    engine(spec).learn(state, chunk, published);

    assertThat(chunk.feature(0, 3)).isNaN();
    assertThat(chunk.feature(1, 3)).isEqualTo((float) again.get(0).target);
  }

  /** A random walk whose steps are the first feature. */
  private static List<Example> series() {
    List<Example> series = Chunks.numbers("k", ROWS, 1);
    double level = 0;
    for (int i = 0; i < ROWS; i++) {
      Example example = series.get(i);
      level += example.features[0];
      example.target = level;
      float[] declared = Arrays.copyOf(example.features, 3);
      example.resize(6);
      System.arraycopy(declared, 0, example.features, 0, 3);
      Arrays.fill(example.features, 3, 6, Float.NaN);
      example.carry(1);
      example.carried[0] = Double.doubleToRawLongBits(1);
    }
    return series;
  }

  private static TrainSpec spec(boolean isLate) {
    InputSpec late = LateStreams.input(Task.REGRESSION, null, 1_000, 1_000);
    InputSpec input =
        late.with(
            to -> {
              to.labels =
                  isLate ? new LateLabels(null, "event_id", null, "label", 1_000, 99) : null;
              to.features =
                  List.of("a", "b", "c").stream()
                      .map(
                          name ->
                              new FeatureSpec(name, FeatureSpec.Type.NUMERIC, false, List.of(), 0))
                      .toList();
              to.derived =
                  List.of(
                      new DerivedFeature(
                          "label", List.of(), new Lags(List.of(1L, 2L), false, false)),
                      new DerivedFeature(
                          "one", List.of(), new Window(0, Unit.ALL, List.of(Aggregate.SUM), 0)));
            });
    return Specs.train(input, auto(input), Specs.METRICS)
        .with(to -> to.publish = to.publish.withPredictions(true));
  }

  private static AutoModelSpec auto(InputSpec input) {
    AutoSpec fast = AutoSpec.of(AutoSpec.Tier.FAST);
    return new AutoModelSpec(fast, 1, ClassWeights.NONE, Indicators.of(input), null);
  }

  private TrainState learn(TrainSpec spec, List<Example> rows, int chunkSize) throws IOException {
    return Learning.inChunks(spec, rows, chunkSize, false, published);
  }

  private PrequentialEngine engine(TrainSpec spec) {
    return new PrequentialEngine(spec, MAX_BYTES, ShapeChange.FAIL);
  }
}
