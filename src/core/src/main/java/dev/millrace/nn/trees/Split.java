package dev.millrace.nn.trees;

/**
 * The search for the question that a leaf should ask: of each column the best of ten thresholds
 * between its lowest and highest number, by information gain (Pfahringer et al., 2008). Scratch,
 * shared by the trees of a thread.
 */
final class Split {

  private static final int THRESHOLDS = 10;
  private static final double LN_2 = 0.6931471805599453;

  /** Least share of the weight on each side. */
  private static final double LEAST_SHARE = 0.01;

  /** Of the best question, -1 if there is none; numbers up to the threshold, or none, go left. */
  int column;

  float threshold;

  /** In bits; that of another column, or 0, if no other has more. */
  double gain;

  double otherGain;

  /** [classes]: estimated weights on each side of the best question. */
  double[] left = {};

  double[] right = {};

  private double[] triedLeft = {};
  private double[] triedRight = {};

  /** Finds the best question for a leaf. */
  void find(LeafStatistics statistics, double[] leaf) {
    int classes = statistics.classes();
    if (left.length != classes) {
      left = new double[classes];
      right = new double[classes];
      triedLeft = new double[classes];
      triedRight = new double[classes];
    }
    column = -1;
    gain = 0;
    otherGain = 0;
    double weight = statistics.weight(leaf);
    double before = weight * entropy(leaf, classes);
    for (int i = 0; i < statistics.inputs(); i++) {
      double lowest = statistics.lowest(leaf, i);
      double range = statistics.highest(leaf, i) - lowest;
      double best = 0;
      for (int t = 1; t <= THRESHOLDS && range > 0; t++) {
        float tried = (float) (lowest + range * t / (THRESHOLDS + 1));
        double here = (before - entropyAfter(statistics, leaf, i, tried, weight)) / weight;
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

  private double entropyAfter(
      LeafStatistics statistics, double[] leaf, int i, float tried, double weight) {
    double leftWeight = 0;
    for (int j = 0; j < statistics.classes(); j++) {
      triedLeft[j] = statistics.weightUpTo(leaf, i, j, tried) + statistics.missing(leaf, i, j);
      triedRight[j] = Math.max(0, statistics.weight(leaf, j) - triedLeft[j]);
      leftWeight += triedLeft[j];
    }
    double rightWeight = weight - leftWeight;
    if (Math.min(leftWeight, rightWeight) < LEAST_SHARE * weight) {
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
