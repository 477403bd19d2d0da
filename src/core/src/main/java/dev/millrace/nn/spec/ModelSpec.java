package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Specification of one or several models, the {@code model} or {@code models} part of a pipeline,
 * independent of the task.
 */
@PublicApi
public sealed interface ModelSpec extends Serializable
    permits NetworkSpec, AutoModelSpec, SelectionSpec {

  /** Function of one kind of specification. */
  @FunctionalInterface
  interface Case<S extends ModelSpec, R, X extends Exception> {
    R of(S spec) throws X;
  }

  /** Applies the function for this kind of specification. */
  <R, X extends Exception> R match(
      Case<NetworkSpec, R, X> network,
      Case<AutoModelSpec, R, X> auto,
      Case<SelectionSpec, R, X> selection)
      throws X;

  /** Returns the seed of all random numbers; of several models, the first one's. */
  long seed();

  /** Returns the factors of example weights, by class. */
  ClassWeights classWeights();

  /** Returns the model that new models start from; null for random initial weights. */
  @Nullable ModelStart start();

  /** Returns the features that are indicators. */
  Indicators indicators();

  /** Returns a copy with other indicators; of several models, each gets them. */
  ModelSpec withIndicators(Indicators indicators);

  /** Returns the same specification, with the given indicators if no feature is declared. */
  default ModelSpec withUndeclared(Indicators found) {
    Indicators declared = indicators();
    return declared.orElse(found) == declared ? this : withIndicators(found);
  }

  /** Returns the models that learn: this one, or the models of a selection. */
  default List<ModelSpec> each() {
    return List.of(this);
  }

  /** Returns the default {@code model: auto}, {@link AutoSpec.Tier#BALANCED}. */
  static AutoModelSpec auto(long seed) {
    return auto(seed, AutoSpec.of(AutoSpec.Tier.BALANCED), ClassWeights.NONE);
  }

  /** Returns {@code model: auto}. */
  static AutoModelSpec auto(long seed, AutoSpec auto, ClassWeights classWeights) {
    return new AutoModelSpec(auto, seed, classWeights, Indicators.NONE, null);
  }

  /**
   * Returns the single network that is most accurate without tuning: one hidden layer of 32 tanh,
   * bias-corrected RMSprop, statistics with slow decay. It updates per record, because predictions
   * within a batch are stale. Initial weights are LeCun's, because with few features Glorot's are
   * so small that hidden neurons stay similar for long (two features of the bananas data, 5 seeds:
   * accuracy .80 against .70).
   */
  static NetworkSpec single(long seed) {
    return NetworkSpec.of(new Optimizer.RmsProp(0.005f, 0.99f, 1e-8f, true))
        .with(
            to -> {
              to.hidden = List.of(new LayerSpec(32, Activation.TANH));
              to.normalization = new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f);
              to.seed = seed;
              to.initializer = Initializer.LECUN_NORMAL;
            });
  }
}
