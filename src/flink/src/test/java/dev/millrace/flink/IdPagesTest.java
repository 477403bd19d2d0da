package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdWords;
import dev.millrace.data.InputSpec;
import dev.millrace.data.Task;
import dev.millrace.nn.AutoSpec;
import dev.millrace.nn.ClassWeights;
import dev.millrace.nn.Indicators;
import dev.millrace.nn.ModelSpec;
import dev.millrace.prequential.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Specs;
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

  private static final TrainSpec SPEC =
      Specs.train(
          INPUT,
          ModelSpec.auto(1, AutoSpec.of(AutoSpec.Tier.FAST), ClassWeights.NONE)
              .withIndicators(Indicators.of(INPUT)),
          Specs.METRICS);

  private record Route(StateBackend from, StateBackend to, boolean isSavepoint) {
    @Override
    public String toString() {
      return "%s to %s%s".formatted(name(from), name(to), isSavepoint ? " by savepoint" : "");
    }

    private static String name(StateBackend backend) {
      return backend instanceof HashMapStateBackend ? "heap" : "RocksDB";
    }
  }

  static Stream<Route> routes() {
    return Stream.of(
        new Route(heap(), heap(), false),
        new Route(rocksDb(), rocksDb(), false),
        new Route(heap(), rocksDb(), true),
        new Route(rocksDb(), heap(), true));
  }

  @ParameterizedTest
  @MethodSource("routes")
  void aModelWithIdsGoesOnFromEverySnapshotOnEveryBackend(Route route) throws Exception {
    List<Example> examples = examples();
    Map<String, String> undisturbed = undisturbed(examples);

    OperatorSubtaskState snapshot = null;
    StateBackend backend = route.from();
    for (int from = 0; from < examples.size(); from += 100) {
      try (TrainHarness harness = harness(backend, snapshot)) {
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
    try (TrainHarness harness = harness(heap(), null)) {
      harness.send(examples.subList(0, 200), 7);
      var futures = harness.beginSnapshot();
      harness.send(examples.subList(200, 400), 7);
      OperatorSubtaskState snapshot =
          OperatorSnapshotFinalizer.create(futures).getJobManagerOwnedState();
      try (TrainHarness restored = harness(heap(), snapshot)) {
        restored.send(examples.subList(200, 400), 7);
        restored.end();
        assertThat(restored.modelsByKey()).isEqualTo(undisturbed(examples));
      }
    }
  }

  private static Map<String, String> undisturbed(List<Example> examples) throws Exception {
    try (TrainHarness harness = harness(heap(), null)) {
      harness.send(examples, 7);
      harness.end();
      assertThat(harness.modelsByKey()).hasSize(2);
      return harness.modelsByKey();
    }
  }

  private static TrainHarness harness(StateBackend backend, OperatorSubtaskState from)
      throws Exception {
    return new TrainHarness(new TrainOperator(SPEC, StateSpec.DEFAULT), backend, from);
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
