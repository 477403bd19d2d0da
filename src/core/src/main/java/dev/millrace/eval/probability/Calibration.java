package dev.millrace.eval.probability;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Expected calibration error: how far accuracy is from the predicted class's probability, over bins
 * of that probability of equal width (Guo et al., ICML 2017).
 */
public final class Calibration implements State {

  /** Number of bins. */
  static final int BINS = 10;

  /** Bytes in memory. */
  public static final int BYTES = (2 * BINS + 1) * Double.BYTES;

  private double weight;
  private final double[] hits = new double[BINS];
  private final double[] confidences = new double[BINS];

  /**
   * Adds a prediction.
   *
   * @param confidence probability of the predicted class; NaN is ignored
   */
  public void add(float confidence, boolean hit, double weightOfExample) {
    if (Float.isNaN(confidence)) {
      return;
    }
    // (0, 0.1], (0.1, 0.2], ... as in the paper; rounding may give a sum beyond 1.
    int bin = Math.max(0, Math.min(BINS - 1, (int) Math.ceil(confidence * (double) BINS) - 1));
    weight += weightOfExample;
    confidences[bin] += weightOfExample * confidence;
    if (hit) {
      hits[bin] += weightOfExample;
    }
  }

  /**
   * Returns the mean distance of accuracy and confidence, each bin as heavy as its examples; NaN if
   * none.
   */
  public double error() {
    double sum = 0;
    for (int b = 0; b < BINS; b++) {
      sum += Math.abs(hits[b] - confidences[b]);
    }
    return sum / weight;
  }

  /** Multiplies all weights. */
  public void scale(double factor) {
    weight *= factor;
    for (int b = 0; b < BINS; b++) {
      hits[b] *= factor;
      confidences[b] *= factor;
    }
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    weight = v.packed(weight);
    for (int b = 0; b < BINS; b++) {
      hits[b] = v.packed(hits[b]);
      confidences[b] = v.packed(confidences[b]);
    }
  }
}
