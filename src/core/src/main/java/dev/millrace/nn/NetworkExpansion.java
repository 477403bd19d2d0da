package dev.millrace.nn;

import java.util.Arrays;
import java.util.List;

/**
 * How the parameters of a network become those of a larger one that predicts the same: with more
 * inputs, wider hidden layers, or further ones behind them (after Net2Net, Chen et al. 2016).
 *
 * <p>Weights from new inputs and new neurons to those that were there are 0, so they add nothing at
 * first, and learn because their gradient is not 0. Weights into new neurons are drawn. A further
 * layer begins as the identity, which its activation must leave alone.
 */
final class NetworkExpansion {

  private final Network network;
  private final Layout from;
  private final Layout to;
  // Hidden layers that were there.
  private final int kept;

  /**
   * @throws ModelMismatchException if the one does not grow into the other, saying why
   */
  NetworkExpansion(CompiledNetwork from, CompiledNetwork to) throws ModelMismatchException {
    this.network = to.network();
    this.from = from.layout();
    this.to = to.layout();
    this.kept = from.spec().network().hidden().size();
    String reason = obstacle(from, to);
    if (reason != null) {
      throw new ModelMismatchException(
          ("the stored model cannot grow: stored (%d features, %s), configured (%d features, %s):"
                      + " %s;")
                  .formatted(
                      from.inputs(),
                      from.spec().shape(from.task()),
                      to.inputs(),
                      to.spec().shape(to.task()),
                      reason)
              + " go back to the stored settings, or start afresh");
    }
  }

  /** Why it does not grow, or null. */
  private static String obstacle(CompiledNetwork from, CompiledNetwork to) {
    List<LayerSpec> before = from.spec().network().hidden();
    List<LayerSpec> after = to.spec().network().hidden();
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
    if (to.inputs() < from.inputs() || after.size() < before.size()) {
      return "it would have fewer " + (to.inputs() < from.inputs() ? "features" : "layers");
    }
    for (int l = 0; l < before.size(); l++) {
      String reason = obstacle(before.get(l), after.get(l));
      if (reason != null) {
        return "hidden layer " + (l + 1) + " " + reason;
      }
    }
    for (int l = before.size(); l < after.size(); l++) {
      String reason = obstacleToAdding(after.get(l), l == 0 ? null : after.get(l - 1));
      int signals = before.isEmpty() ? from.inputs() : before.get(before.size() - 1).units();
      if (reason == null && after.get(l).units() < signals) {
        reason = "is new and must pass on what the layer before had: at least " + signals;
      }
      if (reason != null) {
        return "hidden layer " + (l + 1) + " " + reason;
      }
    }
    return null;
  }

  private static String obstacle(LayerSpec before, LayerSpec after) {
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

  private static String obstacleToAdding(LayerSpec layer, LayerSpec before) {
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
        : "is new and must leave its inputs alone at first, without layer norm: linear, or relu,"
            + " leaky_relu or elu behind relu, sigmoid or softplus";
  }

  /** The larger network's parameters. */
  float[] parameters(float[] parameters, WeightInitializer initializer) {
    float[] grown = network.initialParameters(initializer);
    int signals = from.inputs(0);
    for (int l = 0; l < to.layers(); l++) {
      boolean added = l >= kept && l < to.layers() - 1;
      int source = added ? -1 : l < kept ? l : kept;
      int columns = added ? signals : from.units(source);
      clear(grown, l, columns);
      if (added) {
        for (int i = 0; i < signals; i++) {
          grown[to.weightOffset(l) + i * to.weightStride(l) + i] = 1f;
        }
      } else {
        copy(parameters, source, grown, l);
      }
      signals = columns;
    }
    return grown;
  }

  /** The larger network's slots of the optimizer; 0 for what is new. */
  float[] slots(float[] slots) {
    float[] grown = new float[to.length()];
    for (int l = 0; l < kept; l++) {
      copy(slots, l, grown, l);
    }
    copy(slots, kept, grown, to.layers() - 1);
    return grown;
  }

  /** Nothing leads into the first so many neurons of a layer. */
  private void clear(float[] parameters, int layer, int columns) {
    for (int i = 0; i < to.inputs(layer); i++) {
      int row = to.weightOffset(layer) + i * to.weightStride(layer);
      Arrays.fill(parameters, row, row + columns, 0f);
    }
  }

  private void copy(float[] parameters, int source, float[] grown, int layer) {
    int inputs = from.inputs(source);
    // The rows of bias, gain and shift follow the weight rows.
    int more = to.inputs(layer) - inputs;
    for (int i = 0; i < from.rows(source); i++) {
      int row = i < inputs ? i : i + more;
      System.arraycopy(
          parameters,
          from.weightOffset(source) + i * from.weightStride(source),
          grown,
          to.weightOffset(layer) + row * to.weightStride(layer),
          from.units(source));
    }
  }
}
