package dev.millrace.cli.csv;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.input.InputSpec;
import java.io.BufferedInputStream;
import java.io.CharConversionException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a CSV file: UTF-8, plain or gzip, with a header line whose {@linkplain
 * CsvSeparator separator} holds for all rows. Skips blank lines. Reads {@linkplain SparseFormat
 * sparse features} as rows too. Not thread-safe.
 */
public final class CsvFile implements AutoCloseable {
  private static final CsvFactory CSV =
      CsvFactory.builder()
          .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
          .enable(CsvParser.Feature.TRIM_SPACES)
          .disable(CsvParser.Feature.ALLOW_TRAILING_COMMA)
          .build();

  // As many as a model has features by default; what is kept of each takes some kilobytes.
  private static final int MAX_COLUMNS = InputSpec.Limits.DEFAULT.features();

  private final Path path;
  private final @Nullable SparseFormat sparseFormat;
  private final InputStream in;
  private final JsonParser parser;
  private final List<String> header;
  private final String[] row;
  private final long linesBefore;
  private long line;

  /**
   * Opens a file and reads its header. Cells of its rows are as they are written.
   *
   * @throws CliError if the file cannot be read, or its header is missing, names a column twice or
   *     names too many
   */
  public CsvFile(Path path) {
    this.path = path;
    InputStream opened = null;
    try {
      BufferedInputStream bytes = CsvInput.open(path);
      opened = bytes;
      sparseFormat = SparseFormat.of(path, bytes);
      in =
          sparseFormat == null
              ? bytes
              : new BufferedInputStream(
                  SparseLines.open(path, sparseFormat, CsvInput.open(path), bytes),
                  CsvInput.BUFFER);
      FileTypeSniffer.requireCsv(path, in);
      CsvSeparator separator = CsvSeparator.of(in);
      // The header that sparse features are given is no line of the file.
      linesBefore = sparseFormat == null ? separator.lines() : -1;
      CsvSchema separated = CsvSchema.emptySchema().withColumnSeparator(separator.character());
      parser = CSV.createParser(in);
      parser.setSchema(separated);
      header = readHeader();
      row = new String[header.size()];
    } catch (IOException e) {
      closeQuietly(opened);
      throw error(e);
    } catch (CliError e) {
      closeQuietly(opened);
      throw e;
    }
  }

  Path path() {
    return path;
  }

  /** Returns the column names. */
  public List<String> header() {
    return header;
  }

  /** Returns true for a column of ids with a number each, in a file of sparse features. */
  boolean isSparse(String column) {
    return sparseFormat != null && SparseFormat.isSparse(column);
  }

  /** Returns the format of sparse features; null for CSV. */
  @Nullable SparseFormat sparseFormat() {
    return sparseFormat;
  }

  /**
   * Moves to the next row; false at the end of the file.
   *
   * @throws CliError if a row is malformed or has a wrong number of values
   */
  public boolean next() {
    try {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        return false;
      }
      int columns = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (columns == 0) {
          // The line of the first value: the row itself begins before the line break.
          line = linesBefore + parser.currentTokenLocation().getLineNr();
        }
        if (columns < row.length) {
          row[columns] = parser.getText();
        }
        columns++;
      }
      if (columns != row.length) {
        throw new CliError(
            "%s has %s; the header names %d columns."
                .formatted(position(), Plural.of(columns, "value"), row.length));
      }
      return true;
    } catch (IOException e) {
      throw error(e);
    }
  }

  /** Returns the values of the current row; {@link #next} overwrites them. */
  public String[] row() {
    return row;
  }

  /** Returns the position of the current row, such as {@code data.csv:17}. */
  public String position() {
    return path.getFileName() + ":" + line;
  }

  @Override
  public void close() {
    closeQuietly(parser);
    closeQuietly(in);
  }

  private List<String> readHeader() throws IOException {
    List<String> names = new ArrayList<>();
    int columns = 0;
    if (parser.nextToken() == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        columns++;
        if (columns <= MAX_COLUMNS) {
          String name = parser.getText().strip();
          // R writes row names under an empty header.
          names.add(name.isEmpty() ? "column_" + columns : name);
        }
      }
    }
    if (columns > MAX_COLUMNS) {
      throw new CliError(
          ("%s has %,d columns; at most %,d are read. Leave columns out, or write"
                  + " lines of libsvm (docs/send-data.md).")
              .formatted(path, columns, MAX_COLUMNS));
    }
    if (names.isEmpty()) {
      throw new CliError(path + " is empty: a header line with the column names is needed.");
    }
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new CliError(
            path + " names column \"" + name + "\" twice in its first line, the header.");
      }
    }
    return List.copyOf(names);
  }

  private CliError error(IOException e) {
    if (path.toString().equals("-") || path.startsWith("/dev")) {
      return CliError.usage(
          "%s cannot be read: the file is read more than once. Save it under a name first."
              .formatted(path));
    }
    if (e instanceof NoSuchFileException) {
      return new CliError("There is no file " + path + ".", e);
    }
    if (e instanceof AccessDeniedException) {
      return new CliError(path + " may not be read by this user.", e);
    }
    if (e instanceof CharConversionException) {
      return new CliError(
          "%s is not UTF-8 text%s. If a spreadsheet wrote it: iconv -f WINDOWS-1252 -t UTF-8 %s > utf8.csv"
              .formatted(path, line == 0 ? "" : " (after line " + line + ")", path),
          e);
    }
    if (e instanceof ZipException || e instanceof EOFException) {
      return new CliError(
          "%s is a damaged gzip file%s. Fetch or pack it again."
              .formatted(path, line == 0 ? "" : " (after line " + line + ")"),
          e);
    }
    if (e instanceof JsonProcessingException malformed) {
      // The start of the value: a quote that is never closed ends with the file.
      long at = linesBefore + parser.currentTokenLocation().getLineNr();
      return new CliError(
          path.getFileName() + ":" + at + " is malformed: " + malformed.getOriginalMessage(), e);
    }
    return new CliError("Cannot read " + path + ": " + e.getMessage(), e);
  }

  private static void closeQuietly(@Nullable AutoCloseable resource) {
    try {
      if (resource != null) {
        resource.close();
      }
    } catch (Exception e) {
      // Nothing is lost: the file was only read.
    }
  }
}
