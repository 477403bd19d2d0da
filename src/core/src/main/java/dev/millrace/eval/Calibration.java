package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Expected calibration error: how far accuracy is from the predicted class's probability, over bins
 * of that probability of equal width (Guo et al., ICML 2017).
 */
final class Calibration {

  /** Number of bins. */
  static final int BINS = 10;

  /** Bytes in memory. */
  static final int BYTES = (2 * BINS + 1) * Double.BYTES;

  private double weight;
  private final double[] hits = new double[BINS];
  private final double[] confidences = new double[BINS];

  /**
   * Adds a prediction.
   *
   * @param confidence probability of the predicted class; NaN is ignored
   */
  void add(float confidence, boolean hit, double weightOfExample) {
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
  double error() {
    double sum = 0;
    for (int b = 0; b < BINS; b++) {
      sum += Math.abs(hits[b] - confidences[b]);
    }
    return sum / weight;
  }

  /** Multiplies all weights. */
  void scale(double factor) {
    weight *= factor;
    for (int b = 0; b < BINS; b++) {
      hits[b] *= factor;
      confidences[b] *= factor;
    }
  }

  Calibration copy() {
    Calibration copy = new Calibration();
    copy.weight = weight;
    System.arraycopy(hits, 0, copy.hits, 0, BINS);
    System.arraycopy(confidences, 0, copy.confidences, 0, BINS);
    return copy;
  }

  void write(DataOutput out) throws IOException {
    VarNumber.write(out, weight);
    for (int b = 0; b < BINS; b++) {
      VarNumber.write(out, hits[b]);
      VarNumber.write(out, confidences[b]);
    }
  }

  static Calibration read(DataInput in) throws IOException {
    Calibration calibration = new Calibration();
    calibration.weight = VarNumber.read(in);
    for (int b = 0; b < BINS; b++) {
      calibration.hits[b] = VarNumber.read(in);
      calibration.confidences[b] = VarNumber.read(in);
    }
    return calibration;
  }
}
