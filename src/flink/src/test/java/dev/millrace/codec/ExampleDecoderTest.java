package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.codec.fields.AvroFields;
import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.codec.fields.FeatureMapper;
import dev.millrace.codec.fields.MappedExampleReader;
import dev.millrace.codec.text.KeyReader;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.testing.AvroValues;
import dev.millrace.testing.Records;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExampleDecoderTest {
  private static final Schema RIDE =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Ride","fields":[
                {"name":"label","type":{"type":"enum","name":"Mood","symbols":["GOOD","BAD"]}},
                {"name":"weight","type":"double"},
                {"name":"at","type":"long"},
                {"name":"fare","type":"int"},
                {"name":"trip","type":{"type":"record","name":"Trip","fields":[
                  {"name":"night","type":"boolean"},
                  {"name":"km","type":["null","float"]}]}}]}
              """);

  private final Example example = new Example();

  @Test
  void readsWhatTheEncoderWrites() {
    byte[] value =
        new ExampleEncoder()
            .encode("e1", "k", 77, "yes", 0, 2.5f, new float[] {1, 2, 9}, 2, new int[0], Map.of());

    assertThat(decode(Records.undeclared(), value)).isNull();

    assertThat(example.key).isEqualTo("k");
    assertThat(example.label).isEqualTo("yes");
    assertThat(example.eventTime).isEqualTo(77);
    assertThat(example.weight).isEqualTo(2.5f);
    assertThat(features()).containsExactly(1, 2);
  }

  @Test
  void readsWhatAvroItselfWritesFromTheSchemaFile() throws IOException {
    GenericRecord record =
        new GenericRecordBuilder(ExampleSchema.SCHEMA)
            .set("event_id", "e1")
            .set("key", "k")
            .set("ts", 12L)
            .set("label", 3.5)
            .set("features", List.of(4f, 5f))
            .build();
    byte[] value =
        new BinaryMessageEncoder<GenericRecord>(GenericData.get(), ExampleSchema.SCHEMA)
            .encode(record)
            .array();

    assertThat(decode(Records.undeclared(), value)).isNull();

    assertThat(example.label).isNull();
    assertThat(example.target).isEqualTo(3.5);
    assertThat(example.weight).isEqualTo(1f);
    assertThat(features()).containsExactly(4, 5);
  }

  @Test
  void readsTheEpochInAHeaderOnlyIfThePipelineHasEpochs() {
    byte[] value = missing();
    KafkaRecord ofThird = Records.record("k", value, 1).withHeader("millrace.epoch", bytes("3"));
    KafkaRecord ofNone = Records.record("k", value, 2);
    KafkaRecord invalid = Records.record("k", value, 3).withHeader("millrace.epoch", bytes("x"));
    ExampleDecoder ignoring = new ExampleDecoder(Records.undeclared());
    ExampleDecoder reading = new ExampleDecoder(Records.undeclared().with(to -> to.epochs = true));

    assertThat(ignoring.decode(ofThird, example)).isNull();
    assertThat(example.epoch).isZero();
    assertThat(ignoring.decode(invalid, example)).isNull();
    assertThat(reading.decode(ofThird, example)).isNull();
    assertThat(example.epoch).isEqualTo(3);
    assertThat(reading.decode(ofNone, example)).isNull();
    assertThat(example.epoch).isZero();
    assertThat(reading.decode(invalid, example).reason()).isEqualTo(DeadLetterReason.INVALID_EPOCH);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aMissingNumberIsNaN() {
    byte[] value =
        new ExampleEncoder()
            .encode("e", "k", 0, "a", 0, 1f, new float[] {1, 0, 3}, 3, new int[] {1}, Map.of());

    assertThat(decode(Records.undeclared(), value)).isNull();

    assertThat(features()).containsExactly(1, Float.NaN, 3);
  }

  @Test
  void aMissingFeatureIsMissingInItsRecordOnly() {
    ExampleDecoder decoder = new ExampleDecoder(Records.undeclared());

    assertThat(decoder.decode(Records.record("k", missing(1), 1), example)).isNull();
    assertThat(features()).containsExactly(1, Float.NaN, 3);
    assertThat(decoder.decode(Records.record("k", missing(0, 2), 2), example)).isNull();
    assertThat(features()).containsExactly(Float.NaN, 2, Float.NaN);
    assertThat(decoder.decode(Records.record("k", missing(), 3), example)).isNull();
    assertThat(features()).containsExactly(1, 2, 3);
  }

  @Test
  void aFeatureThatIsMissingMustBeOneOfTheRecord() {
    for (int position : new int[] {-1, 3}) {
      DeadLetter letter = decode(Records.undeclared(), missing(position));

      assertThat(letter.reason()).isEqualTo(DeadLetterReason.INVALID_FEATURE);
      assertThat(letter.message()).isEqualTo("\"missing\" names feature " + position + " of 3");
    }
  }

  @Test
  void aRecordOfAsManyFeaturesAsAllowedIsRead() {
    float[] numbers = new float[1_000];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
    }

    assertThat(decode(Records.undeclared(), AvroValues.classValue("k", "a", numbers))).isNull();

    assertThat(features()).containsExactly(numbers);
  }

  @Test
  void declaredColumnsGetTheirPlacesAndIndicators() {
    InputSpec spec =
        Records.spec(
            Task.BINARY,
            List.of("no", "yes"),
            List.of(
                column("age", FeatureSpec.Type.NUMERIC, true),
                new FeatureSpec("plan", FeatureSpec.Type.ONE_HOT, true, List.of("a", "b"), 0),
                column("member", FeatureSpec.Type.BOOLEAN, false),
                new FeatureSpec("city", FeatureSpec.Type.HASH, false, List.of(), 4)));
    byte[] full =
        AvroValues.value("k", "yes", 0, new float[] {30, 1}, Map.of("plan", "b", "city", "Oslo"));
    byte[] sparse =
        new ExampleEncoder()
            .encode(
                "e",
                "k",
                0,
                "no",
                0,
                1f,
                new float[] {0, 0},
                2,
                new int[] {0},
                Map.of("city", "Oslo"));

    assertThat(decode(spec, full)).isNull();
    float[] first = features();
    assertThat(decode(spec, sparse)).isNull();
    float[] second = features();

    assertThat(Arrays.copyOf(first, 6)).containsExactly(30, 0, 0, 1, 0, 1);
    assertThat(Arrays.copyOf(second, 6)).containsExactly(Float.NaN, 1, 0, 0, 1, 0);
    assertThat(Arrays.copyOfRange(first, 6, 10)).containsExactlyInAnyOrder(1, 0, 0, 0);
    assertThat(Arrays.copyOfRange(second, 6, 10)).containsExactly(Arrays.copyOfRange(first, 6, 10));
  }

  @Test
  void aTextKeepsItsBucketForEver() {
    // Saved models have their weights there. Computed apart from FNV-1a and MurmurHash3's mixer.
    assertThat(FeatureMapper.hash(new Utf8(""))).isEqualTo(0xAB3E7C0B);
    assertThat(FeatureMapper.hash(new Utf8("Oslo"))).isEqualTo(0x4DAFE047);
    assertThat(FeatureMapper.hash(new Utf8("São Paulo"))).isEqualTo(0x0D532A0A);
    assertThat(FeatureMapper.hash(new Utf8("漢字"))).isEqualTo(0x6F017935);
  }

  @Test
  void aColumnThatOneRecordHasIsMissingInTheNextWithoutIt() {
    InputSpec spec =
        Records.spec(
            Task.BINARY,
            List.of("no", "yes"),
            List.of(new FeatureSpec("plan", FeatureSpec.Type.ONE_HOT, true, List.of("a", "b"), 0)));
    ExampleDecoder decoder = new ExampleDecoder(spec);

    decoder.decode(planned(Map.of("plan", "a")), example);
    assertThat(features()).containsExactly(1, 0, 0);
    decoder.decode(planned(Map.of()), example);
    assertThat(features()).containsExactly(0, 0, 1);
    decoder.decode(planned(Map.of("plan", "c")), example);
    assertThat(features()).containsExactly(0, 0, 0);
  }

  @Test
  void anExampleMayWeighNothing() {
    assertThat(decode(Records.undeclared(), weighted(0))).isNull();
    assertThat(example.weight).isZero();
  }

  @Test
  void undeclaredAttributesAreHashedBehindTheNumbers() {
    byte[] value = AvroValues.value("k", "a", 0, new float[] {7}, Map.of("city", "Oslo"));

    assertThat(decode(Records.undeclared(), value)).isNull();

    assertThat(example.width).isEqualTo(1 + ExampleSchema.HASHED_ATTRIBUTES);
    assertThat(features()).containsOnly(7, 0, 1);
    assertThat(features()[1 + 19]).isOne();
    assertThat(example.indicators).isEqualTo(ExampleSchema.HASHED_ATTRIBUTES);
    assertThat(decode(Records.undeclared(), AvroValues.classValue("k", "a", 7))).isNull();
    assertThat(example.indicators).isZero();
  }

  @Test
  void anAttributeOfOneRecordIsNotInTheNext() {
    ExampleDecoder decoder = new ExampleDecoder(Records.undeclared());
    decoder.decode(planned(Map.of("city", "Oslo")), example);

    decoder.decode(planned(Map.of("city", "Bergen", "plan", "")), example);

    float[] bergen = new float[ExampleSchema.HASHED_ATTRIBUTES];
    bergen[9] = 1;
    assertThat(features()).containsExactly(bergen);
  }

  @Test
  void aTextOfTheFirstColumnIsPutThere() {
    InputSpec spec =
        Records.spec(
            Task.BINARY,
            List.of("no", "yes"),
            List.of(new FeatureSpec("city", FeatureSpec.Type.HASH, false, List.of(), 8)));

    assertThat(
            new ExampleDecoder(spec)
                .decode(planned(Map.of("city", "Oslo", "plan", "of no column")), example))
        .isNull();

    assertThat(features()).containsExactly(0, 0, 0, 0, 0, 0, 0, 1);
  }

  @Test
  void scalarsOfJsonFitColumnsOfTextsAndNothingElseDoes() {
    InputSpec spec =
        Records.mapped(
            InputSpec.Format.JSON,
            null,
            List.of(
                new FeatureSpec("c", FeatureSpec.Type.ONE_HOT, true, List.of("7", "true", ""), 0),
                column("n", FeatureSpec.Type.NUMERIC, true)));

    assertThat(decode(spec, json("{\"c\":7,\"n\":true}"))).isNull();
    assertThat(features()).containsExactly(1, 0, 0, 0, 1, 0);
    assertThat(decode(spec, json("{\"c\":true,\"n\":null}"))).isNull();
    assertThat(features()).containsExactly(0, 1, 0, 0, Float.NaN, 1);
    assertThat(decode(spec, json("{\"c\":\"\",\"n\":1e1}"))).isNull();
    assertThat(features()).containsExactly(0, 0, 1, 0, 10, 0);
    assertThat(decode(spec, json("{\"c\":{},\"n\":1}")).message())
        .startsWith("feature \"c\" is declared one-hot but is ");
    assertThat(decode(spec, json("{\"c\":\"7\",\"n\":\"1\"}")).message())
        .isEqualTo(
            "feature \"n\" is declared numeric but is the text \"1\"; write numbers without quotes,"
                + " with Debezium by decimal.handling.mode=double");
  }

  @ParameterizedTest
  @CsvSource({
    "2, 2",
    "2.0, 2",
    "2e0, 2",
    "-0.0, 0",
    "12345678.0, 12345678",
    "12345678901234567, 12345678901234567",
    "12345678901234568.0, 12345678901234568",
    "100000000000000000001, 100000000000000000001",
    "1e20, 1.0E20",
    "0.1, 0.1",
    "2e-7, 2.0E-7",
  })
  void aNumberOfJsonIsKeyClassAndValueByItsDigits(String number, String name) {
    InputSpec spec = keyed(InputSpec.Format.JSON, null, List.of(oneHot("x", name, "other")));
    String record = "{\"card\":%1$s,\"label\":%1$s,\"x\":%1$s}".formatted(number);

    assertThat(decode(spec, record.getBytes(StandardCharsets.UTF_8))).isNull();

    assertNamed(name);
  }

  @ParameterizedTest
  @CsvSource({
    "int, 2, 2",
    "long, 12345678901234567, 12345678901234567",
    "float, 2, 2",
    "float, 82890392, 82890392",
    "float, 0.1, 0.1",
    "double, 2, 2",
    "double, 0.1, 0.1",
    "double, 12345678, 12345678",
    "double, 1e20, 1.0E20",
    "float, 1e20, 1.0E20",
  })
  void aNumberOfAvroIsKeyClassAndValueByItsDigits(String type, double number, String name)
      throws IOException {
    Schema schema =
        SchemaBuilder.record("R")
            .fields()
            .name("card")
            .type(type)
            .noDefault()
            .name("label")
            .type(type)
            .noDefault()
            .name("x")
            .type(type)
            .noDefault()
            .endRecord();
    Object value =
        switch (type) {
          case "int" -> (int) number;
          case "long" -> Long.parseLong(name);
          case "float" -> (float) number;
          default -> number;
        };
    GenericRecord record =
        new GenericRecordBuilder(schema)
            .set("card", value)
            .set("label", value)
            .set("x", value)
            .build();
    InputSpec spec =
        keyed(InputSpec.Format.AVRO, schema.toString(), List.of(oneHot("x", name, "other")));

    assertThat(decode(spec, single(record))).isNull();

    assertNamed(name);
  }

  @ParameterizedTest
  @CsvSource({
    "long, , 1764200000000, 1764200000000",
    "double, , 1764200000000.9, 1764200000000",
    "long, timestamp-millis, 1764200000000, 1764200000000",
    "long, timestamp-micros, 1764200000000999, 1764200000000",
    "long, timestamp-micros, -1, -1",
    "long, local-timestamp-micros, 1764200000000999, 1764200000000",
    "int, date, 20418, 1764115200000",
    "long, , 99999999999999, 99999999999999",
    "long, , 1764200000000999, 1764200000000",
    "long, , 1764200000000123456, 1764200000000",
    "long, timestamp-millis, 8640000000000000, 8640000000000000",
  })
  void anEventTimeCountsWhatItsLogicalTypeSays(
      String type, String logicalType, double number, long millis) throws IOException {
    Schema schema = timed(type, logicalType);

    assertThat(decode(timed(schema), single(timed(schema, number)))).isNull();

    assertThat(example.eventTime).isEqualTo(millis);
  }

  @ParameterizedTest
  @CsvSource({
    "double, , NaN, NaN",
    "double, , Infinity, Infinity",
    "double, , -1e300, -1.0E300",
    "long, timestamp-millis, 8640000000000001, 8640000000000001",
    "long, timestamp-millis, 1764200000000000000, 1764200000000000000",
  })
  void rejectsInvalidEventTimes(String type, String logicalType, double number, String shown)
      throws IOException {
    Schema schema = timed(type, logicalType);

    DeadLetter letter = decode(timed(schema), single(timed(schema, number)));

    assertThat(letter.reason()).isEqualTo(DeadLetterReason.INVALID_FEATURE);
    assertThat(letter.message())
        .isEqualTo(
            "at is "
                + shown
                + ", no event time: it must be within 8640000000000000 milliseconds of 1970");
  }

  @Test
  void rejectsInvalidEventTimesInJsonAndInTheStandardSchema() {
    InputSpec json =
        Records.mapped(
            InputSpec.Format.JSON, null, List.of(column("a", FeatureSpec.Type.NUMERIC, false)));
    String record = "{\"label\":\"up\",\"weight\":1,\"at\":1e400,\"a\":1}";
    ExampleEncoder encoder = new ExampleEncoder();
    float[] features = {1};

    assertThat(reason(json, record.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(DeadLetterReason.INVALID_FEATURE);
    for (long ts : new long[] {Long.MIN_VALUE, Long.MAX_VALUE}) {
      byte[] standard = encoder.encode("e", "k", ts, "a", 0, 1f, features, 1, new int[0], Map.of());
      assertThat(decode(Records.undeclared(), standard).message())
          .startsWith("ts is " + ts + ", no event time");
    }
  }

  private static Schema timed(String type, String logicalType) {
    Schema time = Schema.create(Schema.Type.valueOf(type.toUpperCase(Locale.ROOT)));
    if (logicalType != null) {
      time.addProp("logicalType", logicalType);
    }
    // Parsed again: only the parser looks for logical types.
    return new Schema.Parser()
        .parse(
            SchemaBuilder.record("R")
                .fields()
                .requiredString("label")
                .requiredDouble("weight")
                .name("at")
                .type(time)
                .noDefault()
                .endRecord()
                .toString());
  }

  private static GenericRecord timed(Schema schema, double number) {
    Object time =
        switch (schema.getField("at").schema().getType()) {
          case INT -> (int) number;
          case LONG -> (long) number;
          default -> number;
        };
    return new GenericRecordBuilder(schema)
        .set("label", "a")
        .set("weight", 1.0)
        .set("at", time)
        .build();
  }

  private static InputSpec timed(Schema schema) {
    return Records.mapped(
        InputSpec.Format.AVRO,
        schema.toString(),
        List.of(column("weight", FeatureSpec.Type.NUMERIC, false)));
  }

  private void assertNamed(String name) {
    assertThat(example.key).isEqualTo(name);
    assertThat(example.label).isEqualTo(name);
    assertThat(features()).containsExactly(1, 0);
  }

  @Test
  void aRecordAsLongAsAllowedIsNotTooLong() {
    assertThat(reason(Records.undeclared(), new byte[10_000]))
        .isEqualTo(DeadLetterReason.UNKNOWN_SCHEMA);
  }

  @Test
  void aRejectionNamesTheFramingThatCame() {
    InputSpec spec = Records.undeclared();
    String start = "; Avro single-object encoding starts with c3 01";

    assertThat(decode(spec, new byte[] {0, 0, 0, 0, 7, 1}).message())
        .isEqualTo(
            "Confluent wire format, schema id 7; the pipeline has no schema registry"
                + " (input.registry)");
    for (String text : List.of("{}", "[]")) {
      assertThat(decode(spec, text.getBytes(StandardCharsets.UTF_8)).message())
          .endsWith(" (looks like JSON; input.format: json reads it)" + start);
    }
    assertThat(decode(spec, new byte[] {1, 2, 3, 4, 5}).message())
        .isEqualTo("the value starts with 01 02 03 04" + start);
    assertThat(decode(spec, new byte[] {(byte) 0xC3}).message())
        .isEqualTo("the value starts with c3" + start);
    assertThat(decode(spec, new byte[] {(byte) 0xC3, 1}).message())
        .isEqualTo("the value ends in the header, after 2 bytes");
    assertThat(decode(spec, Arrays.copyOf(good(), ExampleSchema.HEADER_LENGTH)).message())
        .isEqualTo("not a valid Avro record: EOFException");
  }

  @Test
  void anEncoderEncodesEachRecordIndependently() {
    ExampleEncoder encoder = new ExampleEncoder();
    byte[] first = encode(encoder);

    assertThat(encode(encoder)).isEqualTo(first).isEqualTo(encode(new ExampleEncoder()));
  }

  /** A record of a schema that nobody here knows of, in single-object encoding. */
  private static byte[] ride() throws IOException {
    GenericRecord trip =
        new GenericRecordBuilder(RIDE.getField("trip").schema())
            .set("night", true)
            .set("km", null)
            .build();
    GenericRecord ride =
        new GenericRecordBuilder(RIDE)
            .set("label", new GenericData.EnumSymbol(RIDE.getField("label").schema(), "BAD"))
            .set("weight", 0.5)
            .set("at", 99L)
            .set("fare", 12)
            .set("trip", trip)
            .build();
    return single(ride);
  }

  private static InputSpec rides(InputSpec.Format format) {
    return Records.mapped(
        format,
        RIDE.toString(),
        List.of(
            column("fare", FeatureSpec.Type.NUMERIC, false),
            column("trip.night", FeatureSpec.Type.BOOLEAN, false),
            column("trip.km", FeatureSpec.Type.NUMERIC, true)));
  }

  /** A record in single-object encoding. */
  private static byte[] single(GenericRecord record) throws IOException {
    return new BinaryMessageEncoder<GenericRecord>(GenericData.get(), record.getSchema())
        .encode(record)
        .array();
  }

  /** The same without the header that names the schema. */
  private static byte[] withoutHeader(byte[] value) {
    return Arrays.copyOfRange(value, ExampleSchema.HEADER_LENGTH, value.length);
  }

  @ParameterizedTest
  @EnumSource(names = {"AVRO", "AVRO_RAW"})
  void mapsAnyAvroRecord(InputSpec.Format format) throws IOException {
    byte[] value = format == InputSpec.Format.AVRO ? ride() : withoutHeader(ride());

    assertThat(decode(rides(format), value)).isNull();

    assertThat(example.label).isEqualTo("BAD");
    assertThat(example.weight).isEqualTo(0.5f);
    assertThat(example.eventTime).isEqualTo(99);
    assertThat(features()).containsExactly(12, 1, Float.NaN, 1);
  }

  /** Java's producers and the Maven plugin ask so for Strings where Avro has its own texts. */
  @ParameterizedTest
  @ValueSource(strings = {"", ",\"avro.java.string\":\"String\""})
  void theStringTypeOfASchemaChangesNothing(String property) throws Exception {
    Schema schema =
        new Schema.Parser()
            .parse(
                """
                {"type":"record","name":"R","fields":[
                  {"name":"card","type":{"type":"string"%1$s}},
                  {"name":"label","type":{"type":"string"%1$s}},
                  {"name":"city","type":{"type":"string"%1$s}},
                  {"name":"m","type":{"type":"map","values":"double"%1$s}},
                  {"name":"n","type":["null",{"type":"map"%1$s,"values":{"type":"string"%1$s}}]}]}
                """
                    .formatted(property));
    GenericRecord record =
        new GenericRecordBuilder(schema)
            .set("card", "c7")
            .set("label", "good")
            .set("city", "Oslo")
            .set("m", Map.of("amount", 42.0))
            .set("n", Map.of("plan", "b"))
            .build();
    byte[] value = single(record);
    List<FeatureSpec> features =
        List.of(
            oneHot("city", "Oslo", "Bergen"),
            column("m.amount", FeatureSpec.Type.NUMERIC, true),
            oneHot("n.plan", "a", "b"));
    Schema without =
        new Schema.Parser()
            .parse(schema.toString().replace(",\"avro.java.string\":\"String\"", ""));

    for (Schema reader : List.of(schema, without)) {
      InputSpec spec = keyed(InputSpec.Format.AVRO, reader.toString(), features);
      assertThat(decode(spec, value)).isNull();
      assertRead();
      // As records come whose schema a registry knows.
      new MappedExampleReader(spec, new KeyReader(64), new AvroFields(schema, reader), false)
          .read(withoutHeader(value), 0, example);
      assertRead();
    }
  }

  private void assertRead() {
    assertThat(example.key).isEqualTo("c7");
    assertThat(example.label).isEqualTo("good");
    assertThat(features()).containsExactly(1, 0, 42, 0, 0, 1);
    example.key = null;
    example.label = null;
    example.resize(0);
  }

  @Test
  void aRawRecordIsThatAloneAndWhole() throws IOException {
    InputSpec spec = rides(InputSpec.Format.AVRO_RAW);
    byte[] raw = withoutHeader(ride());

    for (byte[] other :
        List.of(
            ride(),
            Arrays.copyOf(raw, raw.length - 1),
            Arrays.copyOf(raw, raw.length + 1),
            ByteBuffer.allocate(5 + raw.length).put((byte) 0).putInt(7).put(raw).array())) {
      assertThat(reason(spec, other)).isEqualTo(DeadLetterReason.MALFORMED_RECORD);
    }
    assertThat(decode(spec, raw)).isNull();
  }

  @Test
  void aNumberThatNoFloatHoldsIsRejectedInThoseWords() {
    InputSpec spec =
        Records.mapped(
            InputSpec.Format.JSON, null, List.of(column("a", FeatureSpec.Type.NUMERIC, false)));

    DeadLetter rejected =
        decode(
            spec,
            "{\"label\":\"up\",\"weight\":1,\"at\":5,\"a\":1e308}"
                .getBytes(StandardCharsets.UTF_8));

    assertThat(rejected.reason()).isEqualTo(DeadLetterReason.NON_FINITE_FEATURE);
    assertThat(rejected.message())
        .isEqualTo("feature \"a\" is 1.0E308; it must be finite and fit a 32-bit float");
  }

  @Test
  void mapsJson() {
    InputSpec spec =
        Records.mapped(
            InputSpec.Format.JSON,
            null,
            List.of(
                column("a.b", FeatureSpec.Type.NUMERIC, false),
                new FeatureSpec("c", FeatureSpec.Type.ONE_HOT, false, List.of("x", "y"), 0)));

    DeadLetter rejected =
        decode(
            spec,
            "{\"label\":\"up\",\"weight\":2,\"at\":5,\"a\":{\"b\":1.5},\"c\":\"y\"}"
                .getBytes(StandardCharsets.UTF_8));

    assertThat(rejected).isNull();
    assertThat(example.label).isEqualTo("up");
    assertThat(features()).containsExactly(1.5f, 0, 1);
    String other = "{\"label\":%s,\"weight\":2,\"at\":5,\"a\":{\"b\":1.5},\"c\":\"y\"}";
    assertThat(decode(spec, other.formatted("true").getBytes(StandardCharsets.UTF_8))).isNull();
    assertThat(example.label).isEqualTo("true");
    assertThat(reason(spec, other.formatted("[1]").getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(DeadLetterReason.INVALID_LABEL);
  }

  @Test
  void theGroupIsThatOfTheTextInEachFormatAndNoValueIsRejectedForIt() {
    InputSpec json =
        Records.mapped(
                InputSpec.Format.JSON, null, List.of(column("x", FeatureSpec.Type.NUMERIC, false)))
            .with(to -> to.group = "by.user");
    InputSpec standard = Records.undeclared().with(to -> to.group = "by.user");
    String record = "{\"label\":\"up\",\"weight\":2,\"at\":5,\"x\":1%s}";

    assertThat(decode(json, json(record.formatted(",\"by\":{\"user\":\"7\"}")))).isNull();
    long group = example.group;
    assertThat(group).isNotZero();
    assertThat(decode(json, json(record.formatted(",\"by\":{\"user\":7.0}")))).isNull();
    assertThat(example.group).isEqualTo(group);
    assertThat(decode(json, json(record.formatted(",\"by\":{\"user\":8}")))).isNull();
    assertThat(example.group).isNotIn(0L, group);
    for (String none : List.of("", ",\"by\":{\"user\":null}", ",\"by\":{\"user\":[7]}")) {
      assertThat(decode(json, json(record.formatted(none)))).isNull();
      assertThat(example.group).as(none).isZero();
    }
    Map<String, String> attributes = Map.of("by.user", "7");
    assertThat(decode(standard, AvroValues.value("k", "a", 0, new float[] {7}, attributes)))
        .isNull();
    assertThat(example.group).isEqualTo(group);
    assertThat(decode(standard, AvroValues.classValue("k", "a", 7))).isNull();
    assertThat(example.group).isZero();
  }

  @Test
  void numbersAreClassesWhereTheTaskHasClasses() {
    InputSpec spec = Records.spec(Task.BINARY, List.of("0", "1"), List.of());

    assertThat(decode(spec, AvroValues.numberValue("k", 1.0, 2f))).isNull();

    assertThat(example.label).isEqualTo("1");
  }

  @Test
  void aRejectedRecordHasAReason() throws IOException {
    InputSpec spec = Records.undeclared();
    byte[] good = AvroValues.classValue("k", "a", 1, 2);

    assertThat(reason(spec, new byte[0])).isEqualTo(DeadLetterReason.EMPTY_VALUE);
    assertThat(reason(spec, new byte[10_001])).isEqualTo(DeadLetterReason.RECORD_TOO_LARGE);
    assertThat(reason(spec, "{\"a\":1}".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(DeadLetterReason.UNKNOWN_FRAMING);
    assertThat(reason(spec, new byte[] {0, 0, 0, 0, 7, 1}))
        .isEqualTo(DeadLetterReason.UNKNOWN_SCHEMA);
    byte[] otherSchema = good.clone();
    otherSchema[5] ^= 1;
    assertThat(reason(spec, otherSchema)).isEqualTo(DeadLetterReason.UNKNOWN_SCHEMA);
    assertThat(reason(spec, Arrays.copyOf(good, 6))).isEqualTo(DeadLetterReason.MALFORMED_RECORD);
    assertThat(reason(spec, Arrays.copyOf(good, good.length - 3)))
        .isEqualTo(DeadLetterReason.MALFORMED_RECORD);
    assertThat(reason(spec, Arrays.copyOf(good, good.length + 1)))
        .isEqualTo(DeadLetterReason.MALFORMED_RECORD);
    assertThat(reason(spec, AvroValues.classValue("k", "a", 1, Float.NaN)))
        .isEqualTo(DeadLetterReason.NON_FINITE_FEATURE);
    assertThat(reason(spec, AvroValues.classValue("k", "a", Float.NEGATIVE_INFINITY)))
        .isEqualTo(DeadLetterReason.NON_FINITE_FEATURE);
    assertThat(reason(spec, AvroValues.numberValue("k", Double.NaN, 1)))
        .isEqualTo(DeadLetterReason.INVALID_LABEL);
    assertThat(reason(spec, AvroValues.classValue("k", "a".repeat(1_025), 1)))
        .isEqualTo(DeadLetterReason.INVALID_LABEL);
    assertThat(reason(spec, AvroValues.numberValue("k", 1e200, 1)))
        .isEqualTo(DeadLetterReason.INVALID_LABEL);
    assertThat(reason(spec, AvroValues.classValue("k", "a")))
        .isEqualTo(DeadLetterReason.WRONG_FEATURE_COUNT);
    assertThat(reason(spec, unlabelled())).isEqualTo(DeadLetterReason.MISSING_LABEL);
    assertThat(reason(spec, weighted(-1))).isEqualTo(DeadLetterReason.INVALID_WEIGHT);
    assertThat(reason(spec, weighted(1.1e6f))).isEqualTo(DeadLetterReason.INVALID_WEIGHT);
    assertThat(reason(spec, weighted(Float.NaN))).isEqualTo(DeadLetterReason.INVALID_WEIGHT);
    assertThat(reason(spec, weighted(Float.POSITIVE_INFINITY)))
        .isEqualTo(DeadLetterReason.INVALID_WEIGHT);
    assertThat(reason(spec, AvroValues.classValue("k", "a", new float[1_001])))
        .isEqualTo(DeadLetterReason.WRONG_FEATURE_COUNT);
  }

  @Test
  void rejectsValuesThatTheDeclarationsForbid() {
    InputSpec spec =
        Records.spec(
            Task.BINARY,
            List.of("no", "yes"),
            List.of(
                column("age", FeatureSpec.Type.NUMERIC, false),
                new FeatureSpec("plan", FeatureSpec.Type.ONE_HOT, false, List.of("a"), 0)));

    assertThat(
            reason(spec, AvroValues.value("k", "maybe", 0, new float[] {1}, Map.of("plan", "a"))))
        .isEqualTo(DeadLetterReason.UNKNOWN_CLASS);
    assertThat(reason(spec, AvroValues.value("k", "no", 0, new float[] {1}, Map.of())))
        .isEqualTo(DeadLetterReason.MISSING_FEATURE);
    assertThat(
            reason(spec, AvroValues.value("k", "no", 0, new float[] {1, 2}, Map.of("plan", "a"))))
        .isEqualTo(DeadLetterReason.WRONG_FEATURE_COUNT);
    assertThat(reason(Records.spec(Task.REGRESSION, List.of(), List.of()), good()))
        .isEqualTo(DeadLetterReason.INVALID_LABEL);
  }

  @Test
  void halfOfASurrogatePairIsNeitherAKeyNorALabel() {
    InputSpec spec =
        keyed(InputSpec.Format.JSON, null, List.of(column("n", FeatureSpec.Type.NUMERIC, false)));

    for (String text : List.of("a\\ud800", "\\udc00b", "\\ude00\\ud83d", "\\ud83d\\ud83d\\ude00")) {
      assertThat(decode(spec, jsonOf(text, "good")).reason())
          .as(text)
          .isEqualTo(DeadLetterReason.INVALID_KEY);
      assertThat(decode(spec, jsonOf("c7", text)).message())
          .isEqualTo("the label has an unpaired surrogate, which UTF-8 cannot encode");
    }
    assertThat(decode(spec, jsonOf("\\ud83d\\ude00", "\\ud83d\\ude00?"))).isNull();
    assertThat(example.key).isEqualTo("\ud83d\ude00");
    assertThat(example.label).isEqualTo("\ud83d\ude00?");
  }

  @Test
  void aNumberThatOverflowsIsNoKey() {
    InputSpec spec =
        keyed(InputSpec.Format.JSON, null, List.of(column("n", FeatureSpec.Type.NUMERIC, false)));

    DeadLetter letter = decode(spec, bytes("{\"card\":1e999999999,\"label\":\"good\",\"n\":1}"));

    assertThat(letter.reason()).isEqualTo(DeadLetterReason.INVALID_KEY);
    assertThat(letter.message()).isEqualTo("the model key is Infinity, no finite number");
  }

  private static byte[] jsonOf(String card, String label) {
    return "{\"card\":\"%s\",\"label\":\"%s\",\"n\":1}"
        .formatted(card, label)
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void rejectsMissingAndInvalidKeys() {
    ExampleDecoder decoder = new ExampleDecoder(Records.undeclared());

    assertThat(decoder.decode(Records.record(null, good(), 1), example).reason())
        .isEqualTo(DeadLetterReason.MISSING_KEY);
    assertThat(decoder.decode(Records.record("", good(), 1), example).reason())
        .isEqualTo(DeadLetterReason.MISSING_KEY);
    assertThat(decoder.decode(Records.record("k".repeat(65), good(), 1), example).reason())
        .isEqualTo(DeadLetterReason.INVALID_KEY);
  }

  /** Avro 1.11 runs out of memory on such a record. */
  @Test
  void anArrayThatClaims500MillionElementsIsRejectedWithoutMakingRoomForThem() throws IOException {
    for (long claimed : new long[] {500_000_000L, 1L << 40, -500_000_000L}) {
      byte[] bomb = bomb(claimed);

      DeadLetter letter = decode(Records.undeclared(), bomb);

      assertThat(letter.reason()).isEqualTo(DeadLetterReason.MALFORMED_RECORD);
      assertThat(letter.exceptionClass()).isNotNull();
    }
  }

  @Test
  void anArrayIsRejectedThatClaimsMoreThanTheBytesOfItsRecord() throws IOException {
    DeadLetter letter = decode(Records.undeclared(), bomb(5));

    assertThat(letter.message()).contains("an array claims 5 items in 17 bytes");
  }

  @Test
  void bytesOfAnyKindNeverThrow() {
    long seed = 20261125;
    SplittableRandom random = new SplittableRandom(seed);
    byte[] good = AvroValues.value("k", "a", 0, new float[] {1, 2, 3}, Map.of("c", "d"));
    ExampleDecoder decoder = new ExampleDecoder(Records.undeclared());
    int rejected = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] damaged = Arrays.copyOf(good, 1 + random.nextInt(good.length + 8));
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      DeadLetter letter = decoder.decode(Records.record("k", damaged, i), example);
      rejected += letter == null ? 0 : 1;
    }
    assertThat(rejected).as("seed %d", seed).isGreaterThan(90_000);
  }

  private DeadLetter decode(InputSpec spec, byte[] value) {
    return new ExampleDecoder(spec).decode(Records.record("k", value, 1), example);
  }

  private DeadLetterReason reason(InputSpec spec, byte[] value) {
    return decode(spec, value).reason();
  }

  private float[] features() {
    return Arrays.copyOf(example.features, example.width);
  }

  private static byte[] good() {
    return AvroValues.classValue("k", "a", 1, 2);
  }

  private static byte[] encode(ExampleEncoder encoder) {
    return encoder.encode(
        "e", "k", 1, null, 2, 1f, new float[] {3, 4}, 2, new int[] {1}, Map.of("a", "b"));
  }

  /** With a label, a weight and a time before its features. */
  private static byte[] json(String features) {
    return ("{\"label\":\"up\",\"weight\":1,\"at\":5," + features.substring(1))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static KafkaRecord planned(Map<String, String> attributes) {
    return Records.record("k", AvroValues.value("k", "no", 0, new float[0], attributes), 1);
  }

  private static byte[] missing(int... positions) {
    return new ExampleEncoder()
        .encode("e", "k", 0, "a", 0, 1f, new float[] {1, 2, 3}, 3, positions, Map.of());
  }

  private static byte[] weighted(float weight) {
    return new ExampleEncoder()
        .encode("e", "k", 0, "a", 0, weight, new float[] {1}, 1, new int[0], Map.of());
  }

  private static FeatureSpec column(String name, FeatureSpec.Type type, boolean nullable) {
    return new FeatureSpec(name, type, nullable, List.of(), 0);
  }

  private static FeatureSpec oneHot(String name, String... values) {
    return new FeatureSpec(name, FeatureSpec.Type.ONE_HOT, false, List.of(values), 0);
  }

  /** Records of classes with their key in the field {@code card}. */
  private static InputSpec keyed(
      InputSpec.Format format, String schema, List<FeatureSpec> features) {
    InputSpec.Limits limits = new InputSpec.Limits(10_000, 64, 10, 1_000);
    return InputSpec.DEFAULT.with(
        to -> {
          to.format = format;
          to.schema = schema;
          to.key = "card";
          to.task = Task.MULTICLASS;
          to.features = features;
          to.limits = limits;
        });
  }

  private static byte[] unlabelled() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(ExampleSchema.header(ExampleSchema.SCHEMA));
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    GenericRecord record =
        new GenericRecordBuilder(ExampleSchema.SCHEMA)
            .set("event_id", "e")
            .set("key", "k")
            .set("ts", 0L)
            .set("features", List.of(1f))
            .build();
    new GenericDatumWriter<GenericRecord>(ExampleSchema.SCHEMA).write(record, encoder);
    return bytes.toByteArray();
  }

  private static byte[] bomb(long claimed) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(ExampleSchema.header(ExampleSchema.SCHEMA));
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    encoder.writeString("");
    encoder.writeString("");
    encoder.writeLong(0);
    encoder.writeIndex(1);
    encoder.writeDouble(1);
    encoder.writeFloat(1);
    encoder.writeLong(claimed);
    return bytes.toByteArray();
  }
}
