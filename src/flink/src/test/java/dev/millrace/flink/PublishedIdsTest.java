package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.models.ModelAssembler;
import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.codec.models.ModelParts;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdWords;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.ModelCommand.Erase;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.SnapshotSpec;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models of many ids, as the job publishes them. */
class PublishedIdsTest {
  private static final long MINUTE = 60_000;
  private static final int COLUMNS = 60;
  private static final int EVERY = 100;
  private static final int EXAMPLES = 6 * EVERY;

  private static final InputSpec INPUT =
      InputSpec.DEFAULT.with(
          to -> {
            List<FeatureSpec> features = new ArrayList<>();
            for (String name : List.of("a", "b", "c")) {
              features.add(new FeatureSpec(name, FeatureSpec.Type.NUMERIC, false, List.of(), 0));
            }
            for (int column = 0; column < COLUMNS; column++) {
              features.add(
                  FeatureSpec.ofIds("id" + column, FeatureSpec.Type.ID, false, IdOptions.ONE));
            }
            to.features = features;
            to.task = Task.MULTICLASS;
          });

  private static final AutoModelSpec MODEL =
      ModelSpec.auto(1, AutoSpec.of(AutoSpec.Tier.FAST), ClassWeights.NONE)
          .withIndicators(Indicators.of(INPUT));

  static Stream<StateBackend> backends() {
    return Stream.of(new HashMapStateBackend(), new EmbeddedRocksDBStateBackend());
  }

  private static TrainSpec spec(ModelSpec model, int every) {
    return Specs.train(INPUT, model, Specs.METRICS)
        .with(
            to -> {
              to.publish = to.publish.with(new SnapshotSpec(every, 0));
              to.commands = "test.commands";
            });
  }

  private static TrainHarness harness(
      StateBackend backend, int every, long ttl, OperatorSubtaskState from) throws Exception {
    StateSpec state =
        new StateSpec(
            StateSpec.DEFAULT.cacheBytes(), ttl, StateSpec.DEFAULT.stateBytes(), ShapeChange.FAIL);
    return new TrainHarness(new TrainOperator(spec(MODEL, every), state), backend, from);
  }

  /** The examples of the first model have new ids, the others some of these. */
  private static List<Example> examples() {
    Random random = new Random(3);
    List<Example> examples = Chunks.classes("k", EXAMPLES, 3);
    for (int i = 0; i < examples.size(); i++) {
      Example example = examples.get(i);
      float[] numbers = example.features.clone();
      example.resize(INPUT.width());
      System.arraycopy(numbers, 0, example.features, 0, 3);
      for (int column = 0; column < COLUMNS; column++) {
        int id = i < EVERY ? i : random.nextInt(5);
        IdWords.write(id(id, column), example.features, 3 + 3 * column);
      }
    }
    return examples;
  }

  private static long id(int number, int column) {
    return (0x5A5A00L + number) << 32 | 0x3C3C00L + column;
  }

  private static List<Arrival> read(List<OutputRecord> records) throws IOException {
    ModelAssembler assembler = ModelAssembler.unlimited();
    List<Arrival> arrivals = new ArrayList<>();
    for (OutputRecord record : records) {
      Arrival arrival =
          assembler.accept(
              new KafkaRecord(
                  "models",
                  0,
                  0,
                  record.timestamp(),
                  record.key(),
                  record.value(),
                  record.headerNames(),
                  record.headerValues()));
      if (arrival != null) {
        arrivals.add(arrival);
      }
    }
    assertThat(assembler.incomplete()).isZero();
    return arrivals;
  }

  private static byte[] whole() throws Exception {
    try (TrainHarness harness = harness(new HashMapStateBackend(), 0, 0, null)) {
      harness.send(examples(), 7);
      harness.end();
      return last(harness.models());
    }
  }

  private static byte[] last(List<OutputRecord> records) throws IOException {
    List<Arrival> arrivals = read(records);
    return arrivals.get(arrivals.size() - 1).bytes();
  }

  private static List<Integer> segments(List<OutputRecord> records) {
    return records.stream()
        .filter(record -> record.value() != null && ModelParts.isSegment(record.key()))
        .map(record -> ModelParts.number(record.key()))
        .toList();
  }

  private static long bytes(List<OutputRecord> records) {
    return records.stream().mapToLong(r -> r.value() == null ? 0 : r.value().length).sum();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void eachModelAddsTheIdsThatHaveChangedAndIsTheSameAsOneWrittenWhole(StateBackend backend)
      throws Exception {
    try (TrainHarness harness = harness(backend, EVERY, 0, null)) {
      harness.send(examples().subList(0, EVERY), 7);
      int before = harness.models().size();
      harness.snapshot(); // after which a heap backend works with a copy
      harness.send(examples().subList(EVERY, 2 * EVERY), 7);

      List<OutputRecord> all = harness.models();
      List<OutputRecord> added = all.subList(before, all.size());
      assertThat(segments(added)).singleElement().isNotEqualTo(1);
      long ofSegments =
          added.stream()
              .filter(record -> ModelParts.isSegment(record.key()))
              .mapToLong(record -> record.value().length)
              .sum();
      assertThat(ofSegments).isLessThan(50_000);
      harness.send(examples().subList(2 * EVERY, EXAMPLES), 7);
      harness.end();
      List<Arrival> arrivals = read(harness.models());
      assertThat(arrivals).hasSize(EXAMPLES / EVERY + 1); // and at the end
      assertThat(arrivals.get(arrivals.size() - 1).bytes()).isEqualTo(whole());
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aRestartedJobWritesAllIdsOnceAndTombstonesForWhatIsBehindThem(StateBackend backend)
      throws Exception {
    OperatorSubtaskState checkpoint;
    List<OutputRecord> topic = new ArrayList<>();
    try (TrainHarness harness = harness(backend, EVERY, 0, null)) {
      harness.send(examples().subList(0, 2 * EVERY), 7);
      checkpoint = harness.snapshot();
      topic.addAll(harness.models());
      harness.send(examples().subList(2 * EVERY, 3 * EVERY), 7); // is lost
    }
    int most = segments(topic).stream().mapToInt(number -> number).max().orElseThrow();
    try (TrainHarness harness = harness(backend, EVERY, 0, checkpoint)) {
      harness.send(examples().subList(2 * EVERY, 3 * EVERY), 7);
      List<OutputRecord> again = harness.models();
      assertThat(segments(again)).containsExactly(1);
      assertThat(again.subList(2, again.size()))
          .allMatch(record -> record.value() == null && ModelParts.isSegment(record.key()))
          .extracting(record -> ModelParts.number(record.key()))
          .containsExactlyElementsOf(IntStream.rangeClosed(2, most).boxed().toList());
      harness.send(examples().subList(3 * EVERY, EXAMPLES), 7);
      harness.end();
      topic.addAll(harness.models());
    }
    assertThat(last(topic)).isEqualTo(whole());
  }

  @Test
  void aForgottenKeyHasTombstonesForAllItsSegments() throws Exception {
    try (TrainHarness harness = harness(new HashMapStateBackend(), EVERY, MINUTE, null)) {
      harness.operator.setProcessingTime(1);
      harness.send(examples().subList(0, 2 * EVERY), 7);
      int before = harness.models().size();
      int most = segments(harness.models()).stream().mapToInt(n -> n).max().orElseThrow();
      harness.operator.setProcessingTime(2 * MINUTE); // may be a jump of the clock
      harness.operator.setProcessingTime(3 * MINUTE);

      List<OutputRecord> all = harness.models();
      assertThat(all.subList(before, all.size()))
          .allMatch(record -> record.value() == null)
          .extracting(record -> ModelParts.number(record.key()))
          .containsExactlyElementsOf(IntStream.rangeClosed(0, most).boxed().toList());
      List<Arrival> arrivals = read(all);
      assertThat(arrivals.get(arrivals.size() - 1).isForgotten()).isTrue();
    }
  }

  @Test
  void anErasedIdIsInNoSegmentOfTheNextModel() throws Exception {
    try (TrainHarness harness = harness(new HashMapStateBackend(), EVERY, 0, null)) {
      harness.send(examples().subList(0, 2 * EVERY), 7);
      int before = harness.models().size();
      ErasureTest.erase(harness, new Erase.Id("id0", id(1, 0)), EXAMPLES);

      List<OutputRecord> all = harness.models();
      assertThat(segments(all.subList(before, all.size()))).containsExactly(1);
      assertThat(all.get(before + 2).value()).as("what was segment 2").isNull();
      assertThat(hasId(all.get(0), id(1, 0))).isTrue();
      assertThat(hasId(all.get(before), id(1, 0))).isFalse();
      assertThat(hasId(all.get(before), id(2, 0))).isTrue();
    }
  }

  private static boolean hasId(OutputRecord record, long id) {
    HexFormat hex = HexFormat.of();
    return hex.formatHex(record.value()).contains(hex.toHexDigits(id));
  }

  @Test
  void aMixtureAndANetworkThatCompeteAddWhatHasChangedOfEach() throws Exception {
    ModelSpec both =
        new SelectionSpec(
            List.of(
                new NamedModel("one", MODEL),
                new NamedModel("two", Specs.small(1).withIndicators(Indicators.of(INPUT)))),
            "one",
            true,
            Promotion.DEFAULT,
            OnChange.REJECT);
    try (TrainHarness harness = new TrainHarness(spec(both, EVERY))) {
      harness.send(examples().subList(0, EVERY), 7);
      long whole = bytes(harness.models());
      int before = harness.models().size();
      harness.send(examples().subList(EVERY, 2 * EVERY), 7);

      List<OutputRecord> all = harness.models();
      assertThat(segments(all.subList(before, all.size()))).singleElement().isNotEqualTo(1);
      assertThat(bytes(all.subList(before, all.size()))).isLessThan(whole / 3);
      byte[] last = last(all);
      ModelSnapshot model = ModelSnapshot.decode("p", "c", "k", last);
      assertThat(model.learner().examples()).isEqualTo(2 * EVERY);
    }
  }
}
