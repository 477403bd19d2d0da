package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdHash;
import dev.millrace.data.IdWords;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.testing.Records;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Features of ids, in each format of records. */
class IdFeaturesTest {
  private static final int MAX = 4;

  private final Example example = new Example();

  private static FeatureSpec column(FeatureSpec.Type type) {
    return FeatureSpec.ofIds(
        "it", type, false, new IdOptions(type == FeatureSpec.Type.ID ? 1 : MAX, 1, 0, 1));
  }

  private static InputSpec json(FeatureSpec... features) {
    return InputSpec.DEFAULT.with(
        to -> {
          to.format = InputSpec.Format.JSON;
          to.task = Task.BINARY;
          to.features = List.of(features);
        });
  }

  private DeadLetter rejected(InputSpec spec, byte[] value) {
    DeadLetter letter = new ExampleDecoder(spec).decode(Records.record("k", value, 1), example);
    assertThat(letter).isNotNull();
    return letter;
  }

  private void decode(InputSpec spec, byte[] value) {
    assertThat(new ExampleDecoder(spec).decode(Records.record("k", value, 1), example)).isNull();
    assertThat(example.width).isEqualTo(spec.width());
  }

  private static byte[] it(String json) {
    return ("{\"label\":\"a\",\"it\":" + json + "}").getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the ids of the first column, as many as there are. */
  private List<Long> ids(FeatureSpec.Type type) {
    List<Long> ids = new ArrayList<>();
    int width = IdWords.width(type.isWeighted());
    for (int at = 0; ids.size() < MAX && IdWords.isPresent(example.features, at); at += width) {
      ids.add(IdWords.read(example.features, at));
      if (type == FeatureSpec.Type.ID) {
        break;
      }
    }
    return ids;
  }

  private static List<Long> idsOf(String... texts) {
    IdHash hash = new IdHash("it");
    return Arrays.stream(texts)
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .map(bytes -> hash.of(bytes, bytes.length))
        .toList();
  }

  private List<Float> numbers() {
    return IntStream.range(0, ids(FeatureSpec.Type.SPARSE).size())
        .mapToObj(i -> example.features[4 * i + 3])
        .toList();
  }

  @Test
  void aTextAndItsDigitsAsANumberAreTheSameId() {
    InputSpec spec = json(column(FeatureSpec.Type.ID));

    for (String value : List.of("\"17\"", "17", "17.0")) {
      decode(spec, it(value));
      assertThat(ids(FeatureSpec.Type.ID)).as(value).isEqualTo(idsOf("17"));
    }
    decode(spec, it("true"));
    assertThat(ids(FeatureSpec.Type.ID)).isEqualTo(idsOf("true"));
    decode(spec, it("\"ĳsbeer 🍦\""));
    assertThat(ids(FeatureSpec.Type.ID)).isEqualTo(idsOf("ĳsbeer 🍦"));
  }

  @Test
  void equalTextsInTwoColumnsAreTwoIds() {
    FeatureSpec other = FeatureSpec.ofIds("other", FeatureSpec.Type.ID, false, IdOptions.ONE);
    decode(
        json(column(FeatureSpec.Type.ID), other),
        "{\"label\":\"a\",\"it\":\"x\",\"other\":\"x\"}".getBytes(StandardCharsets.UTF_8));

    assertThat(IdWords.read(example.features, 3))
        .isNotEqualTo(IdWords.read(example.features, 0))
        .isEqualTo(new IdHash("other").of(new byte[] {'x'}, 1));
  }

  @Test
  void aMissingIdIsMarkedIfTheColumnIsNullable() {
    FeatureSpec nullable = FeatureSpec.ofIds("it", FeatureSpec.Type.ID, true, IdOptions.ONE);

    decode(json(nullable), it("null"));

    assertThat(example.features).startsWith(Float.NaN, Float.NaN, Float.NaN, 1f);
    decode(json(nullable), it("\"x\""));
    assertThat(example.features[3]).isZero();
    assertThat(rejected(json(column(FeatureSpec.Type.ID)), it("null")).reason())
        .isEqualTo(DeadLetterReason.MISSING_FEATURE);
  }

  @Test
  void aSetHasEachIdOnce() {
    InputSpec spec = json(column(FeatureSpec.Type.SET));

    decode(spec, it("[\"b\",\"a\",null,\"b\",7,\"7\",true]"));
    assertThat(ids(FeatureSpec.Type.SET)).isEqualTo(idsOf("b", "a", "7", "true"));
    decode(spec, it("\"Action|Sci-Fi||  New York |Action\""));
    assertThat(ids(FeatureSpec.Type.SET)).isEqualTo(idsOf("Action", "Sci-Fi", "New York"));
    decode(spec, it("[]"));
    assertThat(ids(FeatureSpec.Type.SET)).isEmpty();
    decode(spec, it("[null]"));
    assertThat(ids(FeatureSpec.Type.SET)).isEmpty();
    assertThat(example.cutFeatures).isEmpty();
  }

  @Test
  void aSeparatorIsAsDeclared() {
    FeatureSpec commas =
        new FeatureSpec(
            "it", FeatureSpec.Type.SET, false, List.of(), 0, new IdOptions(MAX, 1, 0, 1), ", ");

    decode(json(commas), it("\"a|b, c,d\""));

    assertThat(ids(FeatureSpec.Type.SET)).isEqualTo(idsOf("a|b", "c,d"));
  }

  @Test
  void theFirstIdsAreKeptAndTheCutIsCounted() {
    InputSpec spec = json(column(FeatureSpec.Type.SET));

    decode(spec, it("[1,2,3,4,1,2]"));
    assertThat(example.cutFeatures).isEmpty();
    decode(spec, it("[1,2,1,3,4,5,6]"));
    assertThat(ids(FeatureSpec.Type.SET)).isEqualTo(idsOf("1", "2", "3", "4"));
    assertThat(example.cutFeatures).containsExactly("it");
    decode(spec, it("[1]"));
    assertThat(example.cutFeatures).isEmpty();
  }

  @Test
  void theWordsOfATextAreRunsOfLettersAndDigitsInLowerCase() {
    InputSpec spec = json(column(FeatureSpec.Type.TEXT));

    decode(spec, it("\"The Ünïque, the_2nd!\""));
    assertThat(ids(FeatureSpec.Type.TEXT)).isEqualTo(idsOf("the", "ünïque", "the", "2nd"));
    decode(spec, it("\"  ...  \""));
    assertThat(ids(FeatureSpec.Type.TEXT)).isEmpty();
    decode(spec, it("\"हिन्दी 漢字🍦Ω\""));
    assertThat(ids(FeatureSpec.Type.TEXT)).isEqualTo(idsOf("हिन्दी", "漢字", "ω"));
    decode(spec, it("42"));
    assertThat(ids(FeatureSpec.Type.TEXT)).isEqualTo(idsOf("42"));
    decode(spec, it("\"a b c d e\""));
    assertThat(ids(FeatureSpec.Type.TEXT)).isEqualTo(idsOf("a", "b", "c", "d"));
    assertThat(example.cutFeatures).containsExactly("it");
  }

  @Test
  void neighbouringWordsFollowTheSingleWords() {
    FeatureSpec trigrams =
        FeatureSpec.ofIds("it", FeatureSpec.Type.TEXT, false, new IdOptions(8, 1, 0, 3));
    decode(json(trigrams), it("\"Cheap red-shoes\""));

    List<Long> expected =
        idsOf("cheap", "red", "shoes", "cheap red", "red shoes", "cheap red shoes");
    assertThat(IntStream.range(0, 6).mapToObj(i -> IdWords.read(example.features, 3 * i)))
        .isEqualTo(expected);
    assertThat(IdWords.isPresent(example.features, 18)).isFalse();
  }

  @Test
  void aSparseColumnHasANumberForEachId() {
    InputSpec spec = json(column(FeatureSpec.Type.SPARSE));

    decode(spec, it("{\"red\":2,\"green\":0.5,\"none\":0,\"gone\":null,\"on\":true}"));
    assertThat(ids(FeatureSpec.Type.SPARSE)).isEqualTo(idsOf("red", "green", "on"));
    assertThat(numbers()).containsExactly(2f, 0.5f, 1f);
    decode(spec, it("\"red:2  a:b:-1e3 blue\""));
    assertThat(ids(FeatureSpec.Type.SPARSE)).isEqualTo(idsOf("red", "a:b", "blue"));
    assertThat(numbers()).containsExactly(2f, -1000f, 1f);
    decode(spec, it("{}"));
    assertThat(ids(FeatureSpec.Type.SPARSE)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ID [1]",
        "ID {\"a\":1}",
        "TEXT [\"a\"]",
        "SET {\"a\":1}",
        "SET [[1]]",
        "SET [{}]",
        "SPARSE [1]",
        "SPARSE 1",
        "SPARSE {\"a\":\"b\"}",
        "SPARSE {\"a\":[1]}",
        "SPARSE \"a:b\"",
      })
  void aValueOfAnotherTypeIsADeadLetter(String value) {
    int space = value.indexOf(' ');
    FeatureSpec.Type type = FeatureSpec.Type.valueOf(value.substring(0, space));

    DeadLetter letter = rejected(json(column(type)), it(value.substring(space + 1)));

    assertThat(letter.reason()).isEqualTo(DeadLetterReason.INVALID_FEATURE);
    assertThat(letter.message()).contains("feature \"it\"");
  }

  @Test
  void theMessageNamesTheTypeThatReadsTheValue() {
    assertThat(rejected(json(column(FeatureSpec.Type.ID)), it("[1]")).message())
        .isEqualTo("feature \"it\" is declared id but is an array; type: set reads arrays");
    assertThat(rejected(json(column(FeatureSpec.Type.SPARSE)), it("{\"a\":1e99}")))
        .satisfies(
            letter -> {
              assertThat(letter.reason()).isEqualTo(DeadLetterReason.NON_FINITE_FEATURE);
              assertThat(letter.message())
                  .isEqualTo(
                      "feature \"it\": the number of \"a\" is 1.0E99; it must be finite and fit a"
                          + " 32-bit float");
            });
  }

  @Test
  void hugeValuesAreReadUpToTheMax() {
    String items = String.join(",", IntStream.range(0, 100_000).mapToObj(i -> "" + i).toList());
    decode(json(column(FeatureSpec.Type.SET)), it("[" + items + "]"));
    assertThat(ids(FeatureSpec.Type.SET)).isEqualTo(idsOf("0", "1", "2", "3"));

    String word = "x".repeat(900_000);
    decode(json(column(FeatureSpec.Type.TEXT)), it('"' + word + " y\""));
    assertThat(ids(FeatureSpec.Type.TEXT)).isEqualTo(idsOf(word, "y"));
    decode(json(column(FeatureSpec.Type.ID)), it('"' + word + '"'));
    assertThat(ids(FeatureSpec.Type.ID)).isEqualTo(idsOf(word));
  }

  @Test
  void theEventTimeFollowsIfIdsAreForgottenByIt() {
    FeatureSpec forgets =
        FeatureSpec.ofIds("it", FeatureSpec.Type.ID, false, new IdOptions(1, 1, 60_000, 1));
    FeatureSpec last = new FeatureSpec("n", FeatureSpec.Type.NUMERIC, true, List.of(), 0);
    InputSpec spec = json(forgets, last).with(to -> to.eventTime = "t");

    decode(spec, timed(4_123));
    assertThat(example.width).isEqualTo(7);
    assertThat(IdWords.readTime(example.features, 5)).isEqualTo(4_123);

    // One of the far future would forget all ids.
    decode(spec, timed(16_725_225_600_000L));
    assertThat(example.eventTime).isEqualTo(16_725_225_600_000L);
    assertThat(IdWords.readTime(example.features, 5)).isEqualTo(example.record.timestamp());
  }

  private static byte[] timed(long time) {
    return "{\"label\":\"a\",\"it\":\"x\",\"n\":5,\"t\":%d}"
        .formatted(time)
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aCellOfCsvIsSplit() {
    InputSpec spec =
        InputSpec.DEFAULT.with(
            to -> {
              to.format = InputSpec.Format.CSV;
              to.task = Task.BINARY;
              to.columns = List.of("label", "it", "tags", "words", "bag");
              to.features =
                  List.of(
                      column(FeatureSpec.Type.ID),
                      FeatureSpec.ofIds(
                          "tags", FeatureSpec.Type.SET, true, new IdOptions(2, 1, 0, 1)),
                      FeatureSpec.ofIds(
                          "words", FeatureSpec.Type.TEXT, false, new IdOptions(2, 1, 0, 1)),
                      FeatureSpec.ofIds(
                          "bag", FeatureSpec.Type.SPARSE, false, new IdOptions(2, 1, 0, 1)));
            });

    decode(spec, "a,007,x|y,\"Hello, World\",p:0.5 q".getBytes(StandardCharsets.UTF_8));
    assertThat(ids(FeatureSpec.Type.ID)).isEqualTo(idsOf("007"));
    float[] row = example.features;
    assertThat(IdWords.read(row, 6)).isEqualTo(new IdHash("tags").of(new byte[] {'y'}, 1));
    assertThat(row[9]).as("tags are not missing").isZero();
    byte[] world = "world".getBytes(StandardCharsets.UTF_8);
    assertThat(IdWords.read(row, 13)).isEqualTo(new IdHash("words").of(world, world.length));
    assertThat(row[19]).isEqualTo(0.5f);
    assertThat(row[23]).isEqualTo(1f);

    decode(spec, "a,1,,none?,p".getBytes(StandardCharsets.UTF_8));
    assertThat(example.features[9]).as("tags are missing").isEqualTo(1f);
    assertThat(rejected(spec, "a,1,x,hello,p:x".getBytes(StandardCharsets.UTF_8)).message())
        .contains("the number of \"p\" is the text \"x\"");
  }

  @Test
  void anExampleOfTheStandardSchemaHasIdsAmongItsAttributes() {
    InputSpec spec =
        Records.spec(
            Task.BINARY,
            List.of(),
            List.of(
                column(FeatureSpec.Type.SET),
                new FeatureSpec("n", FeatureSpec.Type.NUMERIC, false, List.of(), 0)));
    byte[] value =
        new ExampleEncoder()
            .encode("id", "k", 1, "a", 0, 1f, new float[] {5f}, 1, new int[0], Map.of("it", "x|y"));

    decode(spec, value);

    assertThat(ids(FeatureSpec.Type.SET)).isEqualTo(idsOf("x", "y"));
    assertThat(example.features[3 * MAX]).isEqualTo(5f);
  }

  @Test
  void arraysMapsAndEnumsOfAvroAreIds() {
    Schema schema =
        new Schema.Parser()
            .parse(
                """
                {"type":"record","name":"R","fields":[
                  {"name":"label","type":"string"},
                  {"name":"it","type":{"type":"array","items":["null","string","long"]}},
                  {"name":"kinds","type":{"type":"array","items":
                    {"type":"enum","name":"K","symbols":["A","B"]}}},
                  {"name":"bag","type":{"type":"map","values":"double"}}]}
                """);
    GenericData.Record record = new GenericData.Record(schema);
    record.put("label", "a");
    record.put("it", Arrays.asList("x", null, 17L, "x"));
    Schema kind = schema.getField("kinds").schema().getElementType();
    record.put("kinds", List.of(new GenericData.EnumSymbol(kind, "B")));
    Map<String, Double> bag = new LinkedHashMap<>();
    bag.put("p", 0.5);
    record.put("bag", bag);
    InputSpec spec =
        InputSpec.DEFAULT.with(
            to -> {
              to.format = InputSpec.Format.AVRO_RAW;
              to.schema = schema.toString();
              to.task = Task.BINARY;
              to.features =
                  List.of(
                      column(FeatureSpec.Type.SET),
                      FeatureSpec.ofIds("kinds", FeatureSpec.Type.SET, false, IdOptions.ONE),
                      FeatureSpec.ofIds("bag", FeatureSpec.Type.SPARSE, false, IdOptions.ONE));
            });

    decode(spec, avro(schema, record));

    assertThat(ids(FeatureSpec.Type.SET)).isEqualTo(idsOf("x", "17"));
    int kinds = 3 * MAX;
    assertThat(IdWords.read(example.features, kinds))
        .isEqualTo(new IdHash("kinds").of(new byte[] {'B'}, 1));
    assertThat(IdWords.read(example.features, kinds + 3))
        .isEqualTo(new IdHash("bag").of(new byte[] {'p'}, 1));
    assertThat(example.features[kinds + 6]).isEqualTo(0.5f);
  }

  @Test
  void collectionsArraysAndMapsThatAProgramSetsAreIds() {
    for (Object value :
        List.of(
            List.of("x", 17),
            new LinkedHashSet<>(List.of("x", 17L)),
            new String[] {"x", null, "17"},
            new Object[] {"x", 17.0})) {
      set(column(FeatureSpec.Type.SET), value);
      assertThat(ids(FeatureSpec.Type.SET)).isEqualTo(idsOf("x", "17"));
    }
    set(column(FeatureSpec.Type.SET), new int[] {3, 1});
    assertThat(ids(FeatureSpec.Type.SET)).isEqualTo(idsOf("3", "1"));
    set(column(FeatureSpec.Type.SET), EnumSet.of(FeatureSpec.Type.HASH));
    assertThat(ids(FeatureSpec.Type.SET)).isEqualTo(idsOf("HASH"));
    set(column(FeatureSpec.Type.SPARSE), Map.of("x", 2));
    assertThat(ids(FeatureSpec.Type.SPARSE)).isEqualTo(idsOf("x"));
    assertThat(numbers()).containsExactly(2f);
  }

  @Test
  void aCollectionThatCannotBeUsedIsADeadLetterWithItsItems() {
    FieldsDecoder decoder = FieldsDecoder.of(keyed(column(FeatureSpec.Type.ID)));
    decoder.begin().set("key", "k").set("label", "a").set("it", Arrays.asList("x", 1, null));

    DeadLetter letter = decoder.decode(0, example);

    assertThat(letter).isNotNull();
    assertThat(letter.record().value())
        .asString(StandardCharsets.UTF_8)
        .contains("\"it\":[\"x\",1,null]");
  }

  private void set(FeatureSpec feature, Object value) {
    FieldsDecoder decoder = FieldsDecoder.of(keyed(feature));
    decoder.begin().set("key", "k").set("label", "a").set("it", value);
    assertThat(decoder.decode(0, example)).isNull();
  }

  private static InputSpec keyed(FeatureSpec feature) {
    return json(feature).with(to -> to.key = "key");
  }

  @Test
  void aRequestHasIdsByName() throws Exception {
    FeatureSpec forgets =
        FeatureSpec.ofIds("it", FeatureSpec.Type.SET, false, new IdOptions(MAX, 1, 1, 1));
    FeatureReader reader = new FeatureReader(json(forgets));

    reader.readNamed(new ObjectMapper().readTree("{\"it\":[\"x\",17]}"), example);

    assertThat(ids(FeatureSpec.Type.SET)).isEqualTo(idsOf("x", "17"));
    assertThat(IdWords.readTime(example.features, 3 * MAX)).isZero();
    assertThatThrownBy(() -> reader.readNamed(new ObjectMapper().readTree("{}"), example))
        .hasMessage("feature \"it\" is absent and was not declared nullable");
  }

  private static byte[] avro(Schema schema, GenericData.Record record) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    try {
      new GenericDatumWriter<GenericData.Record>(schema).write(record, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
