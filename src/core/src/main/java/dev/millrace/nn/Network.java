package dev.millrace.nn;

import dev.millrace.nn.spec.Regularizer;
import dev.millrace.simd.ActivationKernels;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.simd.LayerKernels;
import dev.millrace.simd.UpdateKernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Fully connected layers: forward propagation and backpropagation.
 *
 * <p>A network is stateless, so models of one kind share it; callers pass the parameters,
 * positioned as its {@link Layout} defines.
 */
public final class Network {

  private static final Kernels KERNELS = KernelProvider.kernels();

  private static final LayerKernels LAYERS = KernelProvider.layers();
  private static final UpdateKernels UPDATES = KernelProvider.updates();
  private static final ActivationKernels ACTIVATIONS = KernelProvider.activations();

  /** Max floats that are loaded ahead: 16 KB. */
  private static final int FETCHED = 4096;

  private final Layout layout;

  public Network(Layout layout) {
    this.layout = layout;
  }

  public Layout layout() {
    return layout;
  }

  /**
   * Returns the outputs of all layers, of the last forward propagation; see {@link
   * Layout#outputOffset}.
   */
  public static float[] activations(Workspace workspace) {
    return workspace.activations;
  }

  /**
   * Returns the gradients with respect to the outputs in {@link #activations}, at the same offsets.
   */
  public static float[] deltas(Workspace workspace) {
    return workspace.deltas;
  }

  /** Returns the gradient of the last backpropagation, at the offsets of the parameters. */
  public static float[] gradient(Workspace workspace) {
    return workspace.gradient;
  }

  /** Resizes the arrays of backpropagation; keeps activations. */
  public void fitBackward(int rows, Workspace workspace) {
    workspace.fitBackward(layout, rows);
    workspace.fitGradient(layout.length());
  }

  /** Returns the initial parameters. */
  public float[] initialParameters(WeightInitializer initializer) {
    float[] parameters = new float[layout.length()];
    for (int l = 0; l < layout.layers(); l++) {
      initialize(parameters, l, 0, initializer);
      if (layout.isNormalized(l)) {
        int gain = layout.gainOffset(l);
        Arrays.fill(parameters, gain, gain + layout.units(l), 1f);
      }
    }
    return parameters;
  }

  /**
   * Copies the parameters of a network that has fewer outputs but is otherwise the same; the
   * weights of the new neurons are initial ones.
   */
  public float[] expanded(float[] parameters, Layout from, WeightInitializer initializer) {
    float[] expanded = layout.expanded(parameters, from);
    initialize(expanded, layout.layers() - 1, from.outputs(), initializer);
    return expanded;
  }

  private void initialize(
      float[] parameters, int layer, int firstNeuron, WeightInitializer initializer) {
    double deviation =
        initializer.deviation(layout.activation(layer), layout.inputs(layer), layout.units(layer));
    for (int neuron = firstNeuron; neuron < layout.units(layer); neuron++) {
      for (int i = 0; i < layout.inputs(layer); i++) {
        parameters[layout.weightOffset(layer) + i * layout.weightStride(layer) + neuron] =
            (float) (deviation * initializer.gaussian(layer, neuron, i));
      }
    }
  }

  /**
   * Loads a small model's parameters from memory, all cache lines at once: with thousands of models
   * in turn none is in a near cache, and each layer would wait for its own.
   */
  void fetch(float[] parameters, Workspace workspace) {
    int bits = 0;
    for (int i = 0; i < Math.min(layout.length(), FETCHED); i += Kernels.LANES) {
      bits |= Float.floatToRawIntBits(parameters[i]);
    }
    workspace.fetched = bits;
  }

  /**
   * Computes the outputs of every layer in the workspace.
   *
   * @param x [rows x inputs]
   */
  public void forward(float[] parameters, float[] x, int xOffset, int rows, Workspace workspace) {
    forward(parameters, x, xOffset, rows, workspace, null);
  }

  /** Computes the outputs of every layer with dropout, as for learning. */
  void forward(
      float[] parameters,
      float[] x,
      int xOffset,
      int rows,
      Workspace workspace,
      @Nullable Dropout dropout) {
    workspace.fitForward(layout, rows);
    float[] activations = workspace.activations;
    if (rows == 1 && layout.isReluPair()) {
      forwardReluPair(parameters, x, xOffset, workspace);
      return;
    }
    for (int l = 0; l < layout.layers(); l++) {
      int y = layout.activationOffset(l, rows);
      KERNELS.dense(
          layout.shape(l),
          l == 0 ? x : activations,
          l == 0 ? xOffset : layout.activationOffset(l - 1, rows),
          rows,
          parameters,
          activations,
          y);
      if (layout.isNormalized(l)) {
        normalize(parameters, l, y, rows, workspace);
      }
      if (layout.activation(l).isDerivedFromInput()) {
        System.arraycopy(activations, y, workspace.sums, y, rows * layout.stride(l));
      }
      activate(l, workspace.sums, activations, y, rows);
      if (dropout != null) {
        dropout.apply(layout, l, activations, y, rows);
      }
    }
  }

  private void forwardReluPair(float[] parameters, float[] x, int xOffset, Workspace workspace) {
    int y = layout.activationOffset(1, 1);
    KERNELS.forwardReluPair(
        layout.shape(0),
        layout.shape(1),
        x,
        xOffset,
        parameters,
        workspace.activations,
        layout.activationOffset(0, 1),
        y);
    activate(1, workspace.sums, workspace.activations, y, 1);
  }

  private void normalize(float[] parameters, int layer, int offset, int rows, Workspace workspace) {
    LAYERS.layerNorm(
        layout.shape(layer),
        workspace.activations,
        offset,
        rows,
        parameters,
        workspace.normalized,
        workspace.inverses,
        layer * rows);
  }

  /** Applies the activation; {@code x} has its inputs if the derivative is computed from them. */
  private void activate(int layer, float[] x, float[] a, int offset, int rows) {
    int columns = layout.columns(layer);
    int length = rows * layout.stride(layer);
    switch (layout.activation(layer)) {
      case SIGMOID -> KERNELS.sigmoid(a, offset, length);
      case TANH -> KERNELS.tanh(a, offset, length);
      case RELU -> KERNELS.relu(a, offset, length);
      case LEAKY_RELU -> ACTIVATIONS.leakyRelu(a, offset, length);
      case ELU -> ACTIVATIONS.elu(a, offset, length);
      case SELU -> KERNELS.selu(a, offset, length);
      case GELU -> ACTIVATIONS.gelu(x, a, offset, length);
      case SILU -> ACTIVATIONS.silu(x, a, offset, length);
      case SOFTPLUS -> ACTIVATIONS.softplus(x, a, offset, length);
      case SOFTMAX -> KERNELS.softmax(a, offset, rows, layout.units(layer), columns);
      case LINEAR -> {}
    }
  }

  /**
   * Computes the gradient of every parameter in {@link Workspace#gradient}, after {@link #forward}
   * of the same rows, from the gradient with respect to the last layer's weighted sums.
   *
   * @param x [rows x inputs]
   */
  public void backward(float[] parameters, float[] x, int rows, Workspace workspace) {
    backward(parameters, x, 0, rows, true, workspace, null, null);
  }

  /**
   * Computes the gradient of every parameter in the workspace, after {@link #forward} of the same
   * rows.
   *
   * <p>The deltas of the output layer are the gradient with respect to its outputs, or to its
   * weighted sums if {@code fused}; zero in the padding.
   *
   * @param dropout the one used in forward propagation
   * @param clipping receives the norms of all layers
   */
  void backward(
      float[] parameters,
      float[] x,
      int xOffset,
      int rows,
      boolean fused,
      Workspace workspace,
      @Nullable Dropout dropout,
      @Nullable ExampleClipping clipping) {
    for (int l = layout.layers() - 1; l >= 0; l--) {
      propagateDelta(parameters, l, rows, fused, workspace, dropout);
      if (clipping != null) {
        clipping.addLayer(l, x, xOffset, rows, workspace);
      }
      // Before the layer below is differentiated, which changes its outputs.
      KERNELS.weightGradient(
          layout.shape(l),
          l == 0 ? x : workspace.activations,
          l == 0 ? xOffset : layout.activationOffset(l - 1, rows),
          rows,
          workspace.deltas,
          layout.activationOffset(l, rows),
          workspace.gradient);
      KERNELS.biasGradient(
          workspace.deltas,
          layout.activationOffset(l, rows),
          rows,
          layout.shape(l).columns(),
          workspace.gradient,
          layout.shape(l).biasOffset());
      int rowsOfLayer = layout.rows(l);
      clearPadding(
          l,
          workspace.gradient,
          layout.weightOffset(l),
          rowsOfLayer,
          layout.lengthOfLast(l, rowsOfLayer));
    }
  }

  /**
   * Clears the gradient between and after its rows, because values that another network left there
   * must not count in norms or become weights.
   */
  void clearPadding(int layer, float[] gradient, int offset, int rows, int length) {
    int columns = layout.shape(layer).columns();
    int stride = layout.weightStride(layer);
    Arrays.fill(gradient, offset + rows * stride, offset + length, 0f);
    if (columns == stride) {
      return;
    }
    for (int i = 0; i < rows; i++) {
      int row = offset + i * stride;
      Arrays.fill(gradient, row + columns, row + stride, 0f);
    }
  }

  /**
   * Computes the gradient with respect to every layer's weighted sums from that of the output
   * layer; see {@link FusedUpdate} for the layers allowed.
   */
  void propagateDeltas(float[] parameters, int rows, boolean fused, Workspace workspace) {
    if (rows == 1 && fused && layout.isReluPair()) {
      KERNELS.backwardReluPair(
          layout.shape(0),
          layout.shape(1),
          workspace.deltas,
          layout.activationOffset(0, 1),
          layout.activationOffset(1, 1),
          parameters,
          workspace.activations);
      return;
    }
    for (int l = layout.layers() - 1; l >= 0; l--) {
      propagateDelta(parameters, l, rows, fused, workspace, null);
    }
  }

  /** Propagates the gradient from a layer's outputs to the outputs of the layer below. */
  private void propagateDelta(
      float[] parameters,
      int l,
      int rows,
      boolean fused,
      Workspace workspace,
      @Nullable Dropout dropout) {
    float[] activations = workspace.activations;
    float[] deltas = workspace.deltas;
    int delta = layout.activationOffset(l, rows);
    if (dropout != null && layout.dropout(l) != 0f) {
      dropout.apply(layout, l, deltas, delta, rows);
      // Undoes the scaling of the outputs; a dropped neuron has no gradient.
      int length = rows * layout.stride(l);
      KERNELS.scale(activations, delta, length, 1f - layout.dropout(l));
    }
    if (l < layout.layers() - 1 || !fused) {
      differentiate(l, workspace.sums, activations, deltas, delta, rows);
    }
    if (layout.isNormalized(l)) {
      LAYERS.layerNormGradient(
          layout.shape(l),
          deltas,
          delta,
          rows,
          parameters,
          workspace.normalized,
          workspace.inverses,
          l * rows,
          workspace.gradient);
    }
    if (l > 0) {
      KERNELS.inputGradient(
          layout.shape(l),
          deltas,
          delta,
          rows,
          parameters,
          deltas,
          layout.activationOffset(l - 1, rows),
          workspace.transposed);
    }
  }

  /** Multiplies delta by the derivative; overwrites {@code y} if it is computed from {@code x}. */
  private void differentiate(int layer, float[] x, float[] y, float[] delta, int offset, int rows) {
    int columns = layout.columns(layer);
    int length = rows * layout.stride(layer);
    switch (layout.activation(layer)) {
      case SIGMOID -> KERNELS.sigmoidGradient(y, offset, delta, offset, length);
      case TANH -> KERNELS.tanhGradient(y, offset, delta, offset, length);
      case RELU -> KERNELS.reluGradient(y, offset, delta, offset, length);
      case LEAKY_RELU -> ACTIVATIONS.leakyReluGradient(y, offset, delta, offset, length);
      case ELU -> ACTIVATIONS.eluGradient(y, offset, delta, offset, length);
      case SELU -> KERNELS.seluGradient(y, offset, delta, offset, length);
      case GELU -> ACTIVATIONS.geluGradient(x, y, delta, offset, length);
      case SILU -> ACTIVATIONS.siluGradient(x, y, delta, offset, length);
      case SOFTPLUS -> ACTIVATIONS.softplusGradient(x, y, delta, offset, length);
      case SOFTMAX -> KERNELS.softmaxGradient(y, offset, delta, offset, rows, columns);
      case LINEAR -> {}
    }
  }

  /** Scales the weights into each neuron, without its bias, down to the max L2 norm. */
  void limitNorms(float[] parameters, float maxNorm) {
    for (int l = 0; l < layout.layers(); l++) {
      UPDATES.limitColumns(layout.shape(l), parameters, maxNorm);
    }
  }

  /** Adds the gradient of the penalty on the weights. */
  void regularize(float[] parameters, Regularizer regularizer, float[] gradient) {
    for (int l = 0; l < layout.layers(); l++) {
      KERNELS.regularize(
          parameters,
          gradient,
          layout.weightOffset(l),
          layout.inputs(l) * layout.weightStride(l),
          regularizer.l1(),
          regularizer.l2());
    }
  }
}
