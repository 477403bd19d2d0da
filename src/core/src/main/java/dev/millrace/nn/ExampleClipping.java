package dev.millrace.nn;

import dev.millrace.nn.loss.Objective;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import java.util.Arrays;

/**
 * Clips the gradient of each example of a mini-batch without computing it: a layer's gradient is
 * the outer product of its deltas and its inputs (with 1 for the bias), so its squared norm is the
 * product of their squared norms. Gain and shift of layer normalization are ignored.
 *
 * <p>Call {@link #begin}, {@link #addLayer} for each layer, {@link #finish}; then the workspace has
 * the factors of the rows.
 */
final class ExampleClipping {

  private static final Kernels KERNELS = KernelProvider.kernels();

  private static final float MAX_SQUARES = Clipping.MAX_GRADIENT * Clipping.MAX_GRADIENT;

  private final Layout layout;
  private final float maxRatio;
  // Factor of the learning rate of sgd; 0 for other optimizers, whose steps do not depend on the
  // length of the gradient.
  private final float effectOfRate;

  ExampleClipping(NetworkSpec spec, Layout layout, Objective objective) {
    this.layout = layout;
    maxRatio = spec.clipping().norm();
    effectOfRate =
        spec.optimizer() instanceof Optimizer.Sgd sgd
            ? objective.maxCurvature(layout.outputs()) / (1f - sgd.momentum())
            : 0f;
  }

  void begin(int rows, Workspace workspace) {
    workspace.fitFactors(rows);
    Arrays.fill(workspace.factors, 0, rows, 0f);
  }

  /** Adds the squared norm of a layer's gradient, from its deltas and inputs in the workspace. */
  void addLayer(int layer, float[] x, int xOffset, int rows, Workspace workspace) {
    float[] inputs = layer == 0 ? x : workspace.activations;
    int input = layer == 0 ? xOffset : layout.activationOffset(layer - 1, rows);
    int delta = layout.activationOffset(layer, rows);
    boolean isOutput = layer == layout.layers() - 1;
    for (int r = 0; r < rows; r++) {
      float squares = sumOfSquares(workspace.deltas, delta, layout.units(layer));
      if (isOutput) {
        workspace.errors[r] = squares;
      }
      workspace.factors[r] += squares * (1f + sumOfSquares(inputs, input, layout.inputs(layer)));
      delta += layout.stride(layer);
      input += layout.shape(layer).inputStride();
    }
  }

  /**
   * Converts the squared norms to the factor of each row's gradient, 1 if it is not clipped.
   *
   * @param learningRate of the step
   */
  StepResult finish(int rows, float learningRate, Workspace workspace) {
    StepResult result = StepResult.APPLIED;
    // Change of the outputs for a gradient of their error and of norm 1, inputs being alike.
    float effect = learningRate * effectOfRate / rows;
    for (int r = 0; r < rows; r++) {
      float squares = workspace.factors[r];
      // Written so that NaN is rejected as well.
      if (!(squares <= MAX_SQUARES)) {
        return StepResult.SKIPPED;
      }
      float norm = (float) Math.sqrt(squares);
      float errors = workspace.errors[r];
      float limit = maxRatio * (float) Math.sqrt(errors);
      if (effect != 0f) {
        limit = Math.min(limit, errors / (effect * norm));
      }
      boolean isClipped = norm > limit;
      workspace.factors[r] = isClipped ? limit / norm : 1f;
      result = isClipped ? StepResult.CLIPPED : result;
    }
    return result;
  }

  /** Multiplies the deltas of all layers by the factors of their rows. */
  void scaleDeltas(int rows, Workspace workspace) {
    if (rows == 1) {
      KERNELS.scale(workspace.deltas, 0, layout.activationLength(1), workspace.factors[0]);
      return;
    }
    for (int l = 0; l < layout.layers(); l++) {
      int delta = layout.activationOffset(l, rows);
      for (int r = 0; r < rows; r++, delta += layout.stride(l)) {
        if (workspace.factors[r] != 1f) {
          KERNELS.scale(workspace.deltas, delta, layout.columns(l), workspace.factors[r]);
        }
      }
    }
  }

  /** Sums a multiple of 16 squares by the kernel, then adds the rest. */
  private static float sumOfSquares(float[] a, int offset, int length) {
    int whole = length / Kernels.LANES * Kernels.LANES;
    float sum = whole == 0 ? 0f : KERNELS.sumOfSquares(a, offset, whole);
    for (int i = offset + whole; i < offset + length; i++) {
      sum += a[i] * a[i];
    }
    return sum;
  }
}
