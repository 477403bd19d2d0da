package dev.millrace.cli.csv;

import dev.millrace.codec.text.CellConverter;
import dev.millrace.input.CellNotation;
import dev.millrace.input.InputSpec;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Converts the cells of a scanned file that are read as numbers or times to the plain notation, and
 * leaves all others as they are. Not thread-safe.
 */
public final class RowConverter {
  private final @Nullable CellConverter converter;
  private final boolean[] isConverted;
  private final String[] plain;

  /**
   * @param spec input of the pipeline that reads the rows; null if there is none
   */
  public RowConverter(CsvScan scan, @Nullable InputSpec spec) {
    List<String> header = scan.header();
    converter =
        scan.notation().equals(CellNotation.PLAIN) ? null : new CellConverter(scan.notation());
    isConverted = new boolean[header.size()];
    plain = new String[header.size()];
    InputSpec read =
        (spec == null ? InputSpec.DEFAULT : spec)
            .with(
                to -> {
                  to.label = scan.labelColumn() < 0 ? "" : header.get(scan.labelColumn());
                  to.targets = scan.targets();
                  to.task = scan.task();
                  to.classes = List.of();
                  to.features = scan.features();
                });
    Set<String> columns = CellConverter.columns(read);
    for (int c = 0; c < plain.length; c++) {
      isConverted[c] = columns.contains(header.get(c));
    }
  }

  /** Returns the cells of a row; the next call overwrites them. */
  public String[] plain(String[] row) {
    if (converter == null) {
      return row;
    }
    for (int c = 0; c < row.length; c++) {
      plain[c] = isConverted[c] ? converter.plain(row[c]) : row[c];
    }
    return plain;
  }
}
