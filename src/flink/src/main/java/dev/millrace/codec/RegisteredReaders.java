package dev.millrace.codec;

import dev.millrace.codec.fields.AvroFields;
import dev.millrace.codec.fields.ExampleReader;
import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.codec.fields.MappedExampleReader;
import dev.millrace.codec.registry.RegisteredSchemas;
import dev.millrace.codec.registry.SchemaAnswer;
import dev.millrace.codec.text.KeyReader;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.input.InputSpec;
import java.util.Objects;
import org.apache.avro.Schema;

/**
 * Holds the readers of records in the Confluent wire format, one for each schema. The lookup
 * neither allocates nor locks after the first record of a schema. Not thread-safe.
 */
final class RegisteredReaders {
  private final InputSpec spec;
  private final KeyReader keys;
  private final RegisteredSchemas schemas;
  private final ExampleReader known;
  private final boolean labelsOnly;
  private final Schema readerSchema;
  private final SchemaIdMap<ExampleReader> readers;

  /**
   * @param known reader of records of the pipeline's own schema
   * @param labelsOnly whether the records have labels and no features
   */
  RegisteredReaders(
      InputSpec spec,
      KeyReader keys,
      RegisteredSchemas schemas,
      ExampleReader known,
      boolean labelsOnly) {
    this.spec = spec;
    this.keys = keys;
    this.schemas = schemas;
    this.known = known;
    this.labelsOnly = labelsOnly;
    this.readerSchema = ExampleSchema.of(spec);
    this.readers = new SchemaIdMap<>(Objects.requireNonNull(spec.registry()).cached());
  }

  /**
   * Returns the reader of a framed value.
   *
   * @throws RejectedException if the registry does not have its schema
   */
  ExampleReader of(byte[] value) throws RejectedException {
    int id = WireFormat.schemaId(value);
    ExampleReader reader = readers.get(id);
    if (reader == null) {
      reader = find(id);
      readers.put(id, reader);
    }
    return reader;
  }

  private ExampleReader find(int id) throws RejectedException {
    SchemaAnswer answer = schemas.await(id);
    if (answer instanceof SchemaAnswer.Found found) {
      return readable(id, found.schema());
    }
    if (answer instanceof SchemaAnswer.Unavailable unavailable) {
      throw new RejectedException(DeadLetterReason.UNAVAILABLE_SCHEMA, unavailable.reason());
    }
    SchemaAnswer.Absent absent = (SchemaAnswer.Absent) answer;
    throw new RejectedException(DeadLetterReason.UNKNOWN_SCHEMA, absent.reason());
  }

  // Registered schemas are untrusted: exceptions of Avro must not end the job.
  private ExampleReader readable(int id, Schema writer) {
    try {
      return reader(id, writer);
    } catch (RuntimeException | StackOverflowError e) {
      return incompatible("schema id " + id + " cannot be compared with the pipeline's: " + e);
    }
  }

  private static ExampleReader incompatible(String message) {
    return (value, from, into) -> {
      throw new RejectedException(DeadLetterReason.INCOMPATIBLE_SCHEMA, message);
    };
  }

  private ExampleReader reader(int id, Schema writer) {
    if (ExampleSchema.fingerprint(writer) == ExampleSchema.fingerprint(readerSchema)) {
      return known;
    }
    if (new EmptyItems().isIn(writer)) {
      return incompatible(
          "schema id %d has an array of items that take no bytes, such as null".formatted(id));
    }
    SchemaComparison comparison = SchemaComparison.of(writer, readerSchema);
    if (!comparison.isCompatible()) {
      return incompatible("schema id " + id + " does not fit: " + comparison.difference());
    }
    return ExampleSchema.isStandard(spec)
        ? new EvolvedExampleReader(writer, readerSchema, known)
        : new MappedExampleReader(spec, keys, new AvroFields(writer, readerSchema), labelsOnly);
  }
}
