package dev.millrace.nn;

/**
 * Brings the target of a regression to the scale on which the network learns, by the same formulas
 * as the features but never clipped: a far target is the loss's matter.
 */
final class TargetScaler {

  private final Normalizer column;

  TargetScaler(Normalization spec) {
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
    return (float) column.transform(statistics, 0, target);
  }

  float restored(double[] statistics, float output) {
    return (float) column.restore(statistics, 0, output);
  }
}
