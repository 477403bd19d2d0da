package dev.millrace.prequential;

import static dev.millrace.prequential.Learning.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.ModelCommand.Promote;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.OutputLabels.Label;
import dev.millrace.data.RecordKind;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.DefaultLabel;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.input.TargetSpec;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.ClassificationScores;
import dev.millrace.report.MetricsReport.OutputReport;
import dev.millrace.report.MetricsReport.OutputScores;
import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.ModelEvent.Erased;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.NamedOutcome;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.report.Prediction.OfOutputs;
import dev.millrace.report.Score;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Several outputs of a key: sets of labels, and targets of mixed kinds. */
class OutputsTest {
  private static final long MAX_BYTES = 64 << 20;
  private static final ModelSpec MODEL =
      ModelSpec.auto(3, AutoSpec.of(AutoSpec.Tier.FAST), ClassWeights.NONE);
  private static final List<TargetSpec> TARGETS =
      List.of(
          new TargetSpec("click", Task.BINARY, List.of("no", "yes"), "yes", null, null),
          new TargetSpec("kind", Task.MULTICLASS),
          new TargetSpec("amount", Task.REGRESSION));

  private final RecordingListener published = new RecordingListener();

  @Test
  void setsOfLabelsAreDiscoveredPredictedAndScored() throws IOException {
    Learning.inChunks(sets(), sets(1_000), 20, false, published);

    assertThat(published.rejected).isEmpty();
    OutputScores scores = lastOf("k");
    assertThat(published.learned).isEqualTo(1_000);
    assertThat(scores.outputs())
        .extracting(OutputReport::name)
        .containsExactlyInAnyOrder("a", "b", "c");
    assertThat(scores.total().examples()).isEqualTo(1_000);
    assertThat(scores.window().get(Score.SET_F1)).isGreaterThan(0.85);
    assertThat(scores.window().get(Score.JACCARD)).isGreaterThan(0.75);
    assertThat(scores.window().get(Score.HAMMING_LOSS)).isLessThan(0.12);
    assertThat(scores.window().get(Score.JACCARD))
        .isCloseTo(
            scores.window().get(Score.SET_F1) / (2 - scores.window().get(Score.SET_F1)),
            within(1e-12)); // micro averages
    Prediction last = published.predictions.get(999);
    OfOutputs outcome = (OfOutputs) last.outcome();
    assertThat(last.key()).isEqualTo("k");
    assertThat(outcome.outputs()).hasSize(3);
    assertThat(published.predictions).hasSize(1_000);
  }

  /** The scores of the report, computed once more from the predictions that were published. */
  @Test
  void scoresAreThoseOfThePublishedSets() throws IOException {
    Learning.inChunks(sets(), sets(400), 7, false, published);

    double hits = 0;
    double predicted = 0;
    double actual = 0;
    double exact = 0;
    for (Prediction prediction : published.predictions) {
      OfOutputs outcome = (OfOutputs) prediction.outcome();
      List<String> labels = outcome.labels() == null ? List.of() : outcome.labels();
      List<String> both = new ArrayList<>(labels);
      both.retainAll(outcome.actual());
      hits += both.size();
      predicted += labels.size();
      actual += outcome.actual().size();
      exact += both.size() == labels.size() && both.size() == outcome.actual().size() ? 1 : 0;
    }
    OutputScores scores = lastOf("k");
    assertThat(scores.total().get(Score.SET_PRECISION)).isCloseTo(hits / predicted, within(1e-12));
    assertThat(scores.total().get(Score.SET_RECALL)).isCloseTo(hits / actual, within(1e-12));
    assertThat(scores.total().get(Score.EXACT_MATCH)).isCloseTo(exact / 400, within(1e-12));
  }

  /** At most one of two targets is positive; the model of one does not know the other's label. */
  @Test
  void targetsOfTwoClassesAreDecidedTogether() throws IOException {
    TrainSpec spec =
        spec(
            to ->
                to.targets =
                    List.of(new TargetSpec("left", Task.BINARY), new TargetSpec("right", null)));
    SplittableRandom random = new SplittableRandom(14);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      Example example = example(i, random, 2);
      boolean isLeft = example.features[0] + 0.5 * random.nextGaussian() > 0;
      boolean isAny = example.features[1] > -0.3;
      example.label =
          OutputLabels.ofTargets(List.of(label(isLeft && isAny), label(!isLeft && isAny)));
      examples.add(example);
    }

    Learning.inChunks(spec, examples, 20, false, published);

    double hits = 0;
    double positive = 0;
    int both = 0;
    for (int i = 0; i < 1_500; i++) {
      OfOutputs outcome = (OfOutputs) published.predictions.get(i).outcome();
      int predicted = 0;
      for (NamedOutcome output : outcome.outputs()) {
        OfClass one = (OfClass) output.outcome();
        boolean isPredicted =
            one.predicted() >= 0 && one.classes().get(one.predicted()).equals("1");
        boolean isActual = "1".equals(one.actual());
        hits += isPredicted && isActual ? 1 : 0;
        positive += (isPredicted ? 1 : 0) + (isActual ? 1 : 0);
        predicted += isPredicted ? 1 : 0;
      }
      both += i >= 1_000 && predicted == 2 ? 1 : 0;
    }
    OutputScores scores = lastOf("k");
    assertThat(scores.total().get(Score.SET_F1)).isCloseTo(2 * hits / positive, within(0.01));
    // Each alone has a threshold below one half, and would often be predicted with the other.
    assertThat(both).isLessThan(50);
  }

  @Test
  void aLabelIsNotPredictedByTheRecordThatDiscoversIt() throws IOException {
    Learning.inChunks(sets(), sets(50), 50, false, published);

    OfOutputs first = (OfOutputs) published.predictions.get(0).outcome();
    assertThat(first.outputs()).isEmpty();
    assertThat(first.actual()).isNotEmpty();
  }

  @Test
  void noMoreLabelsThanAllowedAreDiscovered() throws IOException {
    TrainSpec spec =
        sets(to -> to.limits = new InputSpec.Limits(1 << 20, 256, 2, 65_536)); // two labels
    Learning.inChunks(spec, sets(200), 20, false, published);

    assertThat(published.rejected)
        .isNotEmpty()
        .allSatisfy(
            letter -> {
              assertThat(letter.reason()).isEqualTo(DeadLetterReason.TOO_MANY_CLASSES);
              assertThat(letter.message()).contains("\"c\" would be label 3", "limits.classes");
            });
  }

  @Test
  void chunksAndRestartsChangeNoBit() throws IOException {
    for (TrainSpec spec : List.of(sets(), targets())) {
      List<Example> examples = spec.input().targets().isEmpty() ? sets(200) : targets(200);

      TrainState alone = Learning.inChunks(spec, examples, 1, false, published);
      TrainState together = Learning.inChunks(spec, examples, 64, false, published);
      TrainState restarted = Learning.inChunks(spec, examples, 10, true, published);
      TrainState copied = together.copy();

      assertThat(bytes(together)).isEqualTo(bytes(alone));
      assertThat(bytes(restarted)).isEqualTo(bytes(alone));
      assertThat(bytes(copied)).isEqualTo(bytes(alone));
      assertThat(restarted.modelBytes()).isEqualTo(alone.modelBytes());
    }
  }

  @Test
  void targetsOfMixedKindsHaveScoresOfTheirOwn() throws IOException {
    Learning.inChunks(targets(), targets(2_000), 20, false, published);

    assertThat(published.rejected).isEmpty();
    OutputScores scores = lastOf("k");
    assertThat(scores.outputs())
        .extracting(OutputReport::name)
        .containsExactly("click", "kind", "amount");
    assertThat(scores.outputs())
        .extracting(OutputReport::task)
        .containsExactly(Task.BINARY, Task.MULTICLASS, Task.REGRESSION);
    ClassificationScores click = (ClassificationScores) scores.outputs().get(0).scores();
    RegressionScores amount = (RegressionScores) scores.outputs().get(2).scores();
    assertThat(click.window().get(Score.LOG_LOSS))
        .isLessThan(0.5 * click.window().get(Score.LOG_LOSS_BASELINE));
    assertThat(amount.window().get(Score.MAE)).isLessThan(0.3 * amount.mean().windowMae());
    // Each output has a report of its own.
    assertThat(published.reports)
        .extracting(report -> report.context().key())
        .contains("k@click", "k@kind", "k@amount", "k");
  }

  /** Targets may be added, left out and moved between two runs; the others go on. */
  @Test
  void targetsOfARestoredKeyAreKnownByTheirNames() throws IOException {
    TrainState state = Learning.inChunks(targets(), targets(300), 20, false, published);
    List<TargetSpec> others =
        List.of(TARGETS.get(2), new TargetSpec("new", Task.REGRESSION), TARGETS.get(0));
    TrainSpec changed = spec(to -> to.targets = others);
    PrequentialEngine engine = new PrequentialEngine(changed, MAX_BYTES, ShapeChange.FAIL);
    List<Example> examples = targets(600).subList(300, 600);
    for (Example example : examples) {
      List<@Nullable Label> labels = OutputLabels.targets(example.label);
      example.label =
          OutputLabels.ofTargets(Arrays.asList(labels.get(2), Label.of(1), labels.get(0)));
    }

    TrainState restored =
        engine.learn(TrainState.serialized(bytes(state)), Chunks.of(examples), published);
    engine.report(restored, "k", published);

    assertThat(published.rejected).isEmpty();
    OutputScores scores = lastOf("k");
    assertThat(scores.outputs())
        .extracting(OutputReport::name)
        .containsExactly("click", "amount", "new");
    assertThat(scores.outputs())
        .extracting(OutputReport::examples)
        .containsExactly(600L, 600L, 300L);
    RegressionScores amount = (RegressionScores) scores.outputs().get(1).scores();
    assertThat(amount.window().get(Score.MAE)).isLessThan(0.3 * amount.mean().windowMae());
  }

  @Test
  void aTargetWithoutLabelIsPredictedAndNotLearned() throws IOException {
    List<Example> examples = targets(300);
    for (int i = 0; i < examples.size(); i++) {
      List<@Nullable Label> labels = OutputLabels.targets(examples.get(i).label);
      if (i % 3 != 0) {
        labels.set(2, null);
      }
      examples.get(i).label = OutputLabels.ofTargets(labels);
    }

    Learning.inChunks(targets(), examples, 20, false, published);

    OutputScores scores = lastOf("k");
    assertThat(scores.outputs().get(0).examples()).isEqualTo(300);
    assertThat(scores.outputs().get(2).examples()).isEqualTo(100);
    OfOutputs last = (OfOutputs) published.predictions.get(299).outcome();
    assertThat(last.outputs()).extracting(NamedOutcome::name).contains("amount");
  }

  /** The clicks come soon; who does not buy within the time is known only at its end. */
  @Test
  void eachTargetHasADelayOfItsOwn() throws IOException {
    List<TargetSpec> targets =
        List.of(
            new TargetSpec("click", Task.BINARY, List.of("0", "1"), "1", 10L, null),
            new TargetSpec(
                "buy",
                Task.BINARY,
                List.of("0", "1"),
                "1",
                50L,
                new DefaultLabel("0", Double.NaN)));
    TrainSpec spec =
        spec(
            to -> {
              to.targets = targets;
              to.id = "id";
              to.labels = new LateLabels(null, "id", null, "label", 1_000, 10_000);
            });
    List<Example> records = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      records.add(record(i, RecordKind.FEATURES, i, null));
      if (i >= 5) {
        int of = i - 5;
        records.add(record(of, RecordKind.LABEL, i, labels(label(isClick(of)), null)));
      }
      if (i >= 30 && isBuy(i - 30)) {
        records.add(record(i - 30, RecordKind.LABEL, i, labels(null, label(true))));
      }
    }

    TrainState state = Learning.inChunks(spec, records, 16, true, published);
    new PrequentialEngine(spec, MAX_BYTES, ShapeChange.FAIL).report(state, "k", published);

    assertThat(published.rejected).isEmpty();
    assertThat(last("k@click").examples()).isEqualTo(395);
    // 360 were bought, or were too old to be bought.
    assertThat(last("k@buy").examples()).isBetween(350L, 370L);
    MetricsReport buy = report("k@buy");
    assertThat(buy.labels().imputed()).isGreaterThan(200);
    assertThat(buy.labels().matched()).isGreaterThan(50);
    assertThat(report("k@click").labels().timedOut()).isZero();
  }

  @Test
  void setsThatComeLaterAreScoredAsTheyWerePredicted() throws IOException {
    TrainSpec spec =
        sets(
            to -> {
              to.id = "id";
              to.labels = new LateLabels(null, "id", null, "label", 1_000, 10_000);
            });
    List<Example> records = new ArrayList<>();
    List<Example> examples = sets(300);
    for (int i = 0; i < 300; i++) {
      records.add(apart(examples.get(i), i, RecordKind.FEATURES, i));
      if (i >= 20) {
        records.add(apart(examples.get(i - 20), i - 20, RecordKind.LABEL, i));
      }
    }

    TrainState state = Learning.inChunks(spec, records, 16, true, published);

    assertThat(bytes(state))
        .isEqualTo(bytes(Learning.inChunks(spec, records, 1, false, new RecordingListener())));
    assertThat(published.rejected).isEmpty();
    new PrequentialEngine(spec, MAX_BYTES, ShapeChange.FAIL).report(state, "k", published);
    OutputScores scores = lastOf("k");
    // No label was known when the first 21 examples came, so none of these waits.
    assertThat(scores.total().examples()).isEqualTo(280 - 21);
    assertThat(scores.window().get(Score.SET_F1)).isGreaterThan(0.7);
  }

  /** The positive class is declared, and one class is known. */
  @Test
  void theFirstLabelsOfTwoTargetsArePublished() throws IOException {
    TrainSpec spec =
        spec(
            to ->
                to.targets =
                    List.of(
                        new TargetSpec("a", Task.BINARY, List.of(), "1", null, null),
                        new TargetSpec("b", Task.BINARY, List.of(), "1", null, null)));
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Example example = example(i, new SplittableRandom(i), 2);
      example.label = OutputLabels.ofTargets(List.of(label(i < 3), label(i > 3)));
      examples.add(example);
    }

    Learning.inChunks(spec, examples, 1, true, published);

    OfOutputs first = (OfOutputs) published.predictions.get(0).outcome();
    assertThat(first.outputs())
        .extracting(output -> ((OfClass) output.outcome()).predicted())
        .containsOnly(-1);
    for (Prediction prediction : published.predictions) {
      for (NamedOutcome output : ((OfOutputs) prediction.outcome()).outputs()) {
        OfClass one = (OfClass) output.outcome();
        assertThat(one.predicted()).isLessThan(one.scores().length);
      }
    }
  }

  @Test
  void aLabelThatIsDiscoveredLateReplacesNoPrediction() throws IOException {
    TrainSpec spec =
        sets(
            to -> {
              to.id = "id";
              to.labels = new LateLabels(null, "id", null, "label", 1_000, 10_000);
            });
    List<Example> records = new ArrayList<>();
    List<Example> examples = sets(60);
    for (int i = 0; i < 60; i++) {
      examples.get(i).label = OutputLabels.ofSet(i < 30 ? List.of("a") : List.of("a", "b"));
      records.add(apart(examples.get(i), i, RecordKind.FEATURES, 2 * i));
      records.add(apart(examples.get(i), i, RecordKind.LABEL, 2 * i + 1));
    }

    Learning.inChunks(spec, records, 4, false, published);

    // One for each record with features, none for labels.
    assertThat(published.predictions).hasSize(60).allMatch(one -> one.seq() == 0);
    OfOutputs after = (OfOutputs) published.predictions.get(40).outcome();
    assertThat(after.outputs()).extracting(NamedOutcome::name).containsExactly("a", "b");
  }

  @Test
  void commandsApplyToTheKeyWithAllOutputs() throws IOException {
    PrequentialEngine engine = new PrequentialEngine(sets(), MAX_BYTES, ShapeChange.FAIL);
    TrainState state = engine.learn(null, Chunks.of(sets(60)), published);
    KafkaRecord command = KafkaRecord.none(5, null, null);

    boolean isPromoted =
        engine.promote(state, "k", new Promote("test", "other"), command, published);
    engine.eraseKey(state, "k", 77, published);

    assertThat(isPromoted).isFalse();
    assertThat(published.rejected).hasSize(1);
    assertThat(published.rejected.get(0).message()).contains("the pipeline has one model");
    assertThat(published.events).hasSize(1);
    assertThat(published.events.get(0).key()).isEqualTo("k");
    assertThat(published.events.get(0).what()).isInstanceOf(Erased.class);
    assertThat(published.events.get(0).seq()).isEqualTo(60);
  }

  @Test
  void recordsOfAnotherWidthAreRejectedOnce() throws IOException {
    List<Example> examples = sets(30);
    PrequentialEngine engine = new PrequentialEngine(sets(), MAX_BYTES, ShapeChange.FAIL);
    TrainState state = engine.learn(null, Chunks.of(examples), published);
    byte[] before = bytes(state);
    Example wide = sets(1).get(0);
    wide.resize(7);

    engine.learn(state, Chunks.of(List.of(wide)), published);

    assertThat(published.rejected).hasSize(1);
    assertThat(published.rejected.get(0).reason()).isEqualTo(DeadLetterReason.WRONG_FEATURE_COUNT);
    assertThat(bytes(state)).isEqualTo(before);
  }

  @Test
  void stateOfOneOutputIsRejectedAndNamed() throws IOException {
    TrainSpec one = Specs.train(MODEL);
    TrainState state = Learning.inChunks(one, Chunks.classes("k", 50, 1), 10, false, published);
    PrequentialEngine several = new PrequentialEngine(sets(), MAX_BYTES, ShapeChange.FAIL);
    TrainState stored = TrainState.serialized(bytes(state));

    assertThatThrownBy(() -> several.learn(stored, Chunks.of(sets(5)), published))
        .isInstanceOf(UnusableStateException.class)
        .hasCauseInstanceOf(ModelMismatchException.class)
        .hasMessageContaining("stored (multiclass), configured (multilabel)");
    TrainState ofSets = Learning.inChunks(sets(), sets(50), 10, false, published);
    PrequentialEngine single = new PrequentialEngine(one, MAX_BYTES, ShapeChange.FAIL);
    TrainState other = TrainState.serialized(bytes(ofSets));
    assertThatThrownBy(() -> single.learn(other, Chunks.of(Chunks.classes("k", 5, 1)), published))
        .isInstanceOf(UnusableStateException.class)
        .hasMessageContaining("several outputs (multilabel), configured is one");
  }

  @Test
  void damagedStateIsAnIoException() throws IOException {
    TrainState state = Learning.inChunks(sets(), sets(50), 10, false, published);
    byte[] whole = bytes(state);
    PrequentialEngine engine = new PrequentialEngine(sets(), MAX_BYTES, ShapeChange.FAIL);
    for (int length = 0; length < whole.length - 1; length += 97) {
      TrainState cut = TrainState.serialized(Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> engine.resume(cut, "k", published)).isInstanceOf(IOException.class);
    }
  }

  /** A published model predicts what the job would predict next. */
  @Test
  void aPublishedModelPredictsTheSame() throws IOException {
    for (TrainSpec spec : List.of(sets(), targets())) {
      List<Example> examples = spec.input().targets().isEmpty() ? sets(301) : targets(301);
      published.predictions.clear();
      TrainState state = Learning.inChunks(spec, examples.subList(0, 300), 20, false, published);
      ModelSnapshot snapshot = ModelSnapshot.decode("test", null, "k", state.modelBytes());

      Example next = examples.get(300);
      next.kind = RecordKind.FEATURES;
      PrequentialEngine engine = new PrequentialEngine(spec, MAX_BYTES, ShapeChange.FAIL);
      engine.learn(state, Chunks.of(List.of(next)), published);

      OfOutputs expected = (OfOutputs) published.predictions.get(300).outcome();
      Workspace workspace = new Workspace();
      ModelSnapshot.Outputs outputs = snapshot.outputs(spec.input(), Indicators.NONE, true);
      assertThat(outputs.models()).hasSize(3);
      float[] row = outputs.row(next.features, workspace);
      for (NamedOutcome output : expected.outputs()) {
        InputSpec input = ModelSnapshot.inputOf(spec.input(), output.name());
        ModelSnapshot.Predictor one =
            outputs.models().get(output.name()).predictor(spec.model(), input, workspace);
        float[] scores = new float[one.model().outputs()];
        one.model().predictNext(row, 0, scores);
        if (output.outcome() instanceof OfClass ofClass) {
          assertThat(scores).isEqualTo(ofClass.scores());
        }
      }
    }
  }

  /** Few examples have the second label, which depends on the same curve as the first. */
  @Test
  void aRareTargetLearnsFromTheLabelsOfAnother() throws IOException {
    double together =
        rareError(
            List.of(
                new TargetSpec("often", Task.REGRESSION), new TargetSpec("rare", Task.REGRESSION)));
    double alone = rareError(List.of(new TargetSpec("rare", Task.REGRESSION)));

    assertThat(together).isLessThan(0.97 * alone);
  }

  private double rareError(List<TargetSpec> targets) throws IOException {
    TrainSpec spec = spec(to -> to.targets = targets);
    SplittableRandom random = new SplittableRandom(5);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 6_000; i++) {
      Example example = example(i, random, 6);
      double curve = 0;
      for (int f = 0; f < 3; f++) {
        curve += example.features[f] * example.features[f + 3];
      }
      Label rare = i % 20 == 0 ? Label.of(5 - 2 * curve) : null;
      example.label =
          targets.size() == 1
              ? OutputLabels.ofTargets(Arrays.asList(rare))
              : OutputLabels.ofTargets(Arrays.asList(Label.of(curve), rare));
      examples.add(example);
    }
    RecordingListener own = new RecordingListener();
    Learning.inChunks(spec, examples, 20, false, own);
    OutputScores scores = null;
    for (MetricsReport report : own.reports) {
      scores = report.scores() instanceof OutputScores all ? all : scores;
    }
    OutputReport last = scores.outputs().get(scores.outputs().size() - 1);
    return ((RegressionScores) last.scores()).window().get(Score.MAE);
  }

  private static TrainSpec spec(Consumer<InputSpec.Draft> change) {
    return Specs.train(
            Records.undeclared().with(change),
            MODEL,
            Specs.METRICS.with(
                to -> {
                  to.window = 300;
                  to.every = 100;
                  to.thresholdMetric = Decision.F1;
                }))
        .with(to -> to.publish = to.publish.withPredictions(true));
  }

  private static TrainSpec sets() {
    return sets(to -> {});
  }

  private static TrainSpec sets(Consumer<InputSpec.Draft> change) {
    return spec(
        to -> {
          to.task = Task.MULTILABEL;
          change.accept(to);
        });
  }

  private static TrainSpec targets() {
    return spec(to -> to.targets = TARGETS);
  }

  /** Examples whose features say which of three labels they have; b has never both others. */
  private static List<Example> sets(int count) {
    SplittableRandom random = new SplittableRandom(11);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Example example = example(i, random, 3);
      List<String> set = new ArrayList<>();
      if (example.features[0] > -0.2) {
        set.add("a");
      }
      if (example.features[1] > 0.3) {
        set.add("c");
      }
      if (example.features[2] > 0 && set.size() < 2) {
        set.add("b");
      }
      example.label = OutputLabels.ofSet(set);
      examples.add(example);
    }
    return examples;
  }

  private static List<Example> targets(int count) {
    SplittableRandom random = new SplittableRandom(12);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Example example = example(i, random, 3);
      double sum = example.features[0] + example.features[1];
      example.label =
          OutputLabels.ofTargets(
              List.of(
                  Label.of(sum > 0.2 ? "yes" : "no"),
                  Label.of(
                      example.features[2] < -0.4 ? "x" : example.features[2] < 0.4 ? "y" : "z"),
                  Label.of(100 + 20 * sum)));
      examples.add(example);
    }
    return examples;
  }

  private static Example example(int i, SplittableRandom random, int width) {
    Example example = new Example();
    example.key = "k";
    example.resize(width);
    for (int f = 0; f < width; f++) {
      example.features[f] = (float) (random.nextDouble() * 2 - 1);
    }
    example.weight = 1f;
    example.eventTime = 1_000L + i;
    example.record = Records.record("k", new byte[] {(byte) i, 7}, i);
    return example;
  }

  private static Example record(int i, RecordKind kind, int time, @Nullable String label) {
    Example example = example(time, new SplittableRandom(i), 3);
    return withId(example, i, kind, time, label);
  }

  private static Example apart(Example of, int i, RecordKind kind, int time) {
    Example example = example(time, new SplittableRandom(0), 3);
    System.arraycopy(of.features, 0, example.features, 0, 3);
    return withId(example, i, kind, time, kind.hasLabel() ? of.label : null);
  }

  private static Example withId(
      Example example, int i, RecordKind kind, int time, @Nullable String label) {
    example.kind = kind;
    example.eventTime = 1_000L + time;
    byte[] id = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
    example.setId(id, id.length);
    example.label = label;
    if (!kind.hasFeatures()) {
      example.resize(0);
    }
    return example;
  }

  private static boolean isClick(int i) {
    return new SplittableRandom(i).nextDouble() > 0.5;
  }

  private static boolean isBuy(int i) {
    return new SplittableRandom(i).nextDouble() > 0.75;
  }

  private static Label label(boolean isPositive) {
    return Label.of(isPositive ? "1" : "0");
  }

  private static String labels(@Nullable Label click, @Nullable Label buy) {
    return OutputLabels.ofTargets(Arrays.asList(click, buy));
  }

  private MetricsReport report(String key) {
    MetricsReport last = null;
    for (MetricsReport report : published.reports) {
      last = report.context().key().equals(key) ? report : last;
    }
    assertThat(last).isNotNull();
    return last;
  }

  private MetricsReport.Context last(String key) {
    return report(key).context();
  }

  private OutputScores lastOf(String key) {
    return (OutputScores) report(key).scores();
  }
}
