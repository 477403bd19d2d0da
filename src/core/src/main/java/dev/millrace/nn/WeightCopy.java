package dev.millrace.nn;

import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.ModelWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Copies parameters of a network to exchanged weights, and back. */
final class WeightCopy {

  private WeightCopy() {}

  /** Returns the weights of the parameters of a network. */
  static ModelWeights of(
      Layout layout, float[] parameters, ModelWeights.@Nullable Scaling scaling) {
    List<ModelWeights.Layer> layers = new ArrayList<>();
    for (int l = 0; l < layout.layers(); l++) {
      int units = layout.units(l);
      float[] weights = new float[layout.inputs(l) * units];
      for (int i = 0; i < layout.inputs(l); i++) {
        int row = layout.weightOffset(l) + i * layout.weightStride(l);
        System.arraycopy(parameters, row, weights, i * units, units);
      }
      int bias = layout.shape(l).biasOffset();
      boolean normalized = layout.isNormalized(l);
      int gain = normalized ? layout.gainOffset(l) : 0;
      int shift = gain + layout.weightStride(l);
      layers.add(
          new ModelWeights.Layer(
              layout.activation(l),
              weights,
              Arrays.copyOfRange(parameters, bias, bias + units),
              normalized ? Arrays.copyOfRange(parameters, gain, gain + units) : null,
              normalized ? Arrays.copyOfRange(parameters, shift, shift + units) : null));
    }
    return new ModelWeights(layout.inputs(0), layers, scaling);
  }

  /**
   * Copies the weights to the parameters of a network.
   *
   * @throws IllegalArgumentException if the network has other layers
   */
  static void copy(ModelWeights weights, Layout layout, float[] parameters) {
    int inputs = weights.inputs();
    List<ModelWeights.Layer> layers = weights.layers();
    if (inputs != layout.inputs(0) || layers.size() != layout.layers()) {
      throw new IllegalArgumentException(
          "the weights have %d inputs and %d layers, but the network has %d and %d"
              .formatted(inputs, layers.size(), layout.inputs(0), layout.layers()));
    }
    for (int l = 0; l < layers.size(); l++) {
      ModelWeights.Layer layer = layers.get(l);
      int units = layer.units();
      requireShape(layer, l, layout);
      for (int i = 0; i < layout.inputs(l); i++) {
        int row = layout.weightOffset(l) + i * layout.weightStride(l);
        System.arraycopy(layer.weights(), i * units, parameters, row, units);
      }
      System.arraycopy(layer.bias(), 0, parameters, layout.shape(l).biasOffset(), units);
      if (layer.isNormalized()) {
        int gain = layout.gainOffset(l);
        System.arraycopy(layer.gain(), 0, parameters, gain, units);
        System.arraycopy(layer.shift(), 0, parameters, gain + layout.weightStride(l), units);
      }
    }
  }

  private static void requireShape(ModelWeights.Layer started, int l, Layout layout) {
    LayerSpec layer = started.spec();
    // A linear output layer may precede any output activation.
    boolean isOpen = l == layout.layers() - 1 && layer.activation() == Activation.LINEAR;
    Activation activation = isOpen ? layout.activation(l) : layer.activation();
    LayerSpec expected = new LayerSpec(layer.units(), activation, 0f, layer.layerNorm());
    if (!expected.shape().equals(layout.description(l))) {
      throw new IllegalArgumentException(
          "layer %d of the weights is %s, but the network's is %s"
              .formatted(l, layer.shape(), layout.description(l)));
    }
  }
}
