package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.json.CommandJson;
import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.data.ModelCommand.Promote;
import dev.millrace.data.RecordKind;
import dev.millrace.eval.drift.DriftSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.DriftPolicy;
import dev.millrace.prequential.spec.DriftPolicy.Action;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several models of a key in the operator. */
class SelectionTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Promotion EAGER = new Promotion(true, 50, 20, 0.1);
  private static final Promotion BY_COMMAND = new Promotion(false, 50, 20, 0.1);

  /** Learns in steps of 40 examples, and so less than the other. */
  private static final NamedModel SLOW = new NamedModel("slow", Specs.small(40));

  private static final NamedModel QUICK = new NamedModel("quick", ModelSpec.single(2));

  private static ModelSpec models(String champion, Promotion promotion, NamedModel... entrants) {
    return new SelectionSpec(
        List.of(entrants),
        champion == null ? entrants[0].name() : champion,
        champion != null,
        promotion,
        OnChange.REJECT);
  }

  private static TrainSpec train(ModelSpec model) {
    return Specs.train(model)
        .with(
            to -> {
              to.publish = to.publish.withPredictions(true);
              to.commands = "test.commands";
            });
  }

  /** All that came of a run. */
  private record Outcome(
      List<JsonNode> events, List<JsonNode> metrics, List<JsonNode> predictions, String model) {

    JsonNode change() {
      return events.stream()
          .filter(event -> event.path("event").asText().equals("champion_changed"))
          .findFirst()
          .orElseThrow();
    }

    JsonNode lastOf(String name) {
      return StreamSupport.stream(
              metrics.get(metrics.size() - 1).path("models").spliterator(), false)
          .filter(model -> model.path("name").asText().equals(name))
          .findFirst()
          .orElseThrow();
    }
  }

  private static Outcome run(TrainSpec spec, List<Example> examples, int chunk) throws Exception {
    return runWithRestarts(spec, examples, examples.size(), chunk);
  }

  private static Outcome runWithRestarts(
      TrainSpec spec, List<Example> examples, int every, int chunk) throws Exception {
    List<JsonNode> events = new ArrayList<>();
    List<JsonNode> metrics = new ArrayList<>();
    List<JsonNode> predictions = new ArrayList<>();
    OperatorSubtaskState state = null;
    String model = null;
    for (int from = 0; from < examples.size(); from += every) {
      int to = Math.min(examples.size(), from + every);
      try (TrainHarness harness = new TrainHarness(spec, state)) {
        harness.send(examples.subList(from, to), chunk);
        state = harness.snapshot();
        if (to == examples.size()) {
          harness.end();
          model = harness.model("k");
        }
        events.addAll(harness.events());
        metrics.addAll(harness.metrics());
        predictions.addAll(parsed(harness.predictions()));
      }
    }
    return new Outcome(events, metrics, predictions, model);
  }

  private static List<JsonNode> parsed(List<String> lines) throws IOException {
    List<JsonNode> parsed = new ArrayList<>();
    for (String line : lines) {
      parsed.add(JSON.readTree(line));
    }
    return parsed;
  }

  @Test
  void aBetterChallengerTakesOverAndAllTopicsReportIt() throws Exception {
    Outcome outcome = run(train(models(null, EAGER, SLOW, QUICK)), Chunks.classes("k", 600, 1), 64);

    JsonNode change = outcome.change();
    assertThat(change.path("from").asText()).isEqualTo("slow");
    assertThat(change.path("to").asText()).isEqualTo("quick");
    assertThat(change.path("reason").asText()).isEqualTo("better");
    assertThat(change.path("to_loss").asDouble()).isLessThan(change.path("from_loss").asDouble());
    assertThat(change.path("p_value").asDouble()).isLessThanOrEqualTo(0.1);
    int seq = change.path("seq").asInt();
    for (JsonNode prediction : outcome.predictions()) {
      boolean before = prediction.path("seq").asInt() <= seq;
      assertThat(prediction.path("model").asText()).isEqualTo(before ? "slow" : "quick");
    }
    JsonNode quick = outcome.lastOf("quick");
    assertThat(quick.path("role").asText()).isEqualTo("champion");
    assertThat(quick.path("since").asInt()).isEqualTo(seq);
    assertThat(quick.path("examples").asInt()).isEqualTo(600);
    JsonNode slow = outcome.lastOf("slow");
    assertThat(slow.path("role").asText()).isEqualTo("challenger");
    assertThat(slow.path("log_loss").asDouble()).isGreaterThan(quick.path("log_loss").asDouble());
    assertThat(slow.path("accuracy").asDouble()).isLessThan(quick.path("accuracy").asDouble());
    assertThat(slow.path("p_value").asDouble()).isEqualTo(1);
    assertThat(slow.path("lead").asInt()).isZero();
  }

  @Test
  void aRegressionIsComparedByItsError() throws Exception {
    Outcome outcome = run(train(models(null, EAGER, SLOW, QUICK)), Chunks.numbers("k", 600, 1), 64);

    assertThat(outcome.change().path("to").asText()).isEqualTo("quick");
    assertThat(outcome.lastOf("slow").path("mae").asDouble())
        .isGreaterThan(outcome.lastOf("quick").path("mae").asDouble());
    assertThat(outcome.lastOf("slow").has("accuracy")).isFalse();
  }

  @Test
  void chunksAndRestartsChangeNothing() throws Exception {
    TrainSpec spec = train(models(null, EAGER, SLOW, QUICK));
    List<Example> examples = Chunks.classes("k", 400, 1);
    Outcome expected = run(spec, examples, 64);

    assertThat(expected.change()).isNotNull();
    assertThat(run(spec, examples, 1)).isEqualTo(expected);
    assertThat(runWithRestarts(spec, examples, 7, 64)).isEqualTo(expected);
  }

  @Test
  void theChampionPredictsAsIfItWereAlone() throws Exception {
    List<Example> examples = Chunks.classes("k", 300, 1);
    Outcome alone = run(train(QUICK.model()), examples, 64);
    Outcome both = run(train(models("quick", EAGER, SLOW, QUICK)), examples, 64);

    assertThat(both.events()).isEmpty();
    assertThat(both.metrics()).hasSameSizeAs(alone.metrics());
    for (int i = 0; i < alone.metrics().size(); i++) {
      assertThat(both.metrics().get(i).path("total"))
          .isEqualTo(alone.metrics().get(i).path("total"));
    }
    assertThat(alone.metrics().get(0).has("models")).isFalse();
    assertThat(alone.predictions().get(0).has("model")).isFalse();
  }

  private static Chunk promote(String key, String model) {
    Example command = new Example();
    command.kind = RecordKind.COMMAND;
    command.key = key;
    command.record = Records.record(key, CommandJson.encode(new Promote("test", model)), 1);
    return Chunks.of(List.of(command));
  }

  @Test
  void aCommandMakesAModelChampionFromTheNextExampleOn() throws Exception {
    TrainSpec spec = train(models("slow", BY_COMMAND, SLOW, QUICK));
    List<Example> examples = Chunks.classes("k", 100, 1);
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples.subList(0, 50), 64);
      harness.operator.processElement(new StreamRecord<>(promote("k", "quick")));
      harness.operator.processElement(new StreamRecord<>(promote("k", "quick")));
      OperatorSubtaskState state = harness.snapshot();
      assertThat(harness.events()).hasSize(1);
      JsonNode change = harness.events().get(0);
      assertThat(change.path("reason").asText()).isEqualTo("command");
      assertThat(change.path("seq").asInt()).isEqualTo(50);
      assertThat(harness.models()).as("published at once").hasSize(1);
      try (TrainHarness restored = new TrainHarness(spec, state)) {
        restored.send(examples.subList(50, 100), 64);
        assertThat(parsed(restored.predictions()))
            .hasSize(50)
            .allMatch(prediction -> prediction.path("model").asText().equals("quick"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nobody | quick | the key has no models; it has had no example, or none that could be used",
        "k | quack | the key has no model \"quack\"; it has slow, quick",
      })
  void aCommandThatNamesNothingIsADeadLetterAndMakesNoModel(
      String key, String model, String message) throws Exception {
    try (TrainHarness harness = new TrainHarness(train(models("slow", EAGER, SLOW, QUICK)))) {
      harness.send(Chunks.classes("k", 10, 1), 64);
      harness.operator.processElement(new StreamRecord<>(promote(key, model)));
      harness.end();

      OutputRecord letter = harness.deadLetters().get(0);
      assertThat(new String(letter.headerValues()[2], StandardCharsets.UTF_8))
          .isEqualTo("unknown-model");
      assertThat(new String(letter.headerValues()[3], StandardCharsets.UTF_8)).isEqualTo(message);
      assertThat(harness.modelsByKey()).containsOnlyKeys("k");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Action.class,
      names = {"SWAP_IN_CHALLENGER", "RESET"})
  void aDriftPromotesTheBestChallengerOrRestartsAllModels(Action action) throws Exception {
    List<Example> examples = Chunks.classes("k", 1_200, 1);
    for (Example example : examples.subList(600, 1_200)) {
      example.label = example.label.equals("low") ? "high" : "low";
    }
    DriftPolicy plan = new DriftPolicy("adwin", DriftSpec.Adwin.DEFAULT, action, 1f, 1);
    TrainSpec spec =
        Specs.train(models("quick", BY_COMMAND, SLOW, QUICK)).with(to -> to.drift = plan);

    Outcome outcome = run(spec, examples, 64);

    JsonNode drift =
        outcome.events().stream()
            .filter(event -> event.path("event").asText().equals("drift"))
            .findFirst()
            .orElseThrow();
    int seq = drift.path("seq").asInt();
    assertThat(seq).isBetween(600, 700);
    if (action == Action.SWAP_IN_CHALLENGER) {
      assertThat(outcome.change().path("seq").asInt()).isEqualTo(seq);
      assertThat(outcome.change().path("reason").asText()).isEqualTo("drift");
      assertThat(outcome.change().path("to").asText()).isEqualTo("slow");
    } else {
      assertThat(outcome.lastOf("quick").path("role").asText()).isEqualTo("champion");
      assertThat(outcome.lastOf("slow").path("examples").asInt()).isLessThan(1_200);
    }
    assertThat(outcome.lastOf("quick").path("examples").asInt()).isLessThan(1_200);
    assertThat(run(spec, examples, 1)).isEqualTo(outcome);
    assertThat(runWithRestarts(spec, examples, 11, 64)).isEqualTo(outcome);
  }

  private static Outcome continued(ModelSpec before, ModelSpec after, ShapeChange onChange)
      throws Exception {
    List<Example> examples = Chunks.classes("k", 200, 1);
    OperatorSubtaskState state;
    try (TrainHarness harness = new TrainHarness(train(before))) {
      harness.send(examples.subList(0, 100), 64);
      state = harness.snapshot();
    }
    StateSpec lasting = new StateSpec(64 << 20, 0, 64 << 20, onChange);
    TrainOperator operator = new TrainOperator(train(after), lasting);
    try (TrainHarness harness = new TrainHarness(operator, new HashMapStateBackend(), state)) {
      harness.send(examples.subList(100, 200), 64);
      harness.end();
      return new Outcome(
          harness.events(), harness.metrics(), parsed(harness.predictions()), harness.model("k"));
    }
  }

  private static int examplesOf(Outcome outcome, String name) {
    return outcome.lastOf(name).path("examples").asInt();
  }

  @ParameterizedTest
  @EnumSource(ShapeChange.class)
  void aNewModelStartsUntrainedAndARemovedOneIsDropped(ShapeChange onChange) throws Exception {
    NamedModel other = new NamedModel("other", ModelSpec.auto(4));
    Outcome outcome =
        continued(
            models(null, BY_COMMAND, QUICK, SLOW),
            models(null, BY_COMMAND, QUICK, other),
            onChange);

    assertThat(examplesOf(outcome, "quick")).isEqualTo(200);
    assertThat(examplesOf(outcome, "other")).isEqualTo(100);
    assertThat(outcome.metrics().get(0).path("models")).hasSize(2);
  }

  @Test
  void theOrderOfTheModelsIsOfNoConsequence() throws Exception {
    ModelSpec before = models("quick", BY_COMMAND, QUICK, SLOW);
    Outcome same = continued(before, before, ShapeChange.FAIL);
    Outcome turned = continued(before, models("quick", BY_COMMAND, SLOW, QUICK), ShapeChange.FAIL);

    assertThat(turned.predictions()).isEqualTo(same.predictions());
  }

  @Test
  void aChampionThatIsGoneNeedsAnother() throws Exception {
    ModelSpec before = models("slow", BY_COMMAND, SLOW, QUICK);
    NamedModel other = new NamedModel("other", ModelSpec.single(4));

    assertThatThrownBy(
            () -> continued(before, models(null, BY_COMMAND, QUICK, other), ShapeChange.FAIL))
        .isInstanceOf(SuppressRestartsException.class)
        .rootCause()
        .hasMessageStartingWith(
            "key \"k\": its champion is the model \"slow\", which is not in models (quick,"
                + " other) any more; put it back, set champion: NAME, or reset the key:"
                + " state.on-shape-change: reset does so");
    Outcome named = continued(before, models("quick", BY_COMMAND, QUICK, other), ShapeChange.FAIL);

    assertThat(named.change().path("reason").asText()).isEqualTo("removed");
    assertThat(named.change().path("from").asText()).isEqualTo("slow");
    assertThat(named.change().path("to").asText()).isEqualTo("quick");
    assertThat(examplesOf(named, "quick")).isEqualTo(200);
  }

  @Test
  void theOnlyModelOfAPipelineBecomesTheChampionAmongSeveral() throws Exception {
    ModelSpec after = models("quick", BY_COMMAND, SLOW, QUICK);
    Outcome outcome = continued(QUICK.model(), after, ShapeChange.FAIL);

    assertThat(examplesOf(outcome, "quick")).isEqualTo(200);
    assertThat(examplesOf(outcome, "slow")).isEqualTo(100);
    assertThat(outcome.lastOf("quick").path("role").asText()).isEqualTo("champion");
    assertThatThrownBy(
            () ->
                continued(QUICK.model(), models("slow", BY_COMMAND, SLOW, QUICK), ShapeChange.FAIL))
        .rootCause()
        .hasMessageContaining("the stored model is of another kind");
  }

  @ParameterizedTest
  @ValueSource(strings = {"quick", "slow"})
  void oneOfSeveralModelsContinuesAloneWithAnyChampion(String champion) throws Exception {
    ModelSpec before =
        models(champion, BY_COMMAND, SLOW, QUICK, new NamedModel("mix", ModelSpec.auto(1)));
    Outcome alone = continued(QUICK.model(), QUICK.model(), ShapeChange.FAIL);
    Outcome outcome = continued(before, QUICK.model(), ShapeChange.FAIL);

    assertThat(outcome.model()).isEqualTo(alone.model());
    JsonNode last = outcome.metrics().get(outcome.metrics().size() - 1);
    assertThat(last.path("seq").asInt()).isEqualTo(200);
    assertThat(last.has("models")).isFalse();
    if (champion.equals("quick")) {
      assertThat(last.path("total"))
          .isEqualTo(alone.metrics().get(alone.metrics().size() - 1).path("total"));
    }
  }

  @Test
  void aModelOfAnotherKindDoesNotReplaceSeveral() {
    ModelSpec before = models("quick", BY_COMMAND, SLOW, QUICK);

    assertThatThrownBy(() -> continued(before, ModelSpec.auto(1), ShapeChange.FAIL))
        .isInstanceOf(SuppressRestartsException.class)
        .rootCause()
        .hasMessageStartingWith(
            "key \"k\": of the models slow, quick, with the champion \"quick\", none is of the kind"
                + " that is configured alone: the stored model is of another kind: stored (");
  }

  @Test
  void theOnlyModelThatGoesOnMayGrow() throws Exception {
    ModelSpec before = models("quick", BY_COMMAND, SLOW, QUICK);
    ModelSpec larger = ModelSpec.single(2).withHiddenOf("40 tanh");
    Outcome outcome = continued(before, larger, ShapeChange.GROW);

    JsonNode last = outcome.metrics().get(outcome.metrics().size() - 1);
    assertThat(last.path("model_version").asInt()).isGreaterThan(100);
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 4})
  void aModelOfAnotherKindIsTreatedByItself(int units) throws Exception {
    ModelSpec before = models(null, BY_COMMAND, QUICK, SLOW);
    NamedModel changed = new NamedModel("slow", Specs.small(40).withHiddenOf(units + " relu"));
    ModelSpec after = models(null, BY_COMMAND, QUICK, changed);

    assertThatThrownBy(() -> continued(before, after, ShapeChange.FAIL))
        .rootCause()
        .hasMessageStartingWith(
            "key \"k\": model \"slow\": the stored model is of another kind: stored (")
        .hasMessageContaining("state.on-shape-change: reset does so");
    Outcome reset = continued(before, after, ShapeChange.RESET);
    assertThat(examplesOf(reset, "quick")).isEqualTo(200);
    assertThat(examplesOf(reset, "slow")).isEqualTo(100);
    if (units < 8) {
      assertThatThrownBy(() -> continued(before, after, ShapeChange.GROW))
          .rootCause()
          .hasMessageStartingWith("key \"k\": model \"slow\": the stored model cannot grow")
          .hasMessageContaining("would have fewer neurons");
    } else {
      Outcome grown = continued(before, after, ShapeChange.GROW);
      assertThat(examplesOf(grown, "quick")).isEqualTo(200);
      assertThat(examplesOf(grown, "slow")).isEqualTo(200);
    }
  }

  @Test
  void everyModelOfASnapshotCanBeTakenOutByItsName() throws Exception {
    ModelSpec spec =
        models("quick", BY_COMMAND, SLOW, QUICK, new NamedModel("mix", ModelSpec.auto(1)));
    Outcome outcome = run(train(spec), Chunks.classes("k", 90, 1), 64);
    ModelSnapshot snapshot =
        ModelSnapshot.decode("p", "c", "k", HexFormat.of().parseHex(outcome.model()));

    assertThat(snapshot.learner().shape())
        .isEqualTo("multiclass, champion quick of slow, quick, mix");
    assertThat(snapshot.learner(spec).steps()).isEqualTo(90);
    assertThat(snapshot.learner(spec, "slow").steps()).isEqualTo(2);
    assertThatThrownBy(() -> snapshot.learner(spec, "mix")).hasMessageContaining("mixture");
    assertThatThrownBy(() -> snapshot.learner(spec, "slaw"))
        .hasMessage("there is no model \"slaw\"; there are slow, quick, mix");
  }
}
