package dev.millrace.prequential.key;

import dev.millrace.eval.drift.InputColumns;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.Workspace;
import org.jspecify.annotations.Nullable;

/** The columns whose drift is detected, created once for all models of a workspace. */
final class SharedColumns {
  private @Nullable InputSpec input;
  private int inputs;
  private InputColumns columns = InputColumns.of(InputSpec.DEFAULT, 0);

  /**
   * Returns the columns of an input.
   *
   * @param inputs number of features of a row
   */
  static InputColumns of(InputSpec input, int inputs, Workspace workspace) {
    return workspace.shared(SharedColumns.class, SharedColumns::new).get(input, inputs);
  }

  private InputColumns get(InputSpec other, int count) {
    if (other != input || count != inputs) {
      columns = InputColumns.of(other, count);
      input = other;
      inputs = count;
    }
    return columns;
  }
}
