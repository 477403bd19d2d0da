package dev.millrace.nn.auto.rows;

import dev.millrace.nn.ids.IdLayout;
import dev.millrace.nn.ids.IdLearner;
import dev.millrace.nn.spec.AutoSpec.Extra;
import dev.millrace.nn.spec.Indicators;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the steps and the members of one mixture share.
 *
 * @param kind of the mixture when it was created; classes may have been added since
 * @param ids null if records have none
 */
public record MixtureParts(
    MixtureKind kind,
    Indicators indicators,
    long keySeed,
    Target target,
    Scaler scaler,
    NominalStep nominal,
    ReplayBuffer buffer,
    @Nullable IdLearner ids) {

  /** Creates the parts of one mixture, which have learned nothing. */
  public static MixtureParts of(MixtureKind kind, Indicators indicators, long keySeed) {
    IdLayout layout = kind.ids();
    int inputs = kind.inputs();
    return new MixtureParts(
        kind,
        indicators,
        keySeed,
        target(kind, indicators),
        layout == null
            ? new Scaler(inputs, Scaler.DECAY, indicators)
            : new Scaler(inputs, Scaler.DECAY, layout.indicators(), layout.partners()),
        new NominalStep(inputs, layout == null ? indicators : Indicators.NONE),
        new ReplayBuffer(inputs, kind.spec().buffer(), kind.spec().has(Extra.KNN)),
        layout == null ? null : new IdLearner(layout, kind.classes(), kind.seed() ^ keySeed));
  }

  /** Creates the target of rows of a kind. */
  public static Target target(MixtureKind kind, Indicators indicators) {
    if (kind.isClassification()) {
      return new ClassTarget(kind.classes());
    }
    return indicators.expertColumns().length > 0
        ? new ExpertTarget(indicators, kind.width())
        : new ValueTarget(kind.spec().targetScale());
  }

  /** Returns what is learned of ids, of records that have some. */
  public IdLearner requireIds() {
    return Objects.requireNonNull(ids);
  }
}
