package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import dev.millrace.codec.text.CellConverter;
import dev.millrace.codec.text.CsvText;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.Printable;
import dev.millrace.data.Task;
import dev.millrace.input.CellNotation;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Scans a CSV file: finds its columns, profiles their cells, and checks labels and keys. */
final class CsvScanner {
  private final CsvInput input;
  private final Truth wanted;
  private final Purpose purpose;
  private final boolean isLabelled;
  private final List<String> header;
  private final List<Integer> labelColumns;
  private final int keyColumn;
  private final List<FieldProfile> columns;
  private final long rows;
  private final CellNotation guess;
  private final List<FeatureSpec> features = new ArrayList<>();
  private final List<Integer> featureColumns = new ArrayList<>();

  /**
   * Labels of a file.
   *
   * @param column of the label, unless there are targets
   * @param task null for that of the column
   * @param separator what is between the labels of a set
   */
  record Truth(String column, @Nullable Task task, List<TargetSpec> targets, String separator) {
    static Truth of(String column, @Nullable Task task) {
      return new Truth(column, task, List.of(), InputSpec.DEFAULT_LABEL_SEPARATOR);
    }

    List<String> columns() {
      return targets.isEmpty() ? List.of(column) : targets.stream().map(TargetSpec::name).toList();
    }
  }

  /** Use of a scanned file. */
  enum Purpose {
    LEARN,
    FORECAST,
    DRAFT,
    PREDICT
  }

  static CsvScan scan(
      CsvInput input,
      Truth wanted,
      Purpose purpose,
      @Nullable String key,
      Collection<String> drop) {
    try (CsvFile file = new CsvFile(input.path())) {
      return new CsvScanner(input, file, wanted, purpose, key, drop).scan();
    }
  }

  private CsvScanner(
      CsvInput input,
      CsvFile file,
      Truth wanted,
      Purpose purpose,
      @Nullable String key,
      Collection<String> drop) {
    this.input = input;
    this.wanted = wanted;
    this.purpose = purpose;
    isLabelled = purpose != Purpose.PREDICT;
    header = file.header();
    labelColumns =
        wanted.columns().stream()
            .map(label -> isLabelled ? find("--label", label) : header.indexOf(label))
            .toList();
    keyColumn = key == null ? -1 : find("--key", key);
    Set<Integer> excluded = excluded(key, drop, file.sparseFormat() != null);
    columns = FieldProfile.ofColumns(file, input.notation(), Long.MAX_VALUE);
    rows = columns.get(0).rows();
    guess = NotationGuess.of(input, columns);
    for (int c = 0; c < columns.size(); c++) {
      if (!excluded.contains(c)) {
        features.add(columns.get(c).toFeature(rows, purpose == Purpose.DRAFT));
        featureColumns.add(c);
      }
    }
  }

  /** Returns the columns that are no features. */
  private Set<Integer> excluded(@Nullable String key, Collection<String> drop, boolean isSparse) {
    List<String> dropped = ColumnNames.of(List.copyOf(drop), header);
    if (isLabelled) {
      wanted.columns().forEach(label -> CsvScan.requireTruth(label, key, dropped));
    }
    Set<Integer> excluded = new HashSet<>(labelColumns);
    excluded.add(keyColumn);
    for (String column : dropped) {
      excluded.add(find("--drop", column));
    }
    if (isSparse) {
      excluded.add(header.indexOf(SparseFormat.WEIGHT));
      excluded.add(header.indexOf(SparseFormat.ID));
    }
    return excluded;
  }

  private int find(String option, String column) {
    return CsvScan.find(input.path(), header, option, column);
  }

  private CsvScan scan() {
    if (isLabelled) {
      requirePlain();
      labelColumns.forEach(column -> requireLabels(columns.get(column), rows));
      if (keyColumn >= 0) {
        requireKeys(columns.get(keyColumn), rows);
      }
    }
    if (features.isEmpty() && purpose != Purpose.FORECAST) {
      throw CsvScan.noFeatures(input.path().toString());
    }
    boolean isDraft = purpose == Purpose.DRAFT;
    List<TargetSpec> targets = targets(isDraft);
    int labelColumn = targets.isEmpty() ? labelColumns.get(0) : -1;
    FieldProfile truth = isLabelled && targets.isEmpty() ? columns.get(labelColumn) : null;
    Labels labels = truth == null ? Labels.NONE : labels(truth, labelColumn, isDraft);
    return new CsvScan(
        input.path().toString(),
        input.notation(),
        header,
        HashBuckets.withinBudget(features),
        featureColumns,
        labelColumn,
        targets,
        keyColumn,
        labels.names(),
        labels.rarerClass(),
        labels.distinct(),
        targets.isEmpty() ? labels.task() : Task.MULTI_TARGET,
        labels.separator(),
        rows,
        isDraft ? ids() : List.of(),
        warnings(targets, labels.task()),
        laterTimes(),
        truth == null || labels.task() == Task.MULTILABEL ? null : withoutLabel(truth, rows),
        null);
  }

  /** What the values of the label are, as components of {@link CsvScan}. */
  private record Labels(
      List<String> names,
      @Nullable String rarerClass,
      long distinct,
      @Nullable Task task,
      @Nullable String separator) {
    static final Labels NONE = new Labels(List.of(), null, 0, null, null);
  }

  private Labels labels(FieldProfile truth, int column, boolean isDraft) {
    Task task = task(truth, wanted.task(), input.path());
    if (task == Task.MULTILABEL) {
      String separator = truth.listSeparator();
      List<String> names =
          isDraft
              ? names(
                  input.path(), column, Objects.requireNonNullElse(separator, wanted.separator()))
              : List.of();
      return new Labels(few(names), null, names.size(), task, separator);
    }
    List<String> classes = truth.frequencies().stream().map(Map.Entry::getKey).toList();
    boolean hasRarer = task != Task.REGRESSION && classes.size() == 2;
    return new Labels(few(classes), hasRarer ? classes.get(1) : null, truth.distinct(), task, null);
  }

  /** Returns the names in order; none if there are too many. */
  private static List<String> few(List<String> names) {
    return names.size() > FieldProfile.MAX_ONE_HOT_VALUES
        ? List.of()
        : names.stream().sorted().toList();
  }

  private List<TargetSpec> targets(boolean isDraft) {
    List<TargetSpec> targets = new ArrayList<>();
    for (TargetSpec target : wanted.targets()) {
      FieldProfile column = columns.get(labelColumns.get(targets.size()));
      targets.add(target(target, column, isDraft, input.path()));
    }
    return targets;
  }

  /** Returns a target with its task, and without a pipeline with its classes. */
  private static TargetSpec target(
      TargetSpec target, FieldProfile column, boolean isDraft, Path path) {
    Task task = task(column, target.task(), path);
    List<String> found = column.frequencies().stream().map(Map.Entry::getKey).toList();
    boolean isKnown = isDraft && found.size() <= FieldProfile.MAX_ONE_HOT_VALUES;
    List<String> classes = isKnown ? CsvScan.declaredClasses(task, found) : target.classes();
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

  private List<String> ids() {
    List<String> ids = new ArrayList<>();
    for (int f = 0; f < features.size(); f++) {
      FeatureSpec feature = features.get(f);
      if (feature.type().isOfIds()) {
        ids.add(
            "%s as %s (%s)"
                .formatted(
                    Printable.line(feature.name(), CsvScan.MAX_NAME),
                    feature.type().id(),
                    columns.get(featureColumns.get(f)).distinctAndReason()));
      }
    }
    return ids;
  }

  private List<String> warnings(List<TargetSpec> targets, @Nullable Task task) {
    return IntStream.range(0, columns.size())
        .filter(c -> isWatched(c, targets, task))
        .mapToObj(c -> ColumnWarnings.of(columns.get(c), isLabel(c), guess))
        .flatMap(Optional::stream)
        .toList();
  }

  private boolean isLabel(int column) {
    return isLabelled && labelColumns.contains(column);
  }

  // Also the label, unless its numbers are classes; not times.
  private boolean isWatched(int column, List<TargetSpec> targets, @Nullable Task task) {
    int feature = featureColumns.indexOf(column);
    if (feature >= 0) {
      return features.get(feature).type() != FeatureSpec.Type.TIME;
    }
    if (!isLabel(column)) {
      return false;
    }
    Task found = targets.isEmpty() ? task : targets.get(labelColumns.indexOf(column)).task();
    return found == Task.REGRESSION || columns.get(column).type() != FeatureSpec.Type.NUMERIC;
  }

  private static Task task(FieldProfile label, @Nullable Task given, Path path) {
    if (given == Task.REGRESSION && label.type() != FeatureSpec.Type.NUMERIC) {
      throw CliError.usage(
          "Task regression needs numbers; column \"%s\" of %s has text."
              .formatted(label.name(), path));
    }
    return given == null ? label.task() : given;
  }

  private Map<String, String> laterTimes() {
    Map<String, String> warnings = new HashMap<>();
    columns.forEach(
        column ->
            ColumnWarnings.ofEventTimes(column)
                .ifPresent(warning -> warnings.put(column.name(), warning)));
    return warnings;
  }

  /** Checks that labels without a task, or of a regression, are no numbers of another notation. */
  private void requirePlain() {
    for (int i = 0; i < labelColumns.size(); i++) {
      FieldProfile label = columns.get(labelColumns.get(i));
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
