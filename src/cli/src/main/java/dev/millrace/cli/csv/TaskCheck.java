package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.data.Task;
import java.util.List;

/** Checks that options fit the label of a file. */
public final class TaskCheck {
  private final CsvScan scan;
  private final List<String> declared;

  /**
   * @param declared classes of the pipeline; other labels are dead letters; empty for any class
   */
  public TaskCheck(CsvScan scan, List<String> declared) {
    this.scan = scan;
    this.declared = declared;
  }

  /**
   * Checks that the label has two classes.
   *
   * @param option the option that needs two classes, with its value
   * @throws CliError if the task is regression, or there are more classes
   */
  public void requireTwoClasses(String option) {
    boolean hasMore = declared.isEmpty() && scan.classes() > 2;
    if (scan.task() == Task.REGRESSION || (!hasMore && scan.task() == Task.MULTICLASS)) {
      throw needsTwoClasses(option, "the task is " + scan.task().id());
    }
    if (hasMore) {
      String classes = scan.labels().isEmpty() ? "" : ": " + String.join(", ", scan.labels());
      String label = scan.header().get(scan.labelColumn());
      throw needsTwoClasses(
          option, "\"%s\" of %s has %,d%s".formatted(label, scan.file(), scan.classes(), classes));
    }
  }

  private static CliError needsTwoClasses(String option, String but) {
    return CliError.usage("%s needs two classes, but %s. Remove it.".formatted(option, but));
  }

  /**
   * Checks that the positive class occurs.
   *
   * @throws CliError if it does not
   */
  public void requireClass(String option, String positive) {
    List<String> classes = scan.labels().isEmpty() ? declared : scan.labels();
    if (classes.contains(positive)) {
      return;
    }
    throw CliError.usage(
        "%s \"%s\" is not a class of %s.%s Classes: %s"
            .formatted(
                option,
                positive,
                scan.file(),
                Suggestions.behind(positive, classes),
                String.join(", ", classes)));
  }
}
