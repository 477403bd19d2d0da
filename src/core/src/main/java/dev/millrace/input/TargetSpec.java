package dev.millrace.input;

import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec.DefaultLabel;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Specifies one of several labels of a record that are learned together.
 *
 * @param name field of the label, and the name of the output
 * @param onTimeout label of features whose own label does not come within the timeout; null for
 *     that of all labels
 */
@PublicApi
public record TargetSpec(
    String name,
    @Setting(
            shown = "guessed",
            in = "binary, multiclass, regression",
            doc = "type of prediction, guessed as input.task; required with input.labels")
        @Nullable Task task,
    @Setting(
            shown = "discovered",
            in = "[2, " + InputSpec.Limits.MAX_CLASSES + "] classes",
            doc = "all labels of the target")
        List<String> classes,
    @Setting(
            shown = "the last by name",
            in = "one of the two classes",
            doc = "class that binary precision, recall and F1 refer to; makes the task binary")
        @Nullable String positiveClass,
    @Setting(
            shown = "input.labels.timeout",
            in = "[1ms, 3650d]",
            name = "timeout",
            doc = "event time after which features stop waiting for this label")
        @Nullable Long timeoutMillis,
    @Nullable DefaultLabel onTimeout)
    implements Serializable {

  public TargetSpec {
    classes = List.copyOf(classes);
  }

  /** Returns the same target with another task. */
  public TargetSpec withTask(@Nullable Task other) {
    return new TargetSpec(name, other, classes, positiveClass, timeoutMillis, onTimeout);
  }

  /** Creates a target without other settings. */
  public TargetSpec(String name, @Nullable Task task) {
    this(name, task, List.of(), null, null, null);
  }
}
