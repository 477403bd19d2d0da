package dev.millrace.prequential.spec;

import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.DefaultLabel;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.input.TargetSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Specifies the model of each output of a pipeline that has several. */
public final class OutputSpecs {
  /** Class of a label that is not in the set of an example. */
  public static final String ABSENT = "0";

  /** Class of a label that is in the set of an example. */
  public static final String PRESENT = "1";

  private OutputSpecs() {}

  /** Returns the task of all outputs together. */
  public static Task task(InputSpec input) {
    return input.targets().isEmpty() ? Task.MULTILABEL : Task.MULTI_TARGET;
  }

  /** Returns the model key of an output. */
  public static String key(String key, String output) {
    return key + ForecastSpec.SEPARATOR + output;
  }

  /** Returns the specification of the model of a label, which is in a set or not. */
  public static TrainSpec ofLabel(TrainSpec spec) {
    LateLabels late = spec.input().labels();
    DefaultLabel onTimeout =
        late == null || late.onTimeout() == null ? null : new DefaultLabel(ABSENT, Double.NaN);
    return of(
        spec,
        new TargetSpec(
            spec.input().label(), Task.BINARY, List.of(ABSENT, PRESENT), PRESENT, null, onTimeout));
  }

  /** Returns the specification of the model of a target. */
  public static TrainSpec of(TrainSpec spec, TargetSpec target) {
    String positive =
        target.positiveClass() == null ? spec.metrics().positiveClass() : target.positiveClass();
    return spec.with(
        to -> {
          to.input = input(spec.input(), target);
          to.metrics =
              spec.metrics()
                  .with(
                      metrics -> {
                        metrics.positiveClass = positive;
                        // A record would be held out for one output, and learned for another.
                        metrics.validation = MetricsSpec.Validation.NONE;
                        metrics.multiclass = target.task() == Task.MULTICLASS;
                      });
          // Of the columns, which are the same for all outputs, and of units that change anyway.
          to.inputDrift = null;
          // The sets of labels are predicted from the predictions.
          to.publish = to.publish.withPredictions(true).withReasons(0);
        });
  }

  private static InputSpec input(InputSpec all, TargetSpec target) {
    return all.with(
        to -> {
          to.targets = List.of();
          to.label = target.name();
          to.task = target.task();
          to.classes = target.classes();
          to.labels = late(all.labels(), target);
          to.derived = List.of(); // computed once for all outputs
        });
  }

  private static @Nullable LateLabels late(@Nullable LateLabels all, TargetSpec target) {
    return all == null
        ? null
        : new LateLabels(
            all.topic(),
            all.id(),
            all.key(),
            target.name(),
            target.timeoutMillis() == null ? all.timeoutMillis() : target.timeoutMillis(),
            all.maxPending(),
            target.onTimeout() == null ? all.onTimeout() : target.onTimeout());
  }
}
