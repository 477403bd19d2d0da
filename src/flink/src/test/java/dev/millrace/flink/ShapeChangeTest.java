package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.LearnerSummary;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** State of a pipeline whose network was changed in its file. */
class ShapeChangeTest {
  private final TrainSpec before = Specs.train(Specs.small(5));
  private final TrainSpec after = Specs.train(ModelSpec.auto(1));
  private final List<Example> examples = Chunks.classes("k", 90, 1);

  private static Stream<StateBackend> backends() {
    return Stream.of(new HashMapStateBackend(), new EmbeddedRocksDBStateBackend());
  }

  @ParameterizedTest
  @MethodSource("backends")
  void theJobFailsWithBothKindsAndTheRemedies(StateBackend backend) throws Exception {
    try (TrainHarness harness = continued(backend, ShapeChange.FAIL)) {
      assertThatThrownBy(() -> harness.send(examples, 10))
          .isInstanceOf(SuppressRestartsException.class)
          .rootCause()
          .hasMessageStartingWith("key \"k\": the stored model is of another kind: stored (")
          .hasMessageContaining("8 relu")
          .hasMessageContaining("auto balanced")
          .hasMessageEndingWith(
              "; restore the stored settings, or reset the key: state.on-shape-change: reset"
                  + " does so");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void theFailureNamesGrowForANetworkThatMayGrow(StateBackend backend) throws Exception {
    TrainSpec wide = Specs.train(withLayers(Specs.small(5), 16));
    try (TrainHarness harness =
        new TrainHarness(train(wide, ShapeChange.FAIL), backend, snapshot(backend))) {
      assertThatThrownBy(() -> harness.send(examples, 10))
          .rootCause()
          .hasMessageEndingWith(
              "reset does so, and grow keeps what was learned if there only are more neurons,"
                  + " layers or features");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void withResetAKeyRestartsWithItsNextExample(StateBackend backend) throws Exception {
    try (TrainHarness fresh = new TrainHarness(train(after, ShapeChange.RESET), backend, null);
        TrainHarness reset = continued(backend, ShapeChange.RESET)) {
      fresh.send(examples, 10);
      fresh.end();
      reset.send(examples, 10);
      reset.end();

      assertThat(reset.metrics()).isEqualTo(fresh.metrics());
      // That of the key without another example fits no longer, and is not published.
      assertThat(reset.modelsByKey()).isEqualTo(fresh.modelsByKey()).containsOnlyKeys("k");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aRestartIsReportedOnceAndNotWhileAllExamplesAreRejected(StateBackend backend)
      throws Exception {
    InputSpec twoAlone = Records.spec(Task.BINARY, List.of("a", "b"), List.of());
    TrainSpec rejecting = Specs.train(twoAlone, ModelSpec.auto(1), Specs.METRICS);
    try (TrainHarness harness =
        new TrainHarness(train(rejecting, ShapeChange.RESET), backend, snapshot(backend))) {
      harness.send(examples, 10);
      assertThat(harness.deadLetters()).hasSize(examples.size());
      assertThat(harness.events()).isEmpty();

      examples.forEach(example -> example.label = "a");
      harness.send(examples, 10);

      assertThat(harness.events()).hasSize(1);
      assertThat(harness.events().get(0).path("event").asText()).isEqualTo("reset");
      assertThat(harness.events().get(0).path("reason").asText()).contains("configured (");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aModelThatFitsNoLongerIsForgottenWhenItsTimeIsOver(StateBackend backend) throws Exception {
    StateSpec lasting = new StateSpec(64 << 20, 8_000, 64 << 20, ShapeChange.RESET);
    OperatorSubtaskState snapshot;
    try (TrainHarness harness =
        new TrainHarness(new TrainOperator(before, lasting), backend, null)) {
      harness.send(examples, 10);
      snapshot = harness.snapshot();
    }
    try (TrainHarness harness =
        new TrainHarness(new TrainOperator(after, lasting), backend, snapshot)) {
      harness.operator.setProcessingTime(5_000);
      harness.operator.setProcessingTime(12_000);

      assertThat(harness.models()).hasSize(1);
      assertThat(harness.models().get(0).value()).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void modelsThatFitGoOnWithEveryShapeChangeOption(StateBackend backend) throws Exception {
    OperatorSubtaskState snapshot = snapshot(backend);
    String[] models = new String[ShapeChange.values().length];
    for (ShapeChange onChange : ShapeChange.values()) {
      try (TrainHarness harness = new TrainHarness(train(before, onChange), backend, snapshot)) {
        harness.send(examples, 10);
        harness.end();
        models[onChange.ordinal()] = harness.model("k");
      }
    }

    assertThat(models).doesNotContainNull().containsOnly(models[0]);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void withGrowASmallerModelGrowsAndPredictsTheSame(StateBackend backend) throws Exception {
    // The report after 20 more examples begins with the metrics of the smaller model, and the
    // loss of the first example after the change is that of the smaller model's prediction.
    List<Example> next = Chunks.classes("k", 61, 2).subList(60, 61);
    TrainSpec larger = Specs.train(withLayers(Specs.small(5), 12, 14));
    try (TrainHarness same =
            new TrainHarness(train(before, ShapeChange.FAIL), backend, snapshot(backend));
        TrainHarness grown =
            new TrainHarness(train(larger, ShapeChange.GROW), backend, snapshot(backend))) {
      same.send(next, 1);
      same.end();
      grown.send(next, 1);
      grown.end();

      assertThat(scores(grown)).isEqualTo(scores(same)).hasSize(2);
      LearnerSummary learner =
          ModelSnapshot.decode("p", "c", "k", HexFormat.of().parseHex(grown.model("k"))).learner();
      assertThat(learner.shape()).contains("12 relu, 14 relu");
      assertThat(learner.examples()).isEqualTo(61);
      // The one without another example too.
      assertThat(grown.modelsByKey()).containsOnlyKeys("k", "silent");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aModelThatIsNoSmallerOneStopsTheJobWhereItIsToGrow(StateBackend backend) throws Exception {
    TrainSpec narrower = Specs.train(withLayers(Specs.small(5), 7));
    try (TrainHarness harness =
        new TrainHarness(train(narrower, ShapeChange.GROW), backend, snapshot(backend))) {
      assertThatThrownBy(() -> harness.send(examples, 10))
          .isInstanceOf(SuppressRestartsException.class)
          .rootCause()
          .hasMessageContaining("hidden layer 1 would have fewer neurons")
          .hasMessageEndingWith("or reset the key: state.on-shape-change: reset does so");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void featuresDeclaredBehindTheOthersAreAdded(StateBackend backend) throws Exception {
    TrainSpec two = Specs.train(declared("a", "b"), Specs.small(5), Specs.METRICS);
    TrainSpec three = Specs.train(declared("a", "b", "c"), Specs.small(5), Specs.METRICS);
    TrainSpec others = Specs.train(declared("a", "c"), Specs.small(5), Specs.METRICS);
    OperatorSubtaskState snapshot;
    try (TrainHarness harness = new TrainHarness(train(two, ShapeChange.GROW), backend, null)) {
      harness.send(withWidth(60, 2), 10);
      snapshot = harness.snapshot();
    }

    try (TrainHarness harness =
        new TrainHarness(train(three, ShapeChange.GROW), backend, snapshot)) {
      harness.send(withWidth(60, 3), 10);
      harness.end();

      assertThat(harness.deadLetters()).isEmpty();
      LearnerSummary learner =
          ModelSnapshot.decode("p", "c", "k", HexFormat.of().parseHex(harness.model("k")))
              .learner();
      assertThat(learner.inputs()).isEqualTo(3);
      assertThat(learner.examples()).isEqualTo(120);
    }
    try (TrainHarness harness =
        new TrainHarness(train(others, ShapeChange.GROW), backend, snapshot)) {
      assertThatThrownBy(() -> harness.send(withWidth(60, 2), 10))
          .rootCause()
          .hasMessageContaining("the models were trained on other input.features");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void featuresThatWaitedMeanwhileHaveTheNewOnesMissing(StateBackend backend) throws Exception {
    TrainSpec two = Specs.train(late("a", "b"), Specs.small(5), Specs.METRICS);
    TrainSpec three = Specs.train(late("a", "b", "c"), Specs.small(5), Specs.METRICS);
    int waiting = 7;
    List<Example> apart = LateStreams.apart(withWidth(60, 2), waiting);
    OperatorSubtaskState snapshot;
    try (TrainHarness harness = new TrainHarness(train(two, ShapeChange.GROW), backend, null)) {
      harness.send(apart.subList(0, apart.size() - waiting), 1);
      snapshot = harness.snapshot();
    }
    List<Example> labels = apart.subList(apart.size() - waiting, apart.size());
    List<Example> others = LateStreams.apart(Chunks.classes("other", 20, 3), 2);

    List<String> models = new ArrayList<>();
    for (List<Example> before : List.of(List.<Example>of(), others)) {
      try (TrainHarness harness =
          new TrainHarness(train(three, ShapeChange.GROW), backend, snapshot)) {
        for (Example example : before) {
          harness.send(List.of(example), 1);
        }
        harness.send(labels, 1);
        harness.end();
        models.add(harness.model("k"));
      }
    }

    assertThat(models.get(1)).as("whatever other keys have sent").isEqualTo(models.get(0));
    LearnerSummary learner =
        ModelSnapshot.decode("p", "c", "k", HexFormat.of().parseHex(models.get(0))).learner();
    assertThat(learner.inputs()).isEqualTo(3);
    assertThat(learner.examples()).isEqualTo(60);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aMixtureWithMoreFeaturesStopsTheJobWhereItIsToGrow(StateBackend backend) throws Exception {
    TrainSpec two = Specs.train(declared("a", "b"), ModelSpec.auto(1), Specs.METRICS);
    TrainSpec three = Specs.train(declared("a", "b", "c"), ModelSpec.auto(1), Specs.METRICS);
    OperatorSubtaskState snapshot;
    try (TrainHarness harness = new TrainHarness(train(two, ShapeChange.GROW), backend, null)) {
      harness.send(withWidth(60, 2), 10);
      snapshot = harness.snapshot();
    }

    try (TrainHarness harness =
        new TrainHarness(train(three, ShapeChange.GROW), backend, snapshot)) {
      assertThatThrownBy(() -> harness.send(withWidth(60, 3), 10))
          .isInstanceOf(SuppressRestartsException.class)
          .rootCause()
          .hasMessageContaining("auto has 2 features, configured are 3, and it does not grow");
    }
  }

  private static List<Example> withWidth(int count, int width) {
    List<Example> examples = Chunks.classes("k", count, 2);
    examples.forEach(example -> example.resize(width));
    return examples;
  }

  private static InputSpec declared(String... names) {
    return Records.spec(
        null,
        List.of(),
        Arrays.stream(names)
            .map(name -> new FeatureSpec(name, FeatureSpec.Type.NUMERIC, false, List.of(), 0))
            .toList());
  }

  /** The same with labels that come later. */
  private static InputSpec late(String... names) {
    InputSpec late = LateStreams.input(Task.MULTICLASS, "labels", 1_000, 50);
    return late.with(to -> to.features = declared(names).features());
  }

  private static NetworkSpec withLayers(NetworkSpec model, int... units) {
    return model.with(
        to ->
            to.hidden =
                Arrays.stream(units).mapToObj(u -> new LayerSpec(u, Activation.RELU)).toList());
  }

  /** The windows and totals of the reports, in the order of the keys. */
  private static List<String> scores(TrainHarness harness) throws IOException {
    return harness.metrics().stream()
        .map(metrics -> metrics.path("key") + " " + metrics.path("window") + metrics.path("total"))
        .sorted()
        .toList();
  }

  private TrainHarness continued(StateBackend backend, ShapeChange onChange) throws Exception {
    return new TrainHarness(train(after, onChange), backend, snapshot(backend));
  }

  private OperatorSubtaskState snapshot(StateBackend backend) throws Exception {
    try (TrainHarness harness = new TrainHarness(train(before, ShapeChange.FAIL), backend, null)) {
      harness.send(Chunks.classes("k", 60, 2), 10);
      harness.send(Chunks.classes("silent", 60, 2), 10);
      return harness.snapshot();
    }
  }

  private static TrainOperator train(TrainSpec spec, ShapeChange onChange) {
    return new TrainOperator(spec, new StateSpec(64 << 20, 0, 64 << 20, onChange));
  }
}
