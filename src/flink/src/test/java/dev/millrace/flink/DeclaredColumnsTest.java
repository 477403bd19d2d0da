package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.codec.ColumnsHeader;
import dev.millrace.codec.ExampleDecoder;
import dev.millrace.codec.ExampleEncoder;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Records that declare their columns, for a pipeline that declares none. */
class DeclaredColumnsTest {
  private static final int ROWS = 300;
  private static final FeatureSpec AMOUNT = number("amount", false);
  private static final FeatureSpec AGE = number("age", true);
  private static final FeatureSpec COUNTRY =
      new FeatureSpec("country", FeatureSpec.Type.ONE_HOT, false, List.of("no", "se", "dk"), 0);
  private static final FeatureSpec USER =
      FeatureSpec.ofIds("user", FeatureSpec.Type.ID, false, IdOptions.ONE);
  private static final DeclaredColumns COLUMNS =
      DeclaredColumns.of(
          List.of(AMOUNT, AGE, COUNTRY, USER), List.of("high", "low", "none"), Task.MULTICLASS);

  /** The same columns in another order, of other types, and one that no model knows. */
  private static final DeclaredColumns OTHERS =
      DeclaredColumns.of(
          List.of(
              number("new", false),
              AGE,
              number("user", false),
              new FeatureSpec("country", FeatureSpec.Type.HASH, false, List.of(), 4),
              AMOUNT),
          List.of("low"),
          Task.MULTICLASS);

  private static final InputSpec UNDECLARED = InputSpec.DEFAULT;
  private static final InputSpec DECLARED = UNDECLARED.ofModel(COLUMNS);

  /** A row of {@link #COLUMNS}. */
  private record Sale(float amount, @Nullable Float age, String country, int user) {
    static Sale of(int row) {
      Random random = new Random(row);
      return new Sale(
          random.nextFloat(),
          row % 5 == 0 ? null : (float) random.nextInt(80),
          COUNTRY.values().get(random.nextInt(3)),
          random.nextInt(20));
    }

    String label() {
      return user % 2 == 0 ? "none" : amount > 0.5 ? "high" : "low";
    }

    byte[] encoded(DeclaredColumns columns) {
      List<Float> numbers = new ArrayList<>();
      List<Integer> missing = new ArrayList<>();
      Map<String, String> texts = new java.util.TreeMap<>();
      for (FeatureSpec column : columns.features()) {
        Object value =
            switch (column.name()) {
              case "amount" -> amount;
              case "age" -> age;
              case "country" -> country;
              case "user" -> user;
              default -> 7;
            };
        if (!column.type().isNumber()) {
          texts.put(column.name(), String.valueOf(value));
          continue;
        }
        if (value == null) {
          missing.add(numbers.size());
        }
        numbers.add(value == null ? 0f : ((Number) value).floatValue());
      }
      float[] all = new float[numbers.size()];
      for (int i = 0; i < all.length; i++) {
        all[i] = numbers.get(i);
      }
      int[] gaps = missing.stream().mapToInt(i -> i).toArray();
      return new ExampleEncoder().encode("id", "k", 0, label(), 0, 1, all, all.length, gaps, texts);
    }
  }

  @Test
  void aModelLearnsAsIfThePipelineHadDeclaredTheColumns() throws Exception {
    try (TrainHarness declared = new TrainHarness(spec(DECLARED));
        TrainHarness undeclared = new TrainHarness(spec(UNDECLARED))) {
      declared.send(examples(DECLARED, "k", null, COLUMNS, 0, ROWS), 64);
      undeclared.send(examples(UNDECLARED, "k", COLUMNS, COLUMNS, 0, ROWS), 64);

      assertThat(undeclared.predictions()).isEqualTo(declared.predictions()).hasSize(ROWS);
      assertThat(undeclared.deadLetters()).isEmpty();
    }
  }

  @Test
  void recordsWithOtherColumnsAreReadByTheNamesThatTheModelBeganWith() throws Exception {
    try (TrainHarness alike = new TrainHarness(spec(UNDECLARED));
        TrainHarness mixed = new TrainHarness(spec(UNDECLARED))) {
      alike.send(examples(UNDECLARED, "k", COLUMNS, COLUMNS, 0, ROWS), 64);

      mixed.send(examples(UNDECLARED, "k", COLUMNS, COLUMNS, 0, 100), 64);
      mixed.send(examples(UNDECLARED, "k", OTHERS, OTHERS, 100, 200), 64);
      mixed.send(examples(UNDECLARED, "k", null, COLUMNS, 200, ROWS), 64);

      assertThat(mixed.deadLetters()).isEmpty();
      assertThat(mixed.predictions()).isEqualTo(alike.predictions());
    }
  }

  @Test
  void aRecordThatLacksAColumnOfTheModelIsADeadLetter() throws Exception {
    DeclaredColumns fewer = DeclaredColumns.of(List.of(AGE, COUNTRY, USER), List.of(), null);
    try (TrainHarness train = new TrainHarness(spec(UNDECLARED))) {
      train.send(examples(UNDECLARED, "k", COLUMNS, COLUMNS, 0, 1), 64);
      train.send(examples(UNDECLARED, "k", fewer, fewer, 1, 2), 64);

      assertThat(train.deadLetters()).hasSize(1);
      assertThat(header(train.deadLetters().get(0), "__millrace.errors.reason"))
          .isEqualTo("missing-feature");
    }
  }

  static Stream<StateBackend> backends() {
    return Stream.of(new HashMapStateBackend(), new EmbeddedRocksDBStateBackend());
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aRestoredModelKeepsItsColumns(StateBackend backend) throws Exception {
    List<String> whole;
    try (TrainHarness train = new TrainHarness(spec(UNDECLARED))) {
      train.send(examples(UNDECLARED, "k", COLUMNS, COLUMNS, 0, ROWS), 64);
      whole = train.predictions();
    }
    OperatorSubtaskState snapshot;
    List<String> predictions = new ArrayList<>();
    try (TrainHarness before = harness(backend, null)) {
      before.send(examples(UNDECLARED, "k", COLUMNS, COLUMNS, 0, 150), 64);
      predictions.addAll(before.predictions());
      snapshot = before.snapshot();
    }
    try (TrainHarness after = harness(backend, snapshot)) {
      after.send(examples(UNDECLARED, "k", OTHERS, OTHERS, 150, ROWS), 64);
      predictions.addAll(after.predictions());
      after.end();

      OutputRecord head = after.models().get(after.models().size() - 1);
      if (backend instanceof HashMapStateBackend && after.models().size() == 1) {
        assertThat(ModelSnapshot.decode(null, null, "k", head.value()).columns())
            .isEqualTo(COLUMNS);
      }
    }
    assertThat(predictions).isEqualTo(whole);
  }

  @Test
  void eachKeyHasTheColumnsThatItBeganWithHoweverManyThereAre() throws Exception {
    int keys = 40;
    try (TrainHarness train = new TrainHarness(spec(UNDECLARED))) {
      for (int round = 0; round < 2; round++) {
        for (int key = 0; key < keys; key++) {
          List<FeatureSpec> features = new ArrayList<>();
          for (int f = 0; f <= key; f++) {
            features.add(number("f" + f, false));
          }
          DeclaredColumns columns = DeclaredColumns.of(features, List.of(), null);
          train.send(examples(UNDECLARED, "key-" + key, columns, columns, round, round + 1), 64);
        }
      }

      assertThat(train.predictions()).hasSize(2 * keys);
      assertThat(train.deadLetters()).isEmpty();
    }
  }

  @Test
  void aPipelineThatDeclaresFeaturesDoesNotReadTheHeader() {
    Example example = new Example();

    assertThat(decode(DECLARED, new byte[] {9}, example)).isNull();
    assertThat(example.columns).isNull();
  }

  @Test
  void columnsBeyondTheLimitsOfThePipelineAreDeadLetters() throws IOException {
    List<FeatureSpec> wide =
        Stream.iterate(0, i -> i + 1)
            .limit(22)
            .map(
                i ->
                    FeatureSpec.ofIds(
                        "s" + i, FeatureSpec.Type.SET, false, new IdOptions(1_024, 1, 0, 1)))
            .toList();
    List<String> many = Stream.iterate(0, i -> i + 1).limit(101).map(i -> "c" + i).toList();

    assertThat(problem(DeclaredColumns.of(wide, List.of(), null))).contains("limits.features");
    assertThat(problem(DeclaredColumns.of(List.of(hashed("x", 1_025)), List.of(), null)))
        .contains("buckets");
    assertThat(problem(DeclaredColumns.of(hashed(5, 1_024), List.of(), null))).contains("buckets");
    assertThat(
            DeclaredColumns.read(DeclaredColumns.of(hashed(4, 1_024), List.of(), null).bytes())
                .width())
        .isEqualTo(4_096);
    assertThat(
            DeclaredColumns.read(DeclaredColumns.of(hashed(200, 32), List.of(), null).bytes())
                .width())
        .isEqualTo(6_400);
    assertThat(problem(DeclaredColumns.of(List.of(AMOUNT), many, null))).contains("limits.classes");
    assertThat(problem(DeclaredColumns.of(List.of(AMOUNT), List.of("c".repeat(300)), null)))
        .contains("bytes of a declared class");
    assertThat(problem(DeclaredColumns.of(List.of(AMOUNT, AMOUNT), List.of(), null)))
        .contains("\"amount\" is declared twice");
    assertThat(problem(DeclaredColumns.of(List.of(), List.of(), null))).contains("columns");
  }

  @Test
  void damagedColumnsAreADeadLetterOrOtherColumns() {
    byte[] bytes = COLUMNS.bytes();
    Random random = new Random(1);
    Example example = new Example();
    for (int i = 0; i < 5_000; i++) {
      byte[] damaged = random.nextInt(10) == 0 ? new byte[random.nextInt(80)] : bytes.clone();
      for (int flips = random.nextInt(4); flips >= 0 && damaged.length > 0; flips--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      DeadLetter letter = decode(UNDECLARED, damaged, example);
      assertThat(letter == null || letter.message() != null).isTrue();
    }
  }

  private static String problem(DeclaredColumns columns) {
    DeadLetter letter = decode(UNDECLARED, columns.bytes(), new Example());
    assertThat(letter).isNotNull();
    assertThat(letter.reason()).isEqualTo(DeadLetterReason.MALFORMED_RECORD);
    return letter.message();
  }

  private static @Nullable DeadLetter decode(InputSpec spec, byte[] header, Example into) {
    return new ExampleDecoder(spec)
        .decode(record("k", header, Sale.of(1).encoded(COLUMNS), 0), into);
  }

  private static FeatureSpec number(String name, boolean nullable) {
    return new FeatureSpec(name, FeatureSpec.Type.NUMERIC, nullable, List.of(), 0);
  }

  private static FeatureSpec hashed(String name, int buckets) {
    return new FeatureSpec(name, FeatureSpec.Type.HASH, false, List.of(), buckets);
  }

  private static List<FeatureSpec> hashed(int columns, int buckets) {
    return Stream.iterate(0, i -> i + 1).limit(columns).map(i -> hashed("h" + i, buckets)).toList();
  }

  private static TrainSpec spec(InputSpec input) {
    ModelSpec model = ModelSpec.auto(1, AutoSpec.of(AutoSpec.Tier.FAST), ClassWeights.NONE);
    return Specs.train(input, model.withIndicators(Indicators.of(input)), Specs.METRICS)
        .with(to -> to.publish = to.publish.withPredictions(true));
  }

  private static TrainHarness harness(StateBackend backend, @Nullable OperatorSubtaskState from)
      throws Exception {
    return new TrainHarness(new TrainOperator(spec(UNDECLARED), StateSpec.DEFAULT), backend, from);
  }

  /** Returns rows that were decoded from records with a header of columns, null for none. */
  private static List<Example> examples(
      InputSpec spec,
      String key,
      @Nullable DeclaredColumns header,
      DeclaredColumns columns,
      int from,
      int to) {
    ExampleDecoder decoder = new ExampleDecoder(spec);
    List<Example> examples = new ArrayList<>();
    for (int row = from; row < to; row++) {
      Example example = new Example();
      byte[] value = Sale.of(row).encoded(columns);
      KafkaRecord record = record(key, header == null ? null : header.bytes(), value, row);
      if (header == null && !spec.hasFeatures()) {
        // Its width is that of no model yet.
        assertThat(new ExampleDecoder(spec).decode(record, example)).isNull();
      } else {
        assertThat(decoder.decode(record, example)).isNull();
      }
      examples.add(example);
    }
    return examples;
  }

  private static KafkaRecord record(
      String key, byte @Nullable [] header, byte[] value, int offset) {
    byte[] recordKey = key.getBytes(StandardCharsets.UTF_8);
    return header == null
        ? KafkaRecord.of("t", 0, offset, offset, recordKey, value)
        : new KafkaRecord(
            "t",
            0,
            offset,
            offset,
            recordKey,
            value,
            new String[] {ColumnsHeader.NAME},
            new byte[][] {header});
  }

  private static String header(OutputRecord record, String name) {
    int at = List.of(record.headerNames()).indexOf(name);
    return new String(record.headerValues()[at], StandardCharsets.UTF_8);
  }
}
