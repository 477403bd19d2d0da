package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.csv.CsvScanner.Purpose;
import dev.millrace.cli.csv.CsvScanner.Truth;
import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Printable;
import dev.millrace.data.Task;
import dev.millrace.input.CarriedColumn;
import dev.millrace.input.CellNotation;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Columns of a CSV file: features, label and key, from one pass over the file.
 *
 * @param file name of the file
 * @param notation of its cells
 * @param header the column names, in file order
 * @param features of all columns but label, key and dropped ones, in file order
 * @param featureColumns position in the header of each feature
 * @param labelColumn position of the label, or -1
 * @param targets labels that are learned together, in place of the one label; mostly none
 * @param keyColumn position of the model key, or -1
 * @param labels sorted class names of the label's values; none if there are more than 32. Those in
 *     sets only if there is no pipeline; none of several targets
 * @param rarerClass the rarer of two classes, the later by name if equal
 * @param classes number of distinct labels, with an error of about 3 % beyond 1,023; 0 of several
 *     targets, and of sets in a file that a pipeline reads
 * @param task null without a label
 * @param labelSeparator what is between the labels of a set, by their look; null if the label is no
 *     set, or a set without one
 * @param rows number of rows below the header
 * @param ids features that are ids of some kind, each with the reason; none unless drafted
 * @param warnings about columns, event times and the separator of labels
 * @param laterTimes by column, the warning about its event times if it has some later than tomorrow
 * @param withoutLabel warning about rows without a label
 * @param columns that records of the rows declare; null if the pipeline declares them
 */
public record CsvScan(
    String file,
    CellNotation notation,
    List<String> header,
    List<FeatureSpec> features,
    List<Integer> featureColumns,
    int labelColumn,
    List<TargetSpec> targets,
    int keyColumn,
    List<String> labels,
    @Nullable String rarerClass,
    long classes,
    @Nullable Task task,
    @Nullable String labelSeparator,
    long rows,
    List<String> ids,
    List<String> warnings,
    Map<String, String> laterTimes,
    @Nullable String withoutLabel,
    @Nullable DeclaredColumns columns)
    implements Serializable {

  static final int MAX_NAME = 60;

  public CsvScan {
    header = List.copyOf(header);
    features = List.copyOf(features);
    featureColumns = List.copyOf(featureColumns);
    targets = List.copyOf(targets);
    labels = List.copyOf(labels);
    ids = List.copyOf(ids);
    warnings = List.copyOf(warnings);
    laterTimes = Map.copyOf(laterTimes);
  }

  /**
   * Scans a file with a label.
   *
   * @param key column of the model key
   * @param drop columns to leave out
   * @throws CliError if a column does not exist, all labels or a key is missing, or a row is
   *     malformed
   */
  public static CsvScan scan(
      Path path, String label, @Nullable String key, Collection<String> drop) {
    return scan(path, label, key, drop, null);
  }

  /** Scans a file of plain numbers with a label and a task. */
  public static CsvScan scan(
      Path path, String label, @Nullable String key, Collection<String> drop, @Nullable Task task) {
    return scan(CsvInput.plain(path), label, key, drop, task);
  }

  /**
   * Scans a file with a label and a task.
   *
   * @param task null for the task of the label: text and few integers are classes
   */
  public static CsvScan scan(
      CsvInput file,
      String label,
      @Nullable String key,
      Collection<String> drop,
      @Nullable Task task) {
    return CsvScanner.scan(file, Truth.of(label, task), Purpose.LEARN, key, drop);
  }

  /**
   * Scans a file for a pipeline. If that declares no features and records can, they are the ones
   * that {@code init} drafts.
   */
  public static CsvScan of(
      CsvInput file,
      InputSpec spec,
      String label,
      @Nullable String key,
      Collection<String> drop,
      @Nullable Task task) {
    Purpose purpose = ExampleSchema.mayDeclareColumns(spec) ? Purpose.DRAFT : Purpose.LEARN;
    return CsvScanner.scan(file, Truth.of(label, task), purpose, key, drop).withInput(spec);
  }

  /** Scans a file of series, whose column to forecast may be the only one. */
  public static CsvScan series(
      CsvInput file, String column, @Nullable String key, Collection<String> drop) {
    return CsvScanner.scan(file, Truth.of(column, Task.REGRESSION), Purpose.FORECAST, key, drop);
  }

  /** Scans a file with the features that {@code init} drafts, times and ids among them. */
  public static CsvScan drafted(
      CsvInput file,
      String label,
      @Nullable String key,
      Collection<String> drop,
      @Nullable Task task) {
    return CsvScanner.scan(file, Truth.of(label, task), Purpose.DRAFT, key, drop);
  }

  /** Scans a file to predict: without a task, and the label column may be missing. */
  public static CsvScan unlabelled(
      CsvInput file, String label, @Nullable String key, Collection<String> drop) {
    return CsvScanner.scan(file, Truth.of(label, null), Purpose.PREDICT, key, drop);
  }

  /**
   * Scans a file with a set of labels or with targets.
   *
   * @param input that has the outputs; targets without a task have that of their column
   * @param isPipeline false if there is no pipeline, so that features and classes are drafted
   */
  public static CsvScan outputs(
      CsvInput file,
      InputSpec input,
      boolean isPipeline,
      @Nullable String key,
      Collection<String> drop) {
    Truth truth = new Truth(input.label(), input.task(), input.targets(), input.labelSeparator());
    return CsvScanner.scan(file, truth, isPipeline ? Purpose.LEARN : Purpose.DRAFT, key, drop);
  }

  /** Returns the columns that a list names, separated by commas; a name may have commas, too. */
  public static List<String> columns(Path path, String names) {
    if (names.indexOf(',') < 0) {
      return List.of(names);
    }
    try (CsvFile file = new CsvFile(path)) {
      return ColumnNames.of(List.of(names.split(",", -1)), file.header());
    }
  }

  /**
   * Returns the classes to declare, in order; none for regression, too many classes, or a binary
   * task without two.
   */
  List<String> declaredClasses() {
    return declaredClasses(task, labels);
  }

  static List<String> declaredClasses(@Nullable Task task, List<String> labels) {
    boolean fits =
        task == Task.MULTICLASS
            || task == Task.MULTILABEL
            || (task == Task.BINARY && labels.size() == 2);
    return fits ? labels.stream().sorted(ClassText.ORDER).toList() : List.of();
  }

  /**
   * Returns the columns of the group and of what features are derived from that are no features.
   */
  int[] otherColumns(InputSpec spec) {
    Stream<String> carried = spec.carried().stream().map(CarriedColumn::name);
    return Stream.concat(Stream.ofNullable(spec.group()), carried)
        .distinct()
        .mapToInt(header::indexOf)
        .filter(column -> column >= 0 && !featureColumns.contains(column))
        .toArray();
  }

  /** Returns the columns with a label. */
  List<String> labelNames() {
    return targets.isEmpty()
        ? List.of(header.get(labelColumn))
        : targets.stream().map(TargetSpec::name).toList();
  }

  /** Returns the warnings about columns and about rows without a label. */
  public List<String> allWarnings() {
    return Stream.concat(warnings.stream(), Stream.ofNullable(withoutLabel)).toList();
  }

  public Path path() {
    return Path.of(file);
  }

  /**
   * Returns the position of a column.
   *
   * @param option that names it
   * @throws CliError if there is no such column
   */
  int column(String option, String name) {
    return find(path(), header, option, name);
  }

  /**
   * Returns the scan with the features of a pipeline; if it declares none, without its weight,
   * event time and id. A pipeline of forecasts has only those that it declares.
   *
   * @throws CliError if a feature has no column, or no feature is left
   */
  public CsvScan withInput(InputSpec spec) {
    List<FeatureSpec> declared = spec.features();
    boolean isForecast = spec.forecast() != null;
    if (declared.isEmpty() && !isForecast) {
      List<String> special = Arrays.asList(spec.weight(), spec.eventTime(), spec.id());
      declared = features.stream().filter(feature -> !special.contains(feature.name())).toList();
      if (declared.isEmpty()) {
        throw noFeatures(file);
      }
    }
    List<Integer> columns = new ArrayList<>();
    for (FeatureSpec feature : declared) {
      columns.add(column("input.features", feature.name()));
    }
    return new CsvScan(
        file,
        notation,
        header,
        declared,
        columns,
        labelColumn,
        targets,
        keyColumn,
        labels,
        rarerClass,
        classes,
        task,
        labelSeparator,
        rows,
        spec.features().isEmpty() ? ids : List.of(),
        warnings(spec),
        laterTimes,
        isForecast ? null : withoutLabel,
        declared.equals(spec.features()) ? null : columns(declared, spec));
  }

  private List<String> warnings(InputSpec spec) {
    Stream<String> featureWarnings = spec.features().isEmpty() ? warnings.stream() : Stream.of();
    String eventTime = spec.eventTime();
    String timeWarning = eventTime == null ? null : laterTimes.get(eventTime);
    return Stream.of(featureWarnings, Stream.ofNullable(timeWarning), otherSeparator(spec).stream())
        .flatMap(texts -> texts)
        .toList();
  }

  private Optional<String> otherSeparator(InputSpec spec) {
    return labelSeparator == null || spec.labelSeparator().contains(labelSeparator)
        ? Optional.empty()
        : Optional.of(
            ("The labels of \"%s\" seem to have \"%s\" between them, but input.label-separator is"
                    + " \"%s\": sets are taken as single labels.")
                .formatted(
                    Printable.line(header.get(labelColumn), MAX_NAME),
                    labelSeparator,
                    spec.labelSeparator()));
  }

  // The classes of a set, whose labels are outputs of their own, are learned as they come.
  private @Nullable DeclaredColumns columns(List<FeatureSpec> declared, InputSpec spec) {
    if (!ExampleSchema.mayDeclareColumns(spec)) {
      return null;
    }
    boolean isOfOne = task != null && !task.hasOutputs();
    return DeclaredColumns.of(
        declared, isOfOne ? declaredClasses() : List.of(), isOfOne ? task : null);
  }

  static int find(Path path, List<String> header, String option, String column) {
    int found = header.indexOf(column);
    if (found < 0) {
      throw CliError.usage(
          "%s \"%s\" is not a column of %s.%s%nColumns: %s"
              .formatted(
                  option,
                  column,
                  path,
                  Suggestions.behind(column, header),
                  ColumnNames.list(header)));
    }
    return found;
  }

  static CliError noFeatures(String file) {
    return CliError.usage(file + " has no column left for features.");
  }

  /**
   * Checks that the label is neither the key nor left out.
   *
   * @throws CliError if it is
   */
  public static void requireTruth(String label, @Nullable String key, Collection<String> drop) {
    if (label.equals(key)) {
      throw CliError.usage(
          "The key must be another column than the label, but both are \"%s\" (--key, --label)."
              .formatted(label));
    }
    if (drop.contains(label)) {
      throw CliError.usage(
          ("--drop leaves out the label, \"%s\". Remove it there, or predict another column"
                  + " with --label.")
              .formatted(label));
    }
  }
}
