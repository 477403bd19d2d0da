package dev.millrace.nn;

import dev.millrace.data.PublicApi;
import dev.millrace.nn.ModelStart.StoredStart;
import org.jspecify.annotations.Nullable;

/**
 * The mixture of networks of {@code model: auto}.
 *
 * @param auto members of the mixture
 * @param start mixture that new models start from; null for random initial weights
 */
@PublicApi
public record AutoModelSpec(
    AutoSpec auto,
    long seed,
    ClassWeights classWeights,
    Indicators indicators,
    @Nullable StoredStart start)
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

  /** Returns a copy that starts from the given mixture. */
  public AutoModelSpec withStart(StoredStart newStart) {
    return new AutoModelSpec(auto, seed, classWeights, indicators, newStart);
  }
}
