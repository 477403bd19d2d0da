package dev.millrace.nn;

import dev.millrace.nn.spec.Normalization;
import dev.millrace.simd.ScalarScaling;

/**
 * Scales the target of a regression by the formulas of features, but without clipping: the loss
 * handles far targets.
 */
final class TargetScaler {

  private final Normalizer column;
  private final boolean isStandard;

  TargetScaler(Normalization spec) {
    isStandard = spec.kind() == Normalization.Kind.STANDARD;
    column = new Normalizer(new Normalization(spec.kind(), spec.decay(), 0f), 1);
  }

  /** Returns the statistics before the first target. */
  double[] initialStatistics() {
    return column.initialStatistics();
  }

  void update(double[] statistics, double target) {
    column.update(statistics, 0, target);
  }

  float scaled(double[] statistics, double target) {
    double deviation = farDeviation(statistics);
    return (float)
        (deviation == 0
            ? column.transform(statistics, 0, target)
            : (target - column.origin(statistics, 0)) / deviation);
  }

  double unscaled(double[] statistics, float output) {
    double deviation = farDeviation(statistics);
    return deviation == 0
        ? column.invert(statistics, 0, output)
        : column.origin(statistics, 0) + output * deviation;
  }

  /** Returns the difference of two targets whose scaled values differ by 1. */
  double unit(double[] statistics) {
    double deviation = farDeviation(statistics);
    return deviation == 0
        ? column.invert(statistics, 0, 1) - column.invert(statistics, 0, 0)
        : deviation;
  }

  /**
   * Returns the standard deviation of a target so far from 0 that among features, which are floats,
   * it would be rounding; 0 for every other target.
   */
  private double farDeviation(double[] statistics) {
    if (!isStandard || column.scale(statistics, 0) != 0) {
      return 0;
    }
    return ScalarScaling.deviation(
        statistics[0], statistics[1], statistics[2], ScalarScaling.DOUBLE_ROUNDING);
  }
}
