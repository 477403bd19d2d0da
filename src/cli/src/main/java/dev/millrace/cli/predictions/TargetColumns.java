package dev.millrace.cli.predictions;

import dev.millrace.cli.predictions.PredictionRecord.Outcome;
import dev.millrace.data.Task;
import dev.millrace.input.TargetSpec;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Columns of several targets in CSV lines of predictions: for each its label, what was predicted,
 * for classes a probability, and the ends of an interval or a set of classes.
 *
 * <p>The probability is that of the positive class of two; of more classes it is that of the
 * predicted one.
 */
final class TargetColumns {
  private final List<TargetSpec> targets;
  private final boolean hasIntervals;

  /**
   * @param hasIntervals true if there are intervals or sets of classes
   */
  TargetColumns(List<TargetSpec> targets, boolean hasIntervals) {
    this.targets = targets;
    this.hasIntervals = hasIntervals;
  }

  /** Returns the names of the columns, each followed by a comma. */
  String header() {
    return targets.stream()
        .flatMap(
            target ->
                Stream.concat(
                        Stream.of("actual", "prediction"),
                        Stream.of((probability(target) + regions(target).header()).split(",")))
                    .filter(column -> !column.isEmpty())
                    .map(column -> CsvCells.quoted(column + "_" + target.name()) + ","))
        .collect(Collectors.joining());
  }

  private static String probability(TargetSpec target) {
    return target.task() == Task.REGRESSION ? "" : "probability,";
  }

  private RegionColumns regions(TargetSpec target) {
    return RegionColumns.of(hasIntervals, target.task() != Task.REGRESSION);
  }

  /** Returns the cells of a record of the predictions topic, each followed by a comma. */
  String cells(PredictionRecord prediction) {
    StringBuilder cells = new StringBuilder();
    for (TargetSpec target : targets) {
      Outcome output = prediction.output(target.name());
      cells.append(output.cells());
      if (target.task() != Task.REGRESSION) {
        cells.append(probability(target, output)).append(',');
      }
      cells.append(regions(target).cells(output));
    }
    return cells.toString();
  }

  private static String probability(TargetSpec target, Outcome output) {
    Map<String, Number> known = output.known();
    if (known.isEmpty()) {
      return "";
    }
    String positive = positive(target, known);
    return CsvCells.probability(known, positive == null ? output.predictedClass() : positive);
  }

  /** Returns the positive class of two; null for more. */
  private static @Nullable String positive(TargetSpec target, Map<String, Number> known) {
    if (target.positiveClass() != null) {
      return target.positiveClass();
    }
    if (target.classes().size() > 2 || known.size() > 2 || target.task() == Task.MULTICLASS) {
      return null;
    }
    Set<String> names = new HashSet<>(known.keySet());
    names.addAll(target.classes());
    return Collections.max(names);
  }
}
