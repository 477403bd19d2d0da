package dev.millrace.eval.drift;

import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Drift detection by Hoeffding's bound, with averages (Frías-Blanco et al., Online and
 * Non-Parametric Drift Detection Methods Based on Hoeffding's Bounds, IEEE TKDE 27, 2015): a drift
 * is when the mean of all numbers is above that of a prefix, the one of the lowest mean, by more
 * than chance allows.
 */
final class HddmADetector implements DriftDetector {

  private final DriftSpec.HddmA spec;
  private final double driftBound;
  private final double logDrift;
  private final double logWarning;
  private long examples;
  private double sum;
  // The prefix whose mean plus bound was lowest, and the one whose mean minus bound was highest.
  private long lowExamples;
  private double lowSum;
  private long highExamples;
  private double highSum;

  HddmADetector(DriftSpec.HddmA spec) {
    this.spec = spec;
    driftBound = StrictMath.log(1 / spec.drift());
    logDrift = StrictMath.log(2 / spec.drift());
    logWarning = StrictMath.log(2 / spec.warning());
  }

  @Override
  public DriftSignal update(double value) {
    if (!Double.isFinite(value)) {
      return DriftSignal.NONE;
    }
    examples++;
    sum += value;
    double mean = sum / examples;
    double bound = bound(examples);
    if (lowExamples == 0 || lowSum / lowExamples + bound(lowExamples) >= mean + bound) {
      lowExamples = examples;
      lowSum = sum;
    }
    if (highExamples == 0 || highSum / highExamples - bound(highExamples) <= mean - bound) {
      highExamples = examples;
      highSum = sum;
    }
    double rise = mean - lowSum / lowExamples;
    if (lowExamples < examples && rise >= difference(lowExamples, logDrift)) {
      reset();
      return DriftSignal.DRIFT;
    }
    boolean warning = lowExamples < examples && rise >= difference(lowExamples, logWarning);
    if (spec.twoSided() && highExamples < examples) {
      double fall = highSum / highExamples - mean;
      if (fall >= difference(highExamples, logDrift)) {
        reset();
      }
    }
    return warning ? DriftSignal.WARNING : DriftSignal.NONE;
  }

  /** Returns the max distance of the mean of numbers from the expected one. */
  private double bound(long count) {
    return Math.sqrt(driftBound / (2.0 * count));
  }

  /** Returns the max distance of the mean of all numbers from that of the first ones. */
  private double difference(long first, double log) {
    double m = (double) (examples - first) / first * (1.0 / examples);
    return Math.sqrt(m / 2 * log);
  }

  private void reset() {
    examples = 0;
    sum = 0;
    lowExamples = 0;
    lowSum = 0;
    highExamples = 0;
    highSum = 0;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    examples = v.number(examples);
    sum = v.number(sum);
    lowExamples = v.number(lowExamples);
    lowSum = v.number(lowSum);
    highExamples = v.number(highExamples);
    highSum = v.number(highSum);
  }
}
