package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.csv.AnswerLines;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.csv.ReasonsColumn;
import dev.millrace.cli.csv.RegionColumns;
import dev.millrace.config.Settings;
import dev.millrace.data.InputSpec;
import dev.millrace.data.Task;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** CSV file of the predictions of each row before it was learned. Not thread-safe. */
final class PredictionsFile implements AutoCloseable {
  private final Path file;
  private final String columns;
  private final long rows;
  private final List<String> classes; // with a column of probabilities
  private final RegionColumns regions;
  private final ReasonsColumn reasons;
  private final boolean isOfForecasts;
  private final String separator;
  private final @Nullable TargetColumns targets; // null unless there are several
  private final @Nullable LabelColumns labels; // null unless labels are sets
  private final Writer out;

  /**
   * @param scan the predicted file
   * @param positive the positive class, whose probability alone is written; null unless binary
   * @param output of the pipeline: whether there are intervals or sets of classes, and reasons
   * @throws CliError if the file cannot be written
   */
  PredictionsFile(
      Path file, CsvScan scan, InputSpec spec, @Nullable String positive, Settings.Output output) {
    this.file = file;
    rows = scan.rows();
    boolean hasOutputs = spec.hasOutputs();
    classes = hasOutputs ? List.of() : classes(scan, spec, positive);
    reasons = new ReasonsColumn(!hasOutputs && output.reasons() > 0);
    regions =
        RegionColumns.of(!hasOutputs && output.interval() > 0, scan.task() != Task.REGRESSION);
    separator = spec.labelSeparator();
    targets =
        spec.targets().isEmpty() ? null : new TargetColumns(spec.targets(), output.interval() > 0);
    isOfForecasts = spec.forecast() != null;
    String probabilities =
        positive == null
            ? classes.stream()
                .map(name -> AnswerLines.quoted("probability_" + name) + ",")
                .collect(Collectors.joining())
            : "probability,";
    columns =
        "row,epoch,key,"
            + (targets == null ? "actual,prediction," + probabilities : targets.header())
            + regions.header()
            + reasons.header()
            + "model_version,held_out"
            + (isOfForecasts ? ",series,horizon,target_time" : "");
    try {
      out = Files.newBufferedWriter(file);
      labels = hasOutputs && targets == null ? new LabelColumns(spec.classes(), file) : null;
      if (labels == null) {
        out.write(columns + "\n");
      }
    } catch (IOException e) {
      throw OutputFile.failure(file, e);
    }
  }

  private static List<String> classes(CsvScan scan, InputSpec spec, @Nullable String positive) {
    if (positive != null) {
      return List.of(positive);
    }
    if (scan.task() == Task.REGRESSION) {
      return List.of();
    }
    return spec.classes().isEmpty() ? scan.labels().stream().sorted().toList() : spec.classes();
  }

  /** Adds a record of the predictions topic. */
  void accept(JsonNode prediction) {
    try {
      if (labels == null) {
        out.write(line(prediction) + "\n");
      } else {
        labels.add(line(prediction), prediction);
      }
    } catch (IOException e) {
      throw OutputFile.failure(file, e); // which fails the job
    }
  }

  private String line(JsonNode prediction) {
    long offset = prediction.path("offset").asLong();
    return String.join(
            ",",
            Long.toString(offset % rows + 1),
            Long.toString(offset / rows + 1),
            AnswerLines.quoted(prediction.path("key").asText()),
            (targets == null ? outcome(prediction) : targets.cells(prediction))
                + regions.cells(prediction)
                + reasons.cell(prediction)
                + prediction.path("model_version").asText(),
            Boolean.toString(prediction.path("held_out").asBoolean()))
        + (isOfForecasts ? forecast(prediction) : "");
  }

  /** Returns the label, what was predicted, and probabilities, each followed by a comma. */
  private String outcome(JsonNode prediction) {
    if (labels != null) {
      return set(prediction.path("actual")) + "," + set(prediction.path("labels")) + ",";
    }
    JsonNode predicted =
        prediction.has("value") ? prediction.path("value") : prediction.path("class");
    return text(prediction.path("actual"))
        + ","
        + text(predicted)
        + ","
        + probabilities(prediction);
  }

  private String set(JsonNode names) {
    return AnswerLines.quoted(
        StreamSupport.stream(names.spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.joining(separator)));
  }

  private static String forecast(JsonNode prediction) {
    return ",%s,%s,%s"
        .formatted(
            AnswerLines.quoted(prediction.path("series").asText()),
            prediction.path("horizon").asText(),
            text(prediction.path("target_time")));
  }

  /**
   * Returns a probability for each class, each followed by a comma: 0 for a class unknown to the
   * model, empty if nothing was predicted.
   */
  private String probabilities(JsonNode prediction) {
    JsonNode known = prediction.path(prediction.has("scores") ? "scores" : "probabilities");
    StringBuilder cells = new StringBuilder();
    for (String name : classes) {
      JsonNode probability = known.path(name);
      boolean isUnknown = probability.isMissingNode() && !known.isEmpty();
      cells.append(isUnknown ? "0.0" : text(probability)).append(',');
    }
    return cells.toString();
  }

  /** Returns the value as CSV, empty if null or missing. */
  static String text(JsonNode value) {
    return value.isNull() ? "" : AnswerLines.quoted(value.asText());
  }

  @Override
  public void close() {
    try (out;
        labels) {
      if (labels != null) {
        labels.write(columns, out);
      }
    } catch (IOException e) {
      throw OutputFile.failure(file, e);
    }
  }
}
