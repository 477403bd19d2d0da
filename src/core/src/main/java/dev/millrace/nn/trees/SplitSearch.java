package dev.millrace.nn.trees;

/**
 * The search for the question that a leaf should ask: of each column the best of ten thresholds
 * between its lowest and highest number, by information gain (Pfahringer et al., 2008). Scratch,
 * shared by the trees of a thread.
 */
final class SplitSearch {

  private static final int THRESHOLDS = 10;

  /** Nats in a bit. */
  static final double LN_2 = 0.6931471805599453;

  /** Min share of the weight on each side. */
  private static final double MIN_SHARE = 0.01;

  /** Column of the best split, -1 if there is none. */
  int column;

  /** Numbers up to the threshold, and missing ones, go left. */
  float threshold;

  /** Information gain of the best split, in bits. */
  double gain;

  /** Max gain of the other columns, min 0. */
  double otherGain;

  /** [classes]: estimated weights on each side of the best split. */
  double[] left = {};

  double[] right = {};

  private double[] triedLeft = {};
  private double[] triedRight = {};

  /** Finds the best question for a leaf. */
  void find(LeafLayout layout, double[] leaf) {
    int classes = layout.classes();
    if (left.length != classes) {
      left = new double[classes];
      right = new double[classes];
      triedLeft = new double[classes];
      triedRight = new double[classes];
    }
    column = -1;
    gain = 0;
    otherGain = 0;
    double weight = layout.weight(leaf);
    double before = weight * entropy(leaf, classes);
    for (int i = 0; i < layout.inputs(); i++) {
      double lowest = layout.lowest(leaf, i);
      double range = layout.highest(leaf, i) - lowest;
      double best = 0;
      for (int t = 1; t <= THRESHOLDS && range > 0; t++) {
        float tried = (float) (lowest + range * t / (THRESHOLDS + 1));
        double here = (before - entropyAfter(layout, leaf, i, tried, weight)) / weight;
        best = Math.max(best, here);
        if (here > gain) {
          if (column != i) {
            otherGain = gain;
          }
          take(i, tried, here);
        }
      }
      if (column != i) {
        otherGain = Math.max(otherGain, best);
      }
    }
  }

  private void take(int newColumn, float newThreshold, double newGain) {
    column = newColumn;
    threshold = newThreshold;
    gain = newGain;
    double[] spare = left;
    left = triedLeft;
    triedLeft = spare;
    spare = right;
    right = triedRight;
    triedRight = spare;
  }

  private double entropyAfter(LeafLayout layout, double[] leaf, int i, float tried, double weight) {
    double leftWeight = 0;
    for (int j = 0; j < layout.classes(); j++) {
      triedLeft[j] = layout.weightUpTo(leaf, i, j, tried) + layout.missing(leaf, i, j);
      triedRight[j] = Math.max(0, layout.weight(leaf, j) - triedLeft[j]);
      leftWeight += triedLeft[j];
    }
    double rightWeight = weight - leftWeight;
    if (Math.min(leftWeight, rightWeight) < MIN_SHARE * weight) {
      return Double.POSITIVE_INFINITY;
    }
    return leftWeight * entropy(triedLeft, triedLeft.length)
        + rightWeight * entropy(triedRight, triedRight.length);
  }

  /** Returns the entropy in bits of weights of classes. */
  private static double entropy(double[] weights, int classes) {
    double sum = 0;
    for (int j = 0; j < classes; j++) {
      sum += weights[j];
    }
    double entropy = 0;
    for (int j = 0; j < classes; j++) {
      if (weights[j] > 0) {
        double share = weights[j] / sum;
        entropy -= share * StrictMath.log(share) / LN_2;
      }
    }
    return entropy;
  }
}
