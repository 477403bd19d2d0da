package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.models.ModelAssembler;
import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.codec.models.ModelParts;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.SnapshotSpec;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.junit.jupiter.api.Test;

/** When models are published, and in which records. */
class ModelPublisherTest {
  private static final long MINUTE = 60_000;

  /** Larger than two parts: weights and second moments of 512 x 512 connections. */
  private static NetworkSpec large() {
    LayerSpec layer = new LayerSpec(512, Activation.TANH);
    return NetworkSpec.of(new Optimizer.RmsProp(0.001f, 0.9f, 1e-8f, true))
        .with(
            to -> {
              to.hidden = List.of(layer, layer);
              to.normalization = new Normalization(Normalization.Kind.STANDARD, 0f, 4f);
              to.clipping = new Clipping(1f, 0f);
              to.seed = 7;
            });
  }

  private static TrainSpec spec(ModelSpec model, int every, long maxInterval) {
    MetricsSpec quiet =
        MetricsSpec.DEFAULT.with(
            to -> {
              to.window = 50;
              to.every = 1_000_000;
              to.maxIntervalMillis = 0;
              to.perClass = false;
              to.confusionMatrix = false;
            });
    TrainSpec spec = Specs.train(Records.undeclared(), model, quiet);
    return spec.with(to -> to.publish = to.publish.with(new SnapshotSpec(every, maxInterval)));
  }

  private static List<Arrival> read(List<OutputRecord> records) throws IOException {
    ModelAssembler assembler = ModelAssembler.unlimited();
    List<Arrival> arrivals = new ArrayList<>();
    for (OutputRecord record : records) {
      Arrival arrival = assembler.accept(consumed(record, arrivals.size()));
      if (arrival != null) {
        arrivals.add(arrival);
      }
    }
    assertThat(assembler.incomplete()).isZero();
    return arrivals;
  }

  private static KafkaRecord consumed(OutputRecord record, long offset) {
    return new KafkaRecord(
        "models",
        0,
        offset,
        record.timestamp(),
        record.key(),
        record.value(),
        record.headerNames(),
        record.headerValues());
  }

  private static List<Long> examples(List<OutputRecord> records) throws IOException {
    List<Long> examples = new ArrayList<>();
    for (Arrival arrival : read(records)) {
      ModelSnapshot model = ModelSnapshot.decode("p", "c", arrival.key(), arrival.bytes());
      examples.add(model.learner().examples());
    }
    return examples;
  }

  @Test
  void afterHowManyExamplesIsAFunctionOfTheDataAlone() throws Exception {
    TrainSpec spec = spec(Specs.small(4), 30, 0);
    List<Example> examples = Chunks.classes("k", 100, 1);
    List<String> first;
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples, 64);
      harness.end();
      first = values(harness.models());
      assertThat(examples(harness.models())).containsExactly(30L, 60L, 90L, 100L);
    }

    List<String> second = new ArrayList<>();
    OperatorSubtaskState state;
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples.subList(0, 45), 1);
      state = harness.snapshot();
      second.addAll(values(harness.models()));
    }
    try (TrainHarness harness = new TrainHarness(spec, state)) {
      harness.send(examples.subList(45, 100), 7);
      harness.end();
      second.addAll(values(harness.models()));
    }

    assertThat(second).isEqualTo(first);
  }

  private static List<String> values(List<OutputRecord> records) {
    return records.stream().map(record -> Arrays.toString(record.value())).toList();
  }

  @Test
  void theClockAddsWhatHasWaitedAndReportsNothing() throws Exception {
    try (TrainHarness harness = new TrainHarness(spec(Specs.small(4), 1000, MINUTE))) {
      harness.operator.setProcessingTime(1);
      harness.send(Chunks.classes("k", 5, 1), 5);
      harness.operator.setProcessingTime(MINUTE + 1);
      assertThat(examples(harness.models())).containsExactly(5L);

      harness.operator.setProcessingTime(10 * MINUTE);
      assertThat(harness.models()).hasSize(1);

      harness.send(Chunks.classes("k", 2, 2), 5);
      harness.operator.setProcessingTime(11 * MINUTE);
      assertThat(examples(harness.models())).containsExactly(5L, 7L);
      assertThat(harness.metrics()).isEmpty();
    }
  }

  @Test
  void aModelOfFewExamplesIsPublishedAtTheEndAlone() throws Exception {
    SnapshotSpec later = new SnapshotSpec(4, MINUTE, 10, "");
    TrainSpec spec =
        spec(Specs.small(4), 4, MINUTE).with(to -> to.publish = to.publish.with(later));
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.operator.setProcessingTime(1);
      harness.send(Chunks.classes("k", 9, 1), 5);
      harness.send(Chunks.classes("small", 3, 1), 5);
      harness.operator.setProcessingTime(MINUTE + 1);
      assertThat(harness.models()).isEmpty();

      harness.send(Chunks.classes("k", 4, 2), 5);
      assertThat(examples(harness.models())).containsExactly(12L);
      harness.operator.setProcessingTime(3 * MINUTE);
      assertThat(examples(harness.models())).containsExactly(12L, 13L);

      harness.end();
      assertThat(examples(harness.models())).containsExactlyInAnyOrder(12L, 13L, 3L, 13L);
    }
  }

  @Test
  void aPendingModelFollowsTheCurrentIntervalAndTopic() throws Exception {
    TrainSpec slow = spec(Specs.small(4), 1000, 60 * MINUTE);
    OperatorSubtaskState state;
    try (TrainHarness harness = new TrainHarness(slow)) {
      harness.operator.setProcessingTime(1);
      harness.send(Chunks.classes("k", 5, 1), 5);
      state = harness.snapshot();
      assertThat(harness.models()).isEmpty();
    }

    try (TrainHarness harness = new TrainHarness(spec(Specs.small(4), 1000, MINUTE), state)) {
      harness.operator.setProcessingTime(MINUTE + 1);
      assertThat(examples(harness.models())).containsExactly(5L);
      state = harness.snapshot();
    }
    try (TrainHarness harness = new TrainHarness(spec(Specs.small(4), 1000, MINUTE), state)) {
      harness.operator.setProcessingTime(10 * MINUTE);
      assertThat(harness.models()).isEmpty();
      state = harness.snapshot();
    }
    SnapshotSpec elsewhere = new SnapshotSpec(1000, MINUTE).to("others");
    try (TrainHarness harness =
        new TrainHarness(slow.with(to -> to.publish = to.publish.with(elsewhere)), state)) {
      harness.operator.setProcessingTime(12 * MINUTE);
      assertThat(examples(harness.models())).containsExactly(5L);
    }
  }

  @Test
  void aCheckpointThatIsBeingWrittenIsNoReasonToPublishAgain() throws Exception {
    try (TrainHarness harness = new TrainHarness(spec(Specs.small(4), 5, MINUTE))) {
      harness.operator.setProcessingTime(1);
      harness.send(Chunks.classes("k", 5, 1), 5);
      OperatorSnapshotFutures writing = harness.beginSnapshot();
      harness.operator.setProcessingTime(10 * MINUTE);
      writing.cancel();

      assertThat(examples(harness.models())).containsExactly(5L);
    }
  }

  @Test
  void notAllKeysArePublishedAtOnce() throws Exception {
    try (TrainHarness harness = new TrainHarness(spec(Specs.small(4), 0, MINUTE))) {
      harness.operator.setProcessingTime(1);
      for (int key = 0; key < 100; key++) {
        harness.send(Chunks.classes("k" + key, 2, 1), 5);
      }

      harness.operator.setProcessingTime(MINUTE / 2);
      assertThat(harness.models()).hasSizeBetween(30, 70);
      harness.operator.setProcessingTime(MINUTE + 1);
      assertThat(harness.models()).hasSize(100);
    }
  }

  @Test
  void aLargeModelIsWrittenInPartsAndIsTheSameModel() throws Exception {
    TrainSpec spec = spec(large(), 0, 0);
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(Chunks.classes("k", 3, 1), 3);
      harness.end();

      List<OutputRecord> records = harness.models();
      assertThat(records).hasSize(3);
      assertThat(records).allMatch(record -> record.value().length <= ModelParts.PART_BYTES);
      Arrival whole = read(records).get(0);
      assertThat(whole.key()).isEqualTo("k");
      assertThat(whole.pipeline()).isEqualTo("test");
      assertThat(whole.places()).hasSize(3);
      ModelSnapshot model = ModelSnapshot.decode("p", "c", "k", whole.bytes());
      assertThat(model.learner().examples()).isEqualTo(3);
      assertThat(model.model(spec.model(), new Workspace()).examples()).isEqualTo(3);
    }
  }

  @Test
  void partsAreSmallerWhereTheTopicTakesLess() throws Exception {
    TrainSpec usual = spec(large(), 0, 0);
    InputSpec input =
        usual.input().with(to -> to.limits = usual.input().limits().withOutputBytes(500_000));
    TrainSpec spec =
        Specs.train(input, usual.model(), usual.metrics())
            .with(to -> to.publish = to.publish.with(usual.publish().snapshots()));
    byte[] model = bytes(1, 1_500_000);

    List<OutputRecord> records = ModelParts.split(spec, "k", 1, model);

    assertThat(records).hasSize(ModelParts.count(spec, model)).hasSize(4);
    assertThat(records).allMatch(record -> record.value().length < 500_000);
    assertThat(read(records).get(0).bytes()).isEqualTo(model);
  }

  @Test
  void aModelThatNeedsFewerPartsBuriesTheOthersAlsoAfterARestart() throws Exception {
    OperatorSubtaskState state;
    try (TrainHarness harness = new TrainHarness(spec(large(), 0, 0))) {
      harness.send(Chunks.classes("k", 3, 1), 3);
      harness.end();
      state = harness.snapshot();
    }
    TrainOperator smaller =
        new TrainOperator(
            spec(Specs.small(1), 0, 0), new StateSpec(64 << 20, 0, 64 << 20, ShapeChange.RESET));
    try (TrainHarness harness = new TrainHarness(smaller, heap(), state)) {
      harness.send(Chunks.classes("k", 3, 1), 3);
      harness.end();

      List<OutputRecord> records = harness.models();
      assertThat(records)
          .extracting(record -> ModelParts.number(record.key()))
          .containsExactly(0, 1, 2);
      assertThat(records)
          .extracting(record -> record.value() == null)
          .containsExactly(false, true, true);
    }
  }

  @Test
  void aForgottenKeyIsForgottenInAllItsParts() throws Exception {
    TrainOperator forgetful =
        new TrainOperator(
            spec(large(), 3, 0), new StateSpec(64 << 20, MINUTE, 64 << 20, ShapeChange.FAIL));
    try (TrainHarness harness = new TrainHarness(forgetful, heap(), null)) {
      harness.operator.setProcessingTime(1);
      harness.send(Chunks.classes("k", 3, 1), 3);
      harness.operator.setProcessingTime(2 * MINUTE); // may be a jump of the clock
      harness.operator.setProcessingTime(3 * MINUTE);

      List<OutputRecord> records = harness.models();
      assertThat(records.subList(3, records.size()))
          .allMatch(record -> record.value() == null)
          .extracting(record -> ModelParts.number(record.key()))
          .containsExactly(0, 1, 2);
      List<Arrival> arrivals = read(records);
      assertThat(arrivals).extracting(Arrival::isForgotten).containsExactly(false, true);
    }
  }

  @Test
  void aKeyForgottenAfterTheCheckpointOfARestartIsPublishedInTimeOnceItHasExamples()
      throws Exception {
    StateSpec state = new StateSpec(64 << 20, 8 * MINUTE, 64 << 20, ShapeChange.FAIL);
    TrainSpec spec = spec(Specs.small(1), 1000, MINUTE / 2);
    OperatorSubtaskState checkpoint;
    try (TrainHarness harness = new TrainHarness(new TrainOperator(spec, state), heap(), null)) {
      harness.operator.setProcessingTime(1);
      harness.send(Chunks.classes("k", 3, 1), 3);
      harness.operator.setProcessingTime(2 * MINUTE);
      checkpoint = harness.snapshot();
      harness.operator.setProcessingTime(10 * MINUTE);
      assertThat(read(harness.models()))
          .extracting(Arrival::isForgotten)
          .containsExactly(false, true);
    }

    TrainOperator again = new TrainOperator(spec, state);
    try (TrainHarness harness = new TrainHarness(again, heap(), checkpoint, 10 * MINUTE)) {
      harness.operator.setProcessingTime(10 * MINUTE + 1);
      harness.send(Chunks.classes("k", 1, 2), 3);
      harness.operator.setProcessingTime(11 * MINUTE);
      assertThat(examples(harness.models())).containsExactly(4L);
    }
    TrainOperator silent = new TrainOperator(spec, state);
    try (TrainHarness harness = new TrainHarness(silent, heap(), checkpoint, 10 * MINUTE)) {
      harness.operator.setProcessingTime(10 * MINUTE + 1);
      harness.operator.setProcessingTime(12 * MINUTE);
      assertThat(read(harness.models())).extracting(Arrival::isForgotten).containsExactly(true);
    }
  }

  private static HashMapStateBackend heap() {
    return new HashMapStateBackend();
  }

  @Test
  void partsOfDifferentModelsAreNeverPutTogether() throws Exception {
    TrainSpec spec = spec(Specs.small(1), 0, 0);
    byte[] old = bytes(1, 2_500_000);
    byte[] young = bytes(2, 2_400_000);
    List<OutputRecord> first = ModelParts.split(spec, "k", 1, old);
    List<OutputRecord> second = ModelParts.split(spec, "k", 2, young);
    ModelAssembler assembler = ModelAssembler.unlimited();
    Random random = new Random(4);
    for (int round = 0; round < 50; round++) {
      // What a reader may see: any of the old parts gone, the new ones in any order.
      List<OutputRecord> seen = new ArrayList<>(first.subList(random.nextInt(3), 3));
      List<OutputRecord> fresh = new ArrayList<>(second);
      Collections.shuffle(fresh, random);
      seen.addAll(fresh);
      byte[] last = null;
      for (OutputRecord record : seen) {
        Arrival arrival = assembler.accept(consumed(record, 0));
        if (arrival != null) {
          last = arrival.bytes();
          assertThat(last).isIn(old, young);
        }
      }
      assertThat(last).isEqualTo(young);
      assertThat(assembler.incomplete()).isZero();
    }

    assembler.accept(consumed(first.get(0), 0));
    assertThat(assembler.accept(consumed(second.get(2), 0))).isNull();
    assertThat(assembler.incomplete()).isEqualTo(1);
  }

  @Test
  void bytesThatDoNotMatchTheDigestAreRejected() throws Exception {
    List<OutputRecord> records =
        ModelParts.split(spec(Specs.small(1), 0, 0), "k", 1, bytes(1, 1_500_000));
    ModelAssembler assembler = ModelAssembler.unlimited();
    assembler.accept(consumed(records.get(0), 0));
    records.get(1).value()[17]++;

    assertThatThrownBy(() -> assembler.accept(consumed(records.get(1), 1)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void noModelKeyIsThatOfAPart() {
    byte[] latin = "ÿ\u0000\u0000\u0000\u0001k".getBytes(StandardCharsets.UTF_8);

    assertThat(ModelParts.isPart(latin)).isFalse();
    assertThat(ModelParts.modelKey(latin)).isEqualTo(latin);
  }

  private static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
