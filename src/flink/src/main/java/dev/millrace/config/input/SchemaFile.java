package dev.millrace.config.input;

import dev.millrace.config.yaml.NamedFile;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.config.yaml.YamlNode.Scalar;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Holds an Avro schema that a pipeline file names. */
public final class SchemaFile {
  private static final String EXAMPLE = "dev.millrace.Example";

  private final String text;
  private final Schema schema;

  private SchemaFile(String text, Schema schema) {
    this.text = text;
    this.schema = schema;
  }

  /** Returns the schema. If it cannot be read, reports an error and returns null. */
  static @Nullable SchemaFile read(String name, Path baseDir, Consumer<String> errors) {
    try {
      Path path = baseDir.resolve(name);
      if (!Files.isRegularFile(path)) {
        errors.accept(
            "is not a file: " + path + " does not exist. Paths are relative to this file");
        return null;
      }
      String text = NamedFile.schema(path);
      Schema schema = parse(text);
      if (schema == null || schema.getType() != Schema.Type.RECORD) {
        errors.accept(
            "must be an Avro record schema in JSON, but "
                + path
                + (schema == null ? " is not" : " is of type " + schema.getType().getName()));
        return null;
      }
      return new SchemaFile(text, schema);
    } catch (InvalidPathException | CharacterCodingException e) {
      errors.accept("cannot be read: " + Scalar.quote(name) + ". Is it a readable text file?");
      return null;
    } catch (IOException e) {
      errors.accept("cannot be read from " + name + ": " + e.getMessage());
      return null;
    }
  }

  private static @Nullable Schema parse(String text) {
    try {
      return new Schema.Parser().parse(text);
    } catch (RuntimeException e) {
      // The parser throws other exceptions than its own, too: null pointers, casts.
      return null;
    }
  }

  /**
   * Returns an error message if the records of a schema that was read do not have a field; null if
   * they do.
   */
  public static @Nullable String missingIn(String text, String path) {
    Schema schema = parse(text);
    SchemaFile file = schema == null ? null : new SchemaFile(text, schema);
    return file == null || file.has(path) ? null : file.missing(path);
  }

  String text() {
    return text;
  }

  /** Returns true if this is the standard schema, whose features need no names. */
  boolean isExample() {
    return schema.getFullName().equals(EXAMPLE);
  }

  /** Returns true if records have the field; dots reach into nested records. */
  boolean has(String path) {
    Schema at = schema;
    for (String step : path.split("\\.", -1)) {
      Schema record = branch(at);
      if (record.getType() == Schema.Type.MAP) {
        at = record.getValueType();
      } else if (record.getType() == Schema.Type.RECORD && record.getField(step) != null) {
        at = record.getField(step).schema();
      } else {
        return isExample() && at == schema;
      }
    }
    return true;
  }

  /** Returns the record or map in a union, or else its first type. */
  private static Schema branch(Schema schema) {
    if (!schema.isUnion()) {
      return schema;
    }
    return schema.getTypes().stream()
        .filter(s -> s.getType() == Schema.Type.RECORD || s.getType() == Schema.Type.MAP)
        .findFirst()
        .orElse(schema.getTypes().get(0));
  }

  /** Returns an error message for a field that does not exist. */
  String missing(String path) {
    var names = schema.getFields().stream().map(Schema.Field::name).toList();
    return Scalar.quote(path)
        + " is not a field of "
        + schema.getFullName()
        + ". "
        + Suggestions.hint(path, names, "Its fields: " + String.join(", ", names));
  }
}
