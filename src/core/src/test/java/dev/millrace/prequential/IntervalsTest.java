package dev.millrace.prequential;

import static dev.millrace.prequential.Learning.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec.Validation;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import dev.millrace.prequential.key.Intervals;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport.Coverage;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.OfValue;
import dev.millrace.report.PredictionRegion.ClassSet;
import dev.millrace.report.PredictionRegion.Interval;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Intervals and sets of classes, from the record to the state, the metrics and the snapshot. */
class IntervalsTest {
  private static final int EXAMPLES = 600;
  private static final TrainSpec SPEC =
      Specs.train(Specs.small(5))
          .with(
              to -> {
                to.publish = to.publish.withInterval(0.9);
                to.publish = to.publish.withPredictions(true);
              });

  private final RecordingListener published = new RecordingListener();

  @Test
  void eachPredictionHasItsIntervalAndMetricsScoreExactlyThose() throws IOException {
    learn(SPEC, Chunks.numbers("k", EXAMPLES, 1), 64, false);

    int known = 0;
    int covered = 0;
    double width = 0;
    for (Prediction prediction : published.predictions) {
      OfValue value = (OfValue) prediction.outcome();
      Interval interval = (Interval) Objects.requireNonNull(prediction.region());
      if (interval.isKnown()) {
        known++;
        width += interval.high() - interval.low();
        covered += interval.low() <= value.actual() && value.actual() <= interval.high() ? 1 : 0;
      }
    }
    Coverage coverage = lastCoverage();
    assertThat(known).isEqualTo(EXAMPLES - 11); // the first was not predicted
    assertThat(coverage.level()).isEqualTo(0.9);
    assertThat(coverage.total().coverage()).isEqualTo(covered / (double) known);
    assertThat(coverage.total().size()).isCloseTo(width / known, within(1e-9));
    assertThat(coverage.total().coverage()).isBetween(0.85, 0.95);
  }

  @Test
  void eachPredictedClassHasItsSetAndMetricsScoreExactlyThose() throws IOException {
    learn(SPEC, Chunks.classes("k", EXAMPLES, 1), 64, false);

    int known = 0;
    int covered = 0;
    int size = 0;
    for (Prediction prediction : published.predictions) {
      Prediction.OfClass outcome = (Prediction.OfClass) prediction.outcome();
      List<String> set = ((ClassSet) Objects.requireNonNull(prediction.region())).classes();
      if (set != null) {
        known++;
        size += set.size();
        covered += set.contains(outcome.actual()) ? 1 : 0;
        assertThat(set).contains(outcome.classes().get(outcome.predicted()));
      }
    }
    Coverage coverage = lastCoverage();
    assertThat(known).isGreaterThan(EXAMPLES - 20);
    assertThat(coverage.total().coverage()).isEqualTo(covered / (double) known);
    assertThat(coverage.total().size()).isEqualTo(size / (double) known);
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
  void aLateLabelIsScoredAgainstTheIntervalThatWasPublished() throws IOException {
    int delay = 30;
    TrainSpec late =
        SPEC.with(to -> to.input = LateStreams.input(Task.REGRESSION, null, 1_000_000, 99));
    List<Example> labeled = Chunks.numbers("k", EXAMPLES, 1);
    List<Example> apart = LateStreams.apart(labeled, delay);

    TrainState straight = learn(late, apart, 64, false);
    int known = 0;
    int covered = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      Interval interval = (Interval) Objects.requireNonNull(published.predictions.get(i).region());
      double label = labeled.get(i).target;
      known += interval.isKnown() ? 1 : 0;
      covered += interval.low() <= label && label <= interval.high() ? 1 : 0;
    }

    assertThat(known).isEqualTo(EXAMPLES - 2 * delay - 11);
    assertThat(lastCoverage().total().coverage()).isEqualTo(covered / (double) known);
    assertThat(bytes(learn(late, apart, 1, true))).isEqualTo(bytes(straight));
  }

  @Test
  void heldOutExamplesHaveIntervalsAndDoNotCount() throws IOException {
    TrainSpec holding =
        SPEC.with(to -> to.metrics = to.metrics.with(m -> m.validation = new Validation(0.2, 0)));
    learn(holding, Chunks.numbers("k", EXAMPLES, 1), 64, false);

    List<Prediction> heldOut = published.predictions.stream().filter(Prediction::heldOut).toList();
    assertThat(heldOut).hasSizeGreaterThan(50);
    assertThat(heldOut.subList(20, heldOut.size()))
        .allSatisfy(
            prediction ->
                assertThat(((Interval) Objects.requireNonNull(prediction.region())).isKnown())
                    .isTrue());
    double covered =
        published.predictions.stream()
            .filter(prediction -> !prediction.heldOut() && isCovered(prediction))
            .count();
    double known =
        published.predictions.stream()
            .filter(prediction -> !prediction.heldOut())
            .filter(prediction -> ((Interval) prediction.region()).isKnown())
            .count();
    assertThat(lastCoverage().total().coverage()).isEqualTo(covered / known);
  }

  private static boolean isCovered(Prediction prediction) {
    double actual = ((OfValue) prediction.outcome()).actual();
    Interval interval = (Interval) Objects.requireNonNull(prediction.region());
    return interval.low() <= actual && actual <= interval.high();
  }

  @Test
  void aPublishedModelHasTheBoundsOfTheNextPrediction() throws IOException {
    List<Example> examples = Chunks.numbers("k", EXAMPLES, 1);
    TrainState state = learn(SPEC, examples.subList(0, EXAMPLES - 1), 64, false);

    ModelSnapshot snapshot = ModelSnapshot.decode("test", null, "k", state.modelBytes());
    ModelSnapshot.Predictor predictor =
        snapshot.predictor(SPEC.model(), SPEC.input(), new Workspace());
    published.predictions.clear();
    engine(SPEC).learn(state, Chunks.of(examples.subList(EXAMPLES - 1, EXAMPLES)), published);

    Prediction next = published.predictions.get(0);
    double value = ((OfValue) next.outcome()).value();
    var bounds = Objects.requireNonNull(predictor.bounds());
    assertThat(bounds.interval(value, bounds.halfWidth(value))).isEqualTo(next.region());
    assertThat(snapshot.model(SPEC.model(), new Workspace()).examples()).isEqualTo(EXAMPLES - 1);
    assertThat(snapshot.learner().examples()).isEqualTo(EXAMPLES - 1);
  }

  @Test
  void theIntervalsOfASelectionStayWhenOneModelReplacesIt() throws IOException {
    NamedModel small = new NamedModel("small", SPEC.model());
    NamedModel other = new NamedModel("other", Specs.small(7));
    Promotion promotion = new Promotion(false, 50, 20, 0.1);
    TrainSpec selection =
        SPEC.with(
            to ->
                to.model =
                    new SelectionSpec(
                        List.of(small, other), "small", false, promotion, OnChange.REJECT));
    TrainState state = learn(selection, Chunks.numbers("k", EXAMPLES, 1), 64, false);
    Intervals before = Objects.requireNonNull(state.model().part(Intervals.class));

    TrainState alone = TrainState.serialized(bytes(state));
    alone.resume(SPEC, new Workspace());

    Intervals after = Objects.requireNonNull(alone.model().part(Intervals.class));
    assertThat(after.bounds.labels()).isEqualTo(before.bounds.labels());
  }

  @Test
  void anotherLevelRestartsIntervalsAndKeepsTheModel() throws IOException {
    List<Example> examples = Chunks.numbers("k", EXAMPLES, 1);
    TrainState state = learn(SPEC, examples.subList(0, 400), 64, false);
    TrainSpec other = SPEC.with(to -> to.publish = to.publish.withInterval(0.5));
    TrainSpec none = SPEC.with(to -> to.publish = to.publish.withInterval(0));

    published.predictions.clear();
    Chunk rest = Chunks.of(examples.subList(400, EXAMPLES));
    engine(other).learn(TrainState.serialized(bytes(state)), rest, published);
    assertThat(published.predictions.subList(0, 10))
        .allSatisfy(prediction -> assertThat(((Interval) prediction.region()).isKnown()).isFalse());
    assertThat(published.predictions.get(10).region().level()).isEqualTo(0.5);
    assertThat(((Interval) published.predictions.get(10).region()).isKnown()).isTrue();

    TrainState without =
        engine(none).learn(TrainState.serialized(bytes(state)), rest, new RecordingListener());
    assertThat(Objects.requireNonNull(without).model().part(Intervals.class)).isNull();
    assertThat(without.examples()).isEqualTo(EXAMPLES);
  }

  private Coverage lastCoverage() {
    return Objects.requireNonNull(published.reports.get(published.reports.size() - 1).coverage());
  }

  private static PrequentialEngine engine(TrainSpec spec) {
    return new PrequentialEngine(spec, 64 << 20, ShapeChange.FAIL);
  }

  private TrainState learn(TrainSpec spec, List<Example> examples, int together, boolean restarts)
      throws IOException {
    TrainState last = Learning.inChunks(spec, examples, together, restarts, published);
    if (!restarts) {
      engine(spec).report(last, "k", published);
    }
    return last;
  }
}
