package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Example;
import dev.millrace.flink.StateSpec.ShapeChange;
import dev.millrace.nn.ModelSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Specs;
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
  void theJobEndsWithBothKindsAndTheWaysOut(StateBackend backend) throws Exception {
    try (TrainHarness harness = continued(backend, ShapeChange.FAIL)) {
      assertThatThrownBy(() -> harness.send(examples, 10))
          .isInstanceOf(SuppressRestartsException.class)
          .rootCause()
          .hasMessageStartingWith("key \"k\": the stored model is of another kind: stored (")
          .hasMessageContaining("8 relu")
          .hasMessageContaining("auto balanced")
          .hasMessageEndingWith(
              "; go back to the stored settings, or start afresh: state.on-shape-change: reset"
                  + " does so");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void orTheKeyStartsAfreshWithItsNextExample(StateBackend backend) throws Exception {
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
      harness.operator.setProcessingTime(20_000);

      assertThat(harness.models()).hasSize(1);
      assertThat(harness.models().get(0).value()).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void modelsThatFitGoOnWhateverIsToBeDoneWithOthers(StateBackend backend) throws Exception {
    OperatorSubtaskState snapshot = snapshot(backend);
    String[] models = new String[2];
    for (ShapeChange onChange : ShapeChange.values()) {
      try (TrainHarness harness = new TrainHarness(train(before, onChange), backend, snapshot)) {
        harness.send(examples, 10);
        harness.end();
        models[onChange.ordinal()] = harness.model("k");
      }
    }

    assertThat(models[1]).isEqualTo(models[0]).isNotNull();
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
