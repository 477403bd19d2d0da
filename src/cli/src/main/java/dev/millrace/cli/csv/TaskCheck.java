package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.data.Task;
import java.util.List;
import java.util.Locale;

/** Refuses options that do not go with the label of a file, before anything is learned. */
public final class TaskCheck {
  private final CsvScan scan;
  private final List<String> declared;

  /**
   * @param declared the classes that the pipeline declares, any other being a dead letter; maybe
   *     empty
   */
  public TaskCheck(CsvScan scan, List<String> declared) {
    this.scan = scan;
    this.declared = declared;
  }

  /**
   * Two classes are what a binary task has, a positive one, and a threshold between them.
   *
   * @param option that needs them, with its value
   * @throws CliError if there are numbers to predict, or more classes
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
          option,
          String.format(
              Locale.ROOT, "\"%s\" of %s has %,d%s", label, scan.file(), scan.classes(), classes));
    }
  }

  private static CliError needsTwoClasses(String option, String but) {
    return CliError.usage(
        "%s goes only with two classes, but %s. Remove it.".formatted(option, but));
  }

  /**
   * The positive class occurs.
   *
   * @throws CliError naming the classes if it does not
   */
  public void requireClass(String option, String positive) {
    List<String> classes = scan.labels().isEmpty() ? declared : scan.labels();
    if (classes.contains(positive)) {
      return;
    }
    String nearest = Suggestions.nearest(positive, classes);
    throw CliError.usage(
        "%s \"%s\" is not a class of %s.%s Classes: %s"
            .formatted(
                option,
                positive,
                scan.file(),
                nearest == null ? "" : " Did you mean \"" + nearest + "\"?",
                String.join(", ", classes)));
  }
}
