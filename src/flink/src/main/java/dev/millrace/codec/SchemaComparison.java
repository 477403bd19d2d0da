package dev.millrace.codec;

import dev.millrace.data.InputSpec;
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

/**
 * What becomes of each field when records of one schema, the writer's, are read as another, the
 * reader's. See the Avro specification 1.12, "Schema Resolution".
 *
 * @param fields those of the reader in its order, then those that it does not read
 * @param difference what keeps the records from being read, in one line; null if nothing does
 */
public record SchemaComparison(List<Field> fields, String difference) {

  /** What becomes of a field. */
  public enum Outcome {
    READ,
    /** Read as a wider type, or number as text. */
    PROMOTED,
    /** Not written; takes its default. */
    DEFAULT,
    /** Written, but not read. */
    IGNORED,
    /** Not written, and it has no default. */
    MISSING,
    /** Written as a type that cannot be read as the reader's. */
    INCOMPATIBLE
  }

  /**
   * A field.
   *
   * @param path with dots into nested records
   * @param written its type in the writer's schema, or null
   * @param read its type in the reader's schema, or null
   * @param detail the default, or the symbols that are not known, or null
   */
  public record Field(String path, String written, String read, String detail, Outcome outcome) {

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

  /** The same for the schema that a pipeline reads. */
  public static SchemaComparison of(Schema writer, InputSpec spec) {
    return of(writer, ExampleSchema.of(spec));
  }

  /** Whether records of the writer can be read. */
  public boolean isCompatible() {
    return difference == null;
  }

  // A copy that answers to the writer's name: a pipeline asks for fields, whatever record has them.
  private static Schema named(Schema reader, Schema writer) {
    if (reader.getType() != Schema.Type.RECORD || writer.getType() != Schema.Type.RECORD) {
      return reader;
    }
    Schema copy = new Schema.Parser().parse(reader.toString());
    copy.addAlias(writer.getName(), writer.getNamespace());
    return copy;
  }

  /** A type in a word or two. */
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

  /** Goes through both schemas. */
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

    private static Schema.Field written(Schema writer, Schema.Field read) {
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
              ? new Field(path, null, type, String.valueOf(fallback(read)), Outcome.DEFAULT)
              : new Field(path, null, type, null, Outcome.MISSING));
    }

    private static Object fallback(Schema.Field read) {
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

    private static String missingSymbols(Schema written, Schema read) {
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

    /** The record that a field is, perhaps beside null; null if it is none. */
    private static Schema record(Schema schema) {
      List<Schema> others =
          branches(schema).stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
      return others.size() == 1 && others.get(0).getType() == Schema.Type.RECORD
          ? others.get(0)
          : null;
    }
  }
}
