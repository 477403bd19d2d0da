package dev.millrace.nn;

import dev.millrace.simd.ActivationKernels;
import dev.millrace.simd.Kernels;
import dev.millrace.simd.LayerKernels;
import dev.millrace.simd.UpdateKernels;
import java.io.DataInput;
import java.io.IOException;
import java.util.Arrays;

/** Fully connected layers: their parameters, forward propagation and backpropagation. */
final class Network {

  private static final Kernels KERNELS = Kernels.best();

  private static final LayerKernels LAYERS = LayerKernels.best();
  private static final UpdateKernels UPDATES = UpdateKernels.best();
  private static final ActivationKernels ACTIVATIONS = ActivationKernels.best();

  private final Layout layout;
  private final float[] parameters;

  private Network(Layout layout, float[] parameters) {
    this.layout = layout;
    this.parameters = parameters;
  }

  /** A network with initial weights and no bias. */
  static Network create(Layout layout, WeightInitializer initializer) {
    Network network = new Network(layout, new float[layout.length()]);
    for (int l = 0; l < layout.layers(); l++) {
      for (int neuron = 0; neuron < layout.units(l); neuron++) {
        network.initialize(l, neuron, initializer);
      }
      if (layout.isNormalized(l)) {
        int gain = layout.gainOffset(l);
        Arrays.fill(network.parameters, gain, gain + layout.units(l), 1f);
      }
    }
    return network;
  }

  static Network read(Layout layout, DataInput in) throws IOException {
    return new Network(layout, layout.read(in));
  }

  Network copy() {
    return new Network(layout, parameters.clone());
  }

  /** The same network with more outputs; the weights of new neurons are drawn, the rest kept. */
  Network withOutputs(int outputs, WeightInitializer initializer) {
    Layout larger = layout.withOutputs(outputs);
    Network network = new Network(larger, larger.grown(parameters, layout));
    for (int neuron = layout.outputs(); neuron < outputs; neuron++) {
      network.initialize(layout.layers() - 1, neuron, initializer);
    }
    return network;
  }

  private void initialize(int layer, int neuron, WeightInitializer initializer) {
    double deviation =
        initializer.deviation(layout.activation(layer), layout.inputs(layer), layout.units(layer));
    for (int i = 0; i < layout.inputs(layer); i++) {
      parameters[layout.weightOffset(layer) + i * layout.stride(layer) + neuron] =
          (float) (deviation * initializer.gaussian(layer, neuron, i));
    }
  }

  Layout layout() {
    return layout;
  }

  /** Weights and biases, live: see {@link Layout}. */
  float[] parameters() {
    return parameters;
  }

  /**
   * Leaves the outputs of every layer in the workspace.
   *
   * @param x [rows x inputs]
   */
  void forward(float[] x, int xOffset, int rows, Workspace workspace) {
    forward(x, xOffset, rows, workspace, null);
  }

  /** As it is for learning: with dropout, unless that is null. */
  void forward(float[] x, int xOffset, int rows, Workspace workspace, Dropout dropout) {
    workspace.fitForward(layout, rows);
    float[] activations = workspace.activations;
    for (int l = 0; l < layout.layers(); l++) {
      int y = layout.activationOffset(l, rows);
      KERNELS.dense(
          l == 0 ? x : activations,
          l == 0 ? xOffset : layout.activationOffset(l - 1, rows),
          layout.inputStride(l),
          rows,
          layout.inputs(l),
          parameters,
          layout.weightOffset(l),
          layout.biasOffset(l),
          layout.columns(l),
          activations,
          y);
      if (layout.isNormalized(l)) {
        normalize(l, y, rows, workspace);
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

  private void normalize(int layer, int offset, int rows, Workspace workspace) {
    LAYERS.layerNorm(
        workspace.activations,
        offset,
        rows,
        layout.units(layer),
        layout.columns(layer),
        parameters,
        layout.gainOffset(layer),
        workspace.normalized,
        workspace.inverses,
        layer * rows);
  }

  /** {@code x} holds the inputs too, where the activation is derived from them. */
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
   * Leaves the gradient of every parameter in the workspace, after {@link #forward} of the same
   * rows.
   *
   * <p>The deltas of the output layer hold the gradient with respect to its outputs, or to its
   * weighted sums if {@code fused}; zero in the padding.
   *
   * @param dropout that of the forward propagation, null for none
   */
  void backward(
      float[] x, int xOffset, int rows, boolean fused, Workspace workspace, Dropout dropout) {
    for (int l = layout.layers() - 1; l >= 0; l--) {
      propagateDelta(l, rows, fused, workspace, dropout);
      // Now, because the layer below changes its outputs when it is differentiated.
      KERNELS.weightGradient(
          l == 0 ? x : workspace.activations,
          l == 0 ? xOffset : layout.activationOffset(l - 1, rows),
          layout.inputStride(l),
          rows,
          layout.inputs(l),
          workspace.deltas,
          layout.activationOffset(l, rows),
          layout.columns(l),
          workspace.gradient,
          layout.weightOffset(l));
      KERNELS.biasGradient(
          workspace.deltas,
          layout.activationOffset(l, rows),
          rows,
          layout.columns(l),
          workspace.gradient,
          layout.biasOffset(l));
      clearBetweenRows(l, workspace.gradient, layout.weightOffset(l), layout.rows(l));
    }
  }

  /** What another network left there must not count in norms, nor become a weight. */
  private void clearBetweenRows(int layer, float[] gradient, int offset, int rows) {
    int columns = layout.columns(layer);
    int stride = layout.stride(layer);
    if (columns == stride) {
      return;
    }
    for (int i = 0; i < rows; i++) {
      int row = offset + i * stride;
      Arrays.fill(gradient, row + columns, row + stride, 0f);
    }
  }

  /**
   * Leaves the gradient with respect to every layer's weighted sums in the workspace, from that of
   * the output layer, where no hidden layer has dropout, layer normalization or an activation that
   * is derived from its input; see {@link #backward}.
   */
  void propagateDeltas(int rows, boolean fused, Workspace workspace) {
    for (int l = layout.layers() - 1; l >= 0; l--) {
      propagateDelta(l, rows, fused, workspace, null);
    }
  }

  /** From a layer's outputs to its weighted sums, and to the outputs of the layer below. */
  private void propagateDelta(
      int l, int rows, boolean fused, Workspace workspace, Dropout dropout) {
    float[] activations = workspace.activations;
    float[] deltas = workspace.deltas;
    int delta = layout.activationOffset(l, rows);
    if (dropout != null && layout.dropout(l) != 0f) {
      dropout.apply(layout, l, deltas, delta, rows);
      // The activation's own output again; a neuron that was left out has no gradient.
      int length = rows * layout.stride(l);
      KERNELS.scale(activations, delta, length, 1f - layout.dropout(l));
    }
    if (l < layout.layers() - 1 || !fused) {
      differentiate(l, workspace.sums, activations, deltas, delta, rows);
    }
    if (layout.isNormalized(l)) {
      LAYERS.layerNormGradient(
          deltas,
          delta,
          rows,
          layout.units(l),
          layout.columns(l),
          parameters,
          layout.gainOffset(l),
          workspace.normalized,
          workspace.inverses,
          l * rows,
          workspace.gradient);
    }
    if (l > 0) {
      KERNELS.inputGradient(
          deltas,
          delta,
          rows,
          layout.units(l),
          layout.columns(l),
          parameters,
          layout.weightOffset(l),
          layout.inputs(l),
          deltas,
          layout.activationOffset(l - 1, rows),
          workspace.transposed);
    }
  }

  /**
   * Whether no magnitude in the gradient exceeds the bound, and none is NaN, without that gradient,
   * after {@link #propagateDeltas}: of one row's products x·delta the greatest is that of the
   * greatest factors, and a sum of several is at most so many times that. False may be wrong of
   * more rows than one.
   */
  boolean gradientIsWithin(float bound, float[] x, int xOffset, int rows, Workspace workspace) {
    // Twice, for what rounding adds to a sum.
    float terms = rows == 1 ? 1f : 2f * rows;
    // All layers at once first: fewer, longer calls, and enough unless the bound is near.
    int length = layout.activationLength(rows);
    float allDeltas = KERNELS.absMax(workspace.deltas, 0, length);
    float allInputs =
        Math.max(
            KERNELS.absMax(x, xOffset, rows * layout.inputStride(0)),
            KERNELS.absMax(workspace.activations, 0, length));
    if (Math.max(1f, allInputs) * allDeltas * terms <= bound) {
      return true;
    }
    float greatest = 0f;
    for (int l = 0; l < layout.layers(); l++) {
      float input = 0f;
      float delta = 0f;
      for (int r = 0; r < rows; r++) {
        float[] inputs = l == 0 ? x : workspace.activations;
        int from = l == 0 ? xOffset : layout.activationOffset(l - 1, rows);
        int row = from + r * layout.inputStride(l);
        // Math.max gives NaN when one of the two is.
        input = Math.max(input, KERNELS.absMax(inputs, row, layout.inputs(l)));
        int deltaRow = layout.activationOffset(l, rows) + r * layout.stride(l);
        delta = Math.max(delta, KERNELS.absMax(workspace.deltas, deltaRow, layout.columns(l)));
      }
      // The bias takes delta itself.
      greatest = Math.max(greatest, Math.max(1f, input) * delta * terms);
    }
    return greatest <= bound;
  }

  /**
   * One step of plain gradient descent from one row, after {@link #propagateDeltas}: the bits of
   * {@link #backward} and {@link Kernels#sgd}.
   */
  void descend(float[] x, int xOffset, float learningRate, Workspace workspace) {
    for (int l = 0; l < layout.layers(); l++) {
      KERNELS.descend(
          l == 0 ? x : workspace.activations,
          l == 0 ? xOffset : layout.activationOffset(l - 1, 1),
          layout.inputs(l),
          workspace.deltas,
          layout.activationOffset(l, 1),
          layout.columns(l),
          parameters,
          layout.weightOffset(l),
          layout.biasOffset(l),
          learningRate);
    }
  }

  /**
   * One step of an optimizer, after {@link #propagateDeltas}: the bits of {@link #backward} and
   * {@link OptimizerState#step}, some inputs at a time, so that their part of the gradient is still
   * in cache when it is used.
   */
  void descend(
      float[] x,
      int xOffset,
      int rows,
      OptimizerState optimizer,
      float learningRate,
      Workspace workspace) {
    optimizer.begin();
    for (int l = 0; l < layout.layers(); l++) {
      int stride = layout.stride(l);
      int columns = layout.columns(l);
      int delta = layout.activationOffset(l, rows);
      int inputs = layout.inputs(l);
      int together = layout.inputsTogether(l);
      workspace.fitGradient((together + 1) * stride);
      float[] gradient = workspace.gradient;
      for (int i = 0; i < inputs; i += together) {
        int block = Math.min(together, inputs - i);
        KERNELS.weightGradient(
            l == 0 ? x : workspace.activations,
            (l == 0 ? xOffset : layout.activationOffset(l - 1, rows)) + i,
            layout.inputStride(l),
            rows,
            block,
            workspace.deltas,
            delta,
            columns,
            gradient,
            0);
        int length = block * stride;
        if (i + block == inputs) {
          // The bias follows the weights.
          KERNELS.biasGradient(workspace.deltas, delta, rows, columns, gradient, length);
          length += stride;
        }
        clearBetweenRows(l, gradient, 0, length / stride);
        optimizer.move(
            parameters, layout.weightOffset(l) + i * stride, gradient, length, learningRate);
      }
    }
  }

  /** Where {@code x} is what it is derived from, {@code y} is lost. */
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

  /** Shortens the weights into each neuron (not its bias) to the allowed L2 norm. */
  void limitNorms(float most) {
    for (int l = 0; l < layout.layers(); l++) {
      UPDATES.limitColumns(
          parameters, layout.weightOffset(l), layout.inputs(l), layout.columns(l), most);
    }
  }

  /** Adds the gradient of the penalty on the weights. */
  void regularize(Regularizer regularizer, float[] gradient) {
    for (int l = 0; l < layout.layers(); l++) {
      KERNELS.regularize(
          parameters,
          gradient,
          layout.weightOffset(l),
          layout.inputs(l) * layout.stride(l),
          regularizer.l1(),
          regularizer.l2());
    }
  }
}
