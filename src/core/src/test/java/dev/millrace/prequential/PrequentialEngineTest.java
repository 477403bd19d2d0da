package dev.millrace.prequential;

import static dev.millrace.prequential.Learning.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.RecordKind;
import dev.millrace.data.Sha256;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelEvent.Reset;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Letters;
import dev.millrace.testing.Specs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The engine alone: a loop over a data set is all that it needs. */
public class PrequentialEngineTest {
  /** Number of rows of {@link Letters} that are learned. */
  public static final int LETTERS = 8_000;

  /** Hash of the models' bytes in the order of the keys; the Flink operator ends in the same. */
  public static final String LETTERS_SHA256 =
      "2bc355c55e0b87fde01b884e04faff9b967b46f0bcf12b0eb7974a4a8df8d8ff";

  private static final long MAX_MODEL_BYTES = 64 << 20;

  private final TrainSpec spec = Specs.train(Specs.small(5));
  private final RecordingListener published = new RecordingListener();

  @Test
  void learnsADataSetWithoutFlink() throws IOException {
    Map<String, TrainState> states = learn(engine(Letters.spec()), Letters.examples(LETTERS), 64);

    ByteArrayOutputStream models = new ByteArrayOutputStream();
    for (TrainState state : states.values()) {
      models.write(state.modelBytes());
    }
    assertThat(Sha256.hex(models.toByteArray())).isEqualTo(LETTERS_SHA256);
    assertThat(published.learned).isEqualTo(LETTERS);
    assertThat(published.rejected).isEmpty();
    MetricsReport last = published.reports.get(published.reports.size() - 1);
    assertThat(last.scores().window().accuracy()).isGreaterThan(0.2);
  }

  @Test
  void chunksOfAnySizeLearnTheSameBits() throws IOException {
    List<Example> examples = Chunks.classes("k", 500, 1);

    TrainState alone = learn(engine(spec), examples, 1).get("k");
    TrainState together = learn(engine(spec), examples, 64).get("k");

    assertThat(bytes(together)).isEqualTo(bytes(alone));
  }

  @Test
  void restoredAfterAnyChunkTheStateEndsAsIfNeverWritten() throws IOException {
    List<Example> examples = Chunks.numbers("k", 200, 1);
    TrainState expected = learn(engine(spec), examples, 10).get("k");

    TrainState state = null;
    for (int from = 0; from < examples.size(); from += 10) {
      Chunk chunk = Chunks.of(examples.subList(from, from + 10));
      TrainState stored = state == null ? null : TrainState.serialized(bytes(state));
      state = engine(spec).learn(stored, chunk, published);
    }

    assertThat(bytes(state)).isEqualTo(bytes(expected));
  }

  @Test
  void anExampleOfAnotherWidthIsRejectedAndNothingIsLearned() throws IOException {
    PrequentialEngine engine = engine(spec);
    TrainState state = learn(engine, Chunks.classes("k", 100, 1), 10).get("k");
    byte[] before = bytes(state);
    Example wide = Chunks.classes("k", 1, 2).get(0);
    wide.resize(5);

    engine.learn(state, Chunks.of(List.of(wide)), published);

    assertThat(published.rejected)
        .singleElement()
        .satisfies(
            letter -> assertThat(letter.reason()).isEqualTo(DeadLetterReason.WRONG_FEATURE_COUNT));
    assertThat(bytes(state)).isEqualTo(before);
  }

  @Test
  void featuresWithoutLabelArePredictedAndChangeNothing() throws IOException {
    TrainSpec predicting = spec.with(to -> to.publish = to.publish.withPredictions(true));
    List<Example> examples = Chunks.classes("k", 200, 1);
    byte[] expected = bytes(learn(engine(predicting), examples, 64).get("k"));
    List<Prediction> labeled = List.copyOf(published.predictions);
    published.predictions.clear();
    List<Example> unlabeled = Chunks.classes("k", 200, 1);
    List<Example> both = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      unlabeled.get(i).kind = RecordKind.FEATURES;
      both.add(unlabeled.get(i));
      both.add(examples.get(i));
    }

    byte[] state = bytes(learn(engine(predicting), both, 64).get("k"));

    assertThat(state).isEqualTo(expected);
    assertThat(published.predictions).hasSize(400);
    for (int i = 50; i < 200; i++) { // by then all classes are known
      OfClass asked = (OfClass) published.predictions.get(2 * i).outcome();
      OfClass answered = (OfClass) labeled.get(i).outcome();
      assertThat(asked.actual()).isNull();
      assertThat(asked.scores()).isEqualTo(answered.scores());
      assertThat(asked.predicted()).isEqualTo(answered.predicted());
    }
  }

  @Test
  void aKeyOfFeaturesWithoutLabelAloneHasNoState() throws IOException {
    TrainSpec predicting = spec.with(to -> to.publish = to.publish.withPredictions(true));
    Example asked = Chunks.classes("k", 1, 1).get(0);
    asked.kind = RecordKind.FEATURES;

    TrainState state = engine(predicting).learn(null, Chunks.of(List.of(asked)), published);

    assertThat(state).isNull();
    assertThat(published.rejected).isEmpty();
    assertThat(published.predictions).hasSize(1);
  }

  @Test
  void stateOfAnotherNetworkFailsOrRestartsItsKey() throws IOException {
    List<Example> examples = Chunks.classes("k", 100, 1);
    byte[] stored = bytes(learn(engine(spec), examples, 10).get("k"));
    TrainSpec other = Specs.train(ModelSpec.auto(1));
    Chunk next = Chunks.of(examples);

    assertThatThrownBy(() -> engine(other).learn(TrainState.serialized(stored), next, published))
        .isInstanceOfSatisfying(
            UnusableStateException.class, e -> assertThat(e.isMismatch()).isTrue())
        .hasMessageStartingWith("key \"k\": ");

    PrequentialEngine resetting = new PrequentialEngine(other, MAX_MODEL_BYTES, ShapeChange.RESET);
    TrainState restarted = resetting.learn(TrainState.serialized(stored), next, published);

    assertThat(bytes(restarted)).isEqualTo(bytes(learn(engine(other), examples, 100).get("k")));
    assertThat(published.events)
        .singleElement()
        .satisfies(event -> assertThat(event.what()).isInstanceOf(Reset.class));
    assertThat(published.warnings).hasSize(1);
  }

  private static PrequentialEngine engine(TrainSpec spec) {
    return new PrequentialEngine(spec, MAX_MODEL_BYTES, ShapeChange.FAIL);
  }

  private Map<String, TrainState> learn(
      PrequentialEngine engine, List<Example> examples, int chunkSize) throws IOException {
    Map<String, TrainState> states = new TreeMap<>();
    Map<String, Chunk> chunks = new TreeMap<>();
    for (Example example : examples) {
      Chunk chunk = chunks.computeIfAbsent(example.key, key -> new Chunk());
      chunk.add(example);
      if (chunk.size() == chunkSize) {
        states.put(example.key, engine.learn(states.get(example.key), chunk, published));
        chunk.clear();
      }
    }
    for (Chunk rest : chunks.values()) {
      if (rest.size() > 0) {
        states.put(rest.key(), engine.learn(states.get(rest.key()), rest, published));
      }
    }
    return states;
  }
}
