package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.codec.OutputRecord;
import dev.millrace.config.model.WarmStart;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdWords;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFinalizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models with ids on both kinds of state backend. */
class IdPagesTest {
  private static final int EXAMPLES = 400;
  private static final int IDS = 300;

  private static final InputSpec INPUT =
      InputSpec.DEFAULT.with(
          to -> {
            to.features =
                List.of(
                    number("a"),
                    number("b"),
                    number("c"),
                    FeatureSpec.ofIds("user", FeatureSpec.Type.ID, false, IdOptions.ONE));
            to.task = Task.MULTICLASS;
            to.limits = to.limits.withIds(200);
          });

  private static final TrainSpec MIXTURE =
      train(ModelSpec.auto(1, AutoSpec.of(AutoSpec.Tier.FAST), ClassWeights.NONE));

  /** Its snapshots fall into mini-batches. */
  private static final TrainSpec NETWORK =
      train(
          NetworkSpec.of(new Optimizer.Sgd(0.02f, 0f))
              .with(
                  to -> {
                    to.hidden = List.of(new LayerSpec(8, Activation.TANH));
                    to.batchSize = 7;
                  }));

  /** Each class is a set of its own, and a model of its own. */
  private static final TrainSpec SETS =
      MIXTURE.with(to -> to.input = INPUT.with(input -> input.task = Task.MULTILABEL));

  private static TrainSpec train(ModelSpec model) {
    return Specs.train(INPUT, model.withIndicators(Indicators.of(INPUT)), Specs.METRICS);
  }

  private record Route(TrainSpec spec, StateBackend from, StateBackend to, boolean isSavepoint) {
    @Override
    public String toString() {
      return "%s, %s to %s%s"
          .formatted(
              spec == NETWORK ? "network" : spec == SETS ? "sets of labels" : "mixture",
              name(from),
              name(to),
              isSavepoint ? " by savepoint" : "");
    }

    private static String name(StateBackend backend) {
      return backend instanceof HashMapStateBackend ? "heap" : "RocksDB";
    }
  }

  static Stream<Route> routes() {
    return Stream.of(MIXTURE, NETWORK, SETS)
        .flatMap(
            spec ->
                Stream.of(
                    new Route(spec, heap(), heap(), false),
                    new Route(spec, rocksDb(), rocksDb(), false),
                    new Route(spec, heap(), rocksDb(), true),
                    new Route(spec, rocksDb(), heap(), true)));
  }

  @ParameterizedTest
  @MethodSource("routes")
  void aModelWithIdsGoesOnFromEverySnapshotOnEveryBackend(Route route) throws Exception {
    List<Example> examples = examples();
    if (route.spec() == SETS) {
      examples.forEach(example -> example.label = OutputLabels.ofSet(List.of(example.label)));
    }
    Map<String, String> undisturbed = undisturbed(route.spec(), examples);

    OperatorSubtaskState snapshot = null;
    StateBackend backend = route.from();
    for (int from = 0; from < examples.size(); from += 100) {
      try (TrainHarness harness = harness(route.spec(), backend, snapshot)) {
        harness.send(examples.subList(from, from + 100), 7);
        if (from + 100 == examples.size()) {
          harness.end();
          assertThat(harness.modelsByKey()).isEqualTo(undisturbed);
        }
        harness.operator.getOperator().prepareSnapshotPreBarrier(1);
        snapshot =
            route.isSavepoint()
                ? harness
                    .operator
                    .snapshotWithLocalState(
                        1, 1, SavepointType.savepoint(SavepointFormatType.CANONICAL))
                    .getJobManagerOwnedState()
                : harness.operator.snapshot(1, 1);
      }
      backend = backend == route.from() ? route.to() : route.from();
    }
  }

  /** What the snapshot has must not follow the model that learns on. */
  @Test
  void aSnapshotThatIsWrittenLateHasTheModelOfItsTime() throws Exception {
    List<Example> examples = examples();
    try (TrainHarness harness = harness(MIXTURE, heap(), null)) {
      harness.send(examples.subList(0, 200), 7);
      var futures = harness.beginSnapshot();
      harness.send(examples.subList(200, 400), 7);
      OperatorSubtaskState snapshot =
          OperatorSnapshotFinalizer.create(futures).getJobManagerOwnedState();
      try (TrainHarness restored = harness(MIXTURE, heap(), snapshot)) {
        restored.send(examples.subList(200, 400), 7);
        restored.end();
        assertThat(restored.modelsByKey()).isEqualTo(undisturbed(MIXTURE, examples));
      }
    }
  }

  /** A network with ids starts from another one's vectors, too. */
  @Test
  void aNewKeyStartsFromWhatAnotherOneKnowsOfIds() throws Exception {
    List<Example> examples = examples();
    ModelSnapshot taught;
    try (TrainHarness harness = harness(NETWORK, heap(), null)) {
      harness.send(examples, 7);
      harness.end();
      OutputRecord first = harness.models().get(0);
      taught = ModelSnapshot.decode("test", null, "taught", first.value());
    }
    NetworkSpec network = (NetworkSpec) NETWORK.model();
    TrainSpec warm = train(network.withStart(WarmStart.network(taught, network, INPUT)));
    try (TrainHarness harness = harness(warm, rocksDb(), null)) {
      harness.send(examples.subList(0, 1), 7);
      harness.end();
      ModelSnapshot started =
          ModelSnapshot.decode("test", null, "a", harness.models().get(0).value());

      assertThat(started.classes()).isEqualTo(taught.classes());
      assertThat(started.learner().examples()).isEqualTo(1);
      assertThat(prediction(started)).isEqualTo(prediction(taught));
    }
    assertThatThrownBy(() -> taught.learner(network))
        .hasMessageContaining("vectors of them, which ONNX cannot hold; use --format millrace");
  }

  private static float[] prediction(ModelSnapshot snapshot) throws IOException {
    OnlineModel model = snapshot.model(NETWORK.model(), new Workspace());
    float[] features = new float[INPUT.width()];
    IdWords.write(7, features, 3);
    float[] out = new float[model.outputs()];
    model.predict(features, 0, out);
    return out;
  }

  private static Map<String, String> undisturbed(TrainSpec spec, List<Example> examples)
      throws Exception {
    try (TrainHarness harness = harness(spec, heap(), null)) {
      harness.send(examples, 7);
      harness.end();
      assertThat(harness.modelsByKey()).hasSize(2);
      return harness.modelsByKey();
    }
  }

  private static TrainHarness harness(
      TrainSpec spec, StateBackend backend, OperatorSubtaskState from) throws Exception {
    return new TrainHarness(new TrainOperator(spec, StateSpec.DEFAULT), backend, from);
  }

  private static StateBackend heap() {
    return new HashMapStateBackend();
  }

  private static StateBackend rocksDb() {
    return new EmbeddedRocksDBStateBackend();
  }

  private static FeatureSpec number(String name) {
    return new FeatureSpec(name, FeatureSpec.Type.NUMERIC, false, List.of(), 0);
  }

  private static List<Example> examples() {
    Random random = new Random(9);
    List<Example> examples = new ArrayList<>();
    List<Example> first = Chunks.classes("a", EXAMPLES / 2, 3);
    List<Example> second = Chunks.classes("b", EXAMPLES / 2, 4);
    for (int i = 0; i < EXAMPLES / 2; i++) {
      examples.add(withId(first.get(i), random));
      examples.add(withId(second.get(i), random));
    }
    return examples;
  }

  private static Example withId(Example example, Random random) {
    float[] numbers = example.features.clone();
    example.resize(INPUT.width());
    System.arraycopy(numbers, 0, example.features, 0, 3);
    IdWords.write(random.nextInt(IDS), example.features, 3);
    return example;
  }
}
