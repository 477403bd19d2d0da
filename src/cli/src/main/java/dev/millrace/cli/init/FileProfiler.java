package dev.millrace.cli.init;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.csv.CsvFile;
import dev.millrace.codec.ExampleSchema;
import dev.millrace.config.yaml.NamedFile;
import dev.millrace.data.InputSpec.Format;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.Schema;

/** Looks at a CSV file, or at an Avro schema, for {@code init}. */
public final class FileProfiler {
  private FileProfiler() {}

  /**
   * Reads the rows of a CSV file.
   *
   * @param most rows to read
   * @throws CliError if it cannot be read or has no rows
   */
  public static InputProfile csv(Path path, long most) {
    try (CsvFile file = new CsvFile(path)) {
      List<FieldProfile> fields = file.header().stream().map(FieldProfile::new).toList();
      if (fields.size() == 1) {
        throw CliError.usage(
            "%s has one column, %s: there is nothing to predict it from."
                .formatted(path, Terminal.printable(fields.get(0).name(), 40)));
      }
      long rows = 0;
      while (rows < most && file.next()) {
        rows++;
        String[] row = file.row();
        for (int c = 0; c < row.length; c++) {
          fields.get(c).seeCell(row[c]);
        }
      }
      if (rows == 0) {
        throw new CliError(path + " has a header and no rows.");
      }
      return new InputProfile(
          path.toString(), Format.AVRO, null, null, fields, List.of(), rows, null, null, false);
    }
  }

  /**
   * Reads an Avro schema.
   *
   * @throws CliError if it is not a record schema
   */
  static InputProfile schema(Path path) {
    Schema schema = read(path);
    if (isStandard(schema)) {
      return new InputProfile(
          path.toString(), Format.AVRO, null, null, List.of(), List.of(), 0, null, null, true);
    }
    FieldSet set = FieldSet.of(schema);
    return new InputProfile(
        path.toString(),
        Format.AVRO,
        path,
        null,
        set.fields(),
        set.unusable(),
        0,
        null,
        set.eventTime(),
        false);
  }

  /** Whether it is the standard example schema. */
  static boolean isStandard(Schema schema) {
    return schema.getFullName().equals(ExampleSchema.SCHEMA.getFullName());
  }

  /**
   * The record schema in a file.
   *
   * @throws CliError if it is none
   */
  static Schema read(Path path) {
    Schema schema;
    try {
      schema = new Schema.Parser().parse(NamedFile.schema(path));
    } catch (NoSuchFileException e) {
      throw new CliError("There is no file " + path + ".", e);
    } catch (CharacterCodingException e) {
      throw new CliError(path + " is not UTF-8 text; an Avro schema is JSON.", e);
    } catch (IOException e) {
      throw new CliError("Cannot read " + path + ": " + e.getMessage(), e);
    } catch (RuntimeException | StackOverflowError e) {
      // Beside its own exceptions the parser throws what it stumbles over: null pointers, casts.
      throw new CliError(path + " is not an Avro schema: " + firstLine(e), e);
    }
    if (schema.getType() != Schema.Type.RECORD) {
      throw new CliError(
          "%s is a schema of type %s; a record is needed."
              .formatted(path, schema.getType().getName()));
    }
    return schema;
  }

  private static String firstLine(Throwable e) {
    // Avro wraps what the JSON parser says, whose own words name neither its class nor the source.
    String message =
        e.getCause() instanceof JsonProcessingException malformed
            ? malformed.getOriginalMessage()
            : e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return Terminal.printable(message.lines().findFirst().orElse(""), 200);
  }
}
