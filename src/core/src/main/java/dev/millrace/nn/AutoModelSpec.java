package dev.millrace.nn;

/**
 * The mixture of networks that {@code model: auto} means.
 *
 * @param auto which members it has
 * @param start the mixture that each new one starts from, or null for drawn weights
 */
public record AutoModelSpec(
    AutoSpec auto, long seed, ClassWeights classWeights, Indicators indicators, ModelStart start)
    implements ModelSpec {

  @Override
  public <R, X extends Exception> R match(
      Case<NetworkModelSpec, R, X> ofNetwork,
      Case<AutoModelSpec, R, X> ofAuto,
      Case<SelectionSpec, R, X> ofSelection)
      throws X {
    return ofAuto.of(this);
  }

  @Override
  public AutoModelSpec withIndicators(Indicators others) {
    return new AutoModelSpec(auto, seed, classWeights, others, start);
  }

  /** Returns the same with a mixture to start from. */
  public AutoModelSpec withStart(ModelStart newStart) {
    return new AutoModelSpec(auto, seed, classWeights, indicators, newStart);
  }
}
