package dev.millrace.cli.csv;

import dev.millrace.codec.text.CellConverter;
import dev.millrace.codec.text.CsvText;
import dev.millrace.data.FeatureSpec;
import dev.millrace.input.CellNotation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Guesses in which notation the numbers and dates of a file are that are not plain: the one that
 * reads most cells of its first rows.
 */
public final class NotationGuess {
  private static final int MAX_ROWS = 10_000;

  private NotationGuess() {}

  /**
   * Returns the notation of a file.
   *
   * @param file the notation of which holds where no column needs another one
   * @param columns of the file as that notation reads them
   */
  public static CellNotation of(CsvInput file, List<FieldProfile> columns) {
    CellNotation notation = file.notation();
    List<String> numbers = cells(file.path(), columns, FieldProfile::isOtherNumbers);
    List<CellNotation> numberNotations = best(OtherNotations.NUMBERS, numbers);
    if (!numberNotations.isEmpty()) {
      List<String> plainNumbers =
          cells(file.path(), columns, column -> column.type() == FeatureSpec.Type.NUMERIC);
      notation =
          withoutGroups(numberNotations.get(0), numbers, plainNumbers)
              .withDateFormat(notation.dateFormat());
    }
    List<String> dates = cells(file.path(), columns, FieldProfile::isOtherDates);
    CellNotation dateNotation =
        best(OtherNotations.DATES, dates).stream()
            .min(Comparator.comparingLong(candidate -> steps(candidate, dates)))
            .orElse(notation);
    return notation.withDateFormat(dateNotation.dateFormat());
  }

  private static List<String> cells(
      Path path, List<FieldProfile> columns, Predicate<FieldProfile> chosen) {
    int[] places =
        IntStream.range(0, columns.size()).filter(c -> chosen.test(columns.get(c))).toArray();
    List<String> cells = new ArrayList<>();
    if (places.length == 0) {
      return cells;
    }
    try (CsvFile file = new CsvFile(path)) {
      for (int row = 0; row < MAX_ROWS && file.next(); row++) {
        for (int place : places) {
          String cell = file.row()[place];
          if (!CsvText.isMissing(cell)) {
            cells.add(cell);
          }
        }
      }
    }
    return cells;
  }

  /** Returns the candidates that read most cells; none if none reads any. */
  private static List<CellNotation> best(List<CellNotation> candidates, List<String> cells) {
    List<CellNotation> best = new ArrayList<>();
    long most = 1;
    for (CellNotation candidate : candidates) {
      CellConverter reader = new CellConverter(candidate);
      long read = cells.stream().filter(reader::reads).count();
      if (read > most) {
        best.clear();
      }
      if (read >= most) {
        best.add(candidate);
        most = read;
      }
    }
    return best;
  }

  /**
   * Returns a notation with a decimal comma without the mark of groups that no cell has.
   *
   * @param plain cells of columns that the plain notation reads too: 1.234 may be a group
   */
  private static CellNotation withoutGroups(
      CellNotation notation, List<String> cells, List<String> plain) {
    CellNotation ungrouped = new CellNotation(notation.decimal(), null, null);
    if (ungrouped.hasPlainNumbers()) {
      return notation; // without the mark it would not read a currency
    }
    CellConverter all = new CellConverter(notation);
    CellConverter some = new CellConverter(ungrouped);
    List<String> points = plain.stream().filter(cell -> cell.indexOf('.') >= 0).toList();
    boolean hasGroups =
        cells.stream().anyMatch(cell -> all.reads(cell) && !some.reads(cell))
            || (!points.isEmpty() && points.stream().allMatch(all::reads));
    return hasGroups ? notation : ungrouped;
  }

  // Days and months that are exchanged go back and forth.
  private static long steps(CellNotation candidate, List<String> cells) {
    CellConverter reader = new CellConverter(candidate);
    List<String> dates = cells.stream().map(reader::plain).toList();
    return IntStream.range(1, dates.size())
        .filter(i -> dates.get(i).compareTo(dates.get(i - 1)) < 0)
        .count();
  }
}
