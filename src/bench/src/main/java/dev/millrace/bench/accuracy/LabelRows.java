package dev.millrace.bench.accuracy;

import dev.millrace.cli.console.CliError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Rows of numbers with a set of labels.
 *
 * @param names of the labels
 * @param features of each row
 * @param sets [rows x labels]: true for a label of the row
 */
record LabelRows(List<String> names, List<float[]> features, List<boolean[]> sets) {

  /**
   * Reads a CSV(.gz) file whose first columns are the labels, 0 or 1 each.
   *
   * @param labels number of these columns
   */
  static LabelRows read(Path file, int labels) throws IOException {
    try (InputStream bytes = Files.newInputStream(file);
        InputStream text = file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8))) {
      String header = lines.readLine();
      List<String> columns = header == null ? List.of() : Arrays.asList(header.split(",", -1));
      if (columns.size() <= labels) {
        throw new CliError(
            "%s has %d columns, but %d labels need more".formatted(file, columns.size(), labels));
      }
      LabelRows rows =
          new LabelRows(columns.subList(0, labels), new ArrayList<>(), new ArrayList<>());
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        rows.add(line.split(",", -1), file);
      }
      return rows;
    }
  }

  private void add(String[] cells, Path file) {
    int labels = names.size();
    boolean[] set = new boolean[labels];
    float[] row = new float[cells.length - labels];
    for (int c = 0; c < cells.length; c++) {
      try {
        float value = Float.parseFloat(cells[c]);
        if (c < labels) {
          set[c] = value != 0;
        } else {
          row[c - labels] = value;
        }
      } catch (NumberFormatException e) {
        throw new CliError(
            "%s, line %d: \"%s\" is no number".formatted(file, sets.size() + 2, cells[c]));
      }
    }
    features.add(row);
    sets.add(set);
  }
}
