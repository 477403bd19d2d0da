package dev.millrace.nn;

import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.simd.LayerShape;
import org.jspecify.annotations.Nullable;

/**
 * Updates the parameters layer by layer, without an array for the whole gradient; same bits as
 * {@link Network#backward} followed by {@link OptimizerState#move}.
 *
 * <p>Requires hidden layers without dropout, layer normalization and activations that are derived
 * from their input.
 */
final class FusedUpdate {

  private static final Kernels KERNELS = KernelProvider.kernels();

  private final Network network;
  private final Layout layout;
  // Inputs of each layer that are updated together, and the rest, with weights at offset 0.
  private final LayerShape[] blocks;
  private final LayerShape[] lastBlocks;
  // True for plain sgd with a batch size of 1.
  private final boolean plain;
  private final @Nullable ExampleClipping clipping;
  private final @Nullable EmbeddingStep embeddingStep;

  FusedUpdate(
      NetworkSpec spec,
      Network network,
      @Nullable ExampleClipping clipping,
      @Nullable EmbeddingStep embeddingStep) {
    this.network = network;
    this.clipping = clipping;
    this.embeddingStep = embeddingStep;
    layout = network.layout();
    blocks = new LayerShape[layout.layers()];
    lastBlocks = new LayerShape[layout.layers()];
    for (int l = 0; l < layout.layers(); l++) {
      int together = layout.inputsTogether(l);
      blocks[l] = block(layout.shape(l), together);
      lastBlocks[l] = block(layout.shape(l), layout.inputs(l) % together);
    }
    plain =
        spec.batchSize() == 1
            && spec.optimizer() instanceof Optimizer.Sgd sgd
            && sgd.momentum() == 0f;
  }

  /**
   * Returns true if the update applies: each part of the gradient is needed only to update its own
   * parameters, and computing the deltas keeps the outputs of all hidden layers.
   */
  static boolean applies(NetworkSpec spec) {
    Regularizer regularizer = spec.regularizer();
    return spec.clipping().value() == 0f
        && regularizer.l1() == 0f
        && regularizer.l2() == 0f
        && regularizer.maxNorm() == 0f
        && spec.hidden().stream().allMatch(FusedUpdate::keepsOutputs);
  }

  private static boolean keepsOutputs(LayerSpec layer) {
    return layer.dropout() == 0f && !layer.layerNorm() && !layer.activation().isDerivedFromInput();
  }

  private static LayerShape block(LayerShape layer, int inputs) {
    return LayerShape.of(inputs, layer.inputStride(), layer.outputs(), layer.columns(), 0);
  }

  /**
   * Updates the parameters, and vectors of ids, from the rows at {@code xOffset}, whose outputs and
   * output deltas are in the workspace, as for {@link Network#backward}.
   *
   * @return {@link StepResult#SKIPPED} if the gradient is not finite or too large, and without
   *     clipping also if the gradient of several rows may be; then the deltas have changed, but no
   *     parameter
   */
  StepResult apply(
      float[] parameters,
      float[] x,
      int xOffset,
      int rows,
      boolean fused,
      OptimizerState optimizer,
      float learningRate,
      @Nullable Embeddings embeddings,
      Workspace workspace) {
    network.propagateDeltas(parameters, rows, fused, workspace);
    StepResult result;
    if (clipping != null) {
      result = clip(clipping, x, xOffset, rows, learningRate, workspace);
    } else {
      result =
          gradientIsWithin(Clipping.MAX_GRADIENT, x, xOffset, rows, workspace)
              ? StepResult.APPLIED
              : StepResult.SKIPPED;
    }
    if (result == StepResult.SKIPPED) {
      return result;
    }
    if (embeddingStep != null && embeddings != null) {
      embeddingStep.learn(embeddings, parameters, rows, workspace);
    }
    if (plain) {
      sgdOneRow(parameters, x, xOffset, learningRate, workspace);
    } else {
      move(parameters, x, xOffset, rows, optimizer, learningRate, workspace);
    }
    return result;
  }

  /**
   * Returns true if no element of the gradient exceeds the bound or is NaN, without computing the
   * gradient: the max of one row's products x·delta is the product of the maxima, and a sum of n
   * rows is at most n times that. May return false needlessly for several rows.
   */
  private boolean gradientIsWithin(
      float bound, float[] x, int xOffset, int rows, Workspace workspace) {
    // Doubled, because rounding may increase a sum.
    float terms = rows == 1 ? 1f : 2f * rows;
    // First all layers at once: fewer, longer calls, and sufficient unless the bound is near.
    int length = layout.activationLength(rows);
    float allDeltas = KERNELS.absMax(workspace.deltas, 0, length);
    float allInputs =
        Math.max(
            KERNELS.absMax(x, xOffset, rows * layout.shape(0).inputStride()),
            KERNELS.absMax(workspace.activations, 0, length));
    if (Math.max(1f, allInputs) * allDeltas * terms <= bound) {
      return true;
    }
    float max = 0f;
    for (int l = 0; l < layout.layers(); l++) {
      float input = 0f;
      float delta = 0f;
      for (int r = 0; r < rows; r++) {
        float[] inputs = l == 0 ? x : workspace.activations;
        int from = l == 0 ? xOffset : layout.activationOffset(l - 1, rows);
        int row = from + r * layout.shape(l).inputStride();
        // Math.max gives NaN when one of the two is.
        input = Math.max(input, KERNELS.absMax(inputs, row, layout.inputs(l)));
        int deltaRow = layout.activationOffset(l, rows) + r * layout.stride(l);
        delta = Math.max(delta, KERNELS.absMax(workspace.deltas, deltaRow, layout.columns(l)));
      }
      // The gradient of the bias is delta itself.
      max = Math.max(max, Math.max(1f, input) * delta * terms);
    }
    return max <= bound;
  }

  /** Clips the gradients of the rows. */
  private StepResult clip(
      ExampleClipping clipping,
      float[] x,
      int xOffset,
      int rows,
      float learningRate,
      Workspace workspace) {
    clipping.begin(rows, workspace);
    for (int l = 0; l < layout.layers(); l++) {
      clipping.addLayer(l, x, xOffset, rows, workspace);
    }
    StepResult result = clipping.finish(rows, learningRate, workspace);
    if (result == StepResult.CLIPPED) {
      clipping.scaleDeltas(rows, workspace);
    }
    return result;
  }

  /**
   * Applies plain sgd from one row; same bits as {@link Network#backward} and {@link Kernels#sgd}.
   */
  private void sgdOneRow(
      float[] parameters, float[] x, int xOffset, float learningRate, Workspace workspace) {
    if (layout.isReluPair()) {
      KERNELS.sgdReluPair(
          layout.shape(0),
          layout.shape(1),
          x,
          xOffset,
          parameters,
          workspace.activations,
          workspace.deltas,
          layout.activationOffset(0, 1),
          layout.activationOffset(1, 1),
          learningRate);
      return;
    }
    for (int l = 0; l < layout.layers(); l++) {
      KERNELS.sgdOneRow(
          layout.shape(l),
          l == 0 ? x : workspace.activations,
          l == 0 ? xOffset : layout.activationOffset(l - 1, 1),
          workspace.deltas,
          layout.activationOffset(l, 1),
          parameters,
          learningRate);
    }
  }

  /**
   * Applies an optimizer; same bits as {@link Network#backward} and {@link OptimizerState#move}.
   * Processes some inputs at a time, so that their part of the gradient is still in cache.
   */
  private void move(
      float[] parameters,
      float[] x,
      int xOffset,
      int rows,
      OptimizerState optimizer,
      float learningRate,
      Workspace workspace) {
    optimizer.begin();
    for (int l = 0; l < layout.layers(); l++) {
      int stride = layout.weightStride(l);
      int columns = layout.shape(l).columns();
      if (rows == 1 && optimizer.movesByRow(columns)) {
        moveByRow(l, parameters, x, xOffset, optimizer, learningRate, workspace);
        continue;
      }
      int delta = layout.activationOffset(l, rows);
      int inputs = layout.inputs(l);
      int together = layout.inputsTogether(l);
      workspace.fitGradient(layout.lengthOfLast(l, together + 1));
      float[] gradient = workspace.gradient;
      for (int i = 0; i < inputs; i += together) {
        int block = Math.min(together, inputs - i);
        KERNELS.weightGradient(
            block == together ? blocks[l] : lastBlocks[l],
            l == 0 ? x : workspace.activations,
            (l == 0 ? xOffset : layout.activationOffset(l - 1, rows)) + i,
            rows,
            workspace.deltas,
            delta,
            gradient);
        int moved = block;
        int length = block * stride;
        if (i + block == inputs) {
          // The bias follows the weights.
          KERNELS.biasGradient(workspace.deltas, delta, rows, columns, gradient, length);
          moved++;
          length = layout.lengthOfLast(l, moved);
        }
        network.clearPadding(l, gradient, 0, moved, length);
        optimizer.move(
            parameters, layout.weightOffset(l) + i * stride, gradient, length, learningRate);
      }
    }
  }

  /** Applies an optimizer from one row, whose weight gradient is used as it is computed. */
  private void moveByRow(
      int layer,
      float[] parameters,
      float[] x,
      int xOffset,
      OptimizerState optimizer,
      float learningRate,
      Workspace workspace) {
    int columns = layout.shape(layer).columns();
    int delta = layout.activationOffset(layer, 1);
    optimizer.moveByRow(
        layout.shape(layer),
        parameters,
        layer == 0 ? x : workspace.activations,
        layer == 0 ? xOffset : layout.activationOffset(layer - 1, 1),
        workspace.deltas,
        delta,
        learningRate);
    int length = layout.lengthOfLast(layer, 1);
    workspace.fitGradient(length);
    float[] gradient = workspace.gradient;
    KERNELS.biasGradient(workspace.deltas, delta, 1, columns, gradient, 0);
    network.clearPadding(layer, gradient, 0, 1, length);
    optimizer.move(parameters, layout.shape(layer).biasOffset(), gradient, length, learningRate);
  }
}
