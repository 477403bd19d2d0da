package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fully connected layer: its number of neurons and their activation.
 *
 * @param dropout fraction of the neurons dropped at random while learning, 0 (off) to below 1;
 *     hidden layers only
 * @param layerNorm true to normalize the weighted sums of an example to mean 0 and variance 1, then
 *     apply a learned gain and shift, before the activation; hidden layers only
 */
@PublicApi
public record LayerSpec(
    @Setting(example = "units: 32", in = "[1, 65536]", doc = "number of neurons") int units,
    @Setting(
            value = "tanh",
            in = "sigmoid, tanh, relu, leaky_relu, elu, selu, gelu, silu, softplus, linear",
            doc = "activation of the neurons")
        Activation activation,
    @Setting(
            value = "0",
            in = "[0, 1)",
            doc = "fraction of the neurons that are dropped at random while learning; 0 is off")
        float dropout,
    @Setting(value = "false", doc = "layer normalization, with a learned gain and shift")
        boolean layerNorm)
    implements Serializable {
  private static final Pattern HIDDEN_LAYER = Pattern.compile("(\\d+) (\\w+)( with layer norm)?");

  /** Creates a layer without dropout and layer normalization. */
  public LayerSpec(int units, Activation activation) {
    this(units, activation, 0f, false);
  }

  /** Describes the stored parameters and the predictions: units, activation, layer norm. */
  public String shape() {
    return units + " " + activation.id() + (layerNorm ? " with layer norm" : "");
  }

  /** Parses the hidden layers from the {@linkplain NetworkSpec#shape shape} of a network. */
  static List<LayerSpec> hiddenOf(String shape) {
    List<LayerSpec> hidden = new ArrayList<>();
    for (String part : shape.split(", ")) {
      Matcher layer = HIDDEN_LAYER.matcher(part);
      if (layer.matches()) {
        int units = Integer.parseInt(layer.group(1));
        Activation activation = Activation.valueOf(layer.group(2).toUpperCase(Locale.ROOT));
        hidden.add(new LayerSpec(units, activation, 0f, layer.group(3) != null));
      }
    }
    return hidden;
  }
}
