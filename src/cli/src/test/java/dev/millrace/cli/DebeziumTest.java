package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.codec.ExampleDecoder;
import dev.millrace.config.PipelineFile;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.RecordKind;
import io.debezium.data.Envelope;
import io.debezium.time.MicroTimestamp;
import io.debezium.time.ZonedTimestamp;
import io.debezium.transforms.ExtractNewRecordState;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records of Debezium's own envelope and transform, by Kafka Connect's own converter. */
class DebeziumTest {
  private static final String TOPIC = "shop.public.payments";
  private static final Instant PAID = Instant.parse("2026-11-26T09:30:00.123456Z");

  private static final String PIPELINE =
      """
      pipeline: payments
      kafka: { bootstrap.servers: "a:1" }
      input:
        format: json
        label: verdict
        task: binary
        event-time: paid_at
        features: [amount, { name: card, type: hash }]
      """;

  private static final Schema FLOAT = Schema.FLOAT64_SCHEMA;

  private final Example example = new Example();

  private static Schema rowSchema(Schema amount, Schema paidAt) {
    return SchemaBuilder.struct()
        .name("shop.public.payments.Value")
        .optional()
        .field("id", Schema.INT64_SCHEMA)
        .field("amount", amount)
        .field("card", Schema.STRING_SCHEMA)
        .field("paid_at", paidAt)
        .field("verdict", Schema.OPTIONAL_STRING_SCHEMA)
        .build();
  }

  private static Struct row(Schema schema, Object amount, Object paidAt) {
    return new Struct(schema)
        .put("id", 4711L)
        .put("amount", amount)
        .put("card", "visa")
        .put("paid_at", paidAt)
        .put("verdict", "ok");
  }

  private static Struct row() {
    Schema schema = rowSchema(FLOAT, MicroTimestamp.schema());
    return row(schema, 12.5, PAID.getEpochSecond() * 1_000_000 + PAID.getNano() / 1_000);
  }

  private static SourceRecord change(String op, Struct row) {
    Schema source =
        SchemaBuilder.struct()
            .name("source")
            .field("version", Schema.STRING_SCHEMA)
            .field("connector", Schema.STRING_SCHEMA)
            .build();
    Struct from = new Struct(source).put("version", "3").put("connector", "postgresql");
    Envelope envelope =
        Envelope.defineSchema()
            .withName("shop.public.payments.Envelope")
            .withRecord(row.schema())
            .withSource(source)
            .build();
    Struct value =
        switch (op) {
          case "c" -> envelope.create(row, from, PAID);
          case "r" -> envelope.read(row, from, PAID);
          case "u" -> envelope.update(row, row, from, PAID);
          default -> envelope.delete(row, from, PAID);
        };
    return new SourceRecord(
        Map.of(), Map.of(), TOPIC, 0, Schema.STRING_SCHEMA, "k", envelope.schema(), value);
  }

  private static SourceRecord tombstone() {
    return new SourceRecord(Map.of(), Map.of(), TOPIC, 0, Schema.STRING_SCHEMA, "k", null, null);
  }

  /** Returns the record that the transform makes, null if it drops it. */
  private static @Nullable SourceRecord flattened(SourceRecord change, String deletes) {
    try (ExtractNewRecordState<SourceRecord> transform = new ExtractNewRecordState<>()) {
      transform.configure(Map.of("delete.tombstone.handling.mode", deletes));
      return transform.apply(change);
    }
  }

  private @Nullable DeadLetter decode(SourceRecord record, Map<String, String> converterOptions) {
    try (JsonConverter converter = new JsonConverter()) {
      converter.configure(converterOptions, false);
      byte[] value =
          converter.fromConnectData(record.topic(), record.valueSchema(), record.value());
      byte[] key = record.key().toString().getBytes(StandardCharsets.UTF_8);
      return new ExampleDecoder(PipelineFile.parse("p.yaml", PIPELINE, null).input().spec())
          .decode(KafkaRecord.of(TOPIC, 0, 7, 5_000, key, value), example);
    }
  }

  private @Nullable DeadLetter decode(SourceRecord record, boolean hasSchema) {
    return decode(record, Map.of("schemas.enable", Boolean.toString(hasSchema)));
  }

  @ParameterizedTest
  @CsvSource({"c, true", "c, false", "u, true", "u, false", "r, true", "r, false"})
  void aChangeIsAnExampleWithOrWithoutTheTransformAndTheSchema(String op, boolean hasSchema) {
    for (SourceRecord record : List.of(change(op, row()), flattened(change(op, row()), "drop"))) {
      assertThat(decode(record, hasSchema)).isNull();
      assertThat(example.kind).isEqualTo(RecordKind.EXAMPLE);
      assertThat(example.label).isEqualTo("ok");
      assertThat(example.features[0]).isEqualTo(12.5f);
      assertThat(example.eventTime).isEqualTo(PAID.toEpochMilli());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aDeleteIsSkippedHoweverTheTransformHandlesIt(boolean hasSchema) {
    SourceRecord delete = change("d", row());
    assertThat(flattened(delete, "drop")).isNull();

    for (SourceRecord record :
        List.of(
            delete, flattened(delete, "rewrite"), flattened(delete, "tombstone"), tombstone())) {
      assertThat(decode(record, hasSchema)).isNull();
      assertThat(example.kind).isEqualTo(RecordKind.DELETION);
    }
    assertThat(decode(flattened(change("c", row()), "rewrite"), hasSchema)).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.EXAMPLE);
  }

  @Test
  void aTimestampWithAZoneIsAnEventTime() {
    Schema schema = rowSchema(FLOAT, ZonedTimestamp.schema());
    Struct row = row(schema, 12.5, "2026-11-26T10:30:00.123456+01:00");

    assertThat(decode(change("c", row), false)).isNull();

    assertThat(example.eventTime).isEqualTo(PAID.toEpochMilli());
  }

  @Test
  void aDecimalInBytesIsRejectedWithTheOptionThatWritesANumber() {
    Schema schema = rowSchema(Decimal.schema(2), MicroTimestamp.schema());
    Struct row = row(schema, new BigDecimal("12.50"), 0L);
    Map<String, String> options = new HashMap<>(Map.of("schemas.enable", "false"));

    DeadLetter letter = decode(change("c", row), options);
    assertThat(letter).isNotNull();
    assertThat(letter.message())
        .isEqualTo(
            "feature \"amount\" is declared numeric but is the text \"BOI=\"; if it is a Decimal of"
                + " Kafka Connect, set value.converter.decimal.format=NUMERIC, or with Debezium"
                + " decimal.handling.mode=double");

    options.put("decimal.format", "NUMERIC");
    assertThat(decode(change("c", row), options)).isNull();
    assertThat(example.features[0]).isEqualTo(12.5f);
  }
}
