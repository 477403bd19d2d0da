package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import dev.millrace.codec.CellConverter;
import dev.millrace.codec.CsvText;
import dev.millrace.codec.ExampleSchema;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.Printable;
import dev.millrace.data.Task;
import dev.millrace.input.CellNotation;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
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

  private static final int MAX_NAME = 60;

  /** Orders class names: numbers by value, then texts. */
  public static final Comparator<String> CLASS_ORDER =
      Comparator.comparingDouble(CsvScan::orderOf).thenComparing(Comparator.naturalOrder());

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
   * Labels of a file.
   *
   * @param column of the label, unless there are targets
   * @param task null for that of the column
   * @param separator what is between the labels of a set
   */
  private record Truth(
      String column, @Nullable Task task, List<TargetSpec> targets, String separator) {
    static Truth of(String column, @Nullable Task task) {
      return new Truth(column, task, List.of(), InputSpec.DEFAULT_LABEL_SEPARATOR);
    }

    List<String> columns() {
      return targets.isEmpty() ? List.of(column) : targets.stream().map(TargetSpec::name).toList();
    }
  }

  /** Use of a scanned file. */
  private enum Purpose {
    LEARN,
    FORECAST,
    DRAFT,
    PREDICT
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
    return scan(file, Truth.of(label, task), Purpose.LEARN, key, drop);
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
    return scan(file, Truth.of(label, task), purpose, key, drop).withInput(spec);
  }

  /** Scans a file of series, whose column to forecast may be the only one. */
  public static CsvScan series(
      CsvInput file, String column, @Nullable String key, Collection<String> drop) {
    return scan(file, Truth.of(column, Task.REGRESSION), Purpose.FORECAST, key, drop);
  }

  /** Scans a file with the features that {@code init} drafts, times and ids among them. */
  public static CsvScan drafted(
      CsvInput file,
      String label,
      @Nullable String key,
      Collection<String> drop,
      @Nullable Task task) {
    return scan(file, Truth.of(label, task), Purpose.DRAFT, key, drop);
  }

  /** Scans a file to predict: without a task, and the label column may be missing. */
  public static CsvScan unlabelled(
      CsvInput file, String label, @Nullable String key, Collection<String> drop) {
    return scan(file, Truth.of(label, null), Purpose.PREDICT, key, drop);
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
    return scan(file, truth, isPipeline ? Purpose.LEARN : Purpose.DRAFT, key, drop);
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

  private static CsvScan scan(
      CsvInput input,
      Truth wanted,
      Purpose purpose,
      @Nullable String key,
      Collection<String> drop) {
    boolean labelled = purpose != Purpose.PREDICT;
    Path path = input.path();
    try (CsvFile file = new CsvFile(path)) {
      List<Integer> labelColumns =
          wanted.columns().stream()
              .map(
                  label ->
                      labelled
                          ? find(path, file.header(), "--label", label)
                          : file.header().indexOf(label))
              .toList();
      int keyColumn = key == null ? -1 : find(path, file.header(), "--key", key);
      List<String> dropped = ColumnNames.of(List.copyOf(drop), file.header());
      if (labelled) {
        wanted.columns().forEach(label -> requireTruth(label, key, dropped));
      }
      Set<Integer> excluded = new HashSet<>(labelColumns);
      excluded.add(keyColumn);
      for (String column : dropped) {
        excluded.add(find(path, file.header(), "--drop", column));
      }

      if (file.sparseFormat() != null) {
        excluded.add(file.header().indexOf(SparseFormat.WEIGHT));
        excluded.add(file.header().indexOf(SparseFormat.ID));
      }

      List<FieldProfile> columns = FieldProfile.ofColumns(file, input.notation(), Long.MAX_VALUE);
      long rows = columns.get(0).rows();
      CellNotation guess = NotationGuess.of(input, columns);
      if (labelled) {
        requirePlain(wanted, labelColumns.stream().map(columns::get).toList(), guess);
        labelColumns.forEach(column -> requireLabels(columns.get(column), rows));
        if (keyColumn >= 0) {
          requireKeys(columns.get(keyColumn), rows);
        }
      }
      List<FeatureSpec> features = new ArrayList<>();
      List<Integer> featureColumns = new ArrayList<>();
      for (int c = 0; c < columns.size(); c++) {
        if (!excluded.contains(c)) {
          features.add(columns.get(c).toFeature(rows, purpose == Purpose.DRAFT));
          featureColumns.add(c);
        }
      }
      if (features.isEmpty() && purpose != Purpose.FORECAST) {
        throw noFeatures(path.toString());
      }
      List<TargetSpec> targets = new ArrayList<>();
      for (TargetSpec target : wanted.targets()) {
        FieldProfile column = columns.get(labelColumns.get(targets.size()));
        targets.add(target(target, column, purpose == Purpose.DRAFT, path));
      }
      int labelColumn = targets.isEmpty() ? labelColumns.get(0) : -1;
      FieldProfile truth = labelled && targets.isEmpty() ? columns.get(labelColumn) : null;
      Task found = truth == null ? null : task(truth, wanted.task(), path);
      boolean isSet = found == Task.MULTILABEL;
      List<String> classes =
          truth == null || isSet
              ? List.of()
              : truth.frequencies().stream().map(Map.Entry::getKey).toList();
      boolean tooMany = classes.size() > FieldProfile.MAX_ONE_HOT_VALUES;
      long distinct = truth == null || isSet ? 0 : truth.distinct();
      String separator = truth == null || !isSet ? null : truth.listSeparator();
      if (isSet && purpose == Purpose.DRAFT) {
        classes =
            names(path, labelColumn, Objects.requireNonNullElse(separator, wanted.separator()));
        distinct = classes.size();
        tooMany = classes.size() > FieldProfile.MAX_ONE_HOT_VALUES;
      }
      return new CsvScan(
          path.toString(),
          input.notation(),
          file.header(),
          HashBuckets.withinBudget(features),
          featureColumns,
          labelColumn,
          targets,
          keyColumn,
          tooMany ? List.of() : classes.stream().sorted().toList(),
          found != Task.REGRESSION && !isSet && classes.size() == 2 ? classes.get(1) : null,
          distinct,
          targets.isEmpty() ? found : Task.MULTI_TARGET,
          separator,
          rows,
          purpose == Purpose.DRAFT ? ids(columns, features, featureColumns) : List.of(),
          warnings(
              columns,
              features,
              featureColumns,
              labelled ? labelColumns : List.of(),
              found,
              targets,
              guess),
          laterTimes(columns),
          truth == null || isSet ? null : withoutLabel(truth, rows),
          null);
    }
  }

  /** Returns a target with its task, and without a pipeline with its classes. */
  private static TargetSpec target(
      TargetSpec target, FieldProfile column, boolean isDraft, Path path) {
    Task task = task(column, target.task(), path);
    List<String> found = column.frequencies().stream().map(Map.Entry::getKey).toList();
    boolean isKnown = isDraft && found.size() <= FieldProfile.MAX_ONE_HOT_VALUES;
    List<String> classes = isKnown ? declaredClasses(task, found) : target.classes();
    boolean hasPositive = isKnown && task == Task.BINARY && classes.size() == 2;
    return new TargetSpec(
        target.name(),
        task,
        classes,
        hasPositive ? found.get(1) : target.positiveClass(),
        target.timeoutMillis(),
        target.onTimeout());
  }

  /** Returns the different labels in the sets of a column. */
  private static List<String> names(Path path, int column, String separator) {
    Set<String> names = new LinkedHashSet<>();
    try (CsvFile file = new CsvFile(path)) {
      while (names.size() <= InputSpec.Limits.MAX_CLASSES && file.next()) {
        String cell = file.row()[column];
        if (!CsvText.isMissing(cell)) {
          names.addAll(OutputLabels.split(cell, separator));
        }
      }
    }
    return List.copyOf(names);
  }

  /**
   * Returns the classes to declare, in order; none for regression, too many classes, or a binary
   * task without two.
   */
  List<String> declaredClasses() {
    return declaredClasses(task, labels);
  }

  private static List<String> declaredClasses(@Nullable Task task, List<String> labels) {
    boolean fits =
        task == Task.MULTICLASS
            || task == Task.MULTILABEL
            || (task == Task.BINARY && labels.size() == 2);
    return fits ? labels.stream().sorted(CLASS_ORDER).toList() : List.of();
  }

  private static double orderOf(String name) {
    double number = CsvText.number(name);
    return Double.isNaN(number) ? Double.POSITIVE_INFINITY : number;
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

  private static Map<String, String> laterTimes(List<FieldProfile> columns) {
    Map<String, String> warnings = new HashMap<>();
    columns.forEach(
        column ->
            ColumnWarnings.ofEventTimes(column)
                .ifPresent(warning -> warnings.put(column.name(), warning)));
    return warnings;
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

  private static List<String> ids(
      List<FieldProfile> columns, List<FeatureSpec> features, List<Integer> featureColumns) {
    List<String> ids = new ArrayList<>();
    for (int f = 0; f < features.size(); f++) {
      FeatureSpec feature = features.get(f);
      if (feature.type().isOfIds()) {
        ids.add(
            "%s as %s (%s)"
                .formatted(
                    Printable.line(feature.name(), MAX_NAME),
                    feature.type().id(),
                    columns.get(featureColumns.get(f)).distinctAndReason()));
      }
    }
    return ids;
  }

  // Also of the label, unless its numbers are classes; not of times.
  private static List<String> warnings(
      List<FieldProfile> columns,
      List<FeatureSpec> features,
      List<Integer> featureColumns,
      List<Integer> labels,
      @Nullable Task task,
      List<TargetSpec> targets,
      CellNotation guess) {
    return IntStream.range(0, columns.size())
        .filter(
            c -> {
              int feature = featureColumns.indexOf(c);
              return feature < 0
                  ? labels.contains(c)
                      && ((targets.isEmpty() ? task : targets.get(labels.indexOf(c)).task())
                              == Task.REGRESSION
                          || columns.get(c).type() != FieldProfile.Type.NUMBER)
                  : features.get(feature).type() != FeatureSpec.Type.TIME;
            })
        .mapToObj(c -> ColumnWarnings.of(columns.get(c), labels.contains(c), guess))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Task task(FieldProfile label, @Nullable Task given, Path path) {
    if (given == Task.REGRESSION && label.type() != FieldProfile.Type.NUMBER) {
      throw CliError.usage(
          "Task regression needs numbers; column \"%s\" of %s has text."
              .formatted(label.name(), path));
    }
    return given == null ? label.task() : given;
  }

  private static int find(Path path, List<String> header, String option, String column) {
    int found = header.indexOf(column);
    if (found < 0) {
      String nearest = Suggestions.nearest(column, header);
      throw CliError.usage(
          "%s \"%s\" is not a column of %s.%s%nColumns: %s"
              .formatted(
                  option,
                  column,
                  path,
                  nearest == null ? "" : " Did you mean \"" + nearest + "\"?",
                  ColumnNames.list(header)));
    }
    return found;
  }

  private static CliError noFeatures(String file) {
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

  /** Checks that labels without a task, or of a regression, are no numbers of another notation. */
  private static void requirePlain(Truth wanted, List<FieldProfile> labels, CellNotation guess) {
    for (int i = 0; i < labels.size(); i++) {
      FieldProfile label = labels.get(i);
      Task task = wanted.targets().isEmpty() ? wanted.task() : wanted.targets().get(i).task();
      if (label.isOtherNumbers() && (task == null || task == Task.REGRESSION)) {
        FieldProfile.Cell number = Objects.requireNonNull(label.firstOtherNumber());
        String remedy =
            new CellConverter(guess).reads(number.text())
                ? "Read it with: %s%nIn a pipeline file: input: { %s }."
                    .formatted(
                        NotationOptions.arguments(guess),
                        String.join(", ", NotationOptions.entries(guess)))
                : "Write the column in one notation.";
        throw CliError.usage(
            ("The label \"%s\" has numbers in another notation, such as %s. %s If the numbers name"
                    + " classes: %s")
                .formatted(
                    label.name(),
                    number,
                    remedy,
                    wanted.targets().isEmpty()
                        ? "input: { task: multiclass }, or evaluate --task multiclass"
                        : "task: multiclass in its entry of input.targets"));
      }
    }
  }

  private static void requireLabels(FieldProfile column, long rows) {
    if (column.values() == 0) {
      throw new CliError(
          "The label column \"%s\" has no value in any of %,d rows."
              .formatted(column.name(), rows));
    }
  }

  private static void requireKeys(FieldProfile column, long rows) {
    if (column.values() < rows) {
      throw new CliError(
          gaps("key", column, rows) + ". Remove those rows" + otherwise(column) + ".");
    }
  }

  private static @Nullable String withoutLabel(FieldProfile column, long rows) {
    return column.values() == rows
        ? null
        : gaps("label", column, rows)
            + ": dead letters with reason missing-label"
            + otherwise(column)
            + ".";
  }

  private static String gaps(String role, FieldProfile column, long rows) {
    FieldProfile.Cell first = Objects.requireNonNull(column.firstMissing());
    return "The %s column \"%s\" has no value in %,d of %,d rows (first: %s%s)"
        .formatted(
            role,
            column.name(),
            rows - column.values(),
            rows,
            first.position(),
            first.text().isEmpty() ? "" : ", \"" + first.text() + "\"");
  }

  private static String otherwise(FieldProfile column) {
    String text = Objects.requireNonNull(column.firstMissing()).text();
    return text.isEmpty() ? "" : "; if \"" + text + "\" is a value, write it in another way";
  }
}
