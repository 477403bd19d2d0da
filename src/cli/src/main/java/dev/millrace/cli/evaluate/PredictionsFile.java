package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.predictions.CsvCells;
import dev.millrace.cli.predictions.PredictionRecord;
import dev.millrace.cli.predictions.PredictionsCsv;
import dev.millrace.cli.predictions.PredictionsCsv.Classes;
import dev.millrace.config.Settings;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** CSV file of the predictions of each row before it was learned. Not thread-safe. */
final class PredictionsFile implements AutoCloseable {
  private final Path file;
  private final Writer out;
  private final PredictionsCsv lines;

  /**
   * @param scan the predicted file
   * @param positive the positive class, whose probability alone is written; null unless binary
   * @param output of the pipeline: whether there are intervals or sets of classes, and reasons
   * @throws CliError if the file cannot be written
   */
  PredictionsFile(
      Path file, CsvScan scan, InputSpec spec, @Nullable String positive, Settings.Output output) {
    this.file = file;
    try {
      out = Files.newBufferedWriter(file);
      lines =
          new PredictionsCsv(
              line -> out.write(line + "\n"),
              new Row(scan.rows()),
              classes(scan, spec, positive),
              scan.task() != Task.REGRESSION,
              spec,
              output,
              file.resolveSibling(file.getFileName() + ".part"));
    } catch (IOException e) {
      throw OutputFile.failure(file, e);
    }
  }

  /** Place of a prediction in the file, which is read in several epochs. */
  private record Row(long rows) implements PredictionsCsv.Place {
    @Override
    public String header() {
      return "row,epoch,key,";
    }

    @Override
    public String cells(PredictionRecord prediction) {
      long offset = prediction.offset();
      return "%d,%d,%s,"
          .formatted(offset % rows + 1, offset / rows + 1, CsvCells.quoted(prediction.key()));
    }
  }

  private static Classes classes(CsvScan scan, InputSpec spec, @Nullable String positive) {
    if (positive != null) {
      return Classes.positive(positive);
    }
    if (scan.task() == Task.REGRESSION) {
      return Classes.NONE;
    }
    return new Classes(
        spec.classes().isEmpty() ? scan.labels().stream().sorted().toList() : spec.classes(),
        false);
  }

  /** Adds a record of the predictions topic. */
  void accept(JsonNode prediction) {
    try {
      lines.accept(prediction);
    } catch (IOException e) {
      throw OutputFile.failure(file, e); // which fails the job
    }
  }

  @Override
  public void close() {
    try (out;
        lines) {
      lines.settle();
    } catch (IOException e) {
      throw OutputFile.failure(file, e);
    }
  }
}
