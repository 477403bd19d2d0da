package dev.millrace.nn.auto.rows;

import dev.millrace.data.Task;
import dev.millrace.nn.ids.IdLayout;
import dev.millrace.nn.spec.AutoSpec;
import org.jspecify.annotations.Nullable;

/**
 * The settings of mixtures that everything else follows from.
 *
 * @param inputs numbers that networks see of a record
 * @param ids layout of the records; null if they have no ids
 * @param previousInputs 1 if the last input is the previous value, else 0
 * @param indicators number of inputs that are indicators; 0 of records with ids
 */
public record MixtureKind(
    AutoSpec spec,
    long seed,
    Task task,
    int inputs,
    int classes,
    @Nullable IdLayout ids,
    int previousInputs,
    int indicators) {

  /** Creates settings of records without ids whose networks see the columns alone. */
  public MixtureKind(AutoSpec spec, long seed, Task task, int inputs, int classes) {
    this(spec, seed, task, inputs, classes, null, 0, 0);
  }

  /** Returns the settings of mixtures that know that many classes. */
  public MixtureKind withClasses(int all) {
    return new MixtureKind(spec, seed, task, inputs, all, ids, previousInputs, indicators);
  }

  /** Returns true if records have ids. */
  public boolean hasIds() {
    return ids != null;
  }

  /** Returns true if the target is a class. */
  public boolean isClassification() {
    return task.isClassification();
  }

  /** Returns the floats of a record as it comes. */
  public int width() {
    return ids == null ? inputs - previousInputs : ids.width;
  }

  /** Returns the neurons of an output layer. */
  public int outputs() {
    return isClassification() ? Math.max(1, classes) : 1;
  }
}
