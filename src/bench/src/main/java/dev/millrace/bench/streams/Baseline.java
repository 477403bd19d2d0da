package dev.millrace.bench.streams;

import java.util.List;

/** Predictions that use no features. */
enum Baseline {
  /** The class of most rows so far; its probabilities are the class frequencies. */
  MAJORITY("majority", true),
  /** The class of the previous row. */
  NO_CHANGE("no-change", true),
  /** The mean of all values so far. */
  MEAN("mean", false),
  /** The value of the previous row. */
  LAST_VALUE("last value", false);

  final String id;
  private final boolean isOfClasses;

  Baseline(String id, boolean isOfClasses) {
    this.id = id;
    this.isOfClasses = isOfClasses;
  }

  /** Returns the baselines of classes or of values. */
  static List<Baseline> of(boolean isOfClasses) {
    return isOfClasses ? List.of(MAJORITY, NO_CHANGE) : List.of(MEAN, LAST_VALUE);
  }

  /** Predicts each row, then learns it. */
  Result run(StreamRows rows, Result.Run run) {
    Scores scores = new Scores(rows.rows(), isOfClasses);
    double[] counts = new double[rows.classes().size()];
    double sum = 0;
    for (int row = 0; row < rows.rows(); row++) {
      double label = rows.labels()[row];
      double previous = row == 0 ? 0 : rows.labels()[row - 1];
      switch (this) {
        case MAJORITY -> {
          int actual = (int) label;
          double frequency = (counts[actual] + 1) / (row + counts.length);
          scores.addClass(majority(counts), actual, frequency);
          counts[actual]++;
        }
        case NO_CHANGE -> scores.addClass((int) previous, (int) label, Double.NaN);
        case MEAN -> scores.addValue(row == 0 ? 0 : sum / row, label);
        case LAST_VALUE -> scores.addValue(previous, label);
      }
      sum += label;
    }
    return scores.result(run, Double.NaN, Double.NaN, Double.NaN);
  }

  private static int majority(double[] counts) {
    int max = 0;
    for (int c = 1; c < counts.length; c++) {
      if (counts[c] > counts[max]) {
        max = c;
      }
    }
    return max;
  }
}
