package dev.millrace.prequential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Example;
import dev.millrace.data.Task;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that come out of order, and examples that come again, as a report has them. */
class ArrivalsTest {
  private static final TrainSpec WITH_IDS =
      Specs.train(
          Records.undeclared().with(to -> to.id = "event_id"), Specs.small(5), Specs.METRICS);
  private static final TrainSpec WITHOUT_IDS =
      Specs.train(Records.undeclared(), Specs.small(5), Specs.METRICS);
  private static final long NOW = 1_000_000;

  private final RecordingListener published = new RecordingListener();

  /** An example of each time, whose id is the time unless another is given. */
  private static List<Example> examples(long... times) {
    List<Example> examples = Chunks.classes("k", times.length, 1);
    for (int i = 0; i < times.length; i++) {
      Example example = examples.get(i);
      example.eventTime = times[i];
      setId(example, Long.toString(times[i]));
      example.record = Records.record("k", new byte[] {(byte) i, 7}, NOW + i);
    }
    return examples;
  }

  private static void setId(Example example, String id) {
    byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
    example.setId(utf8, utf8.length);
  }

  private static List<Example> ofEpoch(int epoch, List<Example> examples) {
    examples.forEach(example -> example.epoch = epoch);
    return examples;
  }

  private MetricsReport.Arrivals learn(TrainSpec spec, int chunkSize, List<Example> examples)
      throws IOException {
    return report(spec, state(spec, chunkSize, examples));
  }

  private TrainState state(TrainSpec spec, int chunkSize, List<Example> examples)
      throws IOException {
    PrequentialEngine engine = engine(spec);
    TrainState state = null;
    for (int from = 0; from < examples.size(); ) {
      int to = from + 1;
      while (to < examples.size()
          && to - from < chunkSize
          && examples.get(to).epoch == examples.get(from).epoch) {
        to++;
      }
      state = engine.learn(state, Chunks.of(examples.subList(from, to)), published);
      from = to;
    }
    return state;
  }

  private static PrequentialEngine engine(TrainSpec spec) {
    return new PrequentialEngine(spec, 64 << 20, ShapeChange.FAIL);
  }

  private MetricsReport.Arrivals report(TrainSpec spec, TrainState state) {
    engine(spec).report(state, "k", published);
    MetricsReport last = published.reports.get(published.reports.size() - 1);
    return last.context().arrivals();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 64})
  void recordsBeforeTheLatestTimeAndIdsThatCameBeforeAreCounted(int chunkSize) throws IOException {
    List<Example> examples = examples(10, 20, 20, 15, 30, 29, 10, 40);

    MetricsReport.Arrivals arrivals = learn(WITH_IDS, chunkSize, examples);

    assertThat(arrivals).isEqualTo(new MetricsReport.Arrivals(3, 2L));
    assertThat(published.outOfOrder).isEqualTo(3);
    assertThat(published.duplicates).isEqualTo(2);
    assertThat(published.learned).isEqualTo(8);
  }

  @Test
  void withoutAnIdOptionDuplicatesAreNotCounted() throws IOException {
    assertThat(learn(WITHOUT_IDS, 64, examples(20, 20, 10)))
        .isEqualTo(new MetricsReport.Arrivals(1, null));
  }

  @Test
  void anEventTimeFromTheFutureIsThatOfItsRecord() throws IOException {
    List<Example> examples = examples(10, 9_000_000_000L, NOW + 6_000, NOW + 6_001);

    assertThat(learn(WITHOUT_IDS, 64, examples).outOfOrder()).isZero();
  }

  @Test
  void eachPassOverADataSetHasItsOwnTimesAndIds() throws IOException {
    List<Example> passes = new ArrayList<>(ofEpoch(1, examples(10, 20, 30)));
    passes.addAll(ofEpoch(2, examples(10, 20)));
    passes.addAll(ofEpoch(2, examples(30, 25, 20)));
    passes.addAll(ofEpoch(0, examples(10))); // of the pass that the key is in

    assertThat(learn(WITH_IDS, 64, passes)).isEqualTo(new MetricsReport.Arrivals(3, 2L));
  }

  @Test
  void restoredStateGoesOnCounting() throws IOException {
    TrainState state = state(WITH_IDS, 64, examples(10, 20, 15));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.write(new DataOutputStream(bytes));

    TrainState restored = TrainState.serialized(bytes.toByteArray());
    engine(WITH_IDS).learn(restored, Chunks.of(examples(10, 19, 20, 30)), published);
    assertThat(report(WITH_IDS, restored)).isEqualTo(new MetricsReport.Arrivals(3, 2L));

    TrainState withoutIds = TrainState.serialized(bytes.toByteArray());
    engine(WITHOUT_IDS).learn(withoutIds, Chunks.of(examples(10, 19, 20, 30)), published);
    assertThat(report(WITHOUT_IDS, withoutIds)).isEqualTo(new MetricsReport.Arrivals(3, null));
  }

  @Test
  void separateFeaturesAndLabelsAreCountedOnceEach() throws IOException {
    TrainSpec late =
        Specs.train(
            LateStreams.input(Task.MULTICLASS, null, 1_000, 50), Specs.small(5), Specs.METRICS);
    List<Example> apart = new ArrayList<>();
    List<Example> whole = examples(10, 20, 15);
    for (int i = 0; i < whole.size(); i++) {
      apart.add(LateStreams.features(whole.get(i), i));
    }
    apart.add(LateStreams.label(whole.get(0), 0, 12)); // at 22
    apart.add(LateStreams.label(whole.get(1), 1, 1)); // at 21

    assertThat(learn(late, 64, apart)).isEqualTo(new MetricsReport.Arrivals(2, null));
  }
}
