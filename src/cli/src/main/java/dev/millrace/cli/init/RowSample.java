package dev.millrace.cli.init;

import dev.millrace.cli.csv.CsvFile;
import dev.millrace.cli.csv.CsvInput;
import dev.millrace.cli.csv.FieldProfile;
import dev.millrace.codec.text.CellConverter;
import dev.millrace.codec.text.ClockTime;
import dev.millrace.codec.text.CsvText;
import dev.millrace.codec.text.EventTime;
import dev.millrace.data.FeatureSpec;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The first records in their order: numbers, texts that are dates or times as milliseconds since
 * 1970, and other texts as numbers that are equal if they are.
 */
final class RowSample {
  /** Name of the column of record keys. */
  static final String RECORD_KEY = "";

  private static final int MAX_ROWS = 20_000;
  private static final int MAX_COLUMNS = 200;
  // As many bits of a hash as a double has exactly.
  private static final int HASH_SHIFT = 11;
  private static final int MONTH_LENGTH = "2026-11".length();
  private static final int DATE_LENGTH = "2026-11-26".length();

  private final Map<String, double[]> columns = new HashMap<>();
  private final Map<String, int[]> counts = new HashMap<>(); // of dates, of times
  private int rows;

  /**
   * Reads the first rows of a CSV file.
   *
   * @param fields profiles of its columns
   */
  static RowSample ofCsv(CsvInput input, List<FieldProfile> fields, long limit) {
    CellConverter converter = new CellConverter(input.notation());
    RowSample sample = new RowSample();
    try (CsvFile file = new CsvFile(input.path())) {
      List<String> header = file.header();
      while (sample.rows < Math.min(limit, MAX_ROWS) && file.next()) {
        for (int c = 0; c < header.size(); c++) {
          String cell = file.row()[c];
          if (!CsvText.isMissing(cell)) {
            FieldProfile field = fields.get(c);
            boolean isRead = field.type() == FeatureSpec.Type.NUMERIC || field.isTimes();
            sample.set(header.get(c), isRead ? converter.plain(cell) : cell);
          }
        }
        sample.endRow();
      }
    }
    return sample;
  }

  /** Sets a field of the current record to a text, which may be that of a number. */
  void set(String name, String text) {
    double number = CsvText.number(text);
    if (!Double.isNaN(number)) {
      set(name, number);
      return;
    }
    if (store(name, value(text)) && !Double.isNaN(date(text))) {
      int[] count = counts.computeIfAbsent(name, absent -> new int[2]);
      count[0]++;
      count[1] += Double.isNaN(instant(text)) ? 0 : 1;
    }
  }

  /** Returns the value of a text in a column. */
  static double value(String text) {
    double number = CsvText.number(text);
    double date = Double.isNaN(number) ? date(text) : number;
    return Double.isNaN(date) ? hash(text) : date;
  }

  // What input.event-time reads.
  private static double instant(String text) {
    boolean mayBe = text.length() > DATE_LENGTH && text.charAt(4) == '-';
    OptionalLong millis = mayBe ? EventTime.ofCell(text) : OptionalLong.empty();
    return millis.isPresent() ? millis.getAsLong() : Double.NaN;
  }

  private static double date(String text) {
    double instant = instant(text);
    if (!Double.isNaN(instant)) {
      return instant;
    }
    OptionalLong millis = ClockTime.date(text.length() == MONTH_LENGTH ? text + "-01" : text);
    return millis.isPresent() ? millis.getAsLong() : Double.NaN;
  }

  /** Sets a field of the current record to a number; one that is not finite is missing. */
  void set(String name, double value) {
    if (Double.isFinite(value)) {
      store(name, value);
    }
  }

  /** Returns false if there is no room for the value. */
  private boolean store(String name, double value) {
    if (rows == MAX_ROWS || (!columns.containsKey(name) && columns.size() == MAX_COLUMNS)) {
      return false;
    }
    columns.computeIfAbsent(name, absent -> missing())[rows] = value;
    return true;
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

  /** Returns true if it has room for no more records, so that more may follow. */
  boolean isFull() {
    return rows == MAX_ROWS;
  }

  /** Returns true if the field has values, all of them dates or times as text. */
  boolean isDates(String name) {
    return counts.containsKey(name) && counts.get(name)[0] == values(name);
  }

  /** Returns true if the field has values, all of them texts that {@code event-time} reads. */
  boolean isTimes(String name) {
    return counts.containsKey(name) && counts.get(name)[1] == values(name);
  }

  /** Returns true if each record has a value in this field. */
  boolean isComplete(String name) {
    return rows > 0 && values(name) == rows;
  }

  private long values(String name) {
    double[] column = columns.get(name);
    return column == null
        ? 0
        : Arrays.stream(column, 0, rows).filter(value -> !Double.isNaN(value)).count();
  }

  /** Returns the values of a field, NaN where it is missing; null if no record has it. */
  double @Nullable [] column(String name) {
    return columns.get(name);
  }
}
