package dev.millrace.eval;

import dev.millrace.eval.probability.FdlibmLog;

/**
 * A classifier's prediction for one example, and its actual class. Mutable: one object serves many
 * examples in turn. Not thread-safe.
 */
public final class ScoredClass {

  // Smallest probability in the log-loss, also that of an unknown class.
  private static final float MIN_PROBABILITY = 1e-7f;

  // Of probabilities: all for a class that is not the actual one.
  private static final float MAX_DISTANCE = 2;

  /** The value of {@link #group} without one. */
  static final long NO_GROUP = 0;

  /** Index of the class. */
  public int actual;

  /** Index of the predicted class. */
  public int predicted;

  /** Loss that the model minimises; not in means if it is not finite. */
  public double loss;

  /** -ln p(actual), or NaN if the model's outputs are not probabilities. */
  public double logLoss = Double.NaN;

  /** Sum over the classes of (p - 1)² for the actual one and p² for others, or NaN. */
  public float brier = Float.NaN;

  /** Probability of the predicted class, or NaN. */
  public float confidence = Float.NaN;

  /** Score of the positive class of two, or NaN. */
  public float positiveScore = Float.NaN;

  /** Hash of the group whose examples are ranked against each other, 0 for none. */
  public long group = NO_GROUP;

  /** Index of its segment, if there are segments. */
  public int segment;

  /** Index of the positive class of two, negative where there is none. */
  int positive = ClassCounts.NO_PREDICTION;

  // Scores of the classes that the model knew, from {@code first}; empty before the first example.
  private float[] scores = {};
  private int first;
  private int known;
  private boolean probabilities;
  private boolean decided;

  /**
   * Sets the scores of an example; the class of the largest score is the prediction. Scores of NaN
   * count as the worst prediction: another class than the actual one, with a probability of 1.
   *
   * @param newScores of the classes from {@code from}, kept
   * @param classes number of classes that the model knew
   * @param areProbabilities true if the scores are probabilities
   * @param actualClass may be one the model did not know, whose score is 0
   */
  public void set(
      float[] newScores, int from, int classes, boolean areProbabilities, int actualClass) {
    scores = newScores;
    first = from;
    known = classes;
    probabilities = areProbabilities;
    actual = actualClass;
    decided = false;
    predicted = best();
    positiveScore = Float.NaN;
    positive = ClassCounts.NO_PREDICTION;
    if (areProbabilities) {
      logLoss = logLoss(scoreOf(actualClass));
      float distance = squaredDistance();
      brier = Float.isNaN(distance) ? MAX_DISTANCE : distance;
      confidence = scores[first + predicted];
    } else {
      logLoss = Double.NaN;
      brier = Float.NaN;
      confidence = Float.NaN;
    }
  }

  /** Returns {@code -ln p} for the probability of the actual class, at least 1e-7. */
  static double logLoss(double probability) {
    return -FdlibmLog.of(probability >= MIN_PROBABILITY ? probability : MIN_PROBABILITY);
  }

  /** Returns the number of classes that the model knew. */
  public int known() {
    return known;
  }

  /** Returns the score of a class; 0 if the model did not know it, NaN without scores. */
  public float scoreOf(int classIndex) {
    if (scores.length == 0) {
      return Float.NaN;
    }
    return classIndex < known ? scores[first + classIndex] : 0;
  }

  /** Sets a class that was predicted before; no threshold decides again. */
  public void keep(int classIndex) {
    decide(classIndex);
    decided = true;
  }

  /** Returns true if the predicted class is final. */
  boolean isDecided() {
    return decided;
  }

  /** Returns true if the model predicted probabilities of two classes. */
  boolean isBinaryChoice() {
    return known == 2 && probabilities;
  }

  /** Predicts another class than that of the largest score. */
  void decide(int classIndex) {
    predicted = classIndex;
    confidence = scoreOf(classIndex);
  }

  /**
   * Returns the squared distance of the scores from 1 for the actual class and 0 for all others.
   */
  public float squaredDistance() {
    float sum = actual < known ? 0 : 1;
    for (int c = 0; c < known; c++) {
      float distance = c == actual ? 1 - scores[first + c] : scores[first + c];
      sum += distance * distance;
    }
    return sum;
  }

  private int best() {
    int best = 0;
    for (int c = 1; c < known; c++) {
      if (scores[first + c] > scores[first + best]) {
        best = c;
      }
    }
    boolean isNoNumber = known > 1 && Float.isNaN(scores[first + best]);
    return isNoNumber && actual == best ? 1 : best;
  }
}
