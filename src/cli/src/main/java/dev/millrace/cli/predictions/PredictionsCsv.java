package dev.millrace.cli.predictions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.config.Settings;
import dev.millrace.input.InputSpec;
import dev.millrace.report.Prediction;
import dev.millrace.report.PublishedField;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * CSV lines of records of the predictions topic. Not thread-safe.
 *
 * <p>Where the classes or labels are not known from the start, they are discovered in the records,
 * so the lines wait in a file until {@link #settle}.
 */
public final class PredictionsCsv implements AutoCloseable {
  private final Place place;
  private final List<String> classes; // with a column of probabilities
  private final RegionColumns regions;
  private final ReasonsColumn reasons;
  private final boolean isOfForecasts;
  private final boolean isOfSets;
  private final String separator;
  private final @Nullable TargetColumns targets; // null unless there are several
  private final @Nullable LabelColumns labels; // null if all classes are known
  private final LineWriter out;

  /** First columns of the lines, which identify what is predicted. */
  public interface Place {
    /** Returns the names of the columns, each followed by a comma. */
    String header();

    /** Returns the cells of a record, each followed by a comma. */
    String cells(PredictionRecord prediction);
  }

  /**
   * Classes with a column of probabilities.
   *
   * @param names in the order of their columns; none for regression
   * @param isPositive true if there is only the positive class, in a column without its name
   */
  public record Classes(List<String> names, boolean isPositive) {
    /** No class: regression, or several targets. */
    public static final Classes NONE = new Classes(List.of(), false);

    /** Returns the positive class alone. */
    public static Classes positive(String name) {
      return new Classes(List.of(name), true);
    }

    String header() {
      return isPositive
          ? "probability,"
          : names.stream()
              .map(name -> CsvCells.quoted("probability_" + name) + ",")
              .collect(Collectors.joining());
    }
  }

  /**
   * Begins with the header, unless columns are to be discovered.
   *
   * @param known classes; null if they are to be discovered, like the labels of sets always are
   * @param areClasses true if a class is predicted rather than a number
   * @param output of the pipeline: whether there are intervals or sets of classes, and reasons
   * @param waiting file where lines may wait, which is deleted at the end
   */
  public PredictionsCsv(
      LineWriter out,
      Place place,
      @Nullable Classes known,
      boolean areClasses,
      InputSpec spec,
      Settings.Output output,
      Path waiting)
      throws IOException {
    this.out = out;
    this.place = place;
    boolean hasOutputs = spec.hasOutputs();
    Classes columns = hasOutputs || known == null ? Classes.NONE : known;
    classes = columns.names();
    reasons = new ReasonsColumn(!hasOutputs && output.publish().reasons() > 0);
    regions = RegionColumns.of(!hasOutputs && output.publish().interval() > 0, areClasses);
    separator = spec.labelSeparator();
    targets =
        spec.targets().isEmpty()
            ? null
            : new TargetColumns(spec.targets(), output.publish().interval() > 0);
    isOfForecasts = spec.forecast() != null;
    isOfSets = hasOutputs && targets == null;
    labels =
        isOfSets || (known == null && targets == null)
            ? new LabelColumns(isOfSets ? spec.classes() : List.of(), waiting)
            : null;
    String header =
        place.header()
            + (targets == null ? "actual,prediction," + columns.header() : targets.header())
            + regions.header()
            + reasons.header()
            + columns(PublishedField::name)
            + (isOfForecasts ? ",series,horizon,target_time" : "");
    if (labels == null) {
      out.write(header);
    } else {
      labels.header(header);
    }
  }

  /** Adds a record of the predictions topic. */
  public void accept(JsonNode json) throws IOException {
    PredictionRecord prediction = PredictionRecord.of(json);
    String line = line(prediction, json);
    if (labels == null) {
      out.write(line);
    } else {
      labels.add(line, prediction.outcome().known(), out);
    }
  }

  /** Writes the lines that wait; later ones have the columns that are known now. */
  public void settle() throws IOException {
    if (labels != null) {
      labels.settle(out);
    }
  }

  private String line(PredictionRecord prediction, JsonNode json) {
    return place.cells(prediction)
        + (targets == null ? outcome(prediction) : targets.cells(prediction))
        + regions.cells(prediction.outcome())
        + reasons.cell(prediction.reasons())
        + columns(field -> cell(json.path(field.name()), field))
        + (isOfForecasts ? forecast(prediction) : "");
  }

  private static String columns(Function<PublishedField, String> cell) {
    return PublishedField.columns(Prediction.class).stream()
        .map(cell)
        .collect(Collectors.joining(","));
  }

  private static String cell(JsonNode value, PublishedField field) {
    return field.type() == boolean.class ? "" + value.asBoolean() : CsvCells.text(value);
  }

  /** Returns the label, what was predicted, and probabilities, each followed by a comma. */
  private String outcome(PredictionRecord prediction) {
    return isOfSets
        ? set(prediction.actualSet()) + "," + set(prediction.labels()) + ","
        : prediction.outcome().cells() + probabilities(prediction.outcome().known());
  }

  private String set(List<String> names) {
    return CsvCells.quoted(String.join(separator, names));
  }

  private static String forecast(PredictionRecord prediction) {
    return ",%s,%s,%s"
        .formatted(
            CsvCells.quoted(prediction.series()),
            prediction.horizon(),
            CsvCells.quoted(prediction.targetTime()));
  }

  /**
   * Returns a probability for each class, each followed by a comma: 0 for a class unknown to the
   * model, empty if nothing was predicted.
   */
  private String probabilities(Map<String, Number> known) {
    StringBuilder cells = new StringBuilder();
    for (String name : classes) {
      cells.append(CsvCells.probability(known, name)).append(',');
    }
    return cells.toString();
  }

  @Override
  public void close() throws IOException {
    try (labels) {
      settle();
    }
  }
}
