package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import dev.millrace.codec.CsvText;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.InputSpec;
import dev.millrace.data.Task;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What one pass over a CSV file tells about it: how its columns become features, what its label is.
 *
 * @param file name of the file
 * @param header the column names, in file order
 * @param features of all columns but label, key and dropped ones, in file order
 * @param featureColumns position in the header of each feature
 * @param labelColumn position of the label, or -1
 * @param keyColumn position of the model key, or -1
 * @param labels the names that the label's values have as classes; none where they are too many
 * @param rarerClass the one of fewer rows where there are two classes, of equally many the later by
 *     name; else null
 * @param classes how many values the label has as classes, to some 3 % beyond 1,023; 0 without one
 * @param task null where there is no label
 * @param rows number of rows below the header
 * @param doubts what is read otherwise than the author of the file may have meant
 * @param withoutLabel what is said of rows without a label, or null
 */
public record CsvScan(
    String file,
    List<String> header,
    List<FeatureSpec> features,
    List<Integer> featureColumns,
    int labelColumn,
    int keyColumn,
    List<String> labels,
    String rarerClass,
    long classes,
    Task task,
    long rows,
    List<String> doubts,
    String withoutLabel)
    implements Serializable {

  /** Orders class names: numbers by value, then texts. */
  public static final Comparator<String> CLASS_ORDER =
      Comparator.comparingDouble(CsvScan::orderOf).thenComparing(Comparator.naturalOrder());

  public CsvScan {
    header = List.copyOf(header);
    features = List.copyOf(features);
    featureColumns = List.copyOf(featureColumns);
    labels = List.copyOf(labels);
    doubts = List.copyOf(doubts);
  }

  /**
   * Reads a file once and takes the task from the label: text and few integers are classes, other
   * numbers a regression target.
   *
   * @param key column of the model key, or null
   * @param drop columns to leave out
   * @throws CliError if a column does not exist, or a label or key is missing, or a row is
   *     malformed
   */
  public static CsvScan scan(Path path, String label, String key, Collection<String> drop) {
    return scan(path, label, key, drop, null);
  }

  /** The same with the task given, where it is not null. */
  public static CsvScan scan(
      Path path, String label, String key, Collection<String> drop, Task task) {
    return scan(path, label, true, false, key, drop, task);
  }

  /** The same with the features that {@code init} would declare, times and ids among them. */
  public static CsvScan drafted(
      Path path, String label, String key, Collection<String> drop, Task task) {
    return scan(path, label, true, true, key, drop, task);
  }

  /**
   * The same for a file to predict: without a task, and with a label only if there is such a
   * column.
   */
  public static CsvScan unlabelled(Path path, String label, String key, Collection<String> drop) {
    return scan(path, label, false, false, key, drop, null);
  }

  private static CsvScan scan(
      Path path,
      String label,
      boolean labelled,
      boolean drafted,
      String key,
      Collection<String> drop,
      Task task) {
    try (CsvFile file = new CsvFile(path)) {
      int labelColumn =
          labelled ? find(path, file.header(), "--label", label) : file.header().indexOf(label);
      int keyColumn = key == null ? -1 : find(path, file.header(), "--key", key);
      List<String> dropped = ColumnNames.of(List.copyOf(drop), file.header());
      if (labelled) {
        requireTruth(label, key, dropped);
      }
      Set<Integer> excluded = new HashSet<>();
      excluded.add(labelColumn);
      excluded.add(keyColumn);
      for (String column : dropped) {
        excluded.add(find(path, file.header(), "--drop", column));
      }

      List<CsvColumn> columns = file.header().stream().map(CsvColumn::new).toList();
      ClassCounter classes = new ClassCounter();
      long rows = 0;
      while (file.next()) {
        rows++;
        String[] row = file.row();
        for (int c = 0; c < row.length; c++) {
          columns.get(c).see(row[c], file);
        }
        if (labelled && !CsvText.isMissing(row[labelColumn])) {
          classes.see(row[labelColumn]);
        }
      }
      if (rows == 0) {
        throw new CliError(path + " has a header and no rows.");
      }
      if (labelled) {
        requireLabels(columns.get(labelColumn), rows);
        if (keyColumn >= 0) {
          requireKeys(columns.get(keyColumn), rows);
        }
      }

      List<FeatureSpec> features = new ArrayList<>();
      List<Integer> featureColumns = new ArrayList<>();
      for (int c = 0; c < columns.size(); c++) {
        if (!excluded.contains(c)) {
          features.add(columns.get(c).toFeature(drafted));
          featureColumns.add(c);
        }
      }
      if (features.isEmpty()) {
        throw noFeatures(path.toString());
      }
      Task found = labelled ? task(columns.get(labelColumn), task, path) : null;
      return new CsvScan(
          path.toString(),
          file.header(),
          HashBuckets.withinBudget(features),
          featureColumns,
          labelColumn,
          keyColumn,
          labelled ? classNames(columns.get(labelColumn)) : List.of(),
          found == Task.REGRESSION ? null : classes.rarerOfTwo(),
          classes.count(),
          found,
          rows,
          doubts(columns, features, featureColumns, labelColumn, found),
          labelled ? withoutLabel(columns.get(labelColumn), rows) : null);
    }
  }

  /**
   * Returns the classes to declare, in their order; none for regression, or where the file has too
   * many or, for a binary task, not two.
   */
  List<String> declaredClasses() {
    boolean fits = task == Task.MULTICLASS || (task == Task.BINARY && labels.size() == 2);
    return fits ? labels.stream().sorted(CLASS_ORDER).toList() : List.of();
  }

  private static double orderOf(String name) {
    double number = CsvText.number(name);
    return Double.isNaN(number) ? Double.POSITIVE_INFINITY : number;
  }

  /** Returns the doubts, and what is said of rows without a label. */
  public List<String> allDoubts() {
    return Stream.concat(doubts.stream(), Stream.ofNullable(withoutLabel)).toList();
  }

  /** The file. */
  public Path path() {
    return Path.of(file);
  }

  /**
   * The place of a column.
   *
   * @param option what names it
   * @throws CliError if there is no such column
   */
  int column(String option, String name) {
    return find(path(), header, option, name);
  }

  /**
   * The same file with the features that a pipeline declares, each from the column of its name;
   * where it declares none, without what it reads as something else.
   *
   * @throws CliError if a feature has no column, or no feature is left
   */
  public CsvScan withInput(InputSpec spec) {
    List<FeatureSpec> declared = spec.features();
    if (declared.isEmpty()) {
      List<String> others = Arrays.asList(spec.weight(), spec.eventTime(), spec.id());
      declared = features.stream().filter(feature -> !others.contains(feature.name())).toList();
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
        header,
        declared,
        columns,
        labelColumn,
        keyColumn,
        labels,
        rarerClass,
        classes,
        task,
        rows,
        spec.features().isEmpty() ? doubts : List.of(),
        withoutLabel);
  }

  // Of the label too, unless its numbers name classes; not of times, which are no numbers.
  private static List<String> doubts(
      List<CsvColumn> columns,
      List<FeatureSpec> features,
      List<Integer> featureColumns,
      int label,
      Task task) {
    boolean ofLabel = label >= 0 && (task == Task.REGRESSION || !columns.get(label).isNumeric());
    return IntStream.range(0, columns.size())
        .filter(
            c -> {
              int feature = featureColumns.indexOf(c);
              return feature < 0
                  ? ofLabel && c == label
                  : features.get(feature).type() != FeatureSpec.Type.TIME;
            })
        .mapToObj(c -> columns.get(c).doubts(c == label))
        .flatMap(Optional::stream)
        .toList();
  }

  private static List<String> classNames(CsvColumn label) {
    return label.values().stream().map(CsvExamples::className).distinct().toList();
  }

  private static Task task(CsvColumn label, Task given, Path path) {
    if (given == Task.REGRESSION && !label.isNumeric()) {
      throw CliError.usage(
          "Task regression needs numbers; column \"%s\" of %s has text."
              .formatted(label.name(), path));
    }
    if (given != null) {
      return given;
    }
    if (!label.looksLikeClasses()) {
      return Task.REGRESSION;
    }
    return label.hasAtMostTwoValues() ? Task.BINARY : Task.MULTICLASS;
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
   * The label is nothing else.
   *
   * @param key column or field of the model key, or null
   * @param drop those that are left out
   * @throws CliError if it is the key as well, or left out
   */
  public static void requireTruth(String label, String key, Collection<String> drop) {
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

  private static void requireLabels(CsvColumn column, long rows) {
    if (column.missing() == rows) {
      throw new CliError(
          "The label column \"%s\" has no value in any of %,d rows."
              .formatted(column.name(), rows));
    }
  }

  private static void requireKeys(CsvColumn column, long rows) {
    if (column.missing() > 0) {
      throw new CliError(
          gaps("key", column, rows) + ". Remove those rows" + otherwise(column) + ".");
    }
  }

  private static String withoutLabel(CsvColumn column, long rows) {
    return column.missing() == 0
        ? null
        : gaps("label", column, rows)
            + ": dead letters with reason missing-label"
            + otherwise(column)
            + ".";
  }

  private static String gaps(String role, CsvColumn column, long rows) {
    String text = column.missingText();
    return String.format(
        Locale.ROOT,
        "The %s column \"%s\" has no value in %,d of %,d rows (first: %s%s)",
        role,
        column.name(),
        column.missing(),
        rows,
        column.firstMissing(),
        text.isEmpty() ? "" : ", \"" + text + "\"");
  }

  private static String otherwise(CsvColumn column) {
    String text = column.missingText();
    return text.isEmpty() ? "" : "; if \"" + text + "\" is a value, spell it otherwise";
  }
}
