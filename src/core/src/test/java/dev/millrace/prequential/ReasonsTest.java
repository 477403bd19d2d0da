package dev.millrace.prequential;

import static dev.millrace.prequential.Learning.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.Example;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec.Validation;
import dev.millrace.explain.Explainer;
import dev.millrace.explain.RowColumns;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.Importance;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.report.Prediction.OfValue;
import dev.millrace.report.Reasons;
import dev.millrace.report.Reasons.Contribution;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Reasons for predictions, from the record to the state and the metrics. */
class ReasonsTest {
  private static final int EXAMPLES = 400;
  private static final TrainSpec SPEC =
      Specs.train(ModelSpec.auto(5))
          .with(
              to -> {
                to.publish = to.publish.withReasons(2);
                to.publish = to.publish.withPredictions(true);
              });

  private final RecordingListener published = new RecordingListener();

  @Test
  void eachPredictedClassHasReasonsThatAddUpToWhatWasPublished() throws IOException {
    learn(SPEC, Chunks.classes("k", EXAMPLES, 1), 64, false);

    assertThat(published.predictions).hasSize(EXAMPLES);
    assertThat(published.predictions.subList(10, EXAMPLES)).allSatisfy(ReasonsTest::addsUp);
    assertThat(shares()).extracting(Importance::column).first().isEqualTo("input 1");
    assertThat(shares().stream().mapToDouble(Importance::share).sum()).isCloseTo(1, within(1e-9));
  }

  @Test
  void eachPredictedValueHasReasonsThatAddUpToIt() throws IOException {
    learn(SPEC, Chunks.numbers("k", EXAMPLES, 1), 64, false);

    assertThat(published.predictions.get(0).reasons()).isNull();
    assertThat(published.predictions.subList(10, EXAMPLES)).allSatisfy(ReasonsTest::addsUp);
    assertThat(shares()).extracting(Importance::column).first().isEqualTo("input 0");
  }

  @Test
  void heldOutExamplesAndMiniBatchesAreExplainedToo() throws IOException {
    TrainSpec holding =
        SPEC.with(
            to -> {
              to.model = Specs.small(5);
              to.metrics = to.metrics.with(m -> m.validation = new Validation(0.2, 0));
            });
    learn(holding, Chunks.classes("k", EXAMPLES, 1), 64, false);

    assertThat(published.predictions.stream().filter(Prediction::heldOut).count()).isPositive();
    assertThat(published.predictions.subList(10, EXAMPLES)).allSatisfy(ReasonsTest::addsUp);
  }

  @Test
  void aPredictionBeforeItsLabelIsExplainedWhenItIsMade() throws IOException {
    TrainSpec late =
        SPEC.with(to -> to.input = LateStreams.input(Task.MULTICLASS, null, 1_000_000, 99));
    List<Example> apart = LateStreams.apart(Chunks.classes("k", EXAMPLES, 1), 30);

    TrainState straight = learn(late, apart, 64, false);

    assertThat(published.predictions).hasSize(EXAMPLES);
    assertThat(published.predictions.subList(60, EXAMPLES)).allSatisfy(ReasonsTest::addsUp);
    assertThat(bytes(learn(late, apart, 7, true))).isEqualTo(bytes(straight));
  }

  @Test
  void cutsIntoChunksAndRestartsChangeNoBit() throws IOException {
    for (List<Example> examples :
        List.of(Chunks.numbers("k", 200, 1), Chunks.classes("k", 200, 1))) {
      TrainSpec silent = SPEC.with(to -> to.publish = to.publish.withPredictions(false));
      byte[] expected = bytes(learn(silent, examples, 64, false));

      assertThat(bytes(learn(silent, examples, 1, true))).isEqualTo(expected);
      assertThat(bytes(learn(silent, examples, 7, true))).isEqualTo(expected);
      assertThat(bytes(learn(SPEC, examples, 64, true))).isEqualTo(expected);
    }
  }

  @Test
  void reasonsChangeNoPrediction() throws IOException {
    List<Example> examples = Chunks.classes("k", 200, 1);
    learn(SPEC, examples, 64, false);
    List<Prediction> explained =
        published.predictions.stream().map(one -> one.withReasons(null)).toList();
    published.predictions.clear();

    learn(SPEC.with(to -> to.publish = to.publish.withReasons(0)), examples, 64, false);

    assertThat(explained).usingRecursiveComparison().isEqualTo(published.predictions);
  }

  @Test
  void aPublishedModelExplainsTheNextPrediction() throws IOException {
    List<Example> examples = Chunks.classes("k", EXAMPLES, 1);
    TrainState state = learn(SPEC, examples.subList(0, EXAMPLES - 1), 64, false);

    ModelSnapshot snapshot = ModelSnapshot.decode("test", null, "k", state.modelBytes());
    OnlineModel model = snapshot.predictor(SPEC.model(), SPEC.input(), new Workspace()).model();
    Example last = examples.get(EXAMPLES - 1);
    Explainer explainer = new Explainer(RowColumns.of(SPEC.input(), last.width));
    float[] scores = new float[model.outputs()];
    explainer.predict(model, last.features, 0);
    model.predictNext(last.features, 0, scores);
    Reasons served =
        explainer.explainClass(
            snapshot.classes(), scores, scores.length, Prediction.best(scores), true, 2);
    published.predictions.clear();
    new PrequentialEngine(SPEC, 64 << 20, ShapeChange.FAIL)
        .learn(state, Chunks.of(List.of(last)), published);

    assertThat(served).isEqualTo(published.predictions.get(0).reasons());
  }

  private static void addsUp(Prediction prediction) {
    Reasons reasons = Objects.requireNonNull(prediction.reasons());
    assertThat(reasons.columns()).hasSizeBetween(1, 2);
    double sum =
        reasons.base()
            + reasons.columns().stream().mapToDouble(Contribution::value).sum()
            + reasons.others();
    assertThat(sum).isCloseTo(reasons.total(), within(1e-9));
    if (prediction.outcome() instanceof OfClass outcome) {
      assertThat(reasons.className()).isEqualTo(outcome.classes().get(outcome.predicted()));
      double probability = outcome.scores()[outcome.predicted()];
      double odds = Math.log(probability / (1 - probability));
      // 1 - p of a float cancels digits.
      assertThat(sum).isCloseTo(odds, within(1e-5 + 1e-6 / (1 - probability)));
    } else if (prediction.outcome() instanceof OfValue outcome) {
      assertThat(sum).isCloseTo(outcome.value(), within(1e-5));
    }
  }

  private List<Importance> shares() {
    MetricsReport last = published.reports.get(published.reports.size() - 1);
    return last.importance();
  }

  private TrainState learn(TrainSpec spec, List<Example> examples, int size, boolean restarts)
      throws IOException {
    return Learning.inChunks(spec, examples, size, restarts, published);
  }
}
