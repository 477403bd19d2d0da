package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.models.ModelParts;
import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.SummarySample;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys that have had no example for {@code state.ttl}. */
class KeyTtlTest {
  private static final long TTL = 8_000;
  private static final long CELL = TTL / 8;
  private static final long START = 1_000_000;

  private final TrainSpec spec = Specs.train(Specs.small(5));

  private static Stream<StateBackend> backends() {
    return Stream.of(new HashMapStateBackend(), new EmbeddedRocksDBStateBackend());
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aKeyWithoutAnExampleForSoLongIsForgottenWithATombstone(StateBackend backend)
      throws Exception {
    try (TrainHarness harness = begin(backend, TTL, null)) {
      harness.send(Chunks.classes("idle", 50, 1), 10);
      harness.send(Chunks.classes("busy", 50, 2), 10);
      harness.operator.setProcessingTime(START + TTL / 2);
      harness.send(Chunks.classes("busy", 50, 3), 10);

      harness.operator.setProcessingTime(START + TTL);
      assertThat(harness.models()).isEmpty();
      harness.operator.setProcessingTime(START + TTL + CELL);

      assertThat(harness.models()).hasSize(1);
      OutputRecord tombstone = harness.models().get(0);
      assertThat(new String(tombstone.key(), StandardCharsets.UTF_8)).isEqualTo("idle");
      assertThat(tombstone.value()).isNull();
      assertThat(tombstone.timestamp()).isEqualTo(5_049);
      // Also while nobody asks for the summary, which may have had the key before.
      assertThat(harness.operator.getSideOutput(OutputTags.SUMMARY))
          .extracting(StreamRecord::getValue)
          .containsExactly(SummarySample.forgotten("idle"));
      harness.end();
      assertThat(harness.modelsByKey()).containsOnlyKeys("busy");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void theNextExampleOfAForgottenKeyRestartsIt(StateBackend backend) throws Exception {
    List<Example> examples = Chunks.classes("k", 60, 1);
    try (TrainHarness fresh = begin(backend, TTL, null);
        TrainHarness returning = begin(backend, TTL, null)) {
      fresh.send(examples, 10);
      fresh.end();
      returning.send(Chunks.classes("k", 99, 2), 10);
      returning.operator.setProcessingTime(START + 2 * TTL);
      returning.operator.setProcessingTime(START + 2 * TTL + CELL);
      returning.send(examples, 10);
      returning.end();

      assertThat(returning.model("k")).isEqualTo(fresh.model("k"));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aKeyHasOneTimerForThisHoweverOftenItHasExamples(StateBackend backend) throws Exception {
    try (TrainHarness harness = begin(backend, TTL, null);
        TrainHarness never = begin(backend, 0, null)) {
      for (int i = 0; i < 40; i++) {
        long now = START + i * CELL / 3;
        for (TrainHarness one : List.of(harness, never)) {
          one.operator.setProcessingTime(now);
          one.send(Chunks.classes("k", 1, i), 1);
        }
      }

      assertThat(harness.operator.numProcessingTimeTimers())
          .isEqualTo(never.operator.numProcessingTimeTimers() + 1);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aModelThatHasStoppedToLearnIsKeptWhileExamplesCome(StateBackend backend) throws Exception {
    TrainSpec stopping =
        Specs.train(
            Records.undeclared(),
            Specs.small(5),
            Specs.METRICS.with(to -> to.validation = new MetricsSpec.Validation(0.25, 1)));
    List<Example> examples = Chunks.classes("k", 100, 1);
    try (TrainHarness harness =
        new TrainHarness(new TrainOperator(stopping, lasting(TTL)), backend, null)) {
      for (int epoch = 1; epoch <= 200; epoch++) {
        harness.operator.setProcessingTime(START + epoch * CELL / 2);
        int now = epoch;
        examples.forEach(example -> example.epoch = now);
        harness.send(examples, 64);
      }

      assertThat(harness.metrics()).anyMatch(m -> m.at("/validation/stopped").asBoolean());
      assertThat(harness.models()).isEmpty();
    }
  }

  @Test
  void aKeyIsKeptForEverByDefault() throws Exception {
    try (TrainHarness harness = begin(new HashMapStateBackend(), 0, null)) {
      harness.send(Chunks.classes("k", 50, 1), 10);
      harness.operator.setProcessingTime(START + 1_000 * TTL);
      harness.end();

      assertThat(harness.model("k")).isNotNull();
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aJobThatWasDownReadsWhatWaitedBeforeItForgets(StateBackend backend) throws Exception {
    OperatorSubtaskState snapshot;
    try (TrainHarness harness = begin(backend, TTL, null)) {
      harness.send(Chunks.classes("waiting", 50, 1), 10);
      harness.send(Chunks.classes("idle", 50, 1), 10);
      snapshot = harness.snapshot();
    }
    long back = START + 100 * TTL;
    try (TrainHarness harness = begin(backend, TTL, snapshot)) {
      harness.operator.setProcessingTime(back);
      assertThat(harness.models()).isEmpty();
      harness.send(Chunks.classes("waiting", 1, 2), 1);
      harness.operator.setProcessingTime(back + CELL);

      assertThat(harness.models())
          .extracting(record -> new String(record.key(), StandardCharsets.UTF_8))
          .containsExactly("idle");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aClockThatJumpsAheadForgetsNoKeyWhoseExamplesGoOn(StateBackend backend) throws Exception {
    try (TrainHarness harness = begin(backend, TTL, null)) {
      harness.send(Chunks.classes("busy", 50, 1), 10);
      harness.send(Chunks.classes("idle", 50, 1), 10);
      harness.operator.setProcessingTime(START + CELL);
      harness.send(Chunks.classes("busy", 50, 2), 10);
      long jumped = START + 100 * TTL;
      harness.operator.setProcessingTime(jumped);
      assertThat(forgotten(harness)).isEmpty();
      harness.send(Chunks.classes("busy", 50, 3), 10);
      harness.operator.setProcessingTime(jumped + CELL);
      assertThat(forgotten(harness)).containsExactly("idle");
      harness.operator.setProcessingTime(jumped + TTL);

      assertThat(forgotten(harness)).containsExactly("idle");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aClockThatJumpsAheadAndBackForgetsNoKey(StateBackend backend) throws Exception {
    try (TrainHarness harness = begin(backend, TTL, null)) {
      harness.send(Chunks.classes("busy", 50, 1), 10);
      harness.operator.setProcessingTime(START + 100 * TTL);
      harness.operator.setProcessingTime(START + CELL);
      harness.send(Chunks.classes("busy", 50, 2), 10);
      harness.operator.setProcessingTime(START + 2 * CELL + TTL);
      assertThat(forgotten(harness)).isEmpty();
      harness.operator.setProcessingTime(START + 3 * CELL + TTL);

      assertThat(forgotten(harness)).containsExactly("busy");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aShorterTtlCountsFromTheLastExample(StateBackend backend) throws Exception {
    OperatorSubtaskState snapshot = learnedFor(backend, TTL);
    long later = START + TTL / 2;
    try (TrainHarness harness = goOn(backend, TTL / 2, snapshot, later)) {
      harness.send(Chunks.classes("busy", 1, 2), 1);
      harness.operator.setProcessingTime(START + CELL + TTL / 2 - 1);
      assertThat(harness.models()).isEmpty();
      harness.operator.setProcessingTime(START + CELL + TTL / 2);

      assertThat(forgotten(harness)).containsExactly("k");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aLongerTtlCountsFromTheLastExample(StateBackend backend) throws Exception {
    OperatorSubtaskState snapshot = learnedFor(backend, TTL);
    try (TrainHarness harness = goOn(backend, 2 * TTL, snapshot, START + TTL / 2)) {
      harness.send(Chunks.classes("busy", 1, 2), 1);
      harness.operator.setProcessingTime(START + CELL + TTL);
      harness.operator.setProcessingTime(START + CELL + 2 * TTL - 1);
      assertThat(harness.models()).isEmpty();
      harness.operator.setProcessingTime(START + CELL + 2 * TTL);

      assertThat(forgotten(harness)).containsExactly("k");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void eachKeyHasTheWholeTtlAfterARunWithoutTtl(StateBackend backend) throws Exception {
    long off = START + TTL / 2;
    long on = START + 100 * TTL;
    OperatorSubtaskState snapshot = learnedFor(backend, TTL);
    try (TrainHarness harness = goOn(backend, 0, snapshot, off)) {
      harness.send(Chunks.classes("new", 10, 2), 10);
      harness.operator.setProcessingTime(on);
      snapshot = harness.snapshot();
    }
    assertWholeTtl(backend, snapshot, on, "k", "new");
  }

  @ParameterizedTest
  @MethodSource("backends")
  void eachKeyHasTheWholeTtlAfterARunThatStoredCells(StateBackend backend) throws Exception {
    TrainOperator notingCells =
        new TrainOperator(spec, lasting(0)) {
          @Override
          public void processElement(StreamRecord<Chunk> chunk) throws Exception {
            super.processElement(chunk);
            getRuntimeContext()
                .getState(new ValueStateDescriptor<>(KeyTtl.STATE_NAME, Types.LONG))
                .update(START / CELL);
          }
        };
    OperatorSubtaskState snapshot;
    try (TrainHarness harness = new TrainHarness(notingCells, backend, null, START)) {
      harness.send(Chunks.classes("k", 50, 1), 10);
      snapshot = harness.snapshot();
    }
    assertWholeTtl(backend, snapshot, START + TTL / 2, "k");
  }

  private void assertWholeTtl(
      StateBackend backend, OperatorSubtaskState snapshot, long from, String... keys)
      throws Exception {
    try (TrainHarness harness = goOn(backend, TTL, snapshot, from)) {
      harness.send(Chunks.classes("busy", 1, 2), 1);
      harness.operator.setProcessingTime(from + TTL);
      assertThat(harness.models()).isEmpty();
      harness.send(Chunks.classes("busy", 1, 3), 1);
      harness.operator.setProcessingTime(from + TTL + CELL);

      assertThat(forgotten(harness)).containsExactlyInAnyOrder(keys);
    }
  }

  private OperatorSubtaskState learnedFor(StateBackend backend, long ttl) throws Exception {
    try (TrainHarness harness = goOn(backend, ttl, null, START)) {
      harness.send(Chunks.classes("k", 50, 1), 10);
      return harness.snapshot();
    }
  }

  private TrainHarness goOn(StateBackend backend, long ttl, OperatorSubtaskState from, long now)
      throws Exception {
    return new TrainHarness(new TrainOperator(spec, lasting(ttl)), backend, from, now);
  }

  private static StateSpec lasting(long ttl) {
    return new StateSpec(64 << 20, ttl, 64 << 20, ShapeChange.FAIL);
  }

  private static List<String> forgotten(TrainHarness harness) {
    return harness.models().stream()
        .filter(record -> record.value() == null)
        .map(record -> new String(record.key(), StandardCharsets.UTF_8))
        .toList();
  }

  @Test
  void aTombstoneTravelsBetweenTasks() throws Exception {
    TypeSerializer<OutputRecord> serializer =
        OutputTags.RECORD.createSerializer(new SerializerConfigImpl());
    DataOutputSerializer out = new DataOutputSerializer(64);

    serializer.serialize(ModelParts.tombstones(spec, "k", 7, 0, 1).get(0), out);

    OutputRecord read = serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
    assertThat(read.value()).isNull();
    assertThat(read.timestamp()).isEqualTo(7);
  }

  private TrainHarness begin(StateBackend backend, long ttl, OperatorSubtaskState from)
      throws Exception {
    TrainHarness harness = new TrainHarness(new TrainOperator(spec, lasting(ttl)), backend, from);
    if (from == null) {
      harness.operator.setProcessingTime(START);
    }
    return harness;
  }
}
