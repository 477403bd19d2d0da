package dev.millrace.nn.trees;

import dev.millrace.simd.Elementary;

/**
 * The layout of the statistics of a leaf in one array, and what is computed from them: the number
 * of records, the weight of each class, and of each column the range, and for each class the
 * weight, the mean and the squared deviations of its numbers (West, 1979). Missing numbers are left
 * out.
 */
record LeafLayout(int inputs, int classes) {

  /** Weight of the numbers of all classes that are added to those of each. */
  private static final double PRIOR = 1;

  /** Min standard deviation, as a part of the range of a column. */
  private static final double MIN_DEVIATION = 1e-3;

  /** Max squared distance of a number from the mean, in variances: an outlier says little. */
  private static final double MAX_DISTANCE = 100;

  // The first number is that of the records, then come the weights of the classes.
  private static final int WEIGHTS = 1;
  // Of a column: lowest and highest number, then three numbers a class.
  private static final int RANGE = 2;
  private static final int MOMENTS = 3;
  private static final int MEAN = 1;
  private static final int SQUARES = 2;

  int size() {
    return WEIGHTS + classes + inputs * columnSize();
  }

  private int columnSize() {
    return RANGE + MOMENTS * classes;
  }

  private int column(int column) {
    return WEIGHTS + classes + column * columnSize();
  }

  private int moments(int column, int label) {
    return column(column) + RANGE + MOMENTS * label;
  }

  double lowest(double[] leaf, int column) {
    return leaf[column(column)];
  }

  double highest(double[] leaf, int column) {
    return leaf[column(column) + 1];
  }

  /** Returns the number of records that the leaf has learned. */
  double records(double[] leaf) {
    return leaf[0];
  }

  /** Returns the weight of the records of a class. */
  double weight(double[] leaf, int label) {
    return leaf[WEIGHTS + label];
  }

  double weight(double[] leaf) {
    double sum = 0;
    for (int j = 0; j < classes; j++) {
      sum += weight(leaf, j);
    }
    return sum;
  }

  /** Learns a record of a weight above 0. */
  void learn(double[] leaf, float[] row, int offset, int label, double weight) {
    leaf[0]++;
    leaf[WEIGHTS + label] += weight;
    for (int i = 0; i < inputs; i++) {
      float x = row[offset + i];
      if (!Float.isNaN(x)) {
        int range = column(i);
        boolean isFirst = hasNone(leaf, i);
        leaf[range] = isFirst ? x : Math.min(leaf[range], x);
        leaf[range + 1] = isFirst ? x : Math.max(leaf[range + 1], x);
        int at = moments(i, label);
        leaf[at] += weight;
        double change = x - leaf[at + MEAN];
        leaf[at + MEAN] += change * weight / leaf[at];
        leaf[at + SQUARES] += weight * change * (x - leaf[at + MEAN]);
      }
    }
  }

  private boolean hasNone(double[] leaf, int column) {
    for (int j = 0; j < classes; j++) {
      if (leaf[moments(column, j)] > 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns the weight of the numbers of a class that are estimated to be at most a threshold. */
  double weightUpTo(double[] leaf, int column, int label, double threshold) {
    int at = moments(column, label);
    double numbers = leaf[at];
    if (numbers == 0) {
      return 0;
    }
    double above = threshold - leaf[at + MEAN];
    double deviation = Math.sqrt(Math.max(0, leaf[at + SQUARES]) / numbers);
    if (deviation == 0) {
      return above >= 0 ? numbers : 0;
    }
    return numbers * Elementary.normal((float) (above / deviation));
  }

  /** Returns the weight of the records of a class that have no number in a column. */
  double missing(double[] leaf, int column, int label) {
    return Math.max(0, weight(leaf, label) - leaf[moments(column, label)]);
  }

  /**
   * Adds to each class the logarithm of the density of a row under a normal distribution a column,
   * up to the same number for all classes. Where a class has few numbers, they are drawn towards
   * those of all.
   *
   * @param sums [classes]
   */
  void addLogDensities(double[] leaf, float[] row, int offset, float[] sums, int to) {
    for (int i = 0; i < inputs; i++) {
      float x = row[offset + i];
      if (!Float.isNaN(x) && lowest(leaf, i) < highest(leaf, i)) {
        addLogDensities(leaf, i, x, sums, to);
      }
    }
  }

  private void addLogDensities(double[] leaf, int column, double x, float[] sums, int to) {
    double numbers = 0;
    double sum = 0;
    for (int j = 0; j < classes; j++) {
      int at = moments(column, j);
      numbers += leaf[at];
      sum += leaf[at] * leaf[at + MEAN];
    }
    double mean = sum / numbers;
    double squares = 0;
    for (int j = 0; j < classes; j++) {
      int at = moments(column, j);
      double away = leaf[at + MEAN] - mean;
      squares += leaf[at + SQUARES] + leaf[at] * away * away;
    }
    double minDeviation = MIN_DEVIATION * (highest(leaf, column) - lowest(leaf, column));
    double variance = Math.max(squares / numbers, minDeviation * minDeviation);
    for (int j = 0; j < classes; j++) {
      int at = moments(column, j);
      double all = leaf[at] + PRIOR;
      double center = (leaf[at] * leaf[at + MEAN] + PRIOR * mean) / all;
      double own =
          Math.max((leaf[at + SQUARES] + PRIOR * variance) / all, minDeviation * minDeviation);
      double distance = Math.min((x - center) * (x - center) / own, MAX_DISTANCE);
      sums[to + j] -= 0.5f * ((float) distance + Elementary.log((float) (own / variance)));
    }
  }

  /** Returns a leaf with room for one more class. */
  double[] widen(double[] leaf) {
    LeafLayout wider = new LeafLayout(inputs, classes + 1);
    double[] wide = new double[wider.size()];
    System.arraycopy(leaf, 0, wide, 0, WEIGHTS + classes);
    for (int i = 0; i < inputs; i++) {
      System.arraycopy(leaf, column(i), wide, wider.column(i), columnSize());
    }
    return wide;
  }
}
