package dev.millrace.nn;

import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.stored.ModelMismatchException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Expands the parameters of a network to those of a larger one that predicts the same: with more
 * inputs, wider hidden layers, or further ones behind them (after Net2Net, Chen et al. 2016).
 *
 * <p>Weights from new inputs and neurons to existing neurons are 0, so they change no prediction,
 * and they learn because their gradient is not 0. Weights into new neurons are initial ones. A
 * further layer starts as the identity, which its activation must preserve.
 */
final class NetworkExpansion {

  private final Network network;
  private final Layout from;
  private final Layout to;
  // Hidden layers of the smaller network.
  private final int kept;

  /**
   * Checks the networks.
   *
   * @throws ModelMismatchException if {@code from} cannot expand to {@code to}, naming the reason
   */
  NetworkExpansion(CompiledNetwork from, CompiledNetwork to) throws ModelMismatchException {
    this.network = to.network();
    this.from = from.layout();
    this.to = to.layout();
    this.kept = from.spec().hidden().size();
    String reason = obstacle(from, to);
    if (reason != null) {
      throw new ModelMismatchException(
          ("the stored model cannot grow: stored (%d features, %s), configured (%d features, %s):"
                  + " %s; "
                  + ModelMismatchException.REMEDY)
              .formatted(
                  from.inputs(),
                  from.spec().shape(from.task()),
                  to.inputs(),
                  to.spec().shape(to.task()),
                  reason));
    }
  }

  /** Returns the reason against an expansion, or null. */
  private static @Nullable String obstacle(CompiledNetwork from, CompiledNetwork to) {
    List<LayerSpec> before = from.spec().hidden();
    List<LayerSpec> after = to.spec().hidden();
    if (!from.spec().shape(from.task(), after).equals(to.spec().shape(to.task()))) {
      return "it would differ in more than features and hidden layers";
    }
    int known = Math.min(from.inputs(), to.inputs());
    String difference =
        from.spec()
            .normalization()
            .indicators()
            .first(known)
            .difference(to.spec().normalization().indicators().first(known));
    if (difference != null) {
      return difference;
    }
    if (to.inputs() != from.inputs() && !from.spec().ids().isEmpty()) {
      return "it learns ids, and then takes no other features";
    }
    if (to.inputs() < from.inputs() || after.size() < before.size()) {
      return "it would have fewer " + (to.inputs() < from.inputs() ? "features" : "layers");
    }
    return obstacle(before, after, from.networkInputs());
  }

  private static @Nullable String obstacle(
      List<LayerSpec> before, List<LayerSpec> after, int networkInputs) {
    for (int l = 0; l < before.size(); l++) {
      String reason = obstacle(before.get(l), after.get(l));
      if (reason != null) {
        return "hidden layer " + (l + 1) + " " + reason;
      }
    }
    for (int l = before.size(); l < after.size(); l++) {
      String reason = obstacleToAdding(after.get(l), l == 0 ? null : after.get(l - 1));
      int signals = before.isEmpty() ? networkInputs : before.get(before.size() - 1).units();
      if (reason == null && after.get(l).units() < signals) {
        reason =
            "is new and must pass on the outputs of the layer before: its units must be at least "
                + signals;
      }
      if (reason != null) {
        return "hidden layer " + (l + 1) + " " + reason;
      }
    }
    return null;
  }

  private static @Nullable String obstacle(LayerSpec before, LayerSpec after) {
    if (before.activation() != after.activation() || before.layerNorm() != after.layerNorm()) {
      return "is of another kind";
    }
    if (after.units() < before.units()) {
      return "would have fewer neurons";
    }
    boolean softmax = after.activation() == Activation.SOFTMAX;
    return (after.layerNorm() || softmax) && after.units() > before.units()
        ? (softmax ? "is softmax" : "has layer norm") + ", which new neurons would shift"
        : null;
  }

  private static @Nullable String obstacleToAdding(LayerSpec layer, @Nullable LayerSpec before) {
    boolean positive =
        before != null
            && switch (before.activation()) {
              case RELU, SIGMOID, SOFTPLUS -> true;
              default -> false;
            };
    boolean identity =
        switch (layer.activation()) {
          case LINEAR -> true;
          case RELU, LEAKY_RELU, ELU -> positive;
          default -> false;
        };
    return identity && !layer.layerNorm()
        ? null
        : "is new and must start as the identity, without layer norm: linear, or relu,"
            + " leaky_relu or elu after relu, sigmoid or softplus";
  }

  /** Returns the larger network's parameters. */
  float[] parameters(float[] parameters, WeightInitializer initializer) {
    float[] expanded = network.initialParameters(initializer);
    int signals = from.inputs(0);
    for (int l = 0; l < to.layers(); l++) {
      boolean added = l >= kept && l < to.layers() - 1;
      int source = added ? -1 : l < kept ? l : kept;
      int columns = added ? signals : from.units(source);
      clear(expanded, l, columns);
      if (added) {
        for (int i = 0; i < signals; i++) {
          expanded[to.weightOffset(l) + i * to.weightStride(l) + i] = 1f;
        }
      } else {
        copy(parameters, source, expanded, l);
      }
      signals = columns;
    }
    return expanded;
  }

  /** Returns the larger network's optimizer slots, 0 for new parameters. */
  float[] slots(float[] slots) {
    float[] expanded = new float[to.length()];
    for (int l = 0; l < kept; l++) {
      copy(slots, l, expanded, l);
    }
    copy(slots, kept, expanded, to.layers() - 1);
    return expanded;
  }

  /** Clears the weights into the first {@code columns} neurons of a layer. */
  private void clear(float[] parameters, int layer, int columns) {
    for (int i = 0; i < to.inputs(layer); i++) {
      int row = to.weightOffset(layer) + i * to.weightStride(layer);
      Arrays.fill(parameters, row, row + columns, 0f);
    }
  }

  private void copy(float[] parameters, int source, float[] expanded, int layer) {
    int inputs = from.inputs(source);
    // The rows of bias, gain and shift follow the weight rows.
    int more = to.inputs(layer) - inputs;
    for (int i = 0; i < from.rows(source); i++) {
      int row = i < inputs ? i : i + more;
      System.arraycopy(
          parameters,
          from.weightOffset(source) + i * from.weightStride(source),
          expanded,
          to.weightOffset(layer) + row * to.weightStride(layer),
          from.units(source));
    }
  }
}
