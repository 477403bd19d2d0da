package dev.millrace.nn;

import dev.millrace.simd.Kernels;

/**
 * The step of one row by gradient descent that needs no gradient array, because nothing but the
 * update reads the gradient: the bits of {@link Network#backward} and {@link Kernels#sgd}.
 *
 * <p>For networks where no hidden layer has dropout, layer normalization or an activation that is
 * derived from its input.
 */
final class PlainDescent {

  private static final Kernels KERNELS = Kernels.best();

  private final Network network;
  private final Layout layout;

  PlainDescent(Network network) {
    this.network = network;
    layout = network.layout();
  }

  /**
   * From the row at the start of {@code x}, its outputs and the output layer's deltas in the
   * workspace, as {@link Network#backward} takes them.
   *
   * @return false if the gradient is not finite or too great; then nothing has changed
   */
  boolean step(
      float[] parameters, float[] x, boolean fused, float learningRate, Workspace workspace) {
    network.propagateDeltas(parameters, 1, fused, workspace);
    if (!gradientIsWithin(Clipping.GREATEST_GRADIENT, x, workspace)) {
      return false;
    }
    for (int l = 0; l < layout.layers(); l++) {
      KERNELS.descend(
          l == 0 ? x : workspace.activations,
          l == 0 ? 0 : layout.activationOffset(l - 1, 1),
          layout.inputs(l),
          workspace.deltas,
          layout.activationOffset(l, 1),
          layout.columns(l),
          parameters,
          layout.weightOffset(l),
          layout.biasOffset(l),
          learningRate);
    }
    return true;
  }

  /**
   * Whether no magnitude in the gradient exceeds the bound, and none is NaN, without that gradient:
   * of products x·delta the greatest is that of the greatest factors.
   */
  private boolean gradientIsWithin(float bound, float[] x, Workspace workspace) {
    // All layers at once first: fewer, longer calls, and enough unless the bound is near.
    int length = layout.activationLength(1);
    float allDeltas = KERNELS.absMax(workspace.deltas, 0, length);
    float allInputs =
        Math.max(
            KERNELS.absMax(x, 0, layout.inputs(0)),
            KERNELS.absMax(workspace.activations, 0, length));
    if (Math.max(1f, allInputs) * allDeltas <= bound) {
      return true;
    }
    float greatest = 0f;
    for (int l = 0; l < layout.layers(); l++) {
      float input =
          l == 0
              ? KERNELS.absMax(x, 0, layout.inputs(0))
              : KERNELS.absMax(
                  workspace.activations, layout.activationOffset(l - 1, 1), layout.inputs(l));
      float delta =
          KERNELS.absMax(workspace.deltas, layout.activationOffset(l, 1), layout.columns(l));
      // Math.max gives NaN when one of the two is; the bias takes delta itself.
      greatest = Math.max(greatest, Math.max(delta, input * delta));
    }
    return greatest <= bound;
  }
}
