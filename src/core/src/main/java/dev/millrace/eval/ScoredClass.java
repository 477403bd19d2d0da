package dev.millrace.eval;

/**
 * A classifier's prediction for one example, beside the truth. A mutable carrier: whoever scores
 * many examples fills the same object for each. Not thread-safe.
 */
public final class ScoredClass {

  // -ln of the smallest probability that counts is the log-loss of an unknown class.
  private static final float MIN_PROBABILITY = 1e-7f;

  // Of probabilities: all of it for a class that is not the actual one.
  private static final float MAX_DISTANCE = 2;

  /** Index of the class. */
  public int actual;

  /** Index of the predicted class. */
  public int predicted;

  /** What the model minimises, left out of means if not finite. */
  public double loss;

  /** -ln p(actual), or NaN if the model's outputs are not probabilities. */
  public double logLoss = Double.NaN;

  /** Sum over the classes of (p - 1)² for the actual one and p² for others, or NaN. */
  public float brier = Float.NaN;

  /** Probability of the predicted class, or NaN. */
  public float confidence = Float.NaN;

  /** Score of the positive class of two, or NaN. */
  public float positiveScore = Float.NaN;

  /** Index of the positive class of two, negative where there is none. */
  int positive = ClassCounts.NO_PREDICTION;

  // What it was taken from.
  private float[] scores;
  private int first;
  private int known;
  private boolean probabilities;
  private boolean decided;

  /**
   * Takes over what a model said; the class of the largest score is the prediction. Scores that are
   * no numbers, those of a model that is broken, count as the worst that there are: another class
   * than the actual one, to which they give no probability.
   *
   * @param newScores of the classes from {@code from}, kept
   * @param classes that the model knew
   * @param areProbabilities whether the scores are probabilities
   * @param actualClass may be one the model did not know, whose score is 0
   */
  public void take(
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

  /**
   * Returns {@code -ln p} for the probability of the actual class, which counts as 1e-7 at least.
   */
  static double logLoss(double probability) {
    return -FdlibmLog.of(probability >= MIN_PROBABILITY ? probability : MIN_PROBABILITY);
  }

  /** Number of classes that the model knew. */
  int known() {
    return known;
  }

  /** Score of a class, 0 for one that the model did not know, NaN before anything was taken. */
  public float scoreOf(int classIndex) {
    if (scores == null) {
      return Float.NaN;
    }
    return classIndex < known ? scores[first + classIndex] : 0;
  }

  /** Keeps to a class that was predicted before; no threshold decides again. */
  public void keep(int classIndex) {
    decide(classIndex);
    decided = true;
  }

  /** Whether nothing is left to decide. */
  boolean isDecided() {
    return decided;
  }

  /** Whether the model chose between two classes by probability. */
  boolean isBinaryChoice() {
    return known == 2 && probabilities;
  }

  /** Predicts another class than that of the largest score. */
  void decide(int classIndex) {
    predicted = classIndex;
    confidence = scoreOf(classIndex);
  }

  /** Squared distance of the scores from 1 for the actual class and 0 for all others. */
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
