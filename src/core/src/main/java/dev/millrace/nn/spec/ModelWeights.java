package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import dev.millrace.simd.LayerKernels;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Weights and statistics of a trained network, as exchanged with other programs.
 *
 * @param inputs number of features, at least 1
 * @param layers from the first hidden layer to the output layer, at least 1
 * @param scaling scale of features and target; null if unknown
 */
@PublicApi
public record ModelWeights(int inputs, List<Layer> layers, @Nullable Scaling scaling)
    implements Serializable {

  /** Constant that layer normalization adds to the variance. */
  public static final float LAYER_NORM_EPSILON = LayerKernels.EPSILON;

  /**
   * One fully connected layer.
   *
   * @param weights [inputs x units], row-major
   * @param bias [units]
   * @param gain gain of layer normalization, [units]
   * @param shift shift of layer normalization, [units]
   */
  public record Layer(
      Activation activation,
      float[] weights,
      float[] bias,
      float @Nullable [] gain,
      float @Nullable [] shift)
      implements Serializable {

    /** Returns the number of neurons. */
    public int units() {
      return bias.length;
    }

    /** Returns true if the layer has layer normalization. */
    public boolean isNormalized() {
      return gain != null;
    }

    private boolean hasWholeNormalization() {
      return (gain == null || shift == null)
          ? gain == null && shift == null
          : gain.length == units() && shift.length == units();
    }

    /** Returns the specification of the layer, without dropout. */
    public LayerSpec spec() {
      return new LayerSpec(units(), activation, 0f, isNormalized());
    }
  }

  /**
   * Statistics that scale features and target, exactly as the model keeps them.
   *
   * @param features for each column: count, mean and sum of squares, or minimum and maximum
   * @param target the same for the target; null for classification
   */
  public record Scaling(Normalization normalization, double[] features, double @Nullable [] target)
      implements Serializable {

    /**
     * Checks the statistics.
     *
     * @throws IllegalArgumentException if the statistics are not of whole columns
     */
    public Scaling(Normalization normalization, double[] features, double @Nullable [] target) {
      int width = normalization.kind().statistics();
      if (width == 0 ? features.length != 0 : features.length % width != 0) {
        throw new IllegalArgumentException(features.length + " statistics are not whole columns");
      }
      if (target != null && target.length != width) {
        throw new IllegalArgumentException(target.length + " statistics are not one target's");
      }
      this.normalization = normalization;
      this.features = features;
      this.target = target;
    }

    /** Returns the value that is scaled to 0 in a column. */
    public double origin(int column) {
      return normalization.indicators().contains(column)
          ? 0
          : normalization.kind().origin(ofColumn(column), 0, 1);
    }

    /** Returns the distance from the origin that is scaled to 1; 0 if the column has not varied. */
    public double scale(int column) {
      return normalization.indicators().contains(column)
          ? 1
          : normalization.kind().scale(ofColumn(column), 0, 1);
    }

    /** Returns the target of an output of 0, for regression. */
    public double targetOrigin() {
      return normalization.kind().origin(Objects.requireNonNull(target), 0, 1);
    }

    /** Returns the difference of the targets of outputs 1 and 0, for regression. */
    public double targetScale() {
      return normalization.kind().scale(Objects.requireNonNull(target), 0, 1);
    }

    private double[] ofColumn(int column) {
      int width = normalization.kind().statistics();
      return Arrays.copyOfRange(features, column * width, (column + 1) * width);
    }

    /** Returns true if the statistics are those of a number of features. */
    public boolean fits(int inputs) {
      return features.length == inputs * normalization.kind().statistics();
    }
  }

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if sizes contradict each other
   */
  public ModelWeights {
    layers = List.copyOf(layers);
    int before = inputs;
    for (int l = 0; l < layers.size(); l++) {
      Layer layer = layers.get(l);
      if (layer.weights().length != (long) before * layer.units()) {
        throw new IllegalArgumentException(
            "layer %d has weights for %d inputs, but gets %d"
                .formatted(l, layer.weights().length / Math.max(1, layer.units()), before));
      }
      if (!layer.hasWholeNormalization()) {
        throw new IllegalArgumentException(
            "layer %d has %d neurons, but gain and shift have other lengths"
                .formatted(l, layer.units()));
      }
      before = layer.units();
    }
    if (layers.isEmpty() || inputs < 1) {
      throw new IllegalArgumentException("a network needs at least 1 input and 1 layer");
    }
    if (scaling != null && !scaling.fits(inputs)) {
      throw new IllegalArgumentException("the statistics are not those of " + inputs + " features");
    }
  }

  /** Returns the features that are not scaled. */
  public Indicators indicators() {
    return scaling == null ? Indicators.NONE : scaling.normalization().indicators();
  }

  /** Returns the output layer. */
  public Layer output() {
    return layers.get(layers.size() - 1);
  }

  /** Returns the hidden layers, without dropout. */
  public List<LayerSpec> hidden() {
    return layers.subList(0, layers.size() - 1).stream().map(Layer::spec).toList();
  }
}
