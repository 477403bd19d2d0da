package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import java.io.Serializable;
import java.util.List;

/**
 * Layers and loss of a network whose numbers of inputs and outputs come from the data.
 *
 * <p>The output layer has one neuron a class, or one neuron for regression and for {@linkplain
 * Loss#isBinary binary losses}, whose neuron is the probability of the second class.
 *
 * @param hidden hidden layers in order; may be empty
 * @param output activation of the output layer
 * @param dimension floats of the vector of an id; without effect if there are no columns of ids
 */
@PublicApi
public record NetworkSpec(
    List<LayerSpec> hidden, Activation output, Loss loss, Initializer initializer, int dimension)
    implements Serializable {
  /** Default floats of the vector of an id. */
  public static final int DEFAULT_DIMENSION = 8;

  /** Max floats of the vector of an id. */
  public static final int MAX_DIMENSION = 64;

  public NetworkSpec {
    hidden = List.copyOf(hidden);
  }

  /** Returns true if a layer has dropout. */
  public boolean hasDropout() {
    return hidden.stream().anyMatch(layer -> layer.dropout() != 0f);
  }

  /** Creates a specification with initial weights by activation. */
  public NetworkSpec(List<LayerSpec> hidden, Activation output, Loss loss) {
    this(hidden, output, loss, Initializer.BY_ACTIVATION);
  }

  /** Creates a specification with vectors of the default dimension. */
  public NetworkSpec(
      List<LayerSpec> hidden, Activation output, Loss loss, Initializer initializer) {
    this(hidden, output, loss, initializer, DEFAULT_DIMENSION);
  }
}
