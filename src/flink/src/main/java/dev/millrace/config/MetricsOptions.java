package dev.millrace.config;

import dev.millrace.config.input.FormatReader;
import dev.millrace.config.input.InputOptions;
import dev.millrace.config.input.SchemaFile;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.eval.MetricsSpec.Validation;
import dev.millrace.eval.Segments;
import dev.millrace.input.InputSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Declares and reads the options of {@code metrics} and {@code validation}. */
final class MetricsOptions {
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

  static {
    METRICS_GROUP.declare(MetricsSpec.class);
  }

  static final Option<Boolean> AUC =
      METRICS_GROUP.before(
          "auc-max-classes",
          Option.of(
              "auc",
              OptionTypes.flag(),
              true,
              "report the areas under the ROC and the precision-recall curve of the window"));
  private static final Option<?> WINDOW = METRICS_GROUP.named("window");
  private static final Option<?> THRESHOLD_METRIC = METRICS_GROUP.named("threshold-metric");

  static {
    METRICS_GROUP.declare(InputSpec.class, "group");
  }

  static final Option<String> GROUP = METRICS_GROUP.named("group");
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
              "Examples that are predicted and scored, but never learned: the same examples in"
                  + " every replay and epoch.")
          .declare(Validation.class);

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
    MetricsSpec given = metrics.read(MetricsSpec.class);
    Validation heldOut = validation.read(Validation.class);
    check(metrics, given, input);
    check(validation, heldOut, input);
    return given.with(
        to -> {
          if (!metrics.has(WINDOW) && given.windowMillis() > 0) {
            to.window = MAX_IN_TIME;
          } else if (!metrics.has(WINDOW) && metrics.has(GROUP)) {
            to.window = WINDOW_OF_GROUPS;
          }
          if (!metrics.get(AUC)) {
            to.aucClasses = 0;
          }
          if (input.hasOutputs() && !metrics.has(THRESHOLD_METRIC)) {
            to.thresholdMetric = Decision.F1;
          }
          to.multiclass = input.task() == Task.MULTICLASS;
          to.positiveClass = positive;
          to.segments = segments(metrics, input);
          to.rankAt = metrics.has(GROUP) ? metrics.get(AT) : 0;
          to.validation = heldOut;
        });
  }

  private static void check(OptionReader metrics, MetricsSpec given, InputSpec input) {
    Task task = input.task();
    if (task == Task.REGRESSION && metrics.has(THRESHOLD_METRIC)) {
      metrics.reject(
          THRESHOLD_METRIC, "applies only to classes, but input.task is regression. Remove it");
    }
    if (task == Task.MULTICLASS && given.thresholdMetric() != Decision.NONE) {
      metrics.reject(THRESHOLD_METRIC, ONLY_TWO_CLASSES.formatted(task.id()));
    }
    if (metrics.has(AT) && !metrics.mentions(GROUP)) {
      metrics.reject(AT, "needs groups. Add the field of the group, for example: group: user");
    }
  }

  private static void check(OptionReader validation, Validation heldOut, InputSpec input) {
    if (input.hasOutputs() && heldOut.fraction() > 0) {
      validation.reject(VALIDATION_GROUP.named("fraction"), ONLY_ONE_LABEL);
    } else if (heldOut.patience() > 0 && heldOut.fraction() == 0) {
      validation.reject(
          VALIDATION_GROUP.named("patience"),
          "needs a validation set. Add a fraction, for example: fraction: 0.1");
    }
  }
}
