package dev.millrace.codec;

import dev.millrace.codec.fields.AvroFields;
import dev.millrace.codec.fields.CsvFields;
import dev.millrace.codec.fields.ExampleReader;
import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.codec.fields.JsonFields;
import dev.millrace.codec.fields.MappedExampleReader;
import dev.millrace.codec.registry.RegisteredSchemas;
import dev.millrace.codec.text.KeyReader;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.RecentlyUsed;
import dev.millrace.data.RecordKind;
import dev.millrace.input.InputSpec;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Decodes records into examples, or rejects them with a reason, whatever the bytes are. Not
 * thread-safe.
 *
 * <p>The first bytes identify the framing: {@code C3 01} is Avro's single-object encoding, {@code
 * 00} the Confluent wire format. See the Avro specification 1.12, "Single-object encoding".
 */
public final class ExampleDecoder {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final InputSpec spec;
  private final KeyReader keys;
  private final ExampleReader reader;
  // Null without a registry.
  private final @Nullable RegisteredReaders registered;
  private final long fingerprint;
  private final ReaderScratch scratch;
  // Null if the pipeline declares the columns, or records cannot, or all are of one key.
  private final @Nullable ColumnsHeader columns;
  // Readers of records that declare columns.
  private final RecentlyUsed<DeclaredColumns, ExampleReader> readers;
  // Whether all records are read for the columns of one key.
  private final boolean isOfKey;
  private final @Nullable DeclaredColumns columnsOfKey;

  /** Creates a decoder of the input topic of a pipeline without a registry. */
  public ExampleDecoder(InputSpec spec) {
    this(spec, null);
  }

  /**
   * Creates a decoder of the input topic.
   *
   * @param schemas schemas of the pipeline's registry, null if it has none
   */
  public ExampleDecoder(InputSpec spec, @Nullable RegisteredSchemas schemas) {
    this(spec, schemas, false);
  }

  /**
   * Returns a decoder of records for a key whose model is of other columns than they declare: it
   * reads the columns of the model by their names. It shares its buffers with this decoder.
   *
   * @param modelColumns columns of the model; null if its records declared none
   * @param declared columns that the records declare; null if they declare none
   */
  public ExampleDecoder ofKey(
      @Nullable DeclaredColumns modelColumns, @Nullable DeclaredColumns declared) {
    return new ExampleDecoder(this, modelColumns, declared);
  }

  /**
   * Returns a decoder of a separate topic of labels.
   *
   * @param schemas schemas of the pipeline's registry, null if it has none
   */
  public static ExampleDecoder ofLabels(InputSpec spec, @Nullable RegisteredSchemas schemas) {
    return new ExampleDecoder(spec.ofLabels(), schemas, true);
  }

  private ExampleDecoder(InputSpec spec, @Nullable RegisteredSchemas schemas, boolean labelsOnly) {
    this.spec = spec;
    this.isOfKey = false;
    this.columnsOfKey = null;
    this.scratch = new ReaderScratch();
    this.keys = new KeyReader(spec.limits().keyBytes(), scratch.texts);
    Schema schema = ExampleSchema.of(spec);
    this.fingerprint = ExampleSchema.fingerprint(schema);
    if (spec.format() == InputSpec.Format.JSON) {
      reader = new MappedExampleReader(spec, keys, new JsonFields(spec), labelsOnly);
    } else if (spec.format() == InputSpec.Format.CSV) {
      reader = new MappedExampleReader(spec, keys, new CsvFields(spec), labelsOnly);
    } else if (ExampleSchema.isStandard(spec)) {
      reader = new StandardExampleReader(spec, keys, labelsOnly, scratch);
    } else {
      reader = new MappedExampleReader(spec, keys, new AvroFields(schema), labelsOnly);
    }
    boolean mayDeclare = ExampleSchema.mayDeclareColumns(spec) && !labelsOnly;
    columns = mayDeclare ? new ColumnsHeader(spec.limits(), RecentlyUsed.MAX_BYTES) : null;
    readers = RecentlyUsed.byColumns(declared -> reader(declared, declared));
    registered =
        schemas == null ? null : new RegisteredReaders(spec, keys, schemas, reader, labelsOnly);
  }

  private ExampleDecoder(
      ExampleDecoder shared,
      @Nullable DeclaredColumns modelColumns,
      @Nullable DeclaredColumns declared) {
    spec = shared.spec;
    isOfKey = true;
    columnsOfKey = modelColumns;
    scratch = shared.scratch;
    keys = shared.keys;
    fingerprint = shared.fingerprint;
    reader =
        modelColumns == null
            ? shared.reader
            : reader(modelColumns, declared == null ? modelColumns : declared);
    columns = null;
    readers = shared.readers;
    registered = null;
  }

  /**
   * Decodes a record. Blocks while the registry does not answer for an unknown schema.
   *
   * @param into receives the example; undefined for a rejected record
   * @return null for an accepted record and for a {@link RecordKind#DELETION}, else the dead letter
   * @throws java.util.concurrent.CancellationException if the thread is interrupted meanwhile
   */
  public @Nullable DeadLetter decode(KafkaRecord record, Example into) {
    begin(record, into);
    byte[] value = record.value();
    if (value == null) {
      into.kind = RecordKind.DELETION;
      return null;
    }
    try {
      requireSize(value);
      ExampleReader selected = reader;
      int from = 0;
      if (registered != null && WireFormat.isFramed(value)) {
        selected = registered.of(value);
        from = WireFormat.HEADER_LENGTH;
      } else if (isOfKey && WireFormat.isFramed(value)) {
        throw new RejectedException(
            DeadLetterReason.WRONG_FEATURE_COUNT,
            "the key's model has learned other columns, which records of a registry do not name");
      } else if (spec.format() == InputSpec.Format.AVRO) {
        from = requireSingleObject(value);
      } else if (spec.format() == InputSpec.Format.JSON && WireFormat.isFramed(value)) {
        from = WireFormat.HEADER_LENGTH; // Confluent's JSON Schema; JSON has no zero byte
      }
      if (spec.key() == null) {
        into.key = keys.read(record.key());
      }
      parse(selected == reader ? ofColumns(record, into) : selected, value, from, into);
      if (into.kind != RecordKind.DELETION) {
        end(into, spec);
      }
      return null;
    } catch (RejectedException e) {
      return deadLetter(record, e);
    }
  }

  /** Returns the reader of a record's columns, after setting them. */
  private ExampleReader ofColumns(KafkaRecord record, Example into) throws RejectedException {
    into.columns = columns == null ? columnsOfKey : columns.read(record);
    return columns == null || into.columns == null ? reader : readers.of(into.columns);
  }

  /** Returns a reader of columns from records that declare these or others. */
  private ExampleReader reader(DeclaredColumns read, DeclaredColumns declared) {
    List<String> numbers = StandardFeatures.numbersOf(declared.features());
    return new StandardExampleReader(spec.ofRecords(read), keys, false, numbers, scratch);
  }

  /** Starts an example. */
  static void begin(KafkaRecord record, Example into) {
    into.record = record;
    into.kind = RecordKind.EXAMPLE;
    into.clearId();
    into.group = 0;
    into.carriedCount = 0;
    into.ignoredFields.clear();
    into.unlistedFeatures.clear();
    into.unlistedValues.clear();
    into.cutFeatures.clear();
    into.columns = null;
    into.epoch = 0;
  }

  /** Reads the pass that an example is of, if the pipeline has passes, and checks the weight. */
  static void end(Example example, InputSpec spec) throws RejectedException {
    InputSpec.Limits limits = spec.limits();
    if (spec.epochs()) {
      example.epoch = EpochHeader.read(example.record);
    }
    if (!(example.weight >= 0 && example.weight <= limits.weight())) {
      throw new RejectedException(
          DeadLetterReason.INVALID_WEIGHT,
          "the weight is %s; it must be between 0 and %s (limits.weight)"
              .formatted(example.weight, limits.weight()));
    }
  }

  static DeadLetter deadLetter(KafkaRecord record, RejectedException rejected) {
    Throwable cause = rejected.getCause();
    return new DeadLetter(
        record,
        rejected.reason(),
        rejected.getMessage(),
        cause == null ? null : cause.getClass().getName());
  }

  private void parse(ExampleReader selected, byte[] value, int from, Example into)
      throws RejectedException {
    try {
      selected.read(value, from, into);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      // Parsers throw many kinds of runtime exceptions for invalid bytes. A schema that contains
      // itself can nest so deeply that the stack overflows. The record is at fault in each case.
      String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new RejectedException(
          DeadLetterReason.MALFORMED_RECORD,
          "not a " + kind() + ": " + JsonErrors.readable(message.lines().findFirst().orElse("")),
          e);
    }
  }

  private String kind() {
    return switch (spec.format()) {
      case JSON -> "JSON record";
      case CSV -> "CSV line";
      case AVRO, AVRO_RAW -> "valid Avro record";
    };
  }

  private void requireSize(byte[] value) throws RejectedException {
    if (value.length == 0) {
      throw new RejectedException(DeadLetterReason.EMPTY_VALUE, "the value has no bytes");
    }
    if (value.length > spec.limits().recordBytes()) {
      throw new RejectedException(
          DeadLetterReason.RECORD_TOO_LARGE,
          "the value has "
              + value.length
              + " bytes; limits.record-bytes is "
              + spec.limits().recordBytes());
    }
  }

  /** Returns the position after the framing. */
  private int requireSingleObject(byte[] value) throws RejectedException {
    boolean marked = value.length >= 2 && value[0] == (byte) 0xC3 && value[1] == 0x01;
    if (!marked) {
      throw unknownFraming(value);
    }
    if (value.length < ExampleSchema.HEADER_LENGTH) {
      throw new RejectedException(
          DeadLetterReason.MALFORMED_RECORD,
          "the value ends in the header, after " + value.length + " bytes");
    }
    long found = (long) LONG.get(value, 2);
    if (found != fingerprint) {
      throw new RejectedException(
          DeadLetterReason.UNKNOWN_SCHEMA,
          String.format(
              "the fingerprint of the schema is %016x; the pipeline expects %016x",
              found, fingerprint));
    }
    return ExampleSchema.HEADER_LENGTH;
  }

  private static RejectedException unknownFraming(byte[] value) {
    if (WireFormat.isFramed(value)) {
      return new RejectedException(
          DeadLetterReason.UNKNOWN_SCHEMA,
          "Confluent wire format, schema id "
              + WireFormat.schemaId(value)
              + "; the pipeline has no schema registry (input.registry)");
    }
    StringBuilder first = new StringBuilder();
    for (int i = 0; i < Math.min(4, value.length); i++) {
      first.append(String.format(" %02x", value[i]));
    }
    String hint =
        value[0] == '{' || value[0] == '[' ? " (looks like JSON; input.format: json reads it)" : "";
    return new RejectedException(
        DeadLetterReason.UNKNOWN_FRAMING,
        "the value starts with" + first + hint + "; Avro single-object encoding starts with c3 01");
  }
}
