package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdWords;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Specs;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code limits.state-bytes}, for a key whose records always have new ids. */
class StateBytesTest {
  private static final int COLUMNS = 60;
  private static final int EXAMPLES = 900;
  private static final int HALF = EXAMPLES / 2;
  private static final long MAX_BYTES = 1 << 20;

  private static final InputSpec INPUT =
      InputSpec.DEFAULT.with(
          to -> {
            List<FeatureSpec> features = new ArrayList<>();
            for (int column = 0; column < COLUMNS; column++) {
              features.add(
                  FeatureSpec.ofIds("id" + column, FeatureSpec.Type.ID, false, IdOptions.ONE));
            }
            to.features = features;
            to.task = Task.BINARY;
            to.classes = List.of("a", "b");
          });

  static Stream<StateBackend> backends() {
    return Stream.of(new HashMapStateBackend(), new EmbeddedRocksDBStateBackend());
  }

  private static TrainHarness harness(
      StateBackend backend, long maxBytes, OperatorSubtaskState from) throws Exception {
    AutoModelSpec model =
        ModelSpec.auto(1, AutoSpec.of(AutoSpec.Tier.FAST), ClassWeights.NONE)
            .withIndicators(Indicators.of(INPUT));
    TrainSpec spec = Specs.train(INPUT, model, Specs.METRICS);
    StateSpec state = new StateSpec(StateSpec.DEFAULT.cacheBytes(), 0, maxBytes, ShapeChange.FAIL);
    return new TrainHarness(new TrainOperator(spec, state), backend, from);
  }

  private static List<Example> examples() {
    List<Example> examples = Chunks.classes("k", EXAMPLES, 3);
    for (int i = 0; i < EXAMPLES; i++) {
      Example example = examples.get(i);
      example.label = i % 2 == 0 ? "a" : "b";
      example.resize(INPUT.width());
      for (int column = 0; column < COLUMNS; column++) {
        IdWords.write((0x5A5A00L + i) << 32 | 0x3C3C00L + column, example.features, 3 * column);
      }
    }
    return examples;
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aKeyOfManyIdsStaysWithinItsBytesAndGoesOnLearning(StateBackend backend) throws Exception {
    OperatorSubtaskState half;
    List<OutputRecord> restored;
    try (TrainHarness harness = harness(backend, MAX_BYTES, null)) {
      harness.send(examples().subList(0, HALF), 7);
      half = harness.snapshot();
      harness.send(examples().subList(HALF, EXAMPLES), 64);
      OperatorSubtaskState whole = harness.snapshot();

      // Of the model and its pages, also of those that are not used any more.
      assertThat(half.getStateSize()).isBetween(MAX_BYTES / 4, MAX_BYTES);
      assertThat(whole.getStateSize()).isBetween(MAX_BYTES / 4, MAX_BYTES);
      harness.end();
      List<JsonNode> reports = harness.metrics();
      assertThat(reports.get(reports.size() - 1).get("seq").asLong()).isEqualTo(EXAMPLES);
      assertThat(harness.deadLetters()).isEmpty();

      try (TrainHarness again = harness(backend, MAX_BYTES, half)) {
        again.send(examples().subList(HALF, EXAMPLES), 1);
        again.end();
        restored = again.models();
      }
      assertThat(restored.get(restored.size() - 1).value())
          .isEqualTo(harness.models().get(harness.models().size() - 1).value());
    }
    try (TrainHarness unlimited = harness(backend, StateSpec.DEFAULT.stateBytes(), null)) {
      unlimited.send(examples(), 64);
      assertThat(unlimited.snapshot().getStateSize()).isGreaterThan(2 * MAX_BYTES);
    }
  }
}
