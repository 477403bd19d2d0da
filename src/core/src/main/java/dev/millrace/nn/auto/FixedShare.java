package dev.millrace.nn.auto;

import dev.millrace.simd.Elementary;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * The weights by which the mixture, the linear member, the baseline (what is predicted without
 * features) and, of classes, what the previous label predicts are averaged to the answer, each the
 * larger the smaller its loss so far (fixed share, Herbster and Warmuth, 1998).
 *
 * <p>With the loss -ln p the answer of a stream of n examples loses at most ln 10 + 0.1·ln(n + 1)
 * more than the baseline in total, about 3.5 for 100,000 examples, whatever the mixture does: each
 * weight is a posterior probability, and the baseline's prior is 0.1. That of the previous label is
 * 0.05, so ln 20 stands for ln 10. In both losses an example counts by its weight, but for 1 at
 * most: a posterior of p to a power above 1 has no such bound.
 */
final class FixedShare implements State {

  /** Name of the baseline of values. */
  static final String BASELINE = "baseline";

  private static final double PRIOR_OF_MIXTURE = 0.8;
  private static final double PRIOR_OF_OTHERS = 0.1;

  /** Part of the mixture's, where there is a previous label. */
  private static final double PRIOR_OF_PREVIOUS = 0.05;

  /** Share of all weights, over the number of examples, that each example distributes evenly. */
  private static final double SHARE = 0.1;

  /** The bound does not hold above it. */
  private static final double MAX_RATE = 1;

  private static final double MAX_ROUNDING = 1e-9;

  private final int forecasts;
  private double mixture = PRIOR_OF_MIXTURE;
  private double linear = PRIOR_OF_OTHERS;
  private double baseline = PRIOR_OF_OTHERS;

  private double previous;

  /** Creates weights of three predictions, without one from the previous label. */
  FixedShare() {
    forecasts = 3;
  }

  private FixedShare(double ofPrevious) {
    forecasts = 4;
    mixture -= ofPrevious;
    previous = ofPrevious;
  }

  /** Creates weights of all four. */
  static FixedShare withPreviousLabel() {
    return new FixedShare(PRIOR_OF_PREVIOUS);
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

  /** Returns the weight of what the previous label predicts, 0 if there is none. */
  double previous() {
    return previous;
  }

  double average(double ofMixture, double ofLinear, double ofBaseline) {
    return mixture * ofMixture + linear * ofLinear + baseline * ofBaseline;
  }

  double average(double ofMixture, double ofLinear, double ofBaseline, double ofPrevious) {
    return average(ofMixture, ofLinear, ofBaseline) + previous * ofPrevious;
  }

  /** Moves weight to the predictions of lower loss, where there are three. */
  void learn(
      double ofMixture,
      double ofLinear,
      double ofBaseline,
      double weight,
      double factor,
      long examples) {
    learn(ofMixture, ofLinear, ofBaseline, Double.POSITIVE_INFINITY, weight, factor, examples);
  }

  /**
   * Moves weight to the predictions of lower loss.
   *
   * @param weight how much a loss counts; above 1 as 1
   * @param factor of that, 1 or less; below 1 for losses of predictions made some examples ago
   * @param examples before this one
   */
  void learn(
      double ofMixture,
      double ofLinear,
      double ofBaseline,
      double ofPrevious,
      double weight,
      double factor,
      long examples) {
    double rate = factor * Math.min(weight, MAX_RATE);
    double lowest = Math.min(Math.min(ofMixture, ofLinear), Math.min(ofBaseline, ofPrevious));
    double m = mixture * likelihood(rate * (ofMixture - lowest));
    double l = linear * likelihood(rate * (ofLinear - lowest));
    double b = baseline * likelihood(rate * (ofBaseline - lowest));
    double p = previous == 0 ? 0 : previous * likelihood(rate * (ofPrevious - lowest));
    double spread = SHARE / (examples + 2);
    double kept = (1 - spread) / (m + l + b + p);
    double floor = spread / forecasts;
    mixture = kept * m + floor;
    linear = kept * l + floor;
    baseline = kept * b + floor;
    previous = forecasts == 3 ? 0 : kept * p + floor;
  }

  private static double likelihood(double loss) {
    return Elementary.exp((float) -loss);
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    mixture = v.number(mixture);
    linear = v.number(linear);
    baseline = v.number(baseline);
    previous = v.number(previous);
    if (v.isReading()) {
      requireShares();
    }
  }

  private void requireShares() throws IOException {
    double sum = mixture + linear + baseline + previous;
    boolean areShares = mixture >= 0 && linear >= 0 && baseline >= 0 && previous >= 0;
    if (!areShares || !(Math.abs(sum - 1) <= MAX_ROUNDING)) {
      throw new IOException(
          "the stored weights of an answer are %s, %s, %s and %s, but must be shares of 1"
              .formatted(mixture, linear, baseline, previous));
    }
  }
}
