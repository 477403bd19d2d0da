package dev.millrace.nn;

import dev.millrace.nn.loss.Objective;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.simd.UpdateKernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Updates the weights from a mini-batch, along Σ weight·gradient / batch size. */
final class TrainingStep {

  private static final Kernels KERNELS = KernelProvider.kernels();
  private static final UpdateKernels UPDATES = KernelProvider.updates();

  private final NetworkSpec spec;
  private final Network network;
  private final Objective objective;
  private final @Nullable ExampleClipping clipping;
  // Null if the network has no vectors of ids.
  private final @Nullable EmbeddingStep embeddingStep;
  // Null if a step needs the gradient of all parameters at once.
  private final @Nullable FusedUpdate fusedUpdate;

  /**
   * @param numbers inputs of the network that are no vectors of ids
   */
  TrainingStep(NetworkSpec spec, Network network, Objective objective, int numbers) {
    this.spec = spec;
    this.network = network;
    this.objective = objective;
    clipping =
        spec.clipping().norm() == 0f
            ? null
            : new ExampleClipping(spec, network.layout(), objective);
    boolean hasVectors = numbers < network.layout().inputs(0);
    embeddingStep = hasVectors ? new EmbeddingStep(network.layout(), numbers) : null;
    fusedUpdate =
        FusedUpdate.applies(spec) ? new FusedUpdate(spec, network, clipping, embeddingStep) : null;
  }

  /**
   * Updates the parameters, and vectors of ids.
   *
   * @param propagated number of last rows of the batch whose outputs are in the workspace
   * @param embeddings which the rows were added to; null if there are none
   */
  StepResult apply(
      MiniBatch batch,
      int propagated,
      float[] parameters,
      OptimizerState optimizer,
      float learningRate,
      @Nullable Dropout dropout,
      @Nullable Embeddings embeddings,
      Workspace workspace) {
    int rows = batch.size();
    // Same outputs as when the rows arrived, without dropout; not stored, because they would be the
    // largest part of a small model's memory.
    if (propagated < rows || dropout != null) {
      network.forward(parameters, batch.rows(), batch.first(), rows, workspace, dropout);
    }
    workspace.fitBackward(network.layout(), rows);
    boolean isErrorLimited = writeOutputGradient(batch, workspace, false);
    if (fusedUpdate != null) {
      float[] x = batch.rows();
      int first = batch.first();
      boolean fused = objective.isFused();
      StepResult result =
          fusedUpdate.apply(
              parameters, x, first, rows, fused, optimizer, learningRate, embeddings, workspace);
      if (result != StepResult.SKIPPED || rows <= 1 || clipping != null) {
        return clipped(result, isErrorLimited);
      }
      // Only the gradient decides; deltas and perhaps outputs were overwritten.
      network.forward(parameters, x, first, rows, workspace, null);
      writeOutputGradient(batch, workspace, false);
    }
    return step(
        batch, isErrorLimited, parameters, optimizer, learningRate, dropout, embeddings, workspace);
  }

  private static StepResult clipped(StepResult result, boolean isClipped) {
    return isClipped && result == StepResult.APPLIED ? StepResult.CLIPPED : result;
  }

  private StepResult step(
      MiniBatch batch,
      boolean isErrorLimited,
      float[] parameters,
      OptimizerState optimizer,
      float learningRate,
      @Nullable Dropout dropout,
      @Nullable Embeddings embeddings,
      Workspace workspace) {
    StepResult result = computeGradient(batch, parameters, learningRate, dropout, workspace);
    int length = network.layout().length();
    float[] gradient = workspace.gradient;
    // Written so that NaN is rejected as well.
    if (result == StepResult.SKIPPED
        || !(KERNELS.absMax(gradient, 0, length) <= Clipping.MAX_GRADIENT)) {
      return StepResult.SKIPPED;
    }
    if (embeddingStep != null && embeddings != null) {
      embeddingStep.learn(embeddings, parameters, batch.size(), workspace);
    }
    boolean isValueClipped = clipValue(gradient, length);
    optimizer.begin();
    optimizer.move(parameters, 0, gradient, length, learningRate);
    float maxNorm = spec.regularizer().maxNorm();
    if (maxNorm != 0f) {
      network.limitNorms(parameters, maxNorm);
    }
    return clipped(result, isErrorLimited || isValueClipped);
  }

  /**
   * Computes the gradient of all parameters, with that of the regularizer.
   *
   * @return what clipping has made of it
   */
  private StepResult computeGradient(
      MiniBatch batch,
      float[] parameters,
      float learningRate,
      @Nullable Dropout dropout,
      Workspace workspace) {
    int rows = batch.size();
    workspace.fitGradient(network.layout().length());
    StepResult result = StepResult.APPLIED;
    if (clipping != null) {
      clipping.begin(rows, workspace);
    }
    backward(batch, parameters, dropout, clipping, workspace);
    if (clipping != null) {
      result = clipping.finish(rows, learningRate, workspace);
    }
    if (result == StepResult.CLIPPED) {
      // Rare. Scaling the deltas is too late, because the gradient is already summed over the rows.
      network.forward(parameters, batch.rows(), batch.first(), rows, workspace, dropout);
      writeOutputGradient(batch, workspace, true);
      backward(batch, parameters, dropout, null, workspace);
    }
    Regularizer regularizer = spec.regularizer();
    if (regularizer.l1() != 0f || regularizer.l2() != 0f) {
      network.regularize(parameters, regularizer, workspace.gradient);
    }
    return result;
  }

  private void backward(
      MiniBatch batch,
      float[] parameters,
      @Nullable Dropout dropout,
      @Nullable ExampleClipping norms,
      Workspace workspace) {
    network.backward(
        parameters,
        batch.rows(),
        batch.first(),
        batch.size(),
        objective.isFused(),
        workspace,
        dropout,
        norms);
  }

  private boolean clipValue(float[] gradient, int length) {
    float value = spec.clipping().value();
    if (value == 0f || KERNELS.absMax(gradient, 0, length) <= value) {
      return false;
    }
    UPDATES.clamp(gradient, length, value);
    return true;
  }

  /**
   * Writes the gradients with respect to the outputs.
   *
   * @param scaled true to multiply each by the factor of its row
   * @return true if an error was limited
   */
  private boolean writeOutputGradient(MiniBatch batch, Workspace workspace, boolean scaled) {
    Layout layout = network.layout();
    int rows = batch.size();
    int neurons = layout.outputs();
    int columns = layout.columns(layout.layers() - 1);
    boolean isLimited = false;
    for (int r = 0; r < rows; r++) {
      int at = layout.outputOffset(rows, r);
      float factor = batch.weight(r) / rows * (scaled ? workspace.factors[r] : 1f);
      isLimited |=
          objective.gradient(
              workspace.activations, at, neurons, batch.target(r), factor, workspace.deltas, at);
      Arrays.fill(workspace.deltas, at + neurons, at + columns, 0f);
    }
    return isLimited;
  }
}
