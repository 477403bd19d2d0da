package dev.millrace.prequential.rows;

import dev.millrace.eval.ClassificationMetrics;

/**
 * Weights under which all classes of a key weigh the same: n / (k n_c) for a class with n_c of the
 * n labels so far among k classes, its own example counted. Ten more of each keep the first few
 * from deciding. Not thread-safe.
 */
final class ClassBalance {
  private static final double START = 10;

  private double[] labels = new double[0];
  private int classes;

  /** Starts from the labels that the metrics have seen. */
  void begin(ClassificationMetrics metrics, int classesKnown) {
    if (labels.length < classesKnown) {
      labels = new double[classesKnown];
    }
    classes = classesKnown;
    for (int c = 0; c < classes; c++) {
      labels[c] = metrics.labelWeight(c);
    }
  }

  /** Counts an example of a class. */
  void add(int classIndex, float weight) {
    labels[classIndex] += weight;
  }

  /** Returns the factor of the weight of an example of a class. */
  float factor(int classIndex) {
    // Summed again: a running sum would round differently where another chunk begins.
    double all = 0;
    for (int c = 0; c < classes; c++) {
      all += labels[c];
    }
    return (float) ((all + START * classes) / (classes * (labels[classIndex] + START)));
  }
}
