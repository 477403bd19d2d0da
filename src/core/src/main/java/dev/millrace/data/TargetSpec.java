package dev.millrace.data;

import dev.millrace.data.InputSpec.DefaultLabel;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Specifies one of several labels of a record that are learned together.
 *
 * @param name field of the label, and the name of the output
 * @param task {@link Task#BINARY}, {@link Task#MULTICLASS} or {@link Task#REGRESSION}; null: text
 *     and boolean labels are classes, numbers are values
 * @param classes declared classes; empty for classes discovered in the stream
 * @param positiveClass the class of two that counts as positive; null for the default
 * @param timeoutMillis max event time between features and this label; null for that of all labels
 * @param onTimeout label of features whose own label does not come within the timeout; null for
 *     that of all labels
 */
@PublicApi
public record TargetSpec(
    String name,
    @Nullable Task task,
    List<String> classes,
    @Nullable String positiveClass,
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
