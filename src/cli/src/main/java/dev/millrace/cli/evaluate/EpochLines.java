package dev.millrace.cli.evaluate;

import dev.millrace.cli.console.Figures;
import dev.millrace.cli.console.Plural;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.function.ToIntFunction;

/** Formats the scores of several passes over a file and of held-out rows. */
final class EpochLines {
  private final FinalMetrics metrics;
  private final int passes;

  /**
   * @param passes max passes over the file
   */
  EpochLines(FinalMetrics metrics, int passes) {
    this.metrics = metrics;
    this.passes = passes;
  }

  /** Returns a line for each of several passes, and one for early stops. */
  List<String> above() {
    List<String> lines = new ArrayList<>();
    if (metrics.hasOutputs()) {
      return lines; // whose losses have no common unit
    }
    boolean isValidated =
        metrics.epochs().stream().anyMatch(epoch -> !Double.isNaN(epoch.validationLoss()));
    for (FinalMetrics.Epoch epoch : metrics.epochs()) {
      String line =
          "epoch %-3d  window loss %s".formatted(epoch.epoch(), Figures.score(epoch.loss()));
      lines.add(
          isValidated
              ? line + "  validation loss " + validation(epoch.validationLoss(), epoch.score())
              : line);
    }
    if (!metrics.stops().isEmpty()) {
      lines.add(stopped(metrics.stops()));
    }
    return lines;
  }

  /** Returns the scores of held-out rows, and a note on several passes. */
  List<String> below() {
    List<String> lines = new ArrayList<>();
    boolean isValidated = metrics.heldOut() > 0;
    if (isValidated && metrics.hasOutputs()) {
      lines.add(
          "held out: %s; --json has the validation scores of each output"
              .formatted(Plural.of(metrics.heldOut(), "row")));
    } else if (isValidated) {
      lines.add(
          "held out: %s  validation loss %s"
              .formatted(
                  Plural.of(metrics.heldOut(), "row"),
                  validation(metrics.validationLoss(), metrics.validationScore())));
    }
    if (passes > 1) {
      lines.add(
          "Rows were seen in earlier epochs: "
              + (isValidated
                  ? "only the validation scores are of unseen rows."
                  : "none of these scores is of unseen rows. Hold some out (--validation 0.2), or"
                      + " make one pass."));
    }
    return lines;
  }

  private String validation(double loss, double score) {
    return "%s  validation %s %s"
        .formatted(Figures.score(loss), metrics.mainScore().field(), Figures.score(score));
  }

  private String stopped(List<FinalMetrics.Stop> stops) {
    int keys = metrics.newest().size();
    String after = range(stops, FinalMetrics.Stop::epoch);
    String best = range(stops, FinalMetrics.Stop::bestEpoch);
    return keys == 1
        ? "Stopped after epoch %s of %d: the validation loss was best in epoch %s."
            .formatted(after, passes, best)
        : ("%,d of %,d models stopped after epoch %s of %d: their validation loss was best in"
                + " epoch %s.")
            .formatted(stops.size(), keys, after, passes, best);
  }

  private static String range(
      List<FinalMetrics.Stop> stops, ToIntFunction<FinalMetrics.Stop> epoch) {
    IntSummaryStatistics all = stops.stream().mapToInt(epoch).summaryStatistics();
    return all.getMin() == all.getMax()
        ? Integer.toString(all.getMin())
        : all.getMin() + " to " + all.getMax();
  }
}
