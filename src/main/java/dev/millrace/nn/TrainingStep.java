package dev.millrace.nn;

import java.util.Arrays;

/** One update of the weights from a mini-batch, along Σ weight·gradient / batch size. */
final class TrainingStep {

  private final LearnerSpec spec;
  private final Network network;
  private final Objective objective;
  // Null if a step needs the gradient of all parameters at once.
  private final StepInPlace inPlace;

  TrainingStep(LearnerSpec spec, Network network, Objective objective) {
    this.spec = spec;
    this.network = network;
    this.objective = objective;
    inPlace = spec.needsNoWholeGradient() ? new StepInPlace(spec, network) : null;
  }

  /**
   * Takes the step.
   *
   * @param propagated the last rows of the batch, whose outputs are in the workspace
   * @param dropout null for none
   * @return false if the gradient is not finite or too great; then nothing has changed
   */
  boolean take(
      MiniBatch batch,
      int propagated,
      float[] parameters,
      OptimizerState optimizer,
      float learningRate,
      Dropout dropout,
      Workspace workspace) {
    int rows = batch.size();
    // Without dropout the same outputs as when the rows came, for the weights are the same; not
    // kept, because they would be the greatest part of a small model's memory.
    if (propagated < rows || dropout != null) {
      network.forward(parameters, batch.rows(), batch.first(), rows, workspace, dropout);
    }
    workspace.fitBackward(network.layout(), rows);
    writeOutputGradient(batch, workspace);
    if (inPlace != null) {
      float[] x = batch.rows();
      int first = batch.first();
      boolean fused = objective.fused();
      if (inPlace.take(parameters, x, first, rows, fused, optimizer, learningRate, workspace)) {
        return true;
      }
      if (rows == 1) {
        return false;
      }
      // Only the gradient itself can tell; the deltas and perhaps the outputs are gone.
      network.forward(parameters, x, first, rows, workspace, null);
      writeOutputGradient(batch, workspace);
    }
    return step(batch, parameters, optimizer, learningRate, dropout, workspace);
  }

  private boolean step(
      MiniBatch batch,
      float[] parameters,
      OptimizerState optimizer,
      float learningRate,
      Dropout dropout,
      Workspace workspace) {
    int length = network.layout().length();
    workspace.fitGradient(length);
    network.backward(
        parameters,
        batch.rows(),
        batch.first(),
        batch.size(),
        objective.fused(),
        workspace,
        dropout);
    float[] gradient = workspace.gradient;
    Regularizer regularizer = spec.regularizer();
    if (regularizer.l1() != 0f || regularizer.l2() != 0f) {
      network.regularize(parameters, regularizer, gradient);
    }
    if (!spec.clipping().apply(gradient, length)) {
      return false;
    }
    optimizer.begin();
    optimizer.move(parameters, 0, gradient, length, learningRate);
    if (regularizer.maxNorm() != 0f) {
      network.limitNorms(parameters, regularizer.maxNorm());
    }
    return true;
  }

  private void writeOutputGradient(MiniBatch batch, Workspace workspace) {
    Layout layout = network.layout();
    int rows = batch.size();
    int neurons = layout.outputs();
    int columns = layout.columns(layout.layers() - 1);
    for (int r = 0; r < rows; r++) {
      int at = layout.outputOffset(rows, r);
      float factor = batch.weight(r) / rows;
      objective.gradient(
          workspace.activations, at, neurons, batch.target(r), factor, workspace.deltas, at);
      Arrays.fill(workspace.deltas, at + neurons, at + columns, 0f);
    }
  }
}
