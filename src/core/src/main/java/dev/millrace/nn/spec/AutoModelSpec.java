package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import dev.millrace.nn.spec.ModelStart.StoredStart;
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
    @Setting(
            value = "1",
            in = Setting.ANY_LONG,
            doc = "seed of all random draws, together with the model key")
        long seed,
    ClassWeights classWeights,
    Indicators indicators,
    @Nullable StoredStart start)
    implements ModelSpec {

  @Override
  public <R, X extends Exception> R match(
      Case<NetworkSpec, R, X> ifNetwork,
      Case<AutoModelSpec, R, X> ifAuto,
      Case<SelectionSpec, R, X> ifSelection)
      throws X {
    return ifAuto.of(this);
  }

  @Override
  public AutoModelSpec withIndicators(Indicators newIndicators) {
    return new AutoModelSpec(auto, seed, classWeights, newIndicators, start);
  }

  /** Returns a copy that starts from the given mixture; from random weights if it is null. */
  public AutoModelSpec withStart(@Nullable StoredStart newStart) {
    return new AutoModelSpec(auto, seed, classWeights, indicators, newStart);
  }
}
