package dev.millrace.nn;

import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.simd.Kernels;
import dev.millrace.simd.LayerShape;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.List;

/**
 * Positions of the parameters of a network in one flat array.
 *
 * <p>Each layer has its weights, [inputs x columns] row-major, then its bias, [columns], and with
 * layer normalization its gain and shift, [columns] each. Columns are the layer's neurons padded to
 * whole lanes, and rows start {@link Kernels#stride} apart, here and in activations. A layer of few
 * neurons has narrower weights, {@link Kernels#PAIR} or {@link Kernels#NARROW} columns, and is
 * padded as a whole: most models end in one, and in a small model it would be the largest part. The
 * padding is zero and stays zero.
 */
public final class Layout {

  /** Max floats of gradient that are computed and used while they are in cache. */
  private static final int TOGETHER = 16384;

  // Per layer, in arrays because they are read for each example.
  private final LayerSpec[] layers;
  private final LayerShape[] shapes;
  // Sum of the strides of the layers before each layer; the last element is the sum of all.
  private final int[] stridesBefore;
  private final int length;
  private final boolean keepsSums;
  private final boolean keepsNormalized;
  private final boolean reluPair;

  /**
   * Places the layers one after the other.
   *
   * @throws IllegalArgumentException if there are more weights than one array holds
   */
  public Layout(int inputs, List<LayerSpec> layers) {
    this.layers = layers.toArray(LayerSpec[]::new);
    shapes = new LayerShape[layers.size()];
    stridesBefore = new int[layers.size() + 1];
    int in = inputs;
    int inputStride = Kernels.stride(inputs);
    long offset = 0;
    for (int l = 0; l < layers.size(); l++) {
      LayerSpec layer = layers.get(l);
      int columns = weightColumns(in, layer);
      shapes[l] = LayerShape.of(in, inputStride, layer.units(), columns, (int) offset);
      inputStride = stride(l);
      stridesBefore[l + 1] = stridesBefore[l] + inputStride;
      offset += length(in, layer);
      in = layer.units();
      if (offset > Integer.MAX_VALUE - Kernels.LANES) {
        throw new IllegalArgumentException(
            "the network has more weights than one array holds ("
                + Integer.MAX_VALUE
                + "): use fewer neurons, or hash the features to fewer buckets");
      }
    }
    length = (int) offset;
    keepsNormalized = layers.stream().anyMatch(LayerSpec::layerNorm);
    reluPair = layers.size() == 2 && areReluPair(layers.get(0), layers.get(1));
    keepsSums = layers.stream().anyMatch(layer -> layer.activation().isDerivedFromInput());
  }

  private boolean areReluPair(LayerSpec hidden, LayerSpec last) {
    return Kernels.areReluPair(inputs(0), hidden.units(), shapes[1].columns())
        && hidden.activation() == Activation.RELU
        && hidden.dropout() == 0f
        && !hidden.layerNorm()
        && !last.activation().isDerivedFromInput();
  }

  private static int weightColumns(int inputs, LayerSpec layer) {
    if (layer.layerNorm()) {
      return Kernels.padded(layer.units());
    }
    return Kernels.weightColumns(inputs, layer.units());
  }

  /** Returns the floats of a layer, a multiple of 16. */
  private static long length(int inputs, LayerSpec layer) {
    int columns = weightColumns(inputs, layer);
    long end = rows(inputs, layer) * Kernels.stride(columns) + Kernels.paddingAfterBias(columns);
    return (end + Kernels.LANES - 1) / Kernels.LANES * Kernels.LANES;
  }

  /** Returns the floats of all parameters with padding, which may exceed one array. */
  static long length(int inputs, List<LayerSpec> layers) {
    long length = 0;
    int before = inputs;
    for (LayerSpec layer : layers) {
      length += length(before, layer);
      before = layer.units();
    }
    return length;
  }

  /** Returns the floats of all parameters without padding, which may exceed one array. */
  public static long values(int inputs, List<LayerSpec> layers) {
    long values = 0;
    long before = inputs;
    for (LayerSpec layer : layers) {
      values += rows(before, layer) * layer.units();
      before = layer.units();
    }
    return values;
  }

  private static long rows(long inputs, LayerSpec layer) {
    return inputs + (layer.layerNorm() ? 3 : 1);
  }

  /** Returns true if {@link Kernels#forwardReluPair} computes all layers, without dropout. */
  boolean isReluPair() {
    return reluPair;
  }

  /** Number of layers. */
  public int layers() {
    return shapes.length;
  }

  /** Inputs of a layer. */
  public int inputs(int layer) {
    return shapes[layer].inputs();
  }

  int units(int layer) {
    return shapes[layer].outputs();
  }

  /** Returns the sizes and position of a layer. */
  LayerShape shape(int layer) {
    return shapes[layer];
  }

  String description(int layer) {
    return layers[layer].shape();
  }

  Activation activation(int layer) {
    return layers[layer].activation();
  }

  /** Returns true if some layer's activation is derived from its input. */
  boolean keepsSums() {
    return keepsSums;
  }

  /** Returns true if some layer is normalized. */
  boolean keepsNormalized() {
    return keepsNormalized;
  }

  boolean isNormalized(int layer) {
    return layers[layer].layerNorm();
  }

  /** Returns the offset of a normalized layer's gain; its shift follows. */
  int gainOffset(int layer) {
    return shapes[layer].biasOffset() + weightStride(layer);
  }

  float dropout(int layer) {
    return layers[layer].dropout();
  }

  /** Returns the rows of parameters: weights, bias, and gain and shift if normalized. */
  int rows(int layer) {
    return inputs(layer) + (isNormalized(layer) ? 3 : 1);
  }

  /** Returns the floats of a layer's last {@code rows} rows and padding, a multiple of 16. */
  int lengthOfLast(int layer, int rows) {
    int padding = Kernels.paddingAfterBias(shapes[layer].columns());
    return Kernels.padded(rows * weightStride(layer) + padding);
  }

  /** Returns the number of inputs of a layer that are updated together, at least 4 if it has 4. */
  int inputsTogether(int layer) {
    return Math.min(inputs(layer), Math.max(4, TOGETHER / weightStride(layer) / 4 * 4));
  }

  /** Returns the columns of a layer's outputs. */
  int columns(int layer) {
    return Kernels.padded(units(layer));
  }

  /** Returns the floats between rows of a layer's outputs. */
  public int stride(int layer) {
    return Kernels.stride(columns(layer));
  }

  /** Returns the floats between rows of a layer's parameters. */
  public int weightStride(int layer) {
    return shapes[layer].stride();
  }

  /** Returns the neurons of the last layer. */
  public int outputs() {
    return units(layers() - 1);
  }

  /** Returns the offset of a layer's weights. */
  public int weightOffset(int layer) {
    return shapes[layer].weightOffset();
  }

  /** Returns the floats of all parameters with padding, a multiple of 16. */
  public int length() {
    return length;
  }

  /** Returns the offset of a layer's outputs [rows x columns] in the array of all layers. */
  public int activationOffset(int layer, int rows) {
    return stridesBefore[layer] * rows;
  }

  /** Returns the offset of one row of the last layer's outputs in the array of all layers. */
  public int outputOffset(int rows, int row) {
    int last = layers() - 1;
    return activationOffset(last, rows) + row * stride(last);
  }

  /** Returns the floats of the outputs of all layers. */
  int activationLength(int rows) {
    return Math.multiplyExact(stridesBefore[layers()], rows);
  }

  /**
   * Copies the parameters or optimizer slots of a layout that has fewer outputs but is otherwise
   * the same; new ones are 0.
   */
  public float[] expanded(float[] parameters, Layout from) {
    float[] expanded = new float[length];
    for (int l = 0; l < layers(); l++) {
      // The rows of bias, gain and shift follow the weight rows, in both.
      for (int i = 0; i < rows(l); i++) {
        int source = from.weightOffset(l) + i * from.weightStride(l);
        int target = weightOffset(l) + i * weightStride(l);
        System.arraycopy(parameters, source, expanded, target, from.units(l));
      }
    }
    return expanded;
  }

  /** Visits the values without the padding. */
  public void visit(float[] parameters, StateVisitor v) throws IOException {
    if (v.isCopying()) {
      v.numbers(parameters);
      return;
    }
    for (int l = 0; l < layers(); l++) {
      for (int i = 0; i < rows(l); i++) {
        int row = weightOffset(l) + i * weightStride(l);
        v.numbers(parameters, row, row + units(l));
      }
    }
  }
}
