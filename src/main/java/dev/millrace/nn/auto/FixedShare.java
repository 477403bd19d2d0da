package dev.millrace.nn.auto;

import dev.millrace.simd.Elementary;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The weights by which the mixture, the linear member and the baseline (what is predicted without
 * features) are averaged to the answer, each the larger the smaller its loss so far (fixed share,
 * Herbster and Warmuth, 1998).
 *
 * <p>With the loss -ln p the answer of a stream of n examples loses at most ln 10 + 0.1·ln(n + 1)
 * more than the baseline in total, about 3.5 for 100,000 examples, whatever the mixture does: each
 * weight is a posterior probability, of a prior of 0.8, 0.1 and 0.1.
 */
final class FixedShare {

  private static final double PRIOR_OF_MIXTURE = 0.8;
  private static final double PRIOR_OF_OTHERS = 0.1;

  /** Share of all weights, over the number of examples, that is dealt out evenly with each. */
  private static final double SHARE = 0.1;

  private static final int FORECASTS = 3;

  private double mixture = PRIOR_OF_MIXTURE;
  private double linear = PRIOR_OF_OTHERS;
  private double baseline = PRIOR_OF_OTHERS;

  FixedShare() {}

  private FixedShare(FixedShare other) {
    mixture = other.mixture;
    linear = other.linear;
    baseline = other.baseline;
  }

  FixedShare copy() {
    return new FixedShare(this);
  }

  double mixture() {
    return mixture;
  }

  double linear() {
    return linear;
  }

  double baseline() {
    return baseline;
  }

  double average(double ofMixture, double ofLinear, double ofBaseline) {
    return mixture * ofMixture + linear * ofLinear + baseline * ofBaseline;
  }

  /**
   * Moves weight to what lost less.
   *
   * @param rate how much a loss counts
   * @param examples before this one
   */
  void learn(double ofMixture, double ofLinear, double ofBaseline, double rate, long examples) {
    double least = Math.min(ofMixture, Math.min(ofLinear, ofBaseline));
    double m = mixture * likelihood(rate * (ofMixture - least));
    double l = linear * likelihood(rate * (ofLinear - least));
    double b = baseline * likelihood(rate * (ofBaseline - least));
    double dealt = SHARE / (examples + 2);
    double kept = (1 - dealt) / (m + l + b);
    double floor = dealt / FORECASTS;
    mixture = kept * m + floor;
    linear = kept * l + floor;
    baseline = kept * b + floor;
  }

  private static double likelihood(double loss) {
    return Elementary.exp((float) -loss);
  }

  void write(DataOutput out) throws IOException {
    out.writeDouble(mixture);
    out.writeDouble(linear);
    out.writeDouble(baseline);
  }

  void read(DataInput in) throws IOException {
    mixture = in.readDouble();
    linear = in.readDouble();
    baseline = in.readDouble();
  }
}
