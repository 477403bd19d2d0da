package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.codec.text.ClockTime;
import dev.millrace.codec.text.Cycles;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.testing.AvroValues;
import dev.millrace.testing.Records;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dates and times as points on the circles of the day and of the week. */
class TimeFeaturesTest {
  // 2026-11-26 is a Thursday.
  private static final String THURSDAY_NOON = "2026-11-26T12:00";
  private static final InputSpec STANDARD =
      Records.spec(
          Task.BINARY,
          List.of("no", "yes"),
          List.of(
              new FeatureSpec("paid", FeatureSpec.Type.TIME, true, List.of(), 0),
              new FeatureSpec("amount", FeatureSpec.Type.NUMERIC, false, List.of(), 0)));

  private final Example example = new Example();

  @ParameterizedTest
  @CsvSource({
    "2026-11-26, 2026-11-26T00:00Z",
    "2026-11-26T12:00, 2026-11-26T12:00Z",
    "2026-11-26 12:00:30, 2026-11-26T12:00:30Z",
    "2026-11-26t12:00:30.0625z, 2026-11-26T12:00:30.062Z",
    "2026-11-26T12:00:30+05:30, 2026-11-26T12:00:30Z",
    "2026-11-26 23:59:59.999-0800, 2026-11-26T23:59:59.999Z",
    "2024-02-29T00:00+01, 2024-02-29T00:00Z",
    "1969-12-31T23:00, 1969-12-31T23:00Z",
    "0, 1970-01-01T00:00Z",
    "-1.5, 1969-12-30T12:00Z",
    "20783, 2026-11-26T00:00Z",
    "-100000.5, 1969-12-30T20:13:19.500Z",
    "20261126, 2026-11-26T00:00Z",
    "20240229.0, 2024-02-29T00:00Z",
    "19000101, 1900-01-01T00:00Z",
    "21001231, 2100-12-31T00:00Z",
    "20261131, 1970-08-23T12:05:31Z",
    "20230229, 1970-08-23T03:30:29Z",
    "20261300, 1970-08-23T12:08:20Z",
    "20261126.5, 1970-08-23T12:05:26.500Z",
    "18991231, 1970-08-08T19:20:31Z",
    "-20261126, 1969-05-11T11:54:34Z",
    "1795694400, 2026-11-26T12:00Z",
    "1795694400.25, 2026-11-26T12:00:00.250Z",
    "1.7956944e9, 2026-11-26T12:00Z",
    "1795694400000, 2026-11-26T12:00Z",
    "1795694400000999, 2026-11-26T12:00Z",
    "1795694400000000999, 2026-11-26T12:00Z",
  })
  void timesAreReadAsTheyAreWritten(String text, String instant) {
    assertThat(ClockTime.ofText(text))
        .isEqualTo(OffsetDateTime.parse(instant).toInstant().toEpochMilli());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "noon",
        "2026-11",
        "2026-11-31",
        "2026-13-01",
        "2025-02-29",
        "2026-11-26T",
        "26.11.2026",
        "2026-11-26T24:00",
        "2026-11-26  12:00",
        "2026-11-26T12",
        "2026-11-26T12:00Zulu",
        "2026-11-2612:00",
        "2026-11-26T12:00 +01:00",
        "1e20",
        "inf",
        "-infinity",
        "12:00",
        "true"
      })
  void textThatIsNotATimeIsMissing(String text) {
    assertThat(ClockTime.ofText(text)).isEqualTo(ClockTime.NONE);
    assertThat(ClockTime.isDate(text)).isFalse();
  }

  @Test
  void aNumberIsNoDate() {
    assertThat(ClockTime.isDate("1795694400")).isFalse();
    assertThat(ClockTime.isDate("2026-11-26")).isTrue();
  }

  @Test
  void mondayMorningIsWhereTheCirclesBegin() {
    assertThat(cycles("2026-11-23T00:00")).containsExactly(new float[] {1, 0, 1, 0}, within(1e-7f));
    assertThat(cycles("2026-11-23T06:00"))
        .containsExactly(
            new float[] {0, 1, (float) Math.cos(Math.PI / 14), (float) Math.sin(Math.PI / 14)},
            within(1e-7f));
    assertThat(cycles(THURSDAY_NOON)).containsExactly(new float[] {-1, 0, -1, 0}, within(1e-7f));
  }

  @Test
  void allOfAWeekLiesOnTheCircles() {
    LongStream.range(0, 7 * 24 * 60)
        .map(minute -> minute * 60_000)
        .forEach(
            millis -> {
              float[] features = new float[6];
              Cycles.put(millis, features, 1);
              double day = 2 * Math.PI * millis / ClockTime.DAY;
              double week = 2 * Math.PI * (millis + 3.0 * ClockTime.DAY) / ClockTime.WEEK;
              assertThat(features)
                  .containsExactly(
                      new float[] {
                        0,
                        (float) Math.cos(day),
                        (float) Math.sin(day),
                        (float) Math.cos(week),
                        (float) Math.sin(week),
                        0
                      },
                      within(1e-6f));
            });
  }

  @Test
  void attributesOfTheStandardSchemaAreTimes() {
    assertThat(decode(STANDARD, standard(Map.of("paid", THURSDAY_NOON)))).isNull();

    assertThat(features()).containsExactly(new float[] {-1, 0, -1, 0, 0, 7}, within(1e-7f));
  }

  @Test
  void aTimeThatIsNotKnownIsMissing() {
    assertThat(decode(STANDARD, standard(Map.of("paid", "")))).isNull();

    assertThat(features()).containsExactly(Float.NaN, Float.NaN, Float.NaN, Float.NaN, 1, 7);
  }

  @Test
  void anInvalidTimeIsADeadLetter() {
    DeadLetter letter = decode(STANDARD, standard(Map.of("paid", "noon")));

    assertThat(letter.reason()).isEqualTo(DeadLetterReason.INVALID_FEATURE);
    assertThat(letter.message())
        .isEqualTo(
            "feature \"paid\" is declared time but is noon; a time is ISO 8601, such as"
                + " 2026-11-26T09:30, or seconds or milliseconds since 1970");
  }

  @Test
  void jsonHasTimesAsTextsAndAsNumbers() {
    InputSpec json =
        Records.mapped(
            InputSpec.Format.JSON,
            null,
            List.of(new FeatureSpec("paid", FeatureSpec.Type.TIME, false, List.of(), 0)));
    float[] noon = cycles(THURSDAY_NOON);

    for (String time :
        List.of("\"2026-11-26T12:00:00Z\"", "1795694400", "1795694400.0", "1795694400000")) {
      assertThat(
              decode(json, bytes("{\"label\":\"a\",\"weight\":1,\"at\":1,\"paid\":" + time + "}")))
          .isNull();
      assertThat(features()).containsExactly(noon);
    }
    for (String none : List.of("true", "[]", "\"\"", "1e30")) {
      assertThat(
              decode(json, bytes("{\"label\":\"a\",\"weight\":1,\"at\":1,\"paid\":" + none + "}"))
                  .reason())
          .isEqualTo(DeadLetterReason.INVALID_FEATURE);
    }
  }

  @Test
  void cellsOfCsvLinesAreTimes() {
    InputSpec csv =
        InputSpec.DEFAULT.with(
            to -> {
              to.format = InputSpec.Format.CSV;
              to.label = "class";
              to.task = Task.BINARY;
              to.features =
                  List.of(new FeatureSpec("paid", FeatureSpec.Type.TIME, false, List.of(), 0));
              to.limits = new InputSpec.Limits(10_000, 64, 10, 1_000);
              to.columns = List.of("paid", "class");
            });

    assertThat(decode(csv, bytes("2026-11-26 12:00,a"))).isNull();
    assertThat(features()).containsExactly(cycles(THURSDAY_NOON));
    assertThat(decode(csv, bytes("1795694400,a"))).isNull();
    assertThat(features()).containsExactly(cycles(THURSDAY_NOON));
  }

  @Test
  void aLogicalTypeSaysWhatSmallNumbersCount() throws Exception {
    String time = "{\"type\": \"long\", \"logicalType\": \"%s\"}";
    Schema schema =
        SchemaBuilder.record("R")
            .fields()
            .requiredString("label")
            .requiredDouble("weight")
            .requiredLong("at")
            .name("millis")
            .type(new Schema.Parser().parse(time.formatted("timestamp-millis")))
            .noDefault()
            .name("micros")
            .type()
            .unionOf()
            .nullType()
            .and()
            .type(new Schema.Parser().parse(time.formatted("local-timestamp-micros")))
            .endUnion()
            .noDefault()
            .requiredLong("number")
            .endRecord();
    List<FeatureSpec> times =
        Stream.of("millis", "micros", "number")
            .map(name -> new FeatureSpec(name, FeatureSpec.Type.TIME, false, List.of(), 0))
            .toList();
    InputSpec avro = Records.mapped(InputSpec.Format.AVRO, schema.toString(), times);
    float[] noon = cycles("1970-01-01T12:00");
    GenericRecord record = new GenericData.Record(schema);
    record.put("label", "a");
    record.put("weight", 1.0);
    record.put("at", 1L);
    record.put("millis", 12 * 3_600_000L);
    record.put("micros", 12 * 3_600_000_000L);
    record.put("number", 12 * 3_600_000L);

    assertThat(decode(avro, encode(record))).isNull();

    float[] asSeconds = cycles("1971-05-16T00:00");
    assertThat(features()).containsExactly(concat(noon, noon, asSeconds));
    new FeatureReader(avro)
        .readNamed(
            new ObjectMapper()
                .readTree("{\"millis\":43200000,\"micros\":43200000000,\"number\":43200000}"),
            example);
    assertThat(features()).as("a question").containsExactly(concat(noon, noon, asSeconds));
    // What cannot be milliseconds is not: the year would be 58,000.
    record.put("millis", 1_795_694_400_000_000L);
    assertThat(decode(avro, encode(record))).isNull();
    assertThat(Arrays.copyOf(features(), FeatureSpec.TIME_WIDTH))
        .containsExactly(cycles(THURSDAY_NOON));
  }

  private static byte[] encode(GenericRecord record) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(ExampleSchema.header(record.getSchema()));
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
    return bytes.toByteArray();
  }

  private static float[] concat(float[]... arrays) {
    float[] all = new float[arrays.length * FeatureSpec.TIME_WIDTH];
    for (int a = 0; a < arrays.length; a++) {
      System.arraycopy(arrays[a], 0, all, a * FeatureSpec.TIME_WIDTH, FeatureSpec.TIME_WIDTH);
    }
    return all;
  }

  @Test
  void aQuestionHasTheFeaturesOfARecord() throws Exception {
    new FeatureReader(STANDARD)
        .readNamed(
            new ObjectMapper().readTree("{\"paid\":\"2026-11-26T12:00\",\"amount\":7}"), example);

    assertThat(features()).containsExactly(new float[] {-1, 0, -1, 0, 0, 7}, within(1e-7f));
  }

  private static float[] cycles(String text) {
    float[] features = new float[FeatureSpec.TIME_WIDTH];
    Cycles.put(ClockTime.ofText(text), features, 0);
    return features;
  }

  private static byte[] standard(Map<String, String> attributes) {
    return AvroValues.value("k", "no", 0, new float[] {7}, attributes);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private DeadLetter decode(InputSpec spec, byte[] value) {
    return new ExampleDecoder(spec).decode(Records.record("k", value, 1), example);
  }

  private float[] features() {
    return Arrays.copyOf(example.features, example.width);
  }
}
