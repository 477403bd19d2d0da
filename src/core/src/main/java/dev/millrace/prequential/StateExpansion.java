package dev.millrace.prequential;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.FeatureSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.Learner;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.selection.ChampionChallenger;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.prequential.key.ModelFormat;
import dev.millrace.prequential.key.PartOrigin;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.spec.TrainSpec;
import java.io.IOException;
import java.util.List;

/** Expands stored state of a smaller network, or of fewer features, to the configured size. */
final class StateExpansion {
  private StateExpansion() {}

  /**
   * Makes stored state usable, and expands a model that is smaller than the settings say; it
   * predicts the same.
   *
   * @return true if the model was expanded
   * @throws ModelMismatchException if the settings differ in more than growth
   * @throws IOException if the state is of a newer release
   */
  static boolean resume(TrainState state, TrainSpec spec, Workspace workspace) throws IOException {
    byte[] stored = state.serialized();
    try {
      state.resume(spec, workspace);
      return false;
    } catch (ModelMismatchException e) {
      if (stored == null) {
        throw e;
      }
    }
    try {
      state.use(read(stored, spec, workspace));
      return true;
    } catch (RuntimeException e) {
      throw ModelFormat.damaged(e);
    }
  }

  private static PrequentialModel read(byte[] state, TrainSpec spec, Workspace workspace)
      throws IOException {
    TrainSpec before = withFewerFeatures(state, spec).with(OnChange.GROW);
    PrequentialModel model;
    try {
      model = TrainState.read(state, in -> ModelFormat.read(in, before, workspace));
    } catch (ModelMismatchException e) {
      model = readSmaller(state, before, workspace, e);
    }
    model.columns = ModelFormat.columns(spec.input(), workspace);
    model.learner = expanded(model.learner, spec, workspace);
    model.parts.restartImportance(
        new PartOrigin(spec, null, model.task, model.classes, model.learner, workspace));
    OnlineModel challenger = model.drift.challenger;
    if (challenger != null) {
      model.drift.challenger = expanded(challenger, spec, workspace);
    }
    model.resumeDrift();
    return model;
  }

  private static PrequentialModel readSmaller(
      byte[] state, TrainSpec spec, Workspace workspace, ModelMismatchException cause)
      throws IOException {
    if (cause.storedShape() == null || !(spec.model() instanceof NetworkSpec network)) {
      throw cause;
    }
    try {
      NetworkSpec smaller = network.withHiddenOf(cause.storedShape());
      TrainSpec stored = spec.with(to -> to.model = smaller);
      return TrainState.read(state, in -> ModelFormat.read(in, stored, workspace));
    } catch (ModelMismatchException e) {
      throw cause; // it differs in more than its hidden layers; this one names what is configured
    }
  }

  /** Returns the model in the configured size. */
  private static OnlineModel expanded(OnlineModel model, TrainSpec spec, Workspace workspace)
      throws ModelMismatchException {
    int inputs = Math.max(model.inputs(), spec.input().width());
    if (model instanceof ChampionChallenger selection) {
      selection.grow(inputs, (one, own) -> expanded(one, own, inputs, workspace));
      return selection;
    }
    return expanded(model, spec.model(), inputs, workspace);
  }

  private static OnlineModel expanded(
      OnlineModel model, ModelSpec spec, int inputs, Workspace workspace)
      throws ModelMismatchException {
    if (model instanceof Learner learner && spec instanceof NetworkSpec network) {
      return learner.expanded(network, inputs, workspace);
    }
    if (model.inputs() < inputs) {
      throw new ModelMismatchException(
          "the stored model: auto has %d features, configured are %d, and it does not grow; %s"
              .formatted(model.inputs(), inputs, ModelMismatchException.REMEDY));
    }
    return model;
  }

  /** Returns the specification with the first declared features, as many as the state has. */
  private static TrainSpec withFewerFeatures(byte[] state, TrainSpec spec) throws IOException {
    int columns = ModelFormat.columns(new BoundedDataInput(state));
    List<FeatureSpec> declared = spec.input().features();
    for (int count = declared.size(); count > 0; count--) {
      List<FeatureSpec> first = declared.subList(0, count);
      InputSpec before = spec.input().withFeatures(first);
      if (ModelFormat.columns(before) == columns) {
        if (count < declared.size() && spec.input().slots() > 0) {
          throw new ModelMismatchException(
              "a model with input.derived or a forecast does not grow by features, which would move"
                  + " its other inputs; "
                  + ModelMismatchException.REMEDY);
        }
        return spec.with(to -> to.input = before);
      }
    }
    return spec;
  }
}
