package dev.millrace.eval;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Sums in which each example counts less by a factor than the next one (Gama, Sebastião and
 * Rodrigues, Machine Learning 90, 2013). Not thread-safe.
 *
 * <p>The examples' weights grow instead of all sums shrinking: every score is a ratio of sums, so
 * the result is the same.
 */
final class Decayed<S extends Decayed.Sums> implements State {

  /** Sums of weights and of weighted numbers. */
  interface Sums extends State {

    /** Multiplies all weights. */
    void scale(double factor);
  }

  // Scores multiply up to four sums of weights, which may be as large as a float: below 2^1024.
  private static final double MAX_GAIN = 0x1p100;

  private final S sums;
  private final double growth;
  private double gain = 1;

  /** Creates sums without examples; returns null if the specification has no decay. */
  static <S extends Sums> @Nullable Decayed<S> of(MetricsSpec spec, S empty) {
    return spec.decay() == 0 ? null : new Decayed<>(empty, spec.decay());
  }

  /**
   * Creates sums without examples.
   *
   * @param decay weight of an example relative to that of the next one
   */
  Decayed(S empty, double decay) {
    sums = empty;
    growth = 1 / decay;
  }

  S sums() {
    return sums;
  }

  /** Decays all sums; returns the factor of the next example's weight. */
  double decay() {
    gain *= growth;
    if (gain > MAX_GAIN) {
      sums.scale(1 / gain);
      gain = 1;
    }
    return gain;
  }

  /** Returns the factor of the last example's weight. */
  double gain() {
    return gain;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    gain = v.number(gain);
    sums.visit(v);
  }
}
