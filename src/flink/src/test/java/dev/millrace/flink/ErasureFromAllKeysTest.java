package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.ThreadMXBean;
import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.json.CommandJson;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdHash;
import dev.millrace.data.IdWords;
import dev.millrace.data.ModelCommand;
import dev.millrace.data.ModelCommand.Erase;
import dev.millrace.data.RecordKind;
import dev.millrace.data.Task;
import dev.millrace.input.DerivedFeature;
import dev.millrace.input.DerivedFeature.Since;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands that erase an id from all keys, those of a series, and columns that features need. */
class ErasureFromAllKeysTest {
  /** Of the job, long after the records, of which number n has the timestamp 5,000 + n. */
  private static final long NOW = 1_000_000;

  private static final String PERSON = "victim-4711-person";
  private static final long USER = hash("user", PERSON);
  private static final long CARD = hash("card", PERSON);
  private static final Erase.Id OF_USER = new Erase.Id("user", USER);
  private static final Erase.Id OF_CARD = new Erase.Id("card", CARD);

  private static final InputSpec INPUT =
      InputSpec.DEFAULT.with(
          to -> {
            to.features =
                List.of(
                    new FeatureSpec("a", FeatureSpec.Type.NUMERIC, false, List.of(), 0),
                    FeatureSpec.ofIds("user", FeatureSpec.Type.ID, false, IdOptions.ONE));
            to.derived = List.of(new DerivedFeature(null, List.of("card"), new Since()));
            to.group = "card";
            to.task = Task.MULTICLASS;
            to.id = "id";
            to.labels = new InputSpec.LateLabels("labels", "id", null, "label", 1_000_000, 100);
            to.limits = to.limits.withIds(1_000);
          });

  private static final TrainSpec SPEC =
      Specs.train(INPUT, model(), Specs.METRICS).with(to -> to.commands = "test.commands");

  private static ModelSpec model() {
    return ModelSpec.auto(1, AutoSpec.of(AutoSpec.Tier.BALANCED), ClassWeights.NONE)
        .withIndicators(Indicators.of(INPUT));
  }

  private static long hash(String column, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return new IdHash(column).of(utf8, utf8.length);
  }

  static Stream<Named<Supplier<StateBackend>>> backends() {
    return Stream.of(
        Named.of("heap", HashMapStateBackend::new),
        Named.of("RocksDB", EmbeddedRocksDBStateBackend::new));
  }

  private static TrainHarness harness(StateBackend backend, OperatorSubtaskState from)
      throws Exception {
    return new TrainHarness(new TrainOperator(SPEC, StateSpec.DEFAULT), backend, from, NOW);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void anIdIsErasedFromEachKeyThatHasItWithoutAPublishedModelAndTheAnswerCountsThem(
      Supplier<StateBackend> backend) throws Exception {
    StateBackend state = backend.get();
    try (TrainHarness harness = harness(state, null)) {
      harness.send(examples("a", 100, true), 7);
      harness.send(examples("b", 30, true), 7);
      harness.send(examples("c", 30, false), 7);
      assertThat(harness.models()).isEmpty();

      erase(harness, ModelCommand.ALL_KEYS, 200, OF_USER);

      List<JsonNode> events = harness.events();
      assertThat(events).hasSize(3);
      assertThat(events.subList(0, 2))
          .allMatch(event -> event.path("event").asText().equals("erased"))
          .allMatch(event -> event.path("ids").asLong() > 0)
          .extracting(event -> event.path("key").asText())
          .containsExactlyInAnyOrder("a", "b");
      JsonNode all = events.get(2);
      assertThat(all.path("event").asText()).isEqualTo("erasure");
      assertThat(all.path("key").asText()).isEmpty();
      assertThat(all.path("column").asText()).isEqualTo("user");
      assertThat(all.path("keys").asLong()).isEqualTo(2);
      assertThat(all.path("ids").asLong())
          .isEqualTo(events.get(0).path("ids").asLong() + events.get(1).path("ids").asLong());
      assertThat(all.path("pending").asLong()).isEqualTo(2);
      assertThat(all.path("until").asText()).isEqualTo("1970-01-01T00:00:05.200Z");
      assertThat(all.path("subtask").asInt()).isZero();
      assertThat(all.path("subtasks").asInt()).isOne();

      erase(harness, ModelCommand.ALL_KEYS, 200, OF_USER);
      assertThat(harness.events()).as("one, of no key").hasSize(4);
      assertThat(harness.events().get(3).path("keys").asLong()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void noByteOfThePersonIsLeftOnceTheMarkIsDropped(Supplier<StateBackend> backend)
      throws Exception {
    StateBackend state = backend.get();
    OperatorSubtaskState erased;
    try (TrainHarness harness = harness(state, null)) {
      harness.send(examples("a", 200, true), 7);
      harness.send(examples("b", 30, true), 7);
      byte[] before = bytes(savepoint(harness));
      for (byte[] trace : traces()) {
        assertThat(contains(before, trace)).isTrue();
      }

      erase(harness, ModelCommand.ALL_KEYS, 200, OF_USER, OF_CARD);
      assertThat(harness.models()).as("one copy of each key for both commands").hasSize(2);
      erased = harness.snapshot();
    }
    try (TrainHarness harness = harness(state, erased)) {
      harness.operator.setProcessingTime(ErasedRecords.droppedAt(NOW));
      harness.send(examples("c", 30, false), 7);
      byte[] after = bytes(savepoint(harness));
      harness.end();
      assertThat(harness.models()).hasSize(3);

      List<byte[]> traces = new ArrayList<>(traces());
      traces.add(PERSON.getBytes(StandardCharsets.UTF_8));
      for (byte[] trace : traces) {
        assertThat(contains(after, trace)).isFalse();
        for (OutputRecord model : harness.models()) {
          assertThat(contains(model.value(), trace)).isFalse();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void olderRecordsOfKeysThatComeLaterAreErasedInEachSubtaskAfterARescale(
      Supplier<StateBackend> backend) throws Exception {
    StateBackend state = backend.get();
    OperatorSubtaskState one;
    try (TrainHarness harness = harness(state, null)) {
      erase(harness, ModelCommand.ALL_KEYS, 60, OF_USER);
      one = harness.snapshot();
    }
    List<Integer> erased = new ArrayList<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      OperatorSubtaskState part =
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              one, TrainHarness.MAX_SUBTASKS, 1, 2, subtask);
      TrainOperator operator = new TrainOperator(SPEC, StateSpec.DEFAULT);
      try (TrainHarness harness = new TrainHarness(operator, state, part, NOW, 2, subtask)) {
        String key = keyOf(subtask, 2);
        harness.send(examples(key, 100, true), 7);
        erase(harness, ModelCommand.ALL_KEYS, 200, OF_USER);
        // Of numbers 0, 10 .. 90 those up to 60 were not learned.
        JsonNode event = harness.events().get(0);
        erased.add(harness.events().get(1).path("subtask").asInt());
        assertThat(event.path("key").asText()).isEqualTo(key);
        assertThat(event.path("seq").asLong()).isEqualTo(93 - 1);
      }
    }
    assertThat(erased).containsExactly(0, 1);
  }

  @Test
  void aGroupThatIsNoFeatureIsErasedFromOneKeyToo() throws Exception {
    try (TrainHarness harness = harness(new HashMapStateBackend(), null)) {
      harness.send(examples("a", 100, true), 7);
      harness.send(examples("b", 100, true), 7);
      erase(harness, "a", 200, OF_CARD);

      assertThat(harness.events()).hasSize(1);
      JsonNode event = harness.events().get(0);
      assertThat(event.path("column").asText()).isEqualTo("card");
      assertThat(event.path("ids").asLong()).as("the group of a feature").isOne();
      assertThat(event.path("pending").asLong()).isOne();
      harness.end();
      String card = new String(bytes(CARD), StandardCharsets.ISO_8859_1);
      for (OutputRecord model : harness.models()) {
        String key = new String(model.key(), StandardCharsets.UTF_8);
        assertThat(new String(model.value(), StandardCharsets.ISO_8859_1).contains(card))
            .as(key)
            .isEqualTo(key.equals("b"));
      }
    }
  }

  @Test
  void theCommandsOfAChunkPublishTheModelOnceAndLeaveAMarkEach() throws Exception {
    try (TrainHarness harness = harness(new HashMapStateBackend(), null)) {
      harness.send(examples("a", 100, true), 7);
      Erase.Id[] ids =
          LongStream.range(0, 10)
              .mapToObj(n -> new Erase.Id("user", hash("user", "u" + n)))
              .toArray(Erase.Id[]::new);
      erase(harness, "a", 50, ids);

      assertThat(harness.events()).hasSize(10);
      assertThat(harness.models()).hasSize(1);
    }
  }

  @Test
  void aMarkCostsTheSameHoweverManyTheKeyHas() throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    try (TrainHarness harness = harness(new HashMapStateBackend(), null)) {
      long[] allocated = new long[4];
      for (int round = 0; round < allocated.length; round++) {
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < 1_000; i++) {
          long id = hash("user", "u%d-%d".formatted(round, i));
          erase(harness, "a", 50, new Erase.Id("user", id));
        }
        allocated[round] = threads.getThreadAllocatedBytes(thread) - before;
      }
      assertThat(allocated[3]).isLessThan(2 * allocated[1]);
    }
  }

  @Test
  void aSeriesIsErasedWithAllOfItsHorizons() throws Exception {
    List<ForecastSpec.Step> horizons =
        List.of(new ForecastSpec.Step("1", 1), new ForecastSpec.Step("3", 3));
    InputSpec input =
        InputSpec.DEFAULT.with(
            to -> {
              to.task = Task.REGRESSION;
              to.label = "label";
              to.features =
                  Stream.of("a", "b", "c")
                      .map(n -> new FeatureSpec(n, FeatureSpec.Type.NUMERIC, false, List.of(), 0))
                      .toList();
              to.forecast = new ForecastSpec("label", false, horizons, List.of());
            });
    TrainSpec spec =
        Specs.train(input, Specs.small(4), Specs.METRICS).with(to -> to.commands = "commands");
    TrainOperator operator = new TrainOperator(spec, StateSpec.DEFAULT);
    try (TrainHarness harness = new TrainHarness(operator, new HashMapStateBackend(), null, NOW)) {
      for (String key : List.of("lemon@1", "lemon@3", "lime@1")) {
        List<Example> values = Chunks.numbers(key, 50, 3);
        values.forEach(value -> value.resize(input.width()));
        harness.send(values, 7);
      }
      erase(harness, "lemon", 99, (Erase.Id) null);
      erase(harness, "lime@1", 99, (Erase.Id) null);

      assertThat(harness.events())
          .allMatch(event -> event.path("seq").asLong() > 40)
          .extracting(event -> event.path("key").asText())
          .containsExactly("lemon@1", "lemon@3", "lime@1");
    }
  }

  private static String keyOf(int subtask, int subtasks) {
    return IntStream.range(0, 100)
        .mapToObj(number -> "k" + number)
        .filter(
            key ->
                subtask
                    == KeyGroupRangeAssignment.assignKeyToParallelOperator(
                        key, TrainHarness.MAX_SUBTASKS, subtasks))
        .findFirst()
        .orElseThrow();
  }

  private static void erase(TrainHarness harness, String key, long number, Erase.Id... ids)
      throws Exception {
    List<Example> rows = new ArrayList<>();
    for (Erase.Id id : ids) {
      Example command = new Example();
      command.kind = RecordKind.COMMAND;
      command.key = key;
      command.record = Records.record(key, CommandJson.encode(new Erase("test", id)), number);
      rows.add(command);
    }
    harness.operator.processElement(new StreamRecord<>(Chunks.of(rows)));
  }

  /**
   * Examples whose features come first, all but the last with their label; each tenth is of the
   * person.
   */
  private static List<Example> examples(String key, int count, boolean hasPerson) {
    List<Example> rows = new ArrayList<>();
    for (Example example : Chunks.classes(key, count, 3)) {
      int number = (int) example.record.offset();
      boolean isPerson = hasPerson && (number % 10 == 0 || number == count - 1);
      float first = example.features[0];
      example.resize(INPUT.width());
      example.features[0] = first;
      IdWords.write(isPerson ? USER : hash("user", "u" + number % 10), example.features, 1);
      example.features[INPUT.width() - 1] = Float.NaN;
      example.carry(1);
      example.carried[0] = isPerson ? CARD : hash("card", "c" + number % 7);
      example.group = example.carried[0];
      byte[] id = (key + number).getBytes(StandardCharsets.UTF_8);
      example.setId(id, id.length);
      byte[] value = (isPerson ? PERSON : "other").getBytes(StandardCharsets.UTF_8);
      example.record = Records.record(key, value, number);
      if (number == count - 1) {
        example.kind = RecordKind.FEATURES;
      }
      rows.add(example);
    }
    return rows;
  }

  /** The hashes of the person in tables, and that of the user in a row of features. */
  private static List<byte[]> traces() {
    float[] words = new float[IdWords.ID_WIDTH];
    IdWords.write(USER, words, 0);
    ByteBuffer inRow = ByteBuffer.allocate(words.length * Float.BYTES);
    for (float word : words) {
      inRow.putFloat(word);
    }
    return List.of(bytes(USER), bytes(CARD), inRow.array());
  }

  private static byte[] bytes(long hash) {
    return ByteBuffer.allocate(Long.BYTES).putLong(hash).array();
  }

  /** Not a checkpoint, whose files of RocksDB have overwritten values until their compaction. */
  private static OperatorSubtaskState savepoint(TrainHarness harness) throws Exception {
    harness.operator.prepareSnapshotPreBarrier(1);
    return harness
        .operator
        .snapshotWithLocalState(1, 1, SavepointType.savepoint(SavepointFormatType.CANONICAL))
        .getJobManagerOwnedState();
  }

  private static byte[] bytes(OperatorSubtaskState state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(state);
    }
    return bytes.toByteArray();
  }

  private static boolean contains(byte[] bytes, byte[] part) {
    return new String(bytes, StandardCharsets.ISO_8859_1)
        .contains(new String(part, StandardCharsets.ISO_8859_1));
  }
}
