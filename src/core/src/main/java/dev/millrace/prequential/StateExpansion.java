package dev.millrace.prequential;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Task;
import dev.millrace.nn.Learner;
import dev.millrace.nn.ModelMismatchException;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.NetworkModelSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.SelectionSpec.OnChange;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.selection.ChampionChallenger;
import java.io.IOException;

/** Reads state of a smaller network, or of fewer features, and makes it as large as configured. */
final class StateExpansion {
  private StateExpansion() {}

  /**
   * @throws ModelMismatchException if the settings differ in more than growth
   * @throws IOException if the state is of a newer release
   */
  static TrainState.Parts read(byte[] state, TrainSpec spec, Workspace workspace)
      throws IOException {
    TrainSpec before = withFewerFeatures(state, spec).with(OnChange.GROW);
    TrainState.Parts parts;
    try {
      parts = TrainState.read(state, before, workspace);
    } catch (ModelMismatchException e) {
      parts = readSmaller(state, before, workspace, e);
    }
    parts.model().expand(spec, workspace);
    return parts;
  }

  private static TrainState.Parts readSmaller(
      byte[] state, TrainSpec spec, Workspace workspace, ModelMismatchException cause)
      throws IOException {
    if (cause.storedShape() == null || !(spec.model() instanceof NetworkModelSpec network)) {
      throw cause;
    }
    try {
      TrainSpec smaller = spec.with(spec.input(), network.withHiddenOf(cause.storedShape()));
      return TrainState.read(state, smaller, workspace);
    } catch (ModelMismatchException e) {
      throw cause; // it differs in more than its hidden layers; this one names what is configured
    }
  }

  /** Returns the model in the configured size. */
  static OnlineModel expanded(OnlineModel model, TrainSpec spec, Task task, Workspace workspace)
      throws ModelMismatchException {
    int inputs = Math.max(model.inputs(), spec.input().width());
    if (model instanceof ChampionChallenger selection) {
      selection.grow(inputs, (one, own) -> expanded(one, own, inputs, task, workspace));
      return selection;
    }
    return expanded(model, spec.model(), inputs, task, workspace);
  }

  private static OnlineModel expanded(
      OnlineModel model, ModelSpec spec, int inputs, Task task, Workspace workspace)
      throws ModelMismatchException {
    if (model instanceof Learner learner && spec instanceof NetworkModelSpec network) {
      return learner.expanded(network.forTask(task), inputs, workspace);
    }
    if (model.inputs() < inputs) {
      throw new ModelMismatchException(
          "the stored model: auto has %d features, configured are %d, and it does not grow;"
                  .formatted(model.inputs(), inputs)
              + " go back to the stored settings, or start afresh");
    }
    return model;
  }

  /** With as many of the declared features, from the first on, as the state knows. */
  private static TrainSpec withFewerFeatures(byte[] state, TrainSpec spec) throws IOException {
    int columns = ModelFormat.columns(new BoundedDataInput(state));
    for (int count = spec.input().features().size(); count > 0; count--) {
      TrainSpec before = spec.with(spec.input().withFirstFeatures(count), spec.model());
      if (ModelFormat.columns(before.input()) == columns) {
        return before;
      }
    }
    return spec;
  }
}
