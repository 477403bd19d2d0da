package dev.millrace.bench.accuracy;

import dev.millrace.cli.csv.CsvFile;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.codec.text.CsvText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The values of a file's series, to look up what a forecast was of. */
final class SeriesValues {
  private final List<List<Double>> seriesOfRow = new ArrayList<>();
  private final List<Integer> placeOfRow = new ArrayList<>();

  private SeriesValues() {}

  /**
   * Reads a file in which each row has a value.
   *
   * @param scan positions of the values, as label, and of the model key, which names the series
   */
  static SeriesValues read(Path path, CsvScan scan) {
    SeriesValues values = new SeriesValues();
    Map<String, List<Double>> series = new HashMap<>();
    try (CsvFile file = new CsvFile(path)) {
      while (file.next()) {
        String name = scan.keyColumn() < 0 ? "" : file.row()[scan.keyColumn()];
        List<Double> numbers = series.computeIfAbsent(name, absent -> new ArrayList<>());
        values.seriesOfRow.add(numbers);
        values.placeOfRow.add(numbers.size());
        numbers.add(CsvText.number(file.row()[scan.labelColumn()]));
      }
    }
    return values;
  }

  /** Returns the value some records of the series after a row; NaN if there is none. */
  double ahead(int row, int records) {
    List<Double> series = seriesOfRow.get(row);
    int place = placeOfRow.get(row) + records;
    return place < series.size() ? series.get(place) : Double.NaN;
  }
}
