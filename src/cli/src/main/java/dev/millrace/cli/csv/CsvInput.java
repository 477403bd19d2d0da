package dev.millrace.cli.csv;

import dev.millrace.input.CellNotation;
import java.nio.file.Path;

/** A CSV file and the notation of its cells. */
public record CsvInput(Path path, CellNotation notation) {
  /** Returns a file of plain numbers and dates in ISO 8601. */
  public static CsvInput plain(Path path) {
    return new CsvInput(path, CellNotation.PLAIN);
  }
}
