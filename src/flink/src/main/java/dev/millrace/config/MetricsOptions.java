package dev.millrace.config;

import dev.millrace.config.option.Durations;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.eval.MetricsSpec.Validation;
import java.util.List;

/** The options of {@code metrics} and {@code validation}; see {@link PipelineOptions}. */
final class MetricsOptions {
  private static final int UNBOUNDED = Integer.MAX_VALUE;
  private static final long HOUR = 3_600_000;
  private static final OptionType<Float> FRACTION_OF_ONE = OptionTypes.atLeastAndBelow(0, 1);

  // Where only a length of time is asked for, the count is there to bound the memory.
  private static final int MAX_IN_TIME = 100_000;

  static final Option<Integer> WINDOW =
      Option.of(
          "window",
          OptionTypes.whole(1, 1_000_000),
          1000,
          "scored examples of a key looked back on at most; 100000 unless given with window-time");
  static final Option<Long> WINDOW_TIME =
      Option.of(
          "window-time",
          Durations.kind(1, 3_650 * 24 * HOUR, true),
          0L,
          "event time looked back on from the latest");
  static final Option<Float> DECAY =
      Option.of(
          "decay",
          FRACTION_OF_ONE,
          0f,
          "decay factor of the scores over all examples: an example counts this share of the next"
              + " one's weight, such as 0.999; 0 is off");
  static final Option<Integer> EVERY =
      Option.of(
          "every",
          OptionTypes.whole(1, UNBOUNDED),
          1000,
          "a report after so many examples of a key");
  static final Option<Long> MAX_INTERVAL =
      Option.of(
          "max-interval",
          Durations.kind(1, 24 * HOUR, true),
          1000L,
          "an example is reported after this time, however few came with it");
  static final Option<Boolean> PER_CLASS =
      Option.of("per-class", OptionTypes.flag(), true, "precision, recall and F1 of each class");
  static final Option<Boolean> CONFUSION_MATRIX =
      Option.of(
          "confusion-matrix", OptionTypes.flag(), true, "the confusion matrix in each report");
  static final Option<Boolean> AVERAGES =
      Option.of(
          "averages",
          OptionTypes.flag(),
          true,
          "macro, weighted and micro averages over the classes");
  static final Option<Boolean> CALIBRATION =
      Option.of(
          "calibration",
          OptionTypes.flag(),
          true,
          "Brier score, expected calibration error and, of two classes, the mean predicted"
              + " probability of the positive one and the share observed");
  static final Option<Boolean> AUC =
      Option.of(
          "auc",
          OptionTypes.flag(),
          true,
          "areas under the ROC and the precision-recall curve of the window");
  static final Option<Integer> AUC_CLASSES =
      Option.of(
          "auc-max-classes",
          OptionTypes.whole(2, MetricsSpec.MAX_AUC_CLASSES),
          MetricsSpec.AUC_CLASSES,
          "classes up to which auc is computed; of more than two each takes 4 bytes of every"
              + " example in the window");
  static final Option<Float> BETA =
      Option.of(
          "beta",
          OptionTypes.aboveAndUpTo(0, 100),
          1f,
          "how many times as much as precision recall weighs in F-beta, which is reported unless"
              + " this is 1");
  static final Option<Float> QUANTILE =
      Option.of(
          "quantile",
          FRACTION_OF_ONE,
          0.5f,
          "regression: the quantile of the labels that the quantile loss is of");
  static final Option<Decision> THRESHOLD_METRIC =
      Option.of(
          "threshold-metric",
          OptionTypes.choice(KebabCase::of, Decision.values()),
          Decision.NONE,
          "two classes: the score that the threshold of the positive one is tuned for as examples"
              + " come; none predicts the most probable class");

  static final Option<Float> FRACTION =
      Option.of("fraction", FRACTION_OF_ONE, 0f, "fraction of the examples held out; 0 is none");
  static final Option<Integer> PATIENCE =
      Option.of(
          "patience",
          OptionTypes.whole(0, 1_000_000),
          0,
          "epochs without a better validation loss, after which a model stops to learn; 0 is"
              + " never");

  static final OptionGroup METRICS_GROUP =
      new OptionGroup(
          "metrics",
          "",
          "Each example is predicted and scored before the model learns from it. docs/metrics.md"
              + " has every score's formula. A report takes time in proportion to the window.",
          List.of(
              WINDOW,
              WINDOW_TIME,
              DECAY,
              EVERY,
              MAX_INTERVAL,
              PER_CLASS,
              CONFUSION_MATRIX,
              AVERAGES,
              CALIBRATION,
              AUC,
              AUC_CLASSES,
              BETA,
              QUANTILE,
              THRESHOLD_METRIC));
  static final OptionGroup VALIDATION_GROUP =
      new OptionGroup(
          "validation",
          "",
          "Examples that are predicted and scored, but never learned: the same ones on every"
              + " replay and in every epoch.",
          List.of(FRACTION, PATIENCE));

  private MetricsOptions() {}

  /** What both maps say, for a task that may be null. */
  static MetricsSpec read(
      OptionReader metrics, OptionReader validation, String positive, Task task) {
    long windowMillis = metrics.get(WINDOW_TIME);
    boolean onlyTime = windowMillis > 0 && !metrics.has(WINDOW);
    if (task == Task.REGRESSION && metrics.has(THRESHOLD_METRIC)) {
      metrics.refuse(THRESHOLD_METRIC, "is for classes, but input.task is regression. Remove it");
    }
    if (task == Task.MULTICLASS && metrics.get(THRESHOLD_METRIC) != Decision.NONE) {
      metrics.refuse(
          THRESHOLD_METRIC, "is for two classes, but input.task is multiclass. Remove it");
    }
    if (validation.get(PATIENCE) > 0 && validation.get(FRACTION) == 0) {
      validation.refuse(
          PATIENCE, "needs examples held out. Add a fraction, for example: fraction: 0.1");
    }
    return new MetricsSpec(
        onlyTime ? MAX_IN_TIME : metrics.get(WINDOW),
        windowMillis,
        exact(metrics.get(DECAY)),
        metrics.get(EVERY),
        metrics.get(MAX_INTERVAL),
        metrics.get(PER_CLASS),
        metrics.get(CONFUSION_MATRIX),
        metrics.get(AVERAGES),
        metrics.get(CALIBRATION),
        metrics.get(AUC) ? metrics.get(AUC_CLASSES) : 0,
        exact(metrics.get(BETA)),
        exact(metrics.get(QUANTILE)),
        metrics.get(THRESHOLD_METRIC),
        task == Task.MULTICLASS,
        positive,
        new Validation(exact(validation.get(FRACTION)), validation.get(PATIENCE)));
  }

  /** The decimal number that was written, rather than the float nearest to it. */
  private static double exact(Float value) {
    return Double.parseDouble(value.toString());
  }
}
