package dev.millrace.codec.fields;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.codec.ExampleDecoder;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.RecordKind;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.testing.Records;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON as Debezium, Kafka Connect and CloudEvents write it. */
class JsonEnvelopeTest {
  private static final String ROW = "{\"amount\":12.5,\"card\":\"visa\",\"verdict\":\"ok\"}";
  private static final String SOURCE =
      "{\"version\":\"3.1.3.Final\",\"connector\":\"postgresql\",\"ts_ms\":1764200000000}";

  private final Example example = new Example();

  private static InputSpec spec(Consumer<InputSpec.Draft> change) {
    return InputSpec.DEFAULT
        .with(
            to -> {
              to.format = InputSpec.Format.JSON;
              to.label = "verdict";
              to.features =
                  List.of(
                      new FeatureSpec("amount", FeatureSpec.Type.NUMERIC, false, List.of(), 0),
                      new FeatureSpec(
                          "card", FeatureSpec.Type.ONE_HOT, false, List.of("visa", "amex"), 0));
            })
        .with(change);
  }

  private static InputSpec spec() {
    return spec(to -> {});
  }

  private DeadLetter decode(InputSpec spec, String value) {
    KafkaRecord record = Records.record("k", value.getBytes(StandardCharsets.UTF_8), 7);
    return new ExampleDecoder(spec).decode(record, example);
  }

  private void assertIsTheRow() {
    assertThat(example.kind).isEqualTo(RecordKind.EXAMPLE);
    assertThat(example.label).isEqualTo("ok");
    assertThat(example.features).startsWith(12.5f, 1f, 0f);
  }

  private static String change(String op, String after) {
    return "{\"before\":null,\"after\":%s,\"source\":%s,\"op\":\"%s\",\"ts_ms\":5,\"ts_us\":5000,\"ts_ns\":5000000,\"transaction\":null}"
        .formatted(after, SOURCE, op);
  }

  private static String event(String data) {
    return "{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"/shop\",\"type\":\"paid\",\"subject\":\"shop-17\",\"time\":\"2026-11-26T10:30:00.5+01:00\",%s}"
        .formatted(data);
  }

  private static String withSchema(String payload) {
    return "{\"schema\":{\"type\":\"struct\",\"fields\":[],\"optional\":false},\"payload\":%s}"
        .formatted(payload);
  }

  @ParameterizedTest
  @ValueSource(strings = {"c", "u", "r"})
  void aChangeOfDebeziumIsTheRowAfterIt(String op) {
    assertThat(decode(spec(), change(op, ROW))).isNull();
    assertIsTheRow();
    assertThat(example.ignoredFields).isEmpty();
    assertThat(decode(spec(), withSchema(change(op, ROW)))).isNull();
    assertIsTheRow();
  }

  @Test
  void aChangeInTheFormatOfFlinkIsTheRowAfterIt() {
    String change = "{\"before\":null,\"after\":%s,\"op\":\"c\"}".formatted(ROW);

    assertThat(decode(spec(), change)).isNull();

    assertIsTheRow();
  }

  @Test
  void theJsonOfConnectIsItsPayload() {
    assertThat(decode(spec(), withSchema(ROW))).isNull();
    assertIsTheRow();
    assertThat(decode(spec(), "{\"schema\":null,\"payload\":" + ROW + "}")).isNull();
    assertIsTheRow();
  }

  @Test
  void aCloudEventIsItsData() {
    assertThat(decode(spec(), event("\"data\":" + ROW))).isNull();
    assertIsTheRow();
  }

  @Test
  void aCloudEventInBinaryModeIsAnOrdinaryRecord() {
    KafkaRecord record =
        new KafkaRecord(
            "examples",
            0,
            7,
            5_000,
            "k".getBytes(StandardCharsets.UTF_8),
            ROW.getBytes(StandardCharsets.UTF_8),
            new String[] {"ce_specversion", "ce_id", "ce_source", "ce_type", "content-type"},
            new byte[][] {{'1', '.', '0'}, {'e'}, {'/'}, {'p'}, {'j'}});

    assertThat(new ExampleDecoder(spec()).decode(record, example)).isNull();

    assertIsTheRow();
  }

  @Test
  void aRecordOfARegistrysJsonSchemaIsTheJsonBehindItsHeader() {
    byte[] json = ROW.getBytes(StandardCharsets.UTF_8);
    byte[] framed = ByteBuffer.allocate(5 + json.length).put((byte) 0).putInt(17).put(json).array();

    KafkaRecord record = Records.record("k", framed, 7);
    assertThat(new ExampleDecoder(spec()).decode(record, example)).isNull();

    assertIsTheRow();
  }

  @Test
  void deletesAreNoExamplesAndNoDeadLetters() {
    for (String delete :
        List.of(
            "{\"before\":%s,\"after\":null,\"source\":%s,\"op\":\"d\",\"ts_ms\":5}"
                .formatted(ROW, SOURCE),
            "{\"source\":%s,\"op\":\"t\",\"before\":null,\"after\":null,\"ts_ms\":5}"
                .formatted(SOURCE),
            withSchema("{\"before\":%s,\"after\":null,\"op\":\"d\"}".formatted(ROW)),
            withSchema("null"),
            "null",
            "{\"amount\":null,\"card\":null,\"verdict\":null,\"__deleted\":\"true\"}",
            "{\"amount\":1,\"card\":\"visa\",\"verdict\":\"ok\",\"__deleted\":true}")) {
      assertThat(decode(spec(), delete)).as(delete).isNull();
      assertThat(example.kind).as(delete).isEqualTo(RecordKind.DELETION);
    }
    String kept = "{\"amount\":12.5,\"card\":\"visa\",\"verdict\":\"ok\",\"__deleted\":\"false\"}";
    assertThat(decode(spec(), kept)).isNull();
    assertIsTheRow();
  }

  @Test
  void aTombstoneIsNoExampleAndNoDeadLetterInAnyFormat() {
    for (InputSpec spec :
        List.of(spec(), Records.undeclared(), Records.spec(Task.BINARY, List.of(), List.of()))) {
      assertThat(new ExampleDecoder(spec).decode(Records.record(null, null, 7), example)).isNull();
      assertThat(example.kind).isEqualTo(RecordKind.DELETION);
    }
  }

  @Test
  void keyIdAndEventTimeMayBeFieldsOfTheEnvelope() {
    InputSpec ofEvents =
        spec(
            to -> {
              to.key = "subject";
              to.id = "id";
              to.eventTime = "time";
            });
    assertThat(decode(ofEvents, event("\"data\":" + ROW))).isNull();
    assertThat(example.key).isEqualTo("shop-17");
    assertThat(new String(example.id, 0, example.idLength, StandardCharsets.UTF_8))
        .isEqualTo("e-1");
    assertThat(example.eventTime).isEqualTo(1795685400500L);

    InputSpec ofChanges = spec(to -> to.eventTime = "source.ts_ms");
    assertThat(decode(ofChanges, change("c", ROW))).isNull();
    assertThat(example.eventTime).isEqualTo(1764200000000L);
  }

  @Test
  void aFieldOfTheRowComesBeforeThatOfTheEnvelopeAlsoIfItIsNull() {
    InputSpec spec = spec(to -> to.id = "id");

    decode(spec, event("\"data\":" + ROW.replace("{", "{\"id\":4711,")));
    assertThat(new String(example.id, 0, example.idLength, StandardCharsets.UTF_8))
        .isEqualTo("4711");
    decode(spec, event("\"data\":" + ROW.replace("{", "{\"id\":null,")));
    assertThat(example.hasId()).isFalse();
  }

  @Test
  void featuresAndLabelAreNeverFieldsOfTheEnvelope() {
    InputSpec spec = spec(to -> to.label = "type");

    DeadLetter letter = decode(spec, event("\"data\":" + ROW));

    assertThat(letter.reason()).isEqualTo(DeadLetterReason.MISSING_LABEL);
  }

  @Test
  void aPipelineThatNamesPartsOfTheEnvelopeReadsTheRecordAsItIs() {
    InputSpec spec =
        spec(
            to -> {
              to.label = "after.verdict";
              to.features =
                  List.of(
                      new FeatureSpec(
                          "after.amount", FeatureSpec.Type.NUMERIC, false, List.of(), 0),
                      new FeatureSpec("op", FeatureSpec.Type.ONE_HOT, false, List.of("c", "u"), 0));
            });

    assertThat(decode(spec, change("u", ROW))).isNull();

    assertThat(example.features).startsWith(12.5f, 0f, 1f);
  }

  @Test
  void aRecordOfThePipelinesOwnIsNotMistakenForAnEnvelope() {
    for (String own :
        List.of(
            ROW.replace("{", "{\"schema\":{\"type\":\"struct\"},\"payload\":{\"verdict\":\"no\"},"),
            ROW.replace("{", "{\"op\":\"c\",\"after\":{\"verdict\":\"no\"},"),
            ROW.replace("{", "{\"specversion\":\"1.0\",\"data\":{\"verdict\":\"no\"},"))) {
      assertThat(decode(spec(), own)).as(own).isNull();
      assertIsTheRow();
    }
  }

  @Test
  void delayedLabelsComeFromEnvelopesToo() {
    InputSpec spec =
        spec(
            to -> {
              to.id = "id";
              to.labels = new LateLabels(null, "id", null, "verdict", 1_000, 10);
            });

    assertThat(decode(spec, change("c", "{\"id\":1,\"amount\":2,\"card\":\"visa\"}"))).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.FEATURES);
    assertThat(decode(spec, change("u", "{\"id\":1,\"verdict\":\"ok\"}"))).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.LABEL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"schema":null,"payload":"text"} | malformed-record | the payload of Kafka Connect's JSON is not an object; fields need a converter of structs, such as JsonConverter
          {"after":"{\\"a\\":1}","op":"c","source":{}} | malformed-record | after of the Debezium change is a text, as the MongoDB connector writes it; add the transform io.debezium.connector.mongodb.transforms.ExtractNewDocumentState
          {"before":{},"after":null,"op":"u"} | malformed-record | the Debezium change with op u has no row in after
          {"specversion":"1.0","id":"1","source":"/","type":"t","data_base64":"AA=="} | malformed-record | the CloudEvent has no object as data, but data_base64; send JSON with datacontenttype application/json, or use binary mode
          {"specversion":"1.0","id":"1","source":"/","type":"t","data":"<a/>"} | malformed-record | the CloudEvent has no object as data; send JSON with datacontenttype application/json, or use binary mode
          {"table":"t","row":{"amount":1}} | missing-label | the record has no label; the record has none of the fields that the pipeline reads, but: table, row
          """)
  void aShapeThatCannotBeReadIsRejectedWithWhatToSet(String value, String reason, String message) {
    DeadLetter letter = decode(spec(), value);

    assertThat(letter.reason().id()).isEqualTo(reason);
    assertThat(letter.message()).isEqualTo(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "12.50" | the text "12.50"; write numbers without quotes, with Debezium by decimal.handling.mode=double
          "BOI=" | the text "BOI="; if it is a Decimal of Kafka Connect, set value.converter.decimal.format=NUMERIC, or with Debezium decimal.handling.mode=double
          {"scale":2,"value":"BOI="} | {"scale":2,"value":"BOI="}; for a decimal of Debezium set decimal.handling.mode=double
          "True" | the text "True"; write true and false without quotes
          "much" | the text "much"
          "a lot" | the text "a lot"
          """,
      quoteCharacter = '\'')
  void aNumberThatAConnectorWroteOtherwiseIsRejectedWithTheSettingToChoose(
      String amount, String shown) {
    DeadLetter letter = decode(spec(), ROW.replace("12.5", amount));

    assertThat(letter.reason()).isEqualTo(DeadLetterReason.INVALID_FEATURE);
    assertThat(letter.message())
        .isEqualTo("feature \"amount\" is declared numeric but is " + shown);

    InputSpec regression =
        spec(
            to -> {
              to.task = Task.REGRESSION;
              to.label = "amount";
              to.features = to.features.subList(1, 2);
            });
    letter = decode(regression, ROW.replace("12.5", "\"12.50\""));
    assertThat(letter.message())
        .isEqualTo(
            "the label is the text \"12.50\", not a number; write numbers without"
                + " quotes, with Debezium by decimal.handling.mode=double");
  }

  @ParameterizedTest
  @CsvSource({
    "1764200000000, 1764200000000",
    "1764200000000123, 1764200000000",
    "1764200000000123456, 1764200000000",
    "'\"2025-11-26T23:33:20Z\"', 1764200000000",
    "'\"2025-11-27T00:33:20.000999+01:00\"', 1764200000000",
  })
  void anEventTimeIsReadInTheUnitsThatConnectorsWrite(String at, long millis) {
    InputSpec spec = spec(to -> to.eventTime = "paid_at");

    assertThat(decode(spec, ROW.replace("{", "{\"paid_at\":" + at + ","))).isNull();

    assertThat(example.eventTime).isEqualTo(millis);
  }

  @Test
  void aTimeWithoutAnOffsetIsInUtc() {
    InputSpec spec = spec(to -> to.eventTime = "paid_at");

    assertThat(decode(spec, ROW.replace("{", "{\"paid_at\":\"2025-11-26 23:33:20\","))).isNull();

    assertThat(example.eventTime).isEqualTo(1_764_200_000_000L);
  }

  @Test
  void aTextThatIsNoTimeIsNoEventTime() {
    InputSpec spec = spec(to -> to.eventTime = "paid_at");

    DeadLetter letter = decode(spec, ROW.replace("{", "{\"paid_at\":\"2025-11-26T23\","));

    assertThat(letter.reason()).isEqualTo(DeadLetterReason.INVALID_FEATURE);
    assertThat(letter.message())
        .isEqualTo(
            "paid_at is \"2025-11-26T23\", no event time: it must be a number or a time such as"
                + " 2026-11-26T09:30:00Z");
  }
}
