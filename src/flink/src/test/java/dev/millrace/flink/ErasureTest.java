package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.json.CommandJson;
import dev.millrace.codec.models.ModelParts;
import dev.millrace.codec.models.ModelSegments;
import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdWords;
import dev.millrace.data.ModelCommand.Erase;
import dev.millrace.data.RecordKind;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What commands to erase leave of a key and of an id, in the operator. */
class ErasureTest {
  /** Of the job, long after the records, of which number n has the timestamp 5,000 + n. */
  private static final long NOW = 1_000_000;

  private static final long USERS = 0x5A5A_0000_0000_1000L;
  private static final long ADS = 0x3C3C_0000_0000_1000L;
  private static final long USER = USERS + 3;

  private static final InputSpec INPUT =
      InputSpec.DEFAULT.with(
          to -> {
            to.features =
                List.of(
                    new FeatureSpec("a", FeatureSpec.Type.NUMERIC, false, List.of(), 0),
                    FeatureSpec.ofIds("user", FeatureSpec.Type.ID, false, IdOptions.ONE),
                    FeatureSpec.ofIds("ad", FeatureSpec.Type.ID, false, IdOptions.ONE));
            to.crosses = List.of(List.of("user", "ad"));
            to.task = Task.MULTICLASS;
            to.limits = to.limits.withIds(1_000);
          });

  private static final TrainSpec SPEC =
      Specs.train(INPUT, model(AutoSpec.Tier.FAST), Specs.METRICS)
          .with(to -> to.commands = "test.commands");

  private static ModelSpec model(AutoSpec.Tier tier) {
    return ModelSpec.auto(1, AutoSpec.of(tier), ClassWeights.NONE)
        .withIndicators(Indicators.of(INPUT));
  }

  static Stream<Named<Supplier<StateBackend>>> backends() {
    return Stream.of(
        Named.of("heap", HashMapStateBackend::new),
        Named.of("RocksDB", EmbeddedRocksDBStateBackend::new));
  }

  private static TrainHarness harness(StateBackend backend, OperatorSubtaskState from)
      throws Exception {
    TrainOperator operator = new TrainOperator(SPEC, StateSpec.DEFAULT);
    return new TrainHarness(operator, backend, from, NOW);
  }

  private static TrainHarness harness() throws Exception {
    return harness(new HashMapStateBackend(), null);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void anErasedKeyBeginsAgainAsIfItHadNeverBeenThere(Supplier<StateBackend> backend)
      throws Exception {
    List<Example> examples = examples(200);
    StateBackend state = backend.get();
    try (TrainHarness harness = harness(state, null)) {
      harness.send(examples.subList(0, 100), 7);
      erase(harness, null, 99);

      JsonNode event = harness.events().get(0);
      assertThat(event.path("event").asText()).isEqualTo("erased");
      assertThat(event.path("key").asText()).isEqualTo("k");
      assertThat(event.path("seq").asInt()).isEqualTo(100);
      assertThat(event.path("ids").asInt()).isGreaterThan(10);
      assertThat(event.path("until").asText()).isEqualTo("1970-01-01T00:00:05.099Z");
      assertThat(event.has("id")).isFalse();
      OutputRecord tombstone = harness.models().get(harness.models().size() - 1);
      assertThat(new String(tombstone.key(), StandardCharsets.UTF_8)).isEqualTo("k");
      assertThat(tombstone.value()).isNull();
      try (TrainHarness restored = harness(state, harness.snapshot())) {
        restored.send(examples.subList(100, 200), 7);
        restored.end();
        assertThat(restored.model("k")).isEqualTo(modelOf(examples.subList(100, 200)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void anErasedIdAndItsCrossesAreInNoByteOfTheModel(Supplier<StateBackend> backend)
      throws Exception {
    List<Example> examples = examples(200);
    StateBackend state = backend.get();
    OperatorSubtaskState snapshot;
    try (TrainHarness harness = harness(state, null)) {
      harness.send(examples.subList(0, 100), 7);
      snapshot = harness.snapshot();
    }
    try (TrainHarness harness = harness(state, snapshot)) {
      erase(harness, new Erase.Id("user", USER), 99);

      JsonNode event = harness.events().get(0);
      assertThat(event.path("column").asText()).isEqualTo("user");
      assertThat(event.path("id").asText()).isEqualTo(hex(USER));
      assertThat(event.path("ids").asInt()).as("the id and some crosses").isGreaterThan(2);
      assertThat(harness.model("k")).as("published at once").doesNotContain(hex(USER));
      assertThat(harness.model("k")).contains(hex(USERS + 4));
      snapshot = harness.snapshot();
    }
    try (TrainHarness harness = harness(state, snapshot)) {
      harness.end();
      assertThat(harness.model("k")).doesNotContain(hex(USER)).contains(hex(USERS + 4));
    }
    try (TrainHarness harness = harness(state, snapshot)) {
      harness.send(examples.subList(100, 200), 7);
      harness.end();
      assertThat(harness.model("k")).as("later records are learned").contains(hex(USER));
    }
  }

  @Test
  void anErasedIdIsInNoneOfSeveralModelsNorInTheirMiniBatches() throws Exception {
    SelectionSpec models =
        new SelectionSpec(
            List.of(
                new NamedModel("mixture", model(AutoSpec.Tier.FAST)),
                new NamedModel("network", Specs.small(40).withIndicators(Indicators.of(INPUT)))),
            "mixture",
            false,
            new Promotion(false, 50, 20, 0.1),
            OnChange.REJECT);
    TrainSpec several = SPEC.with(to -> to.model = models);
    List<Example> examples = examples(110); // of which 30 wait for the third mini-batch
    assertThat(examples.subList(80, 110)).anyMatch(ErasureTest::isOf);
    TrainOperator operator = new TrainOperator(several, StateSpec.DEFAULT);
    try (TrainHarness harness = new TrainHarness(operator, new HashMapStateBackend(), null, NOW)) {
      harness.send(examples, 7);
      erase(harness, new Erase.Id("user", USER), 109);

      assertThat(harness.model("k").contains(hex(USER))).isFalse();
      assertThat(harness.model("k").split(hex(USERS + 4))).hasSizeGreaterThan(2);
    }
  }

  /** The job lags, or reads the command before records that it had learned before a failure. */
  @ParameterizedTest
  @MethodSource("backends")
  void recordsFromBeforeTheCommandAreNotLearnedAfterIt(Supplier<StateBackend> backend)
      throws Exception {
    List<Example> examples = examples(200);
    StateBackend state = backend.get();
    OperatorSubtaskState older;
    try (TrainHarness harness = harness(state, null)) {
      harness.send(examples.subList(0, 50), 7);
      older = harness.snapshot();
    }
    try (TrainHarness harness = harness(state, older)) {
      erase(harness, new Erase.Id("user", USER), 149);
      try (TrainHarness again = harness(state, harness.snapshot())) {
        again.send(examples.subList(50, 150), 7);
        again.end();
        assertThat(again.model("k")).doesNotContain(hex(USER)).contains(hex(USERS + 4));
        assertThat(again.metrics().get(again.metrics().size() - 1).path("examples").asLong())
            .isEqualTo(150 - examples.subList(50, 150).stream().filter(ErasureTest::isOf).count());
      }
    }
    try (TrainHarness harness = harness(state, older)) {
      erase(harness, null, 149);
      try (TrainHarness again = harness(state, harness.snapshot())) {
        again.send(examples.subList(50, 200), 7);
        again.end();
        assertThat(again.model("k")).isEqualTo(modelOf(examples.subList(150, 200)));
      }
    }
  }

  @Test
  void featuresThatWaitForTheirLabelAreErased() throws Exception {
    InputSpec.LateLabels labels =
        new InputSpec.LateLabels("labels", "id", null, "label", 1_000_000, 100);
    TrainSpec late =
        SPEC.with(
            to ->
                to.input =
                    INPUT.with(
                        input -> {
                          input.id = "id";
                          input.labels = labels;
                        }));
    List<Example> examples = examples(40);
    for (Example example : examples) {
      byte[] id = Long.toString(example.record.offset()).getBytes(StandardCharsets.UTF_8);
      example.kind = RecordKind.FEATURES;
      example.setId(id, id.length);
    }
    long ofUser = examples.stream().filter(ErasureTest::isOf).count();
    TrainOperator operator = new TrainOperator(late, StateSpec.DEFAULT);
    try (TrainHarness harness = new TrainHarness(operator, new HashMapStateBackend(), null, NOW)) {
      harness.send(examples, 7);
      erase(harness, new Erase.Id("user", USER), 99);
      erase(harness, null, 99);

      assertThat(ofUser).isPositive();
      assertThat(harness.events())
          .extracting(event -> event.path("pending").asLong())
          .containsExactly(ofUser, 40 - ofUser);
    }
  }

  @Test
  void aKeyWithoutStateIsErasedTooForItsModelMayBeOnTheTopic() throws Exception {
    try (TrainHarness harness = harness()) {
      erase(harness, null, 99);

      assertThat(harness.events()).hasSize(1);
      assertThat(harness.events().get(0).path("seq").asInt()).isZero();
      assertThat(harness.models())
          .as("of the model, and of segments that a failed job may have left")
          .allMatch(record -> record.value() == null)
          .extracting(record -> ModelParts.number(record.key()))
          .containsExactlyInAnyOrderElementsOf(
              IntStream.rangeClosed(0, ModelSegments.MAX_ADDITIONS).boxed().toList());
      harness.send(examples(100), 7);
      harness.end();
      assertThat(harness.modelsByKey()).isEmpty();
    }
  }

  @Test
  void aKeyWhoseStateDoesNotFitThePipelineIsErasedToo() throws Exception {
    List<Example> examples = examples(200);
    OperatorSubtaskState snapshot;
    try (TrainHarness harness = harness()) {
      harness.send(examples.subList(0, 100), 7);
      snapshot = harness.snapshot();
    }
    TrainSpec other = SPEC.with(to -> to.model = model(AutoSpec.Tier.BALANCED));
    try (TrainHarness harness =
        new TrainHarness(
            new TrainOperator(other, StateSpec.DEFAULT),
            new HashMapStateBackend(),
            snapshot,
            NOW)) {
      erase(harness, null, 99);
      harness.send(examples.subList(100, 200), 7);
      harness.end();

      assertThat(harness.events()).hasSize(1);
      assertThat(harness.model("k")).isNotNull();
    }
  }

  @Test
  void otherKeysAreLeftAsTheyAre() throws Exception {
    List<Example> examples = examples(100);
    try (TrainHarness harness = harness()) {
      harness.send(examples.subList(0, 50), 7);
      harness.operator.processElement(command("other", null, 99));
      harness.send(examples.subList(50, 100), 7);
      harness.end();

      assertThat(harness.model("k")).isEqualTo(modelOf(examples));
    }
  }

  @Test
  void afterAWeekTheMarkOfTheKeyIsGone() throws Exception {
    List<Example> examples = examples(100);
    OperatorSubtaskState marked;
    try (TrainHarness harness = harness()) {
      erase(harness, null, 99);
      marked = harness.snapshot();
    }
    try (TrainHarness harness = harness(new HashMapStateBackend(), marked)) {
      harness.operator.setProcessingTime(ErasedRecords.droppedAt(NOW) - 1);
      harness.send(examples.subList(0, 50), 7);
      assertThat(harness.operator.numKeyedStateEntries()).isOne();
      harness.operator.setProcessingTime(ErasedRecords.droppedAt(NOW));
      assertThat(harness.operator.numKeyedStateEntries()).isZero();
      harness.send(examples, 7);
      harness.end();

      assertThat(harness.model("k")).isEqualTo(modelOf(examples));
    }
  }

  @Test
  void aColumnWithoutIdsIsADeadLetterAndErasesNothing() throws Exception {
    List<Example> examples = examples(100);
    try (TrainHarness harness = harness()) {
      harness.send(examples.subList(0, 50), 7);
      erase(harness, new Erase.Id("a", USER), 99);
      harness.send(examples.subList(50, 100), 7);
      harness.end();

      assertThat(harness.events()).isEmpty();
      assertThat(harness.deadLetters()).hasSize(1);
      assertThat(harness.model("k")).isEqualTo(modelOf(examples));
    }
  }

  static void erase(TrainHarness harness, Erase.Id id, long number) throws Exception {
    harness.operator.processElement(command("k", id, number));
  }

  private static StreamRecord<Chunk> command(String key, Erase.Id id, long number) {
    Example command = new Example();
    command.kind = RecordKind.COMMAND;
    command.key = key;
    byte[] value = CommandJson.encode(new Erase("test", id));
    command.record = Records.record(key, value, number);
    return new StreamRecord<>(Chunks.of(List.of(command)));
  }

  private static String modelOf(List<Example> examples) throws Exception {
    try (TrainHarness harness = harness()) {
      harness.send(examples, 7);
      harness.end();
      return harness.model("k");
    }
  }

  private static boolean isOf(Example example) {
    return IdWords.read(example.features, 1) == USER;
  }

  private static String hex(long id) {
    return HexFormat.of().toHexDigits(id);
  }

  private static List<Example> examples(int count) {
    Random random = new Random(9);
    List<Example> examples = new ArrayList<>();
    for (Example example : Chunks.classes("k", count, 3)) {
      float number = example.features[0];
      example.resize(INPUT.width());
      example.features[0] = number;
      IdWords.write(USERS + random.nextInt(10), example.features, 1);
      IdWords.write(ADS + random.nextInt(5), example.features, 4);
      examples.add(example);
    }
    return examples;
  }
}
