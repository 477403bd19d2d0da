package dev.millrace.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.codec.ExampleDecoder;
import dev.millrace.codec.ExampleEncoder;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.Sha256;
import dev.millrace.input.InputSpec;
import dev.millrace.prequential.PrequentialEngine;
import dev.millrace.prequential.TrainState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The learning function without Flink: rows and state in, columns and state out. */
class RowTrainerTest {
  private static final String NETWORK =
      """
      model: { layers: [ { units: 8, activation: tanh } ], optimizer: sgd, batch-size: 3 }
      """;

  private static final int CLASS = 0;
  private static final int PROBABILITY = 1;
  private static final int PROBABILITIES = 2;
  private static final int VALUE = 3;
  private static final int VERSION = 4;
  private static final int REASON = 6;
  private static final int MESSAGE = 7;

  private final Map<String, MapView<Integer, byte[]>> state = new TreeMap<>();

  @ParameterizedTest
  @ValueSource(strings = {"", "input: { task: multiclass }\n" + NETWORK})
  void endsInTheModelsOfTheJobOnTheSameRows(String pipeline) throws Exception {
    List<Storm> storms = Storm.read(3_000);
    RowTrainer learner = learner(Storm.COLUMNS, List.of(0), "status", pipeline);

    for (Storm storm : storms) {
      learner.learn(of(storm.month()), storm.row());
    }

    Settings settings = PipelineFile.parseEmbedded("pipeline", pipeline, "job", "status");
    Map<String, byte[]> expected = new TreeMap<>();
    jobStates(settings, storms).forEach((key, model) -> expected.put(key, modelBytes(model)));
    Map<String, byte[]> learned = new TreeMap<>();
    for (String key : state.keySet()) {
      learned.put(key, modelBytes(stored(engine(settings), key)));
    }
    assertThat(learned.keySet()).isEqualTo(expected.keySet()).hasSizeGreaterThan(5);
    assertThat(sha256(learned)).isEqualTo(sha256(expected));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 150})
  void restartedAfterAnyRowItEndsInTheSamePredictions(int rowsPerRun) throws Exception {
    List<Row> rows = rows(600);
    RowTrainer uninterrupted = learner(COLUMNS, List.of(0), "y", NETWORK);
    List<String> expected = new ArrayList<>();
    for (Row row : rows) {
      expected.add(uninterrupted.learn(of("first/" + row.getField(0)), row).toString());
    }

    List<String> predictions = new ArrayList<>();
    RowTrainer learner = learner(COLUMNS, List.of(0), "y", NETWORK);
    for (int i = 0; i < rows.size(); i++) {
      if (i % rowsPerRun == 0) {
        learner = learner(COLUMNS, List.of(0), "y", NETWORK);
      }
      predictions.add(learner.learn(of((String) rows.get(i).getField(0)), rows.get(i)).toString());
    }

    assertThat(predictions).isEqualTo(expected);
  }

  @Test
  void modelsThatTheCacheDropsEndInTheSamePredictions() throws Exception {
    List<Row> rows = rows(600);
    RowTrainer cached = learner(COLUMNS, List.of(0), "y", NETWORK);
    RowTrainer dropping = learner(COLUMNS, List.of(0), "y", NETWORK + "state: { cache-bytes: 0 }");

    for (Row row : rows) {
      assertThat(dropping.learn(of("dropped/" + row.getField(0)), row))
          .hasToString(cached.learn(of((String) row.getField(0)), row).toString());
    }
  }

  @Test
  void writesFarLessThanAModelForEachRow() throws Exception {
    RowTrainer learner = learner(COLUMNS, List.of(0), "y", "");
    long[] written = {0};
    MapView<Integer, byte[]> counting =
        new MapView<>() {
          @Override
          public void put(Integer key, byte[] value) throws Exception {
            written[0] += value.length;
            super.put(key, value);
          }
        };
    List<Row> rows = rows(4_000);
    for (Row row : rows) {
      row.setField(0, "a");
      learner.learn(counting, row);
    }

    int model = counting.get(-1).length;
    assertThat(written[0] / rows.size()).isLessThan(model / 20);
  }

  @Test
  void rowsThatTheCopyOfTheModelHasLearnedAreNotInTheState() throws Exception {
    RowTrainer learner = learner(COLUMNS, List.of(0), "y", NETWORK);
    int copies = 0;
    for (Row row : rows(4_000)) {
      row.setField(0, "a");
      learner.learn(of("a"), row);

      byte[] model = of("a").get(-1);
      int copy = model == null ? 0 : ByteBuffer.wrap(model).getInt();
      copies = Math.max(copies, copy);
      assertThat(of("a").getMap().values())
          .allSatisfy(entry -> assertThat(ByteBuffer.wrap(entry).getInt()).isEqualTo(copy));
    }

    assertThat(copies).isGreaterThan(2);
  }

  @Test
  void aRowWithoutLabelIsPredictedAndNotLearned() throws Exception {
    RowTrainer learner = learner(COLUMNS, List.of(0), "y", NETWORK);
    RowTrainer other = learner(COLUMNS, List.of(0), "y", NETWORK);
    List<Row> rows = rows(200);
    for (Row row : rows.subList(0, 100)) {
      learner.learn(of("a"), with(row, 0, "a"));
      other.learn(of("b"), with(row, 0, "a"));
    }
    for (Row row : rows.subList(100, 200)) {
      RowData asked = learner.learn(of("a"), with(with(row, 0, "a"), 1, null));

      RowData answered = other.learn(of("b"), with(row, 0, "a"));

      assertThat(asked.getString(CLASS)).isEqualTo(answered.getString(CLASS));
      assertThat(asked.getDouble(PROBABILITY)).isEqualTo(answered.getDouble(PROBABILITY));
      assertThat(asked.isNullAt(REASON)).isTrue();
      learner.learn(of("a"), with(row, 0, "a"));
    }
  }

  @Test
  void theFirstRowOfAKeyHasNoPrediction() throws Exception {
    RowTrainer learner = learner(COLUMNS, List.of(0), "y", NETWORK);

    RowData first = learner.learn(of("a"), Row.of("a", "pos", 1.0, 2.0));
    RowData unlabeled = learner.learn(of("b"), Row.of("b", null, 1.0, 2.0));

    for (RowData row : List.of(first, unlabeled)) {
      assertThat(row.isNullAt(CLASS)).isTrue();
      assertThat(row.isNullAt(PROBABILITIES)).isTrue();
      assertThat(row.isNullAt(REASON)).isTrue();
      assertThat(row.getLong(VERSION)).isZero();
    }
    assertThat(of("b").isEmpty()).isTrue();
  }

  @Test
  void rowsThatCannotBeLearnedSayWhyAndChangeNothing() throws Exception {
    String pipeline =
        """
        input: { features: [ { name: a, type: numeric }, { name: b, type: numeric, nullable: true } ] }
        """
            + NETWORK;
    RowTrainer learner = learner(COLUMNS, List.of(0), "y", pipeline);
    learner.learn(of("a"), Row.of("a", "pos", 1.0, null));

    assertThat(reason(learner.learn(of("none"), Row.of(null, "pos", 1.0, 2.0))))
        .isEqualTo("missing-key: the key field \"k\" is null or missing");
    assertThat(reason(learner.learn(of("a"), Row.of("a", "pos", null, 2.0))))
        .isEqualTo("missing-feature: feature \"a\" is absent and was not declared nullable");
    assertThat(reason(learner.learn(of("a"), Row.of("a", "pos", Double.NaN, 2.0))))
        .startsWith("non-finite-feature: feature \"a\" is NaN");
    assertThat(reason(learner.learn(of("a"), Row.of("a", "", 1.0, 2.0))))
        .startsWith("missing-label");
    RowData next = learner.learn(of("a"), Row.of("a", "pos", 1.0, 2.0));
    assertThat(next.getString(CLASS)).hasToString("pos");
    assertThat(of("none").isEmpty()).isTrue();
  }

  @Test
  void modelsOfAnotherShapeFailTheJobOrRestart() throws Exception {
    String wider = NETWORK.replace("units: 8", "units: 9");
    for (Row row : rows(300)) {
      learner(COLUMNS, List.of(0), "y", NETWORK).learn(of("a"), with(row, 0, "a"));
    }
    Row next = Row.of("a", "pos", 1.0, 2.0);
    MapView<Integer, byte[]> copy = new MapView<>();
    copy.putAll(of("a").getMap());

    assertThatThrownBy(() -> learner(COLUMNS, List.of(0), "y", wider).learn(of("a"), next))
        .isInstanceOf(SuppressRestartsException.class)
        .hasStackTraceContaining("state.on-shape-change: reset does so");
    RowTrainer resetting =
        learner(COLUMNS, List.of(0), "y", wider + "state: { on-shape-change: reset }");
    assertThat(resetting.learn(copy, next).isNullAt(REASON)).isTrue();
  }

  @Test
  void numbersAreRegressionTargetsAndHaveAValue() throws Exception {
    DataType columns =
        DataTypes.ROW(
            DataTypes.FIELD("k", DataTypes.BIGINT()),
            DataTypes.FIELD("y", DataTypes.DECIMAL(10, 2)),
            DataTypes.FIELD("a", DataTypes.INT()));
    RowTrainer learner = learner(columns, List.of(0), "y", NETWORK);
    RowData last = null;
    for (int i = 0; i < 50; i++) {
      last = learner.learn(of("7"), Row.of(7L, new BigDecimal("12.50"), i % 3));
    }

    assertThat(last.getDouble(VALUE)).isBetween(12.4, 12.6);
    assertThat(last.isNullAt(CLASS)).isTrue();
  }

  @Test
  void columnsOfAllScalarTypesAreFeatures() throws Exception {
    DataType columns =
        DataTypes.ROW(
            DataTypes.FIELD("country", DataTypes.STRING()),
            DataTypes.FIELD("shop", DataTypes.INT()),
            DataTypes.FIELD("y", DataTypes.BOOLEAN()),
            DataTypes.FIELD("flag", DataTypes.BOOLEAN()),
            DataTypes.FIELD("small", DataTypes.SMALLINT()),
            DataTypes.FIELD("exact", DataTypes.DECIMAL(6, 3)),
            DataTypes.FIELD("kind", DataTypes.CHAR(2)),
            DataTypes.FIELD("at", DataTypes.TIMESTAMP(3)),
            DataTypes.FIELD("ignored", DataTypes.BYTES()));
    String pipeline =
        """
        input:
          event-time: at
          features:
            - { name: flag, type: boolean }
            - { name: small, type: numeric }
            - { name: exact, type: numeric, nullable: true }
            - { name: kind, type: one-hot, values: [ab, cd] }
            - { name: at, type: time }
        """
            + NETWORK;
    RowTrainer declared = learner(columns, List.of(0, 1), "y", pipeline);
    RowTrainer undeclared = learner(columns, List.of(0, 1), "y", NETWORK);
    Row row =
        Row.of(
            "de/at",
            3,
            true,
            false,
            (short) 2,
            new BigDecimal("1.250"),
            "ab",
            LocalDateTime.parse("2026-03-01T12:30:00"),
            new byte[0]);

    for (RowTrainer learner : List.of(declared, undeclared)) {
      MapView<Integer, byte[]> models = new MapView<>();
      assertThat(learner.learn(models, row).isNullAt(REASON)).isTrue();
      assertThat(learner.learn(models, row).getString(CLASS)).hasToString("true");
    }
  }

  @Test
  void learnsFromArraysAndMapsOfIds() throws Exception {
    DataType columns =
        DataTypes.ROW(
            DataTypes.FIELD("k", DataTypes.STRING()),
            DataTypes.FIELD("y", DataTypes.STRING()),
            DataTypes.FIELD("user", DataTypes.BIGINT()),
            DataTypes.FIELD("tags", DataTypes.ARRAY(DataTypes.STRING())),
            DataTypes.FIELD("cart", DataTypes.MAP(DataTypes.STRING(), DataTypes.DOUBLE())));
    String pipeline =
        """
        input:
          features:
            - { name: user, type: id, ttl: 1d }
            - { name: tags, type: set, max: 4 }
            - { name: cart, type: sparse }
          crosses: [[user, tags]]
        """;
    RowTrainer learner = learner(columns, List.of(0), "y", pipeline);
    SplittableRandom random = new SplittableRandom(6);
    int right = 0;

    for (int i = 0; i < 1_500; i++) {
      boolean isHot = random.nextBoolean();
      double hats = random.nextInt(3);
      String[] tags = {isHot ? "hot" : "cold", null, "tag-" + random.nextInt(50)};
      String label = isHot && hats < 2 ? "yes" : "no";
      RowData row =
          learner.learn(
              of("k"), Row.of("k", label, random.nextLong(100), tags, Map.of("hat", hats)));
      assertThat(row.isNullAt(REASON)).isTrue();
      right += i >= 1_000 && row.getString(CLASS).toString().equals(label) ? 1 : 0;
    }

    assertThat(right).isGreaterThan(475);
  }

  private static final DataType COLUMNS =
      DataTypes.ROW(
          DataTypes.FIELD("k", DataTypes.STRING()),
          DataTypes.FIELD("y", DataTypes.STRING()),
          DataTypes.FIELD("a", DataTypes.DOUBLE()),
          DataTypes.FIELD("b", DataTypes.DOUBLE()));

  private static List<Row> rows(int count) {
    SplittableRandom random = new SplittableRandom(5);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double a = random.nextDouble() * 2 - 1;
      double b = random.nextDouble() * 2 - 1;
      String label = random.nextInt(50) == 0 ? "rare" : a + b > 0.2 ? "pos" : "neg";
      rows.add(Row.of("key-" + random.nextInt(3), label, a, b));
    }
    return rows;
  }

  private static Row with(Row row, int position, @Nullable Object value) {
    Row copy = Row.copy(row);
    copy.setField(position, value);
    return copy;
  }

  private static String reason(RowData row) {
    assertThat(row.isNullAt(CLASS)).isTrue();
    return row.getString(REASON) + ": " + row.getString(MESSAGE);
  }

  private static RowTrainer learner(
      DataType columns, List<Integer> keys, String label, String pipeline) {
    int[] partitionBy = keys.stream().mapToInt(Integer::intValue).toArray();
    LearnCall call = LearnCall.of((RowType) columns.getLogicalType(), partitionBy, label, pipeline);
    return new RowTrainer(call, UnregisteredMetricsGroup.createOperatorMetricGroup());
  }

  /** The state of a key, as Flink selects it. */
  private MapView<Integer, byte[]> of(String key) {
    return state.computeIfAbsent(key, none -> new MapView<>());
  }

  private TrainState stored(PrequentialEngine engine, String key) throws Exception {
    JournaledModels models =
        new JournaledModels(engine, 0, UnregisteredMetricsGroup.createOperatorMetricGroup());
    TrainState model = models.restored(of(key)).state;
    engine.resume(model, key, JournaledModels.Silence.INSTANCE);
    return model;
  }

  private static PrequentialEngine engine(Settings settings) {
    return new PrequentialEngine(
        settings.trainSpec(),
        settings.state().spec().stateBytes(),
        settings.state().spec().onShapeChange());
  }

  /** Learns the rows as the job does: from Avro records, many rows at a time. */
  private static Map<String, TrainState> jobStates(Settings settings, List<Storm> storms)
      throws IOException {
    InputSpec keyed = settings.input().spec().with(to -> to.key = "key");
    ExampleDecoder decoder = new ExampleDecoder(keyed);
    PrequentialEngine engine = engine(settings);
    ExampleEncoder encoder = new ExampleEncoder();
    Map<String, Chunk> chunks = new TreeMap<>();
    Map<String, TrainState> states = new TreeMap<>();
    Example example = new Example();
    for (int i = 0; i <= storms.size(); i++) {
      boolean isEnd = i == storms.size();
      if (!isEnd) {
        KafkaRecord record =
            KafkaRecord.of("storms", 0, i, i, null, storms.get(i).encoded(encoder, i));
        assertThat(decoder.decode(record, example)).isNull();
        chunks.computeIfAbsent(example.key, none -> new Chunk()).add(example);
      }
      for (Map.Entry<String, Chunk> chunk : chunks.entrySet()) {
        if (chunk.getValue().size() == 64 || (isEnd && chunk.getValue().size() > 0)) {
          states.compute(chunk.getKey(), (key, stored) -> learn(engine, stored, chunk.getValue()));
          chunk.getValue().clear();
        }
      }
    }
    return states;
  }

  private static TrainState learn(
      PrequentialEngine engine, @Nullable TrainState stored, Chunk chunk) {
    try {
      return engine.learn(stored, chunk, JournaledModels.Silence.INSTANCE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] modelBytes(TrainState model) {
    try {
      return model.modelBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String sha256(Map<String, byte[]> models) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    models.values().forEach(all::writeBytes);
    return Sha256.hex(all.toByteArray());
  }
}
