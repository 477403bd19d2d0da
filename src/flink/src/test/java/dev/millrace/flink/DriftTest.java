package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.data.Example;
import dev.millrace.eval.drift.DriftSpec;
import dev.millrace.eval.drift.InputDriftSpec;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.prequential.spec.DriftPolicy;
import dev.millrace.prequential.spec.DriftPolicy.Action;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Specs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams whose classes change places half way. */
class DriftTest {
  private static final int HALF = 600;
  private static final Map<String, String> SWAPPED =
      Map.of("low", "high", "mid", "low", "high", "mid");

  private static final DriftPolicy EVENT = plan(Action.EVENT);

  private static DriftPolicy plan(Action action) {
    return new DriftPolicy("ddm", DriftSpec.Ddm.DEFAULT, action, 4f, 200);
  }

  private static TrainSpec watching(DriftPolicy plan) {
    return watching(plan, Specs.small(1));
  }

  private static TrainSpec watching(DriftPolicy plan, ModelSpec model) {
    return Specs.train(model).with(to -> to.drift = plan);
  }

  private static List<Example> drifting() {
    List<Example> examples = Chunks.classes("k", 2 * HALF, 1);
    for (Example example : examples.subList(HALF, examples.size())) {
      example.label = SWAPPED.get(example.label);
    }
    return examples;
  }

  /** All that came of a run: events, metrics, and the model in the end. */
  private record Outcome(List<JsonNode> events, List<JsonNode> metrics, String model) {
    JsonNode drift() {
      return events.stream()
          .filter(e -> e.path("event").asText().equals("drift"))
          .findFirst()
          .get();
    }

    double finalAccuracy() {
      return metrics.get(metrics.size() - 1).at("/window/accuracy").asDouble();
    }
  }

  private static Outcome run(TrainSpec spec, List<Example> examples, int chunk) throws Exception {
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples, chunk);
      harness.end();
      return new Outcome(harness.events(), harness.metrics(), harness.model("k"));
    }
  }

  private static Outcome runWithRestarts(TrainSpec spec, List<Example> examples, int every)
      throws Exception {
    List<JsonNode> events = new ArrayList<>();
    List<JsonNode> metrics = new ArrayList<>();
    OperatorSubtaskState state = null;
    for (int from = 0; from < examples.size(); from += every) {
      int to = Math.min(examples.size(), from + every);
      try (TrainHarness harness = new TrainHarness(spec, state)) {
        harness.send(examples.subList(from, to), 64);
        state = harness.snapshot();
        if (to == examples.size()) {
          harness.end();
        }
        events.addAll(harness.events());
        metrics.addAll(harness.metrics());
        if (to == examples.size()) {
          return new Outcome(events, metrics, harness.model("k"));
        }
      }
    }
    throw new IllegalArgumentException("no examples");
  }

  @Test
  void aDriftIsAnEventSoonAfterItAndAStableStreamHasNone() throws Exception {
    Outcome drifting = run(watching(EVENT), drifting(), 64);
    Outcome stable = run(watching(EVENT), Chunks.classes("k", 2 * HALF, 1), 64);

    assertThat(drifting.drift().path("seq").asInt()).isBetween(HALF, HALF + 60);
    assertThat(drifting.drift().path("detector").asText()).isEqualTo("ddm");
    assertThat(drifting.drift().path("action").asText()).isEqualTo("event");
    assertThat(drifting.drift().path("drifts").asInt()).isEqualTo(1);
    assertThat(stable.events()).noneMatch(e -> e.path("event").asText().equals("drift"));
  }

  @Test
  void lookingAloneChangesNothingOfTheModel() throws Exception {
    Outcome watched = run(watching(EVENT), drifting(), 64);
    Outcome unwatched = run(Specs.train(Specs.small(1)), drifting(), 64);

    assertThat(watched.metrics()).isEqualTo(unwatched.metrics());
    assertThat(watched.model()).isEqualTo(unwatched.model());
  }

  @ParameterizedTest
  @EnumSource
  void chunksAndRestartsChangeNothing(Action action) throws Exception {
    TrainSpec spec = watching(plan(action), Specs.small(5));
    Outcome expected = run(spec, drifting(), 64);

    assertThat(run(spec, drifting(), 1)).isEqualTo(expected);
    assertThat(runWithRestarts(spec, drifting(), 7)).isEqualTo(expected);
  }

  @Test
  void aDriftOfTheInputIsReportedOnceWhereverTheStreamIsCut() throws Exception {
    TrainSpec spec = Specs.train(Specs.small(5)).with(to -> to.inputDrift = InputDriftSpec.DEFAULT);
    List<Example> examples = Chunks.classes("k", 2_000, 1);
    for (Example example : examples.subList(1_500, 2_000)) {
      example.features[1] += 100;
    }
    Outcome expected = run(spec, examples, 64);

    assertThat(run(spec, examples, 1)).isEqualTo(expected);
    assertThat(run(spec, examples, 50)).isEqualTo(expected);
    assertThat(runWithRestarts(spec, examples, 70)).isEqualTo(expected);
    List<JsonNode> drifts =
        expected.events().stream()
            .filter(e -> e.path("event").asText().equals("input_drift"))
            .toList();
    assertThat(drifts).hasSize(1);
    assertThat(drifts.get(0).path("seq").asInt()).isBetween(1_501, 1_600);
    assertThat(drifts.get(0).path("column").asText()).isEqualTo("input 1");
    JsonNode last = expected.metrics().get(expected.metrics().size() - 1);
    assertThat(last.at("/input_drift/drifts").asInt()).isEqualTo(1);
    assertThat(last.at("/input_drift/last").asText()).isEqualTo("input 1");
    assertThat(expected.model())
        .as("looking changes nothing of the model")
        .isEqualTo(run(Specs.train(Specs.small(5)), examples, 64).model());
  }

  @ParameterizedTest
  @EnumSource
  void aChangeOfDetectorGoesOnWithTheModelAndItsNumbers(Action action) throws Exception {
    List<Example> examples = drifting();
    for (int cut : new int[] {HALF, HALF + 8, HALF + 16, HALF + 24, HALF + 32, 2 * HALF}) {
      OperatorSubtaskState state;
      try (TrainHarness harness = new TrainHarness(watching(plan(action)))) {
        harness.send(examples.subList(0, cut), 64);
        state = harness.snapshot();
      }
      DriftPolicy adwin = new DriftPolicy("adwin", DriftSpec.Adwin.DEFAULT, action, 4f, 200);
      for (DriftPolicy after : new DriftPolicy[] {null, adwin, EVENT}) {
        try (TrainHarness harness = new TrainHarness(watching(after), state)) {
          harness.send(Chunks.classes("k", 40, 9), 64);
          harness.end();

          List<JsonNode> metrics = harness.metrics();
          assertThat(metrics.get(metrics.size() - 1).path("seq").asInt()).isEqualTo(cut + 40);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"adwin", "kswin"})
  void aModelWhoseErrorsBecomeFewerIsNotReset(String detector) throws Exception {
    List<Example> examples = Chunks.classes("k", 4 * HALF, 1);
    Random random = new Random(1);
    for (Example example : examples.subList(0, HALF)) {
      example.label = List.of("low", "mid", "high").get(random.nextInt(3));
    }
    DriftPolicy plan = new DriftPolicy(detector, DriftSpec.ofName(detector), Action.RESET, 1f, 1);

    Outcome outcome = run(watching(plan), examples, 64);

    assertThat(outcome.finalAccuracy()).isGreaterThan(0.8);
    assertThat(outcome.events()).noneMatch(event -> event.path("event").asText().equals("drift"));
  }

  @Test
  void resetRestartsTheModelAndKeepsItsClasses() throws Exception {
    Outcome outcome = run(watching(plan(Action.RESET)), drifting(), 64);

    int drift = outcome.drift().path("seq").asInt();
    JsonNode next = nextReport(outcome, drift);
    assertThat(next.path("model_version").asInt()).isEqualTo(next.path("seq").asInt() - drift);
    assertThat(next.at("/confusion_matrix/labels")).hasSize(3);
  }

  @Test
  void aBoostLastsForItsSteps() throws Exception {
    Outcome outcome = run(watching(plan(Action.BOOST_LEARNING_RATE)), drifting(), 64);

    int drift = outcome.drift().path("seq").asInt();
    double usual = outcome.metrics().get(0).path("learning_rate").asDouble();
    assertThat(nextReport(outcome, drift).path("learning_rate").asDouble()).isEqualTo(4 * usual);
    assertThat(nextReport(outcome, drift + 200).path("learning_rate").asDouble()).isEqualTo(usual);
  }

  @Test
  void aChallengerThatTakesOverHasLearnedSinceTheWarning() throws Exception {
    Outcome outcome = run(watching(plan(Action.SWAP_IN_CHALLENGER)), drifting(), 64);

    int drift = outcome.drift().path("seq").asInt();
    int warning = 0;
    for (JsonNode event : outcome.events()) {
      if (event.path("event").asText().equals("warning") && event.path("seq").asInt() < drift) {
        warning = event.path("seq").asInt();
      }
    }
    assertThat(warning).isBetween(HALF, drift);
    JsonNode next = nextReport(outcome, drift);
    assertThat(next.path("model_version").asInt()).isEqualTo(next.path("seq").asInt() - warning);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EVENT")
  void everyActionLeavesAModelThatLearnsTheNewStream(Action action) throws Exception {
    assertThat(run(watching(plan(action)), drifting(), 64).finalAccuracy()).isGreaterThan(0.7);
  }

  @Test
  void skippedStepsAreReportedWithTheNextReport() throws Exception {
    List<Example> examples = Chunks.numbers("k", 100, 1);
    for (int i = 20; i < 30; i++) {
      examples.get(i).weight = Float.MAX_VALUE;
    }
    Outcome outcome = run(Specs.train(Specs.small(1)), examples, 64);

    assertThat(outcome.events())
        .extracting(event -> event.path("seq") + " " + event.path("skipped_steps"))
        .containsExactly("40 10");
    assertThat(run(Specs.train(Specs.small(1)), examples, 1)).isEqualTo(outcome);
  }

  @Test
  void aRollbackIsAnEventAtItsExampleHoweverChunksFall() throws Exception {
    NetworkSpec diverging =
        Specs.small(1)
            .with(
                to -> {
                  to.loss = Loss.MSE;
                  to.optimizer = new Optimizer.Sgd(10f, 0f);
                  to.clipping = Clipping.OFF;
                  to.seed = 1;
                });
    List<Example> examples = Chunks.numbers("k", 1_000, 1);
    Outcome outcome = run(Specs.train(diverging), examples, 64);

    assertThat(outcome.events())
        .filteredOn(event -> event.path("event").asText().equals("rollback"))
        .isNotEmpty()
        .first()
        .satisfies(
            event -> {
              assertThat(event.path("rollbacks").asInt()).isEqualTo(1);
              assertThat(event.path("learning_rate").asDouble()).isEqualTo(1);
              assertThat(event.path("seq").asInt()).isLessThan(400);
            });
    for (int chunk : new int[] {1, 200, 1_000}) {
      assertThat(run(Specs.train(diverging), examples, chunk)).isEqualTo(outcome);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RESET", "SWAP_IN_CHALLENGER"})
  void skippedStepsAreReportedAgainForTheModelThatADriftBrings(Action action) throws Exception {
    TrainSpec spec = watching(plan(action));
    List<Example> examples = drifting();
    examples.subList(100, 110).forEach(example -> example.weight = Float.MAX_VALUE);
    int drift = run(spec, examples, 64).drift().path("seq").asInt();
    examples.subList(drift, drift + 5).forEach(example -> example.weight = Float.MAX_VALUE);

    Outcome outcome = run(spec, examples, 64);

    int report = nextReport(outcome, drift).path("seq").asInt();
    assertThat(outcome.drift().path("seq").asInt())
        .isEqualTo(drift)
        .isLessThanOrEqualTo(report - 5);
    assertThat(outcome.events())
        .filteredOn(event -> event.path("event").asText().equals("skipped_steps"))
        .extracting(event -> event.path("seq") + " " + event.path("skipped_steps"))
        .containsExactly("120 10", report + " 5");
  }

  private static JsonNode nextReport(Outcome outcome, int seq) {
    return outcome.metrics().stream()
        .filter(record -> record.path("seq").asInt() > seq)
        .findFirst()
        .orElseThrow();
  }
}
