package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.InputSpec;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.eval.MetricsSpec.Validation;
import dev.millrace.eval.Segments;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Declares and reads the options of {@code metrics} and {@code validation}. */
final class MetricsOptions {
  private static final int UNBOUNDED = Integer.MAX_VALUE;
  private static final long HOUR = 3_600_000;
  private static final OptionType<Float> FRACTION_OF_ONE = OptionTypes.atLeastAndBelow(0, 1);

  // With a time limit alone, this count bounds the memory.
  private static final int MAX_IN_TIME = 100_000;
  private static final String ONLY_TWO_CLASSES =
      "applies only to two classes, but input.task is %s. Remove it";

  private static final String ONLY_ONE_LABEL =
      "applies only to one label of two classes, but there are several outputs. Remove it";

  // Groups have few examples each, and only those with both classes count.
  private static final int WINDOW_OF_GROUPS = 10_000;

  static final OptionGroup METRICS_GROUP =
      new OptionGroup(
          "metrics",
          "",
          "Each example is predicted and scored before the model learns from it. docs/metrics.md"
              + " has the formula of every score. The time of a report is proportional to the"
              + " window.");
  static final Option<Integer> WINDOW =
      METRICS_GROUP.option(
          "window",
          OptionTypes.whole(1, 1_000_000),
          1000,
          "max number of scored examples of a key in the window; without it 100000 with"
              + " window-time, 10000 with group");
  static final Option<Long> WINDOW_TIME =
      METRICS_GROUP.option(
          "window-time",
          OptionTypes.time(1, 3_650 * 24 * HOUR, true),
          0L,
          "max event time between the latest example and the others in the window");
  static final Option<Float> DECAY =
      METRICS_GROUP.option(
          "decay",
          FRACTION_OF_ONE,
          0f,
          "decay factor of the scores over all examples: the weight of an example relative to the"
              + " next one, such as 0.999; 0 is off");
  static final Option<Integer> EVERY =
      METRICS_GROUP.option(
          "every",
          OptionTypes.whole(1, UNBOUNDED),
          1000,
          "number of examples of a key between two reports");
  static final Option<Long> MAX_INTERVAL =
      METRICS_GROUP.option(
          "max-interval",
          OptionTypes.time(1, 24 * HOUR, true),
          1000L,
          "max time until an example is reported");
  static final Option<Boolean> PER_CLASS =
      METRICS_GROUP.option(
          "per-class", OptionTypes.flag(), true, "report precision, recall and F1 of each class");
  static final Option<Boolean> CONFUSION_MATRIX =
      METRICS_GROUP.option(
          "confusion-matrix", OptionTypes.flag(), true, "report the confusion matrix");
  static final Option<Boolean> AVERAGES =
      METRICS_GROUP.option(
          "averages",
          OptionTypes.flag(),
          true,
          "report macro, weighted and micro averages over the classes");
  static final Option<Boolean> CALIBRATION =
      METRICS_GROUP.option(
          "calibration",
          OptionTypes.flag(),
          true,
          "report Brier score, expected calibration error and, for two classes, the mean predicted"
              + " probability and the observed fraction of the positive class");
  static final Option<Boolean> AUC =
      METRICS_GROUP.option(
          "auc",
          OptionTypes.flag(),
          true,
          "report the areas under the ROC and the precision-recall curve of the window");
  static final Option<Integer> AUC_CLASSES =
      METRICS_GROUP.option(
          "auc-max-classes",
          OptionTypes.whole(2, MetricsSpec.MAX_AUC_CLASSES),
          MetricsSpec.AUC_CLASSES,
          "max number of classes for auc; with more than two, each class needs 4 bytes for every"
              + " example in the window");
  static final Option<Float> BETA =
      METRICS_GROUP.option(
          "beta",
          OptionTypes.aboveAndUpTo(0, 100),
          1f,
          "weight of recall relative to precision in F-beta, which is reported unless this is 1");
  static final Option<Float> QUANTILE =
      METRICS_GROUP.option(
          "quantile", FRACTION_OF_ONE, 0.5f, "regression: quantile of the quantile loss");
  static final Option<Decision> THRESHOLD_METRIC =
      METRICS_GROUP.option(
          "threshold-metric",
          OptionTypes.choice(KebabCase::of, Decision.values()),
          Decision.NONE,
          "two classes: the score that the threshold of the positive class is tuned for; none"
              + " predicts the most probable class; f1 by default for sets of labels and several"
              + " targets");
  static final Option<String> GROUP =
      METRICS_GROUP.optional(
          "group",
          InputOptions.FIELD,
          "no groups",
          "two classes: field, such as the user, whose equal values make a group of examples; the"
              + " window reports AUC, hit rate and NDCG within the groups. 8 bytes for every"
              + " example in the window");
  static final Option<Integer> AT =
      METRICS_GROUP.option(
          "at",
          OptionTypes.whole(1, 1_000),
          10,
          "with group: rank in the group up to which hit rate and NDCG count");

  static final Option<String> SEGMENTS =
      METRICS_GROUP.optional(
          "segments",
          InputOptions.FIELD,
          "no segments",
          "two classes: one-hot or boolean feature, such as the device; the window reports, for"
              + " each of its values, the mean probability of the positive class and its observed"
              + " share");

  static final OptionGroup VALIDATION_GROUP =
      new OptionGroup(
          "validation",
          "",
          "Examples that are predicted and scored, but never learned: the same examples in every"
              + " replay and epoch.");
  static final Option<Float> FRACTION =
      VALIDATION_GROUP.option(
          "fraction", FRACTION_OF_ONE, 0f, "fraction of the examples held out; 0 is none");
  static final Option<Integer> PATIENCE =
      VALIDATION_GROUP.option(
          "patience",
          OptionTypes.whole(0, 1_000_000),
          0,
          "number of epochs (`input.epochs`) without a lower validation loss after which a model"
              + " stops learning; 0 is never");

  private MetricsOptions() {}

  /** Returns the input with the group of its examples, if the metrics have groups. */
  static InputSpec withGroup(InputSpec input, OptionReader metrics) {
    String name = metrics.given(GROUP);
    if (name == null) {
      return input;
    }
    String problem =
        name.equals(input.label())
            ? "must be another field than input.label, but both are " + Scalar.quote(name)
            : input.hasOutputs()
                ? ONLY_ONE_LABEL
                : input.task() != null && input.task() != Task.BINARY
                    ? ONLY_TWO_CLASSES.formatted(input.task().id())
                    : unknownField(input, name);
    if (problem != null) {
      metrics.reject(GROUP, problem);
    }
    return input.with(to -> to.group = name);
  }

  private static @Nullable String unknownField(InputSpec input, String name) {
    if (input.format() == InputSpec.Format.CSV) {
      return input.columns().contains(name) ? null : FormatReader.notAColumn(name, input.columns());
    }
    if (input.schema() != null) {
      return SchemaFile.missingIn(input.schema(), name);
    }
    boolean isNumber =
        input.features().stream()
            .anyMatch(feature -> feature.name().equals(name) && feature.type().isNumber());
    return input.format() == InputSpec.Format.AVRO && isNumber
        ? "must be an attribute of the standard example schema, but "
            + Scalar.quote(name)
            + " is declared as a number, which has no name there. Declare it as type: id"
        : null;
  }

  private static @Nullable Segments segments(OptionReader metrics, InputSpec input) {
    String column = metrics.given(SEGMENTS);
    if (column == null) {
      return null;
    }
    if (input.hasOutputs()) {
      metrics.reject(SEGMENTS, ONLY_ONE_LABEL);
      return null;
    }
    if (input.task() != null && input.task() != Task.BINARY) {
      metrics.reject(SEGMENTS, ONLY_TWO_CLASSES.formatted(input.task().id()));
      return null;
    }
    Segments segments = Segments.of(input, column);
    if (segments == null) {
      List<String> usable =
          input.features().stream()
              .map(FeatureSpec::name)
              .filter(name -> Segments.of(input, name) != null)
              .toList();
      metrics.reject(
          SEGMENTS,
          "must be a one-hot or boolean feature, but %s is none; there %s"
              .formatted(
                  Scalar.quote(column),
                  usable.isEmpty() ? "is no such feature" : "are: " + String.join(", ", usable)));
    }
    return segments;
  }

  /** Returns the metrics of both maps. */
  static MetricsSpec read(
      OptionReader metrics, OptionReader validation, @Nullable String positive, InputSpec input) {
    Task task = input.task();
    long windowMillis = metrics.get(WINDOW_TIME);
    int assumed =
        windowMillis > 0
            ? MAX_IN_TIME
            : metrics.has(GROUP) ? WINDOW_OF_GROUPS : metrics.get(WINDOW);
    if (task == Task.REGRESSION && metrics.has(THRESHOLD_METRIC)) {
      metrics.reject(
          THRESHOLD_METRIC, "applies only to classes, but input.task is regression. Remove it");
    }
    if (task == Task.MULTICLASS && metrics.get(THRESHOLD_METRIC) != Decision.NONE) {
      metrics.reject(THRESHOLD_METRIC, ONLY_TWO_CLASSES.formatted(task.id()));
    }
    Decision decision =
        input.hasOutputs() && !metrics.has(THRESHOLD_METRIC)
            ? Decision.F1
            : metrics.get(THRESHOLD_METRIC);
    if (metrics.has(AT) && !metrics.mentions(GROUP)) {
      metrics.reject(AT, "needs groups. Add the field of the group, for example: group: user");
    }
    if (input.hasOutputs() && validation.get(FRACTION) > 0) {
      validation.reject(FRACTION, ONLY_ONE_LABEL);
    } else if (validation.get(PATIENCE) > 0 && validation.get(FRACTION) == 0) {
      validation.reject(
          PATIENCE, "needs a validation set. Add a fraction, for example: fraction: 0.1");
    }
    return MetricsSpec.DEFAULT.with(
        to -> {
          to.window = metrics.has(WINDOW) ? metrics.get(WINDOW) : assumed;
          to.windowMillis = windowMillis;
          to.decay = metrics.exact(DECAY);
          to.every = metrics.get(EVERY);
          to.maxIntervalMillis = metrics.get(MAX_INTERVAL);
          to.perClass = metrics.get(PER_CLASS);
          to.confusionMatrix = metrics.get(CONFUSION_MATRIX);
          to.averages = metrics.get(AVERAGES);
          to.calibration = metrics.get(CALIBRATION);
          to.aucClasses = metrics.get(AUC) ? metrics.get(AUC_CLASSES) : 0;
          to.beta = metrics.exact(BETA);
          to.quantile = metrics.exact(QUANTILE);
          to.thresholdMetric = decision;
          to.multiclass = task == Task.MULTICLASS;
          to.positiveClass = positive;
          to.segments = segments(metrics, input);
          to.rankAt = metrics.has(GROUP) ? metrics.get(AT) : 0;
          to.validation = new Validation(validation.exact(FRACTION), validation.get(PATIENCE));
        });
  }
}
