package dev.millrace.cli.init;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.csv.CsvFile;
import dev.millrace.cli.csv.CsvInput;
import dev.millrace.cli.csv.FieldProfile;
import dev.millrace.cli.csv.NotationGuess;
import dev.millrace.cli.csv.NotationOptions;
import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.config.yaml.NamedFile;
import dev.millrace.data.Printable;
import dev.millrace.input.CellNotation;
import dev.millrace.input.InputSpec.Format;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.Schema;

/** Profiles a CSV file or an Avro schema for {@code init}. */
public final class FileProfiler {
  private FileProfiler() {}

  /**
   * Profiles a CSV file, whose notation is guessed where it is plain.
   *
   * @param options that name a part of the notation, which then is not guessed
   * @param limit max rows to read
   * @throws CliError if it cannot be read or has no rows
   */
  public static InputProfile csv(Path path, NotationOptions options, long limit) {
    CsvInput input = options.of(path, null);
    List<FieldProfile> fields = columns(input, limit);
    CellNotation notation = options.complete(input.notation(), NotationGuess.of(input, fields));
    CsvInput read = new CsvInput(input.path(), notation);
    fields = read.equals(input) ? fields : columns(read, limit);
    return new InputProfile(
        input.path().toString(),
        Format.AVRO,
        null,
        null,
        fields,
        List.of(),
        fields.get(0).rows(),
        null,
        null,
        RowSample.ofCsv(read, fields, limit),
        notation,
        false);
  }

  /**
   * Returns the type of the feature that a column becomes in a draft, or {@code left out}.
   *
   * @throws CliError if the file cannot be read or has no rows
   */
  public static String kind(Path path, String column) {
    InputProfile profile = csv(path, new NotationOptions(), Long.MAX_VALUE);
    FieldProfile field =
        profile.fields().stream().filter(f -> f.name().equals(column)).findFirst().orElseThrow();
    boolean isLeftOut = new FieldRoles(profile, List.of()).useless(field) != null;
    return isLeftOut ? "left out" : field.toFeature(profile.records(), true).type().id();
  }

  private static List<FieldProfile> columns(CsvInput input, long limit) {
    try (CsvFile file = new CsvFile(input.path())) {
      if (file.header().size() == 1) {
        throw CliError.usage(
            "%s has one column, %s: there is nothing to predict it from."
                .formatted(input.path(), Printable.line(file.header().get(0), 40)));
      }
      return FieldProfile.ofColumns(file, input.notation(), limit);
    }
  }

  /**
   * Profiles an Avro schema.
   *
   * @throws CliError if it is not a record schema
   */
  static InputProfile schema(Path path) {
    Schema schema = read(path);
    if (isStandard(schema)) {
      return new InputProfile(
          path.toString(),
          Format.AVRO,
          null,
          null,
          List.of(),
          List.of(),
          0,
          null,
          null,
          new RowSample(),
          CellNotation.PLAIN,
          true);
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
        new RowSample(),
        CellNotation.PLAIN,
        false);
  }

  /** Returns true for the standard example schema. */
  static boolean isStandard(Schema schema) {
    return schema.getFullName().equals(ExampleSchema.SCHEMA.getFullName());
  }

  /**
   * Reads a record schema.
   *
   * @throws CliError if the file has none
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
      // The parser also throws null pointer and class cast exceptions.
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
    // The original message has no class names.
    String message =
        e.getCause() instanceof JsonProcessingException malformed
            ? malformed.getOriginalMessage()
            : e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return Printable.line(message.lines().findFirst().orElse(""), 200);
  }
}
