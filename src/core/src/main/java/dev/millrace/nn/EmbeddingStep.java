package dev.millrace.nn;

import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.simd.LayerShape;

/** Lets the vectors of ids learn in a step of their network, whose last inputs they are. */
final class EmbeddingStep {

  private static final Kernels KERNELS = KernelProvider.kernels();

  private final Layout layout;
  // The first layer, of these inputs alone.
  private final LayerShape shape;
  private final int stride;

  /**
   * @param first input that is an element of a vector
   */
  EmbeddingStep(Layout layout, int first) {
    this.layout = layout;
    LayerShape layer = layout.shape(0);
    int inputs = layer.inputs() - first;
    shape =
        LayerShape.of(
            inputs,
            layer.inputStride(),
            layer.outputs(),
            layer.columns(),
            layer.weightOffset() + first * layer.stride());
    stride = Kernels.stride(Kernels.padded(inputs));
  }

  /**
   * Learns the rows of a step, whose deltas are in the workspace, before the parameters are
   * updated.
   */
  void learn(Embeddings embeddings, float[] parameters, int rows, Workspace workspace) {
    workspace.fitVectors(layout, rows * stride);
    KERNELS.inputGradient(
        shape,
        workspace.deltas,
        layout.activationOffset(0, rows),
        rows,
        parameters,
        workspace.vectorGradient,
        0,
        workspace.transposed);
    embeddings.learn(workspace.vectorGradient, stride);
  }
}
