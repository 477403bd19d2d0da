package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import dev.millrace.input.CellNotation;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** A CSV file and the notation of its cells. */
public record CsvInput(Path path, CellNotation notation) {
  static final int BUFFER = 1 << 16;

  /** Returns a file of plain numbers and dates in ISO 8601. */
  public static CsvInput plain(Path path) {
    return new CsvInput(path, CellNotation.PLAIN);
  }

  /** Opens a file, plain or gzip by its content. */
  static BufferedInputStream open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new CliError(path + " is a directory; name a .csv or .csv.gz file.");
    }
    BufferedInputStream file = new BufferedInputStream(Files.newInputStream(path), BUFFER);
    try {
      file.mark(2);
      boolean gzip = file.read() == 0x1f && file.read() == 0x8b;
      file.reset();
      return gzip ? new BufferedInputStream(new GZIPInputStream(file, BUFFER), BUFFER) : file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }
}
