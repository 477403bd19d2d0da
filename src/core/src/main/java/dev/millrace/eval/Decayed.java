package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Sums in which each example counts less by a factor than the next one (Gama, Sebastião and
 * Rodrigues, Machine Learning 90, 2013). Not thread-safe.
 *
 * <p>The examples' weights grow instead of all sums shrinking: every score is a ratio of sums, so
 * the result is the same.
 */
final class Decayed<S extends Decayed.Sums> {

  /** Sums of weights and of weighted numbers. */
  interface Sums {

    /** Multiplies all weights. */
    void scale(double factor);

    /** A deep copy. */
    Sums copy();

    void write(DataOutput out) throws IOException;
  }

  /** Reads sums. */
  interface Reader<S> {
    S read(DataInput in, MetricsSpec spec) throws IOException;
  }

  // Scores multiply up to four sums of weights, which may be as large as a float: below 2^1024.
  private static final double MAX_GAIN = 0x1p100;

  private final S sums;
  private final double growth;
  private double gain;

  /** Creates sums without examples; returns null if the specification has no decay. */
  static <S extends Sums> @Nullable Decayed<S> of(MetricsSpec spec, S empty) {
    return spec.decay() == 0 ? null : new Decayed<>(empty, 1 / spec.decay(), 1);
  }

  private Decayed(S sums, double growth, double gain) {
    this.sums = sums;
    this.growth = growth;
    this.gain = gain;
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

  /** Copies sums, or null. */
  @SuppressWarnings("unchecked") // sums copy themselves
  static <S extends Sums> @Nullable Decayed<S> copy(@Nullable Decayed<S> one) {
    return one == null ? null : new Decayed<>((S) one.sums.copy(), one.growth, one.gain);
  }

  /** Writes sums, or that there are none. */
  static void write(@Nullable Decayed<?> one, DataOutput out) throws IOException {
    out.writeBoolean(one != null);
    if (one != null) {
      out.writeDouble(one.gain);
      one.sums.write(out);
    }
  }

  /** Reads what {@link #write} wrote; sums without examples if there were none and some are due. */
  static <S extends Sums> @Nullable Decayed<S> read(
      DataInput in, MetricsSpec spec, Reader<S> reader, S empty) throws IOException {
    if (!in.readBoolean()) {
      return of(spec, empty);
    }
    double gain = in.readDouble();
    S sums = reader.read(in, spec);
    return spec.decay() == 0 ? null : new Decayed<>(sums, 1 / spec.decay(), gain);
  }
}
