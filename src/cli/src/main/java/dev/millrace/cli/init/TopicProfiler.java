package dev.millrace.cli.init;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.csv.FieldProfile;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.codec.WireFormat;
import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.codec.fields.JsonEnvelope;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.input.CellNotation;
import dev.millrace.input.InputSpec.Format;
import dev.millrace.kafka.TopicReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Profiles the newest records of a topic for {@code init}: JSON objects, the standard example
 * schema, or Avro records of a given schema.
 */
final class TopicProfiler {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_DEPTH = 5;
  private static final int REGISTRY_HEADER = 5;

  private final String topic;
  private final @Nullable Path schemaFile;
  private final byte[] exampleHeader = ExampleSchema.header(ExampleSchema.SCHEMA);
  private final GenericDatumReader<GenericRecord> examples =
      new GenericDatumReader<>(ExampleSchema.SCHEMA);
  // Header of records of the user's schema, if there is one.
  private final byte @Nullable [] header;
  private final @Nullable GenericDatumReader<GenericRecord> reader;
  private final FieldSet set;
  private final RowSample sample = new RowSample();
  private final FieldProfile keys = new FieldProfile("record key");

  private @Nullable Format format;
  private boolean standard;
  private long records;
  private long withRegistry;
  private long inOtherFormats;

  TopicProfiler(String topic, @Nullable Path schemaFile) {
    this.topic = topic;
    this.schemaFile = schemaFile;
    Schema schema = schemaFile == null ? null : FileProfiler.read(schemaFile);
    if (schema == null || FileProfiler.isStandard(schema)) {
      header = null;
      reader = null;
      set = new FieldSet();
    } else {
      header = ExampleSchema.header(schema);
      reader = new GenericDatumReader<>(schema);
      set = FieldSet.of(schema);
    }
  }

  /**
   * Reads the newest records.
   *
   * @param limit max records of each partition
   * @param schemaFile Avro schema of the records
   * @param notice receives one line about records that were left out
   * @throws CliError if the topic cannot be read, or has no records of a known format
   */
  static InputProfile read(
      Map<String, String> kafka,
      String topic,
      long limit,
      @Nullable Path schemaFile,
      Consumer<String> notice) {
    TopicProfiler profiler = new TopicProfiler(topic, schemaFile);
    try {
      TopicReader.readLast(kafka, topic, limit, profiler::add);
    } catch (KafkaException e) {
      throw BrokerCheck.failure("Topic " + topic + " cannot be read", e);
    }
    return profiler.profile(notice);
  }

  InputProfile profile(Consumer<String> notice) {
    if (records == 0 || format == null) {
      throw new CliError(noRecords());
    }
    if (inOtherFormats + withRegistry > 0) {
      notice.accept(
          "Left out %s of %s, in another format than the first."
              .formatted(Plural.of(inOtherFormats + withRegistry, "record"), topic));
    }
    if (set.isOverflowing()) {
      notice.accept(
          "Left out fields of %s beyond the first %,d, or with very long names."
              .formatted(topic, FieldSet.MAX_FIELDS));
    }
    return new InputProfile(
        "the newest records of topic " + topic,
        format,
        standard ? null : schemaFile,
        topic,
        set.fields(),
        set.unusable(),
        records,
        keys,
        set.eventTime(),
        sample,
        CellNotation.PLAIN,
        standard);
  }

  private String noRecords() {
    if (withRegistry > 0) {
      return "The records of topic %s name their schema by its number in a registry."
              .formatted(topic)
          + " Start from the schema itself: ./millrace init --input SCHEMA.avsc";
    }
    if (inOtherFormats == 0) {
      return "Topic "
          + topic
          + " has no records."
          + " Send some, or start from a file: ./millrace init --input FILE";
    }
    return schemaFile == null
        ? ("The records of topic %s are neither JSON objects nor of the standard example schema."
                + " Name the schema of Avro records: --input SCHEMA.avsc")
            .formatted(topic)
        : "No record of topic %s has the schema %s.".formatted(topic, schemaFile);
  }

  void add(ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value();
    if (value == null) {
      return; // a tombstone
    }
    try {
      if (addValue(record, value)) {
        return;
      }
      if (value.length > REGISTRY_HEADER && value[0] == 0 && reader == null) {
        withRegistry++;
      } else {
        inOtherFormats++;
      }
    } catch (IOException | RejectedException | RuntimeException | StackOverflowError e) {
      // Parsers throw many kinds of runtime exception, and StackOverflowError for deep nesting.
      inOtherFormats++;
    }
  }

  /** Returns false if the value is of another format than the others. */
  private boolean addValue(ConsumerRecord<byte[], byte[]> record, byte[] value)
      throws IOException, RejectedException {
    if (reader != null && header != null) {
      boolean framed = startsWith(value, header);
      if (!is(framed ? Format.AVRO : Format.AVRO_RAW)) {
        return false;
      }
      see("", decode(reader, value, framed ? header.length : 0));
      return count(record);
    }
    if (startsWith(value, exampleHeader)) {
      if (!is(Format.AVRO)) {
        return false;
      }
      standard = true;
      seeExample(decode(examples, value, exampleHeader.length));
      return count(record);
    }
    boolean isFramed = WireFormat.isFramed(value);
    int from = isFramed ? WireFormat.HEADER_LENGTH : 0;
    // White space may come before the brace.
    boolean mayBeJson = value.length > from && (!isFramed || value[from] == '{');
    JsonNode json = mayBeJson ? JSON.readTree(value, from, value.length - from) : null;
    if (json != null && json.isNull()) {
      return true; // it deletes a row
    }
    if (json == null || !json.isObject() || !is(Format.JSON)) {
      return false;
    }
    JsonNode fields = JsonEnvelope.unwrap(json).fields();
    if (fields == null) {
      return true; // so does this
    }
    see("", fields, 0);
    return count(record);
  }

  private boolean count(ConsumerRecord<byte[], byte[]> record) {
    records++;
    if (record.key() != null) {
      String key = new String(record.key(), StandardCharsets.UTF_8);
      keys.addText(key);
      sample.set(RowSample.RECORD_KEY, key);
    }
    sample.endRow();
    return true;
  }

  // The first record determines the format.
  private boolean is(Format found) {
    if (format == null) {
      format = found;
    }
    return format == found;
  }

  private static boolean startsWith(byte[] value, byte[] start) {
    return value.length >= start.length
        && Arrays.equals(value, 0, start.length, start, 0, start.length);
  }

  private static GenericRecord decode(
      GenericDatumReader<GenericRecord> reader, byte[] value, int from) throws IOException {
    BinaryDecoder decoder =
        DecoderFactory.get().binaryDecoder(value, from, value.length - from, null);
    GenericRecord record = reader.read(null, decoder);
    if (!decoder.isEnd()) {
      throw new IOException("there are bytes after the end of the record");
    }
    return record;
  }

  private void see(String prefix, GenericRecord record) {
    for (Schema.Field field : record.getSchema().getFields()) {
      String name = prefix + field.name();
      Object value = record.get(field.pos());
      if (value instanceof GenericRecord nested) {
        see(name + ".", nested);
      } else if (value != null && !set.isRejected(name)) {
        see(name, value);
      }
    }
  }

  private void see(String name, Object value) {
    FieldProfile field = set.field(name);
    if (value instanceof Number number) {
      field.addNumber(number);
      sample.set(name, number.doubleValue());
    } else if (value instanceof Boolean bool) {
      field.addBoolean(bool);
      sample.set(name, value.toString());
    } else if (value instanceof CharSequence || value instanceof GenericEnumSymbol<?>) {
      field.addText(value.toString());
      sample.set(name, value.toString());
    }
  }

  private void seeExample(GenericRecord example) {
    Object label = example.get("label");
    if (label != null) {
      see("label", label);
    }
    List<?> numbers = (List<?>) example.get("features");
    List<?> missing = (List<?>) example.get("missing");
    for (int i = 0; i < numbers.size(); i++) {
      FieldProfile field = set.number("number_" + (i + 1));
      if (!missing.contains(i)) {
        field.addNumber((Number) numbers.get(i));
      }
    }
    ((Map<?, ?>) example.get("attributes"))
        .forEach(
            (name, text) -> {
              if (!text.toString().isEmpty()) {
                set.field(name.toString()).addText(text.toString());
              }
            });
  }

  private void see(String prefix, JsonNode object, int depth) {
    object
        .properties()
        .forEach(
            entry -> {
              String name = prefix + entry.getKey();
              JsonNode value = entry.getValue();
              if (entry.getKey().contains(".")) {
                set.reject(name, "a dot in its name would mean a nested field");
              } else if (value.isObject() && depth < MAX_DEPTH) {
                see(name + ".", value, depth + 1);
              } else if (value.isContainerNode()) {
                set.reject(
                    name,
                    value.isArray()
                        ? "a list; if it has ids, add it with type: set"
                        : "nested too deep");
              } else {
                see(name, value);
              }
            });
  }

  private void see(String name, JsonNode value) {
    if (value.isNumber()) {
      see(name, value.numberValue());
    } else if (value.isBoolean()) {
      see(name, (Object) value.booleanValue());
    } else if (value.isTextual()) {
      see(name, value.textValue());
    }
  }
}
