package dev.millrace.prequential;

import dev.millrace.data.InputSpec;
import dev.millrace.eval.drift.InputColumns;
import dev.millrace.explain.Explainer;
import dev.millrace.explain.RowColumns;
import dev.millrace.nn.Workspace;
import org.jspecify.annotations.Nullable;

/** What follows from the columns of an input, created once for all models of a workspace. */
final class SharedInput {
  private @Nullable InputSpec input;
  private int inputs;
  private InputColumns driftColumns = InputColumns.of(InputSpec.DEFAULT, 0);
  private RowColumns columns = RowColumns.of(InputSpec.DEFAULT, 0);
  private Explainer explainer = new Explainer(columns);

  /**
   * Returns what follows from an input, valid until the next call for another one.
   *
   * @param inputs number of features of a row
   */
  static SharedInput of(InputSpec input, int inputs, Workspace workspace) {
    SharedInput shared = workspace.shared(SharedInput.class, SharedInput::new);
    shared.use(input, inputs);
    return shared;
  }

  private void use(InputSpec other, int others) {
    if (other != input || others != inputs) {
      driftColumns = InputColumns.of(other, others);
      columns = RowColumns.of(other, others);
      explainer = new Explainer(columns);
      input = other;
      inputs = others;
    }
  }

  /** Returns the columns whose drift is detected. */
  InputColumns driftColumns() {
    return driftColumns;
  }

  /** Returns the columns that reasons name. */
  RowColumns columns() {
    return columns;
  }

  Explainer explainer() {
    return explainer;
  }
}
