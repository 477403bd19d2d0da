package dev.millrace.nn;

import java.util.Arrays;

/** One update of the weights from a mini-batch, along Σ weight·gradient / batch size. */
final class TrainingStep {

  private final LearnerSpec spec;
  private final Network network;
  private final Objective objective;
  // Null if a step needs the gradient array.
  private final PlainDescent plainDescent;

  TrainingStep(LearnerSpec spec, Network network, Objective objective) {
    this.spec = spec;
    this.network = network;
    this.objective = objective;
    plainDescent = spec.isPlainDescent() ? new PlainDescent(network) : null;
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
      network.forward(parameters, batch.rows(), 0, rows, workspace, dropout);
    }
    workspace.fitBackward(network.layout(), rows);
    writeOutputGradient(batch, workspace);
    return plainDescent != null
        ? plainDescent.step(parameters, batch.rows(), objective.fused(), learningRate, workspace)
        : step(batch, parameters, optimizer, learningRate, dropout, workspace);
  }

  private boolean step(
      MiniBatch batch,
      float[] parameters,
      OptimizerState optimizer,
      float learningRate,
      Dropout dropout,
      Workspace workspace) {
    workspace.fitGradient(network.layout());
    network.backward(
        parameters, batch.rows(), 0, batch.size(), objective.fused(), workspace, dropout);
    float[] gradient = workspace.gradient;
    Regularizer regularizer = spec.regularizer();
    if (regularizer.l1() != 0f || regularizer.l2() != 0f) {
      network.regularize(parameters, regularizer, gradient);
    }
    if (!spec.clipping().apply(gradient, network.layout().length())) {
      return false;
    }
    optimizer.step(parameters, gradient, learningRate);
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
