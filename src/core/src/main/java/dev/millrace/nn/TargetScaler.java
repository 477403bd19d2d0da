package dev.millrace.nn;

import dev.millrace.simd.ScalarScaling;

/**
 * Brings the target of a regression to the scale on which the network learns, by the same formulas
 * as the features but never clipped: a far target is the loss's matter.
 */
final class TargetScaler {

  private final Normalizer column;
  private final boolean isStandard;

  TargetScaler(Normalization spec) {
    isStandard = spec.kind() == Normalization.Kind.STANDARD;
    column = new Normalizer(new Normalization(spec.kind(), spec.fade(), 0f), 1);
  }

  /** Statistics of a target that has not been seen. */
  double[] start() {
    return column.start();
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

  double restored(double[] statistics, float output) {
    double deviation = farDeviation(statistics);
    return deviation == 0
        ? column.restore(statistics, 0, output)
        : column.origin(statistics, 0) + output * deviation;
  }

  /** How far apart two targets are whose scaled values differ by 1. */
  double unit(double[] statistics) {
    double deviation = farDeviation(statistics);
    return deviation == 0
        ? column.restore(statistics, 0, 1) - column.restore(statistics, 0, 0)
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
