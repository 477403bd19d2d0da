package dev.millrace.codec;

import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.input.InputSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaCompatibility.SchemaPairCompatibility;
import org.jspecify.annotations.Nullable;

/**
 * Compares the schema of a writer with the schema of a reader, field by field. See the Avro
 * specification 1.12, "Schema Resolution".
 *
 * @param fields fields of the reader in its order, then the fields that it does not read
 * @param difference incompatible fields in one line; null if the schemas are compatible
 */
public record SchemaComparison(List<Field> fields, @Nullable String difference) {

  /** The result for a field. */
  public enum Outcome {
    READ,
    /** Read as a wider type, or a number as text. */
    PROMOTED,
    /** Not written; has its default. */
    DEFAULT,
    /** Written, but not read. */
    IGNORED,
    /** Not written, and has no default. */
    MISSING,
    /** Written as a type that cannot be read as the reader's. */
    INCOMPATIBLE
  }

  /**
   * A field.
   *
   * @param path with dots into nested records
   * @param written type in the writer's schema, null if there is none
   * @param read type in the reader's schema, null if there is none
   * @param detail the default, or the unknown symbols; null if there are none
   */
  public record Field(
      String path,
      @Nullable String written,
      @Nullable String read,
      @Nullable String detail,
      Outcome outcome) {

    private String words() {
      return outcome == Outcome.MISSING
          ? path + " (" + read + ") is not written and has no default"
          : path
              + " is written as "
              + written
              + ", read as "
              + read
              + (detail == null ? "" : ": " + detail);
    }
  }

  /** Compares two record schemas; their own names may differ. */
  public static SchemaComparison of(Schema writer, Schema reader) {
    List<Field> fields = new ArrayList<>();
    new Walk(fields).records(writer, reader, "");
    SchemaPairCompatibility result =
        SchemaCompatibility.checkReaderWriterCompatibility(named(reader, writer), writer);
    if (result.getType() == SchemaCompatibilityType.COMPATIBLE) {
      return new SchemaComparison(fields, null);
    }
    String words =
        fields.stream()
            .filter(f -> f.outcome() == Outcome.MISSING || f.outcome() == Outcome.INCOMPATIBLE)
            .map(Field::words)
            .collect(Collectors.joining("; "));
    return new SchemaComparison(
        fields, words.isEmpty() ? result.getResult().getIncompatibilities().toString() : words);
  }

  public SchemaComparison {
    fields = List.copyOf(fields);
  }

  /** Compares a record schema with the schema of a pipeline. */
  public static SchemaComparison of(Schema writer, InputSpec spec) {
    return of(writer, ExampleSchema.of(spec));
  }

  /** Returns true if the reader can read records of the writer. */
  public boolean isCompatible() {
    return difference == null;
  }

  // Ignores the names of the records: a pipeline reads fields of any record.
  private static Schema named(Schema reader, Schema writer) {
    if (reader.getType() != Schema.Type.RECORD || writer.getType() != Schema.Type.RECORD) {
      return reader;
    }
    Schema copy = new Schema.Parser().parse(reader.toString());
    copy.addAlias(writer.getName(), writer.getNamespace());
    return copy;
  }

  /** Returns a short name of a type. */
  private static String words(Schema schema) {
    return switch (schema.getType()) {
      case UNION ->
          schema.getTypes().stream()
              .map(SchemaComparison::words)
              .collect(Collectors.joining(" or "));
      case ARRAY -> "array of " + words(schema.getElementType());
      case MAP -> "map of " + words(schema.getValueType());
      case RECORD, ENUM, FIXED -> schema.getType().getName() + " " + schema.getName();
      default ->
          schema.getLogicalType() == null
              ? schema.getType().getName()
              : schema.getType().getName() + " (" + schema.getLogicalType().getName() + ")";
    };
  }

  /** Walks through both schemas. */
  private static final class Walk {
    private final List<Field> fields;
    // Full names of the records above: a schema may contain itself.
    private final Set<String> above = new HashSet<>();

    Walk(List<Field> fields) {
      this.fields = fields;
    }

    void records(Schema writer, Schema reader, String prefix) {
      if (writer.getType() != Schema.Type.RECORD || reader.getType() != Schema.Type.RECORD) {
        return;
      }
      above.add(reader.getFullName());
      for (Schema.Field read : reader.getFields()) {
        Schema.Field written = written(writer, read);
        if (written == null) {
          absent(read, prefix + read.name());
        } else {
          present(written.schema(), read.schema(), prefix + read.name());
        }
      }
      for (Schema.Field written : writer.getFields()) {
        boolean isRead = reader.getFields().stream().anyMatch(f -> written(writer, f) == written);
        if (!isRead) {
          String type = words(written.schema());
          fields.add(new Field(prefix + written.name(), type, null, null, Outcome.IGNORED));
        }
      }
      above.remove(reader.getFullName());
    }

    private static Schema.@Nullable Field written(Schema writer, Schema.Field read) {
      Schema.Field same = writer.getField(read.name());
      return same != null
          ? same
          : read.aliases().stream()
              .map(writer::getField)
              .filter(field -> field != null)
              .findFirst()
              .orElse(null);
    }

    private void absent(Schema.Field read, String path) {
      String type = words(read.schema());
      fields.add(
          read.hasDefaultValue()
              ? new Field(path, null, type, String.valueOf(defaultOf(read)), Outcome.DEFAULT)
              : new Field(path, null, type, null, Outcome.MISSING));
    }

    private static @Nullable Object defaultOf(Schema.Field read) {
      Object value = read.defaultVal();
      return value == JsonProperties.NULL_VALUE ? null : value;
    }

    private void present(Schema written, Schema read, String path) {
      Schema writtenRecord = record(written);
      Schema readRecord = record(read);
      boolean nullFits = read.isUnion() || !written.isUnion();
      if (writtenRecord != null
          && readRecord != null
          && nullFits
          && !above.contains(readRecord.getFullName())) {
        records(writtenRecord, readRecord, path + ".");
        return;
      }
      boolean fits =
          SchemaCompatibility.checkReaderWriterCompatibility(read, written).getType()
              == SchemaCompatibilityType.COMPATIBLE;
      Outcome outcome =
          !fits
              ? Outcome.INCOMPATIBLE
              : isPromoted(written, read) ? Outcome.PROMOTED : Outcome.READ;
      String detail = fits ? null : missingSymbols(written, read);
      fields.add(new Field(path, words(written), words(read), detail, outcome));
    }

    private static boolean isPromoted(Schema written, Schema read) {
      return branches(written).stream()
          .anyMatch(w -> branches(read).stream().noneMatch(r -> r.getType() == w.getType()));
    }

    private static @Nullable String missingSymbols(Schema written, Schema read) {
      if (written.getType() != Schema.Type.ENUM || read.getType() != Schema.Type.ENUM) {
        return null;
      }
      List<String> symbols = new ArrayList<>(written.getEnumSymbols());
      symbols.removeAll(read.getEnumSymbols());
      return symbols.isEmpty() ? null : "it does not know " + String.join(", ", symbols);
    }

    private static List<Schema> branches(Schema schema) {
      return schema.isUnion() ? schema.getTypes() : List.of(schema);
    }

    /** Returns the record type of a field, or of a union with null; null for other types. */
    private static @Nullable Schema record(Schema schema) {
      List<Schema> nonNull =
          branches(schema).stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
      return nonNull.size() == 1 && nonNull.get(0).getType() == Schema.Type.RECORD
          ? nonNull.get(0)
          : null;
    }
  }
}
