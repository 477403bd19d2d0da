package dev.millrace.cli.init;

import dev.millrace.cli.csv.CsvFile;
import dev.millrace.codec.CsvText;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The first records in their order: numbers, and texts as numbers that are equal if they are. */
final class RowSample {
  /** Name of the column of record keys. */
  static final String RECORD_KEY = "";

  private static final int MAX_ROWS = 20_000;
  private static final int MAX_COLUMNS = 200;
  // As many bits of a hash as a double has exactly.
  private static final int HASH_SHIFT = 11;

  private final Map<String, double[]> columns = new HashMap<>();
  private int rows;

  /** Reads the first rows of a CSV file. */
  static RowSample ofCsv(Path path, long limit) {
    RowSample sample = new RowSample();
    try (CsvFile file = new CsvFile(path)) {
      List<String> header = file.header();
      while (sample.rows < Math.min(limit, MAX_ROWS) && file.next()) {
        for (int c = 0; c < header.size(); c++) {
          String cell = file.row()[c];
          if (!CsvText.isMissing(cell)) {
            double number = CsvText.number(cell);
            sample.set(header.get(c), Double.isNaN(number) ? hash(cell) : number);
          }
        }
        sample.endRow();
      }
    }
    return sample;
  }

  /** Sets a field of the current record to a text. */
  void set(String name, String text) {
    set(name, hash(text));
  }

  /** Sets a field of the current record to a number. */
  void set(String name, double value) {
    if (rows == MAX_ROWS || (!columns.containsKey(name) && columns.size() == MAX_COLUMNS)) {
      return;
    }
    columns.computeIfAbsent(name, absent -> missing())[rows] = value;
  }

  private static double[] missing() {
    double[] column = new double[MAX_ROWS];
    Arrays.fill(column, Double.NaN);
    return column;
  }

  private static double hash(String text) {
    long hash = 0xCBF29CE484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
    }
    return hash >>> HASH_SHIFT;
  }

  /** Ends the current record. */
  void endRow() {
    rows = Math.min(MAX_ROWS, rows + 1);
  }

  /** Returns the number of records. */
  int rows() {
    return rows;
  }

  /** Returns the values of a field, NaN where it is missing; null if no record has it. */
  double @Nullable [] column(String name) {
    return columns.get(name);
  }
}
