package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.codec.registry.RegisteredSchemas;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.KafkaRecord;
import dev.millrace.input.InputSpec;
import dev.millrace.testing.AvroValues;
import dev.millrace.testing.Records;
import dev.millrace.testing.StubRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that were written with older, newer and other schemas than the pipeline reads. */
class SchemaEvolutionTest {
  private static final String READER =
      """
      {"type":"record","name":"Payment","namespace":"shop","fields":[
        {"name":"label","type":"string"},
        {"name":"weight","type":"double","default":1.0},
        {"name":"at","type":"long"},
        {"name":"amount","type":"double"},
        {"name":"age","type":["null","double"],"default":null}]}
      """;

  private final StubRegistry registry = new StubRegistry();
  private final RegisteredSchemas schemas =
      RegisteredSchemas.acquire(registry.spec(), new Unheard());
  private final Example example = new Example();
  private final ExampleDecoder mapped = new ExampleDecoder(withRegistry(reader()), schemas);

  private static final class Unheard implements RegisteredSchemas.Alarm {
    @Override
    public void fails(String why) {}

    @Override
    public void answers() {}
  }

  @AfterEach
  void close() {
    schemas.close();
    registry.close();
  }

  @Test
  void theReadersOwnSchemaIsRead() throws IOException {
    Schema writer = register(1, READER);

    assertRead(
        frame(
            1, writer, Map.of("label", "ok", "weight", 2.0, "at", 5L, "amount", 1.5, "age", 30.0)),
        1.5f,
        30f,
        0f);
    assertThat(example.weight).isEqualTo(2f);
    assertThat(example.eventTime).isEqualTo(5);
  }

  @Test
  void anOlderWriterLacksAFieldThatHasADefaultAndHasANarrowerType() throws IOException {
    Schema writer =
        register(
            2,
            """
            {"type":"record","name":"Payment","namespace":"shop","fields":[
              {"name":"label","type":"string"},
              {"name":"at","type":"int"},
              {"name":"amount","type":"float"}]}
            """);

    assertRead(
        frame(2, writer, Map.of("label", "ok", "at", 9, "amount", 1.5f)), 1.5f, Float.NaN, 1f);
    assertThat(example.weight).isEqualTo(1f);
    assertThat(example.eventTime).isEqualTo(9);
  }

  @Test
  void aNewerWriterHasOneFieldMoreOneLessAndAnotherOrderAndName() throws IOException {
    Schema writer =
        register(
            3,
            """
            {"type":"record","name":"PaymentV2","namespace":"shop.v2","fields":[
              {"name":"note","type":{"type":"array","items":"string"}},
              {"name":"amount","type":"double"},
              {"name":"at","type":"long"},
              {"name":"weight","type":"double"},
              {"name":"label","type":"string"}]}
            """);

    assertRead(
        frame(
            3,
            writer,
            Map.of("note", List.of("a"), "amount", 7.0, "at", 1L, "weight", 0.5, "label", "ok")),
        7f,
        Float.NaN,
        1f);
    assertThat(example.weight).isEqualTo(0.5f);
  }

  @Test
  void anIncompatibleWriterIsRejectedWithTheDifferenceInOneLine() throws IOException {
    Schema writer =
        register(
            4,
            """
            {"type":"record","name":"Payment","namespace":"shop","fields":[
              {"name":"label","type":"string"},
              {"name":"weight","type":"double"},
              {"name":"amount","type":"string"}]}
            """);
    byte[] value = frame(4, writer, Map.of("label", "ok", "weight", 1.0, "amount", "1.5"));

    DeadLetter letter = decode(mapped, value);

    assertThat(letter.reason()).isEqualTo(DeadLetterReason.INCOMPATIBLE_SCHEMA);
    assertThat(letter.message())
        .isEqualTo(
            "schema id 4 does not fit: at (long) is not written and has no default; amount is"
                + " written as string, read as double");
  }

  @Test
  void anIdThatTheRegistryDoesNotKnowIsRejected() {
    DeadLetter letter = decode(mapped, new byte[] {0, 0, 0, 0, 99, 1, 2});

    assertThat(letter.reason()).isEqualTo(DeadLetterReason.UNKNOWN_SCHEMA);
    assertThat(letter.message()).isEqualTo("the registry has no schema with id 99");
  }

  @Test
  void aSchemaThatOverflowsTheStackRejectsTheRecordAndNotTheTask() throws Exception {
    registry.withNestedSchemas(1, 950);
    byte[] value = {0, 0, 0, 0x03, (byte) 0xE8, 0};
    List<DeadLetter> letters = new CopyOnWriteArrayList<>();
    Thread task =
        new Thread(
            null,
            () -> letters.add(mapped.decode(Records.record("k", value, 0), example)),
            "small-stack",
            100_000);

    task.start();
    task.join();

    assertThat(letters)
        .singleElement()
        .satisfies(
            letter -> assertThat(letter.reason()).isEqualTo(DeadLetterReason.INCOMPATIBLE_SCHEMA));
  }

  @Test
  void bytesThatEndEarlyOrGoOnAreMalformed() throws IOException {
    Schema writer = register(1, READER);
    byte[] good =
        frame(1, writer, Map.of("label", "ok", "weight", 2.0, "at", 5L, "amount", 1.5, "age", 3.0));

    assertThat(decode(mapped, Arrays.copyOf(good, good.length - 1)).reason())
        .isEqualTo(DeadLetterReason.MALFORMED_RECORD);
    assertThat(decode(mapped, Arrays.copyOf(good, good.length + 1)).reason())
        .isEqualTo(DeadLetterReason.MALFORMED_RECORD);
    assertThat(decode(mapped, new byte[] {0, 0, 0, 0, 1}).reason())
        .isEqualTo(DeadLetterReason.MALFORMED_RECORD);
  }

  @Test
  void theStandardSchemaIsReadInBothFramingsAndFromOtherVersions() throws IOException {
    ExampleDecoder decoder = new ExampleDecoder(withRegistry(Records.undeclared()), schemas);
    register(5, ExampleSchema.SCHEMA.toString());
    byte[] single = AvroValues.value("k", "yes", 0, new float[] {1, 2}, Map.of());
    byte[] record = Arrays.copyOfRange(single, ExampleSchema.HEADER_LENGTH, single.length);

    assertThat(decode(decoder, single)).isNull();
    assertThat(decode(decoder, framed(5, record))).isNull();
    assertThat(example.label).isEqualTo("yes");
    assertThat(features()).containsExactly(1, 2);

    Schema other =
        register(
            6,
            """
            {"type":"record","name":"Example","namespace":"dev.millrace","fields":[
              {"name":"source","type":"string"},
              {"name":"features","type":{"type":"array","items":"int"}},
              {"name":"label","type":"string"},
              {"name":"ts","type":"long"},
              {"name":"key","type":"string"},
              {"name":"event_id","type":"string"}]}
            """);
    Map<String, Object> fields =
        Map.of(
            "source",
            "s",
            "features",
            List.of(3, 4),
            "label",
            "no",
            "ts",
            8L,
            "key",
            "k",
            "event_id",
            "e");
    assertThat(decode(decoder, frame(6, other, fields))).isNull();
    assertThat(example.label).isEqualTo("no");
    assertThat(example.weight).isEqualTo(1f);
    assertThat(example.eventTime).isEqualTo(8);
    assertThat(features()).containsExactly(3, 4);

    Map<String, Object> next = new HashMap<>(fields);
    next.put("features", List.of(5, 6, 7));
    next.put("label", "perhaps");
    assertThat(decode(decoder, frame(6, other, next))).isNull();
    assertThat(example.label).isEqualTo("perhaps");
    assertThat(features()).containsExactly(5, 6, 7);
  }

  @Test
  void afterTheFirstRecordOfASchemaFindingItsReaderAllocatesNothing() {
    ExampleDecoder decoder =
        new ExampleDecoder(Records.withRegistry(Records.undeclared(), registry.spec()), schemas);
    byte[] single = AvroValues.value("k", "yes", 0, new float[] {1, 2}, Map.of());
    byte[] record = Arrays.copyOfRange(single, ExampleSchema.HEADER_LENGTH, single.length);
    KafkaRecord[] unframed = new KafkaRecord[20];
    KafkaRecord[] framed = new KafkaRecord[unframed.length];
    for (int i = 0; i < framed.length; i++) {
      register(1_000 + i, ExampleSchema.SCHEMA.toString());
      unframed[i] = Records.record("k", single, i);
      framed[i] = Records.record("k", framed(1_000 + i, record), i);
    }

    long known = allocated(decoder, unframed);
    long registered = allocated(decoder, framed);

    // Less than a byte for each record; the counter itself takes a little.
    assertThat(registered - known).isLessThan(framed.length * 1_000L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'array','items':'null'}",
        "{'type':'map','values':['null',{'type':'array','items':{'type':'fixed','name':'f','size':0}}]}",
        "{'type':'array','items':{'type':'record','name':'e','fields':[{'name':'n','type':'null'}]}}"
      })
  void anArrayOfItemsOfNoBytesIsNotReadHoweverManyThereAre(String type) throws IOException {
    String junk = "{\"name\":\"junk\",\"type\":" + type.replace('\'', '"') + "},";
    register(1, READER.replaceFirst("\\[", "[" + junk));

    DeadLetter letter = decode(mapped, framed(1, new byte[] {0}));

    assertThat(letter.reason()).isEqualTo(DeadLetterReason.INCOMPATIBLE_SCHEMA);
    assertThat(letter.message()).contains("items that take no bytes");
  }

  /** Bytes that decoding a thousand times takes once everything has been seen. */
  private long allocated(ExampleDecoder decoder, KafkaRecord[] records) {
    decodeAll(decoder, records, 100);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    decodeAll(decoder, records, 1_000);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private void decodeAll(ExampleDecoder decoder, KafkaRecord[] records, int times) {
    for (int t = 0; t < times; t++) {
      for (KafkaRecord record : records) {
        if (decoder.decode(record, example) != null) {
          throw new AssertionError(record.offset());
        }
      }
    }
  }

  private void assertRead(byte[] value, float... features) {
    assertThat(decode(mapped, value)).isNull();
    assertThat(example.label).isEqualTo("ok");
    assertThat(features()).containsExactly(features);
  }

  private float[] features() {
    return Arrays.copyOf(example.features, example.width);
  }

  private DeadLetter decode(ExampleDecoder decoder, byte[] value) {
    return decoder.decode(Records.record("k", value, 1), example);
  }

  private Schema register(int id, String schema) {
    registry.with(id, schema);
    return new Schema.Parser().parse(schema);
  }

  private static InputSpec reader() {
    return Records.mapped(
        InputSpec.Format.AVRO,
        READER,
        List.of(
            new FeatureSpec("amount", FeatureSpec.Type.NUMERIC, false, List.of(), 0),
            new FeatureSpec("age", FeatureSpec.Type.NUMERIC, true, List.of(), 0)));
  }

  private InputSpec withRegistry(InputSpec spec) {
    return Records.withRegistry(spec, registry.spec());
  }

  private static byte[] frame(int id, Schema schema, Map<String, ?> fields) throws IOException {
    GenericRecord record = new GenericData.Record(schema);
    fields.forEach(record::put);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
    return framed(id, bytes.toByteArray());
  }

  private static byte[] framed(int id, byte[] record) {
    return ByteBuffer.allocate(WireFormat.HEADER_LENGTH + record.length)
        .put((byte) 0)
        .putInt(id)
        .put(record)
        .array();
  }
}
