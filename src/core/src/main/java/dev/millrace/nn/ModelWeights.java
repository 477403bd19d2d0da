package dev.millrace.nn;

import dev.millrace.simd.LayerKernels;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All that a model predicts with, apart from how it learns: what is exchanged with other programs.
 *
 * @param inputs features, at least 1
 * @param layers from the input on, the output layer last; at least 1
 * @param scaling null if nothing is known about the scale of features and target
 */
public record ModelWeights(int inputs, List<Layer> layers, Scaling scaling)
    implements Serializable {

  /** What layer normalization adds to the variance. */
  public static final float LAYER_NORM_EPSILON = LayerKernels.EPSILON;

  /**
   * One fully connected layer.
   *
   * @param weights [inputs x units], row-major
   * @param bias [units]
   * @param gain of layer normalization, [units]; null without it
   * @param shift of layer normalization, [units]; null without it
   */
  public record Layer(
      Activation activation, float[] weights, float[] bias, float[] gain, float[] shift)
      implements Serializable {

    /** Number of neurons. */
    public int units() {
      return bias.length;
    }

    /** Whether it has layer normalization. */
    public boolean isNormalized() {
      return gain != null;
    }

    private boolean hasWholeNormalization() {
      return (gain == null || shift == null)
          ? gain == null && shift == null
          : gain.length == units() && shift.length == units();
    }

    private LayerSpec spec() {
      return new LayerSpec(units(), activation, 0f, isNormalized());
    }
  }

  /**
   * The statistics by which features and target are scaled, exactly as the model keeps them.
   *
   * @param features of each column: count, mean and sum of squares, or minimum and maximum
   * @param target the same of the target; null for classification
   */
  public record Scaling(Normalization normalization, double[] features, double[] target)
      implements Serializable {

    /**
     * @throws IllegalArgumentException if the statistics are not of whole columns
     */
    public Scaling {
      int width = Normalizer.width(normalization.kind());
      if (width == 0 ? features.length != 0 : features.length % width != 0) {
        throw new IllegalArgumentException(features.length + " statistics are not whole columns");
      }
      if (target != null && target.length != width) {
        throw new IllegalArgumentException(target.length + " statistics are not one target's");
      }
    }

    /** What becomes 0 in a column. */
    public double origin(int column) {
      return normalization.indicators().contains(column)
          ? 0
          : ofNumbers().origin(ofColumn(column), 0);
    }

    /** What becomes 1 in a column; 0 if the column is of no use and always 0. */
    public double scale(int column) {
      return normalization.indicators().contains(column)
          ? 1
          : ofNumbers().scale(ofColumn(column), 0);
    }

    /** What an output of 0 means. */
    public double targetOrigin() {
      return ofNumbers().origin(target, 0);
    }

    /** How much further an output of 1 is. */
    public double targetScale() {
      return ofNumbers().scale(target, 0);
    }

    private Normalizer ofNumbers() {
      return new Normalizer(normalization.withIndicators(Indicators.NONE), 1);
    }

    private double[] ofColumn(int column) {
      int width = Normalizer.width(normalization.kind());
      return Arrays.copyOfRange(features, column * width, (column + 1) * width);
    }

    boolean fits(int inputs) {
      return features.length == inputs * Normalizer.width(normalization.kind());
    }
  }

  /**
   * @throws IllegalArgumentException if the sizes contradict each other
   */
  public ModelWeights {
    layers = List.copyOf(layers);
    int before = inputs;
    for (int l = 0; l < layers.size(); l++) {
      Layer layer = layers.get(l);
      if (layer.weights().length != (long) before * layer.units()) {
        throw new IllegalArgumentException(
            "layer %d takes %d inputs, but %d come in"
                .formatted(l, layer.weights().length / Math.max(1, layer.units()), before));
      }
      if (!layer.hasWholeNormalization()) {
        throw new IllegalArgumentException(
            "layer %d has %d neurons, but gain and shift are not of %d"
                .formatted(l, layer.units(), layer.units()));
      }
      before = layer.units();
    }
    if (layers.isEmpty() || inputs < 1) {
      throw new IllegalArgumentException("a network needs an input and a layer");
    }
    if (scaling != null && !scaling.fits(inputs)) {
      throw new IllegalArgumentException("the statistics are not those of " + inputs + " features");
    }
  }

  /** Returns the features that are not scaled though others are. */
  public Indicators indicators() {
    return scaling == null ? Indicators.NONE : scaling.normalization().indicators();
  }

  /** The output layer. */
  public Layer output() {
    return layers.get(layers.size() - 1);
  }

  /** The hidden layers, from the input on, without dropout. */
  public List<LayerSpec> hidden() {
    return layers.subList(0, layers.size() - 1).stream().map(Layer::spec).toList();
  }

  static ModelWeights of(Layout layout, float[] parameters, Scaling scaling) {
    List<Layer> layers = new ArrayList<>();
    for (int l = 0; l < layout.layers(); l++) {
      int units = layout.units(l);
      float[] weights = new float[layout.inputs(l) * units];
      for (int i = 0; i < layout.inputs(l); i++) {
        int row = layout.weightOffset(l) + i * layout.weightStride(l);
        System.arraycopy(parameters, row, weights, i * units, units);
      }
      int bias = layout.biasOffset(l);
      boolean normalized = layout.isNormalized(l);
      int gain = normalized ? layout.gainOffset(l) : 0;
      int shift = gain + layout.weightStride(l);
      layers.add(
          new Layer(
              layout.activation(l),
              weights,
              Arrays.copyOfRange(parameters, bias, bias + units),
              normalized ? Arrays.copyOfRange(parameters, gain, gain + units) : null,
              normalized ? Arrays.copyOfRange(parameters, shift, shift + units) : null));
    }
    return new ModelWeights(layout.inputs(0), layers, scaling);
  }

  /**
   * @throws IllegalArgumentException if the network has other layers
   */
  void copyTo(Layout layout, float[] parameters) {
    if (inputs != layout.inputs(0) || layers.size() != layout.layers()) {
      throw new IllegalArgumentException(
          "the weights are of %d inputs and %d layers, the network has %d and %d"
              .formatted(inputs, layers.size(), layout.inputs(0), layout.layers()));
    }
    for (int l = 0; l < layers.size(); l++) {
      Layer layer = layers.get(l);
      int units = layer.units();
      requireShape(l, layout);
      for (int i = 0; i < layout.inputs(l); i++) {
        int row = layout.weightOffset(l) + i * layout.weightStride(l);
        System.arraycopy(layer.weights(), i * units, parameters, row, units);
      }
      System.arraycopy(layer.bias(), 0, parameters, layout.biasOffset(l), units);
      if (layer.isNormalized()) {
        int gain = layout.gainOffset(l);
        System.arraycopy(layer.gain(), 0, parameters, gain, units);
        System.arraycopy(layer.shift(), 0, parameters, gain + layout.weightStride(l), units);
      }
    }
  }

  private void requireShape(int l, Layout layout) {
    LayerSpec own = layers.get(l).spec();
    // An output that is linear is open.
    boolean open = l == layers.size() - 1 && own.activation() == Activation.LINEAR;
    Activation activation = open ? layout.activation(l) : own.activation();
    LayerSpec started = new LayerSpec(own.units(), activation, 0f, own.layerNorm());
    if (!started.shape().equals(layout.shape(l))) {
      throw new IllegalArgumentException(
          "the weights of layer %d are of %s, the network's has %s"
              .formatted(l, own.shape(), layout.shape(l)));
    }
  }
}
