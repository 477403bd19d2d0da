package dev.millrace.codec.fields;

import dev.millrace.codec.text.ClockTime;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/** Parses Avro records of one schema into one reused record. Not thread-safe. */
public final class AvroFields implements FieldsParser, RecordFields {
  private final Schema writer;
  private final GenericDatumReader<GenericRecord> reader;
  private @Nullable BinaryDecoder decoder;
  private @Nullable GenericRecord record;

  /** Creates a parser of records of a schema. */
  public AvroFields(Schema schema) {
    this(schema, schema);
  }

  /** Creates a parser of records of the writer's schema that returns fields of the reader's. */
  public AvroFields(Schema writer, Schema readerSchema) {
    this.writer = writer;
    reader = new GenericDatumReader<>(writer, readerSchema);
  }

  @Override
  public RecordFields parse(byte[] value, int from) throws IOException {
    decoder = DecoderFactory.get().binaryDecoder(value, from, value.length - from, decoder);
    record = reader.read(record, decoder);
    if (!decoder.isEnd()) {
      throw new IOException("there are bytes after the end of the record");
    }
    return this;
  }

  /** Returns the unit of the logical type in the writer's schema. */
  @Override
  public ClockTime.@Nullable Unit unit(String[] path) {
    Schema at = writer;
    for (String name : path) {
      Schema parent = nonNull(at);
      Schema.Field field = parent.getType() == Schema.Type.RECORD ? parent.getField(name) : null;
      if (field == null && parent.getType() != Schema.Type.MAP) {
        return null;
      }
      at = field == null ? parent.getValueType() : field.schema();
    }
    LogicalType logical = nonNull(at).getLogicalType();
    return switch (logical == null ? "" : logical.getName().replaceFirst("^local-", "")) {
      case "timestamp-millis" -> ClockTime.Unit.MILLIS;
      case "timestamp-micros" -> ClockTime.Unit.MICROS;
      case "timestamp-nanos" -> ClockTime.Unit.NANOS;
      case "date" -> ClockTime.Unit.DAYS;
      default -> null;
    };
  }

  /** Returns the type in a union with null, or else the schema itself. */
  private static Schema nonNull(Schema schema) {
    if (!schema.isUnion() || schema.getTypes().size() != 2) {
      return schema;
    }
    List<Schema> types = schema.getTypes();
    return types.get(types.get(0).getType() == Schema.Type.NULL ? 1 : 0);
  }

  @Override
  public void addOthers(Set<String> read, Collection<String> to) {
    List<Schema.Field> fields = Objects.requireNonNull(record).getSchema().getFields();
    for (int i = 0; i < fields.size(); i++) {
      if (!read.contains(fields.get(i).name())) {
        to.add(fields.get(i).name());
      }
    }
  }

  @Override
  public @Nullable Object at(String[] path) {
    Object field = record;
    for (String name : path) {
      if (field instanceof GenericRecord parent && parent.getSchema().getField(name) != null) {
        field = parent.get(name);
      } else if (field instanceof Map<?, ?> map) {
        field = entry(map, name);
      } else {
        return null;
      }
    }
    return field instanceof GenericEnumSymbol<?> symbol ? symbol.toString() : field;
  }

  // Keys are Strings if the schema has the property avro.java.string.
  private static @Nullable Object entry(Map<?, ?> map, String name) {
    Object value = map.get(new Utf8(name));
    return value == null ? map.get(name) : value;
  }
}
