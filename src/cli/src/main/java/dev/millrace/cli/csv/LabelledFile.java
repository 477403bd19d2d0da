package dev.millrace.cli.csv;

import dev.millrace.config.Settings;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of commands that read a file of rows with labels. */
public final class LabelledFile {
  @Option(
      names = "--input",
      paramLabel = "FILE",
      required = true,
      description = "CSV file with a header line, or lines of VW, libsvm or libffm; plain or gzip.")
  private Path input;

  @Option(
      names = "--label",
      paramLabel = "COLUMN",
      description =
          "Column to predict, or several, separated by commas (default: the pipeline's input.label"
              + " or input.targets).")
  private @Nullable String label;

  @Option(
      names = "--drop",
      paramLabel = "COLUMN",
      split = ",",
      description = "Columns to leave out, separated by commas.")
  private List<String> drop = List.of();

  @Mixin private NotationOptions notation;

  public Path path() {
    return input;
  }

  /** Returns the option {@code --label}; null if it is not given. */
  public @Nullable String label() {
    return label;
  }

  /**
   * Returns the column of one label: that of the option, else of the pipeline, else of sparse
   * features; null if there is none.
   *
   * @param settings of the pipeline; null if there is none
   */
  public @Nullable String label(@Nullable Settings settings) {
    String column = label == null && settings != null ? settings.input().spec().label() : label;
    return column == null && isSparse() ? SparseFormat.LABEL : column;
  }

  /** Returns the columns that the option {@code --label} names; none if it is not given. */
  public List<String> labels() {
    return label == null ? List.of() : CsvScan.columns(input, label);
  }

  /** Returns the columns to leave out. */
  public List<String> drop() {
    return drop;
  }

  /** Returns true for lines of sparse features. */
  public boolean isSparse() {
    return SparseFormat.of(input) != null;
  }

  /**
   * Returns the file with its notation.
   *
   * @param settings of the pipeline; null if there is none
   */
  public CsvInput of(@Nullable Settings settings) {
    return notation.of(input, settings);
  }
}
