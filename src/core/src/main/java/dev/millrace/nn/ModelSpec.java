package dev.millrace.nn;

import java.io.Serializable;
import java.util.List;

/**
 * The {@code model} or {@code models} part of a pipeline: what learns, as far as it can be known
 * before the task is.
 */
public sealed interface ModelSpec extends Serializable
    permits NetworkModelSpec, AutoModelSpec, SelectionSpec {

  /** A function of one kind of specification. */
  @FunctionalInterface
  interface Case<S extends ModelSpec, R, X extends Exception> {
    R of(S spec) throws X;
  }

  /** Returns what the case of this kind of specification returns. */
  <R, X extends Exception> R match(
      Case<NetworkModelSpec, R, X> network,
      Case<AutoModelSpec, R, X> auto,
      Case<SelectionSpec, R, X> selection)
      throws X;

  /** Seed of all random draws; of several models that of the first. */
  long seed();

  /** What an example's weight is multiplied by for its class. */
  ClassWeights classWeights();

  /** The model that each new one starts from, or null for drawn weights. */
  ModelStart start();

  /** The features that are indicators. */
  Indicators indicators();

  /**
   * Returns the same specification for features of which some are indicators; of several models,
   * for each of them.
   */
  ModelSpec withIndicators(Indicators others);

  /** Returns the same specification, with the given indicators if no feature is declared. */
  default ModelSpec withUndeclared(Indicators found) {
    Indicators own = indicators();
    return own.orElse(found) == own ? this : withIndicators(found);
  }

  /** The models that learn by these settings: one, or those of the selection. */
  default List<ModelSpec> each() {
    return List.of(this);
  }

  /** {@code model: auto} as it comes, {@link AutoSpec.Tier#BALANCED}. */
  static AutoModelSpec auto(long seed) {
    return auto(seed, AutoSpec.of(AutoSpec.Tier.BALANCED), ClassWeights.NONE);
  }

  /** {@code model: auto}. */
  static AutoModelSpec auto(long seed, AutoSpec auto, ClassWeights classWeights) {
    return new AutoModelSpec(auto, seed, classWeights, Indicators.NONE, null);
  }

  /**
   * The one network that does best untuned: one hidden layer of 32 tanh, bias-corrected RMSprop, a
   * scaler that forgets slowly. Update per record, because predictions within a batch are stale.
   * LeCun's initial weights, because with few features Glorot's are so small that the hidden
   * neurons stay alike for long (two features of the bananas data, 5 seeds: accuracy .80 against
   * .70).
   */
  static NetworkModelSpec single(long seed) {
    return NetworkModelSpec.builder()
        .hidden(List.of(new LayerSpec(32, Activation.TANH)))
        .optimizer(new Optimizer.RmsProp(0.005f, 0.99f, 1e-8f, true))
        .normalization(new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f))
        .seed(seed)
        .initializer(Initializer.LECUN_NORMAL)
        .build();
  }
}
