package dev.millrace.eval;

import java.io.DataOutput;
import java.io.IOException;

/**
 * Sums in which each example counts less by a factor than the one after it (Gama, Sebastião and
 * Rodrigues, Machine Learning 90, 2013). Not thread-safe.
 *
 * <p>Rather than all sums shrinking with each example, the examples' weights grow: every score is a
 * ratio of sums, which is the same.
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

  // Scores multiply up to four sums of weights, which may be as large as a float: below 2^1024.
  private static final double MAX_GAIN = 0x1p100;

  private final S sums;
  private final double growth;
  private double gain;

  /** Sums without examples. */
  Decayed(double factor, S sums) {
    this(sums, 1 / factor, 1);
  }

  private Decayed(S sums, double growth, double gain) {
    this.sums = sums;
    this.growth = growth;
    this.gain = gain;
  }

  S sums() {
    return sums;
  }

  /** Fades all so far; what the next example's weight is to be multiplied by. */
  double fade() {
    gain *= growth;
    if (gain > MAX_GAIN) {
      sums.scale(1 / gain);
      gain = 1;
    }
    return gain;
  }

  /** What the last example's weight was multiplied by. */
  double gain() {
    return gain;
  }

  @SuppressWarnings("unchecked") // sums copy themselves
  Decayed<S> copy() {
    return new Decayed<>((S) sums.copy(), growth, gain);
  }

  void write(DataOutput out) throws IOException {
    out.writeDouble(gain);
    sums.write(out);
  }

  /** Goes on with sums that {@link #write} wrote; the gain stands in front of them. */
  static <S extends Sums> Decayed<S> resume(double factor, double gain, S sums) {
    return new Decayed<>(sums, 1 / factor, gain);
  }
}
