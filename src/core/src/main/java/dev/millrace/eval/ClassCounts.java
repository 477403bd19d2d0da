package dev.millrace.eval;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * Weight of the examples per actual class, per predicted class, and of those predicted correctly.
 * Every score of a confusion matrix follows from them, without a cell for each pair of classes.
 *
 * <p>Classes are indexes from 0; a new one may come at any time. A ratio with nothing below the
 * line is 0, as with {@code zero_division=0} in scikit-learn. Not thread-safe.
 */
public final class ClassCounts implements State {

  /** Prediction of a baseline before its first label; it counts as wrong. */
  public static final int NO_PREDICTION = -1;

  /** Share of all examples that is rounding in decayed sums. */
  static final double ROUNDING = 1e-12;

  // Of each class next to each other: an example of it counts in all three.
  private static final int ACTUAL = 0;
  private static final int PREDICTED = 1;
  private static final int HITS = 2;
  private static final int SUMS = 3;

  /** Bytes of a class in memory. */
  static final int CLASS_BYTES = SUMS * Double.BYTES;

  private double weight;
  private double hits;
  private double[] sums = {}; // [classes x SUMS]

  /** Adds an example; the predicted class may be {@link #NO_PREDICTION}. */
  public void add(int actualClass, int predictedClass, double weightOfExample) {
    int classes = Math.max(actualClass, predictedClass) + 1;
    if (classes > classes()) {
      sums = Arrays.copyOf(sums, classes * SUMS);
    }
    weight += weightOfExample;
    int actualOffset = actualClass * SUMS;
    sums[actualOffset + ACTUAL] += weightOfExample;
    if (predictedClass != NO_PREDICTION) {
      sums[predictedClass * SUMS + PREDICTED] += weightOfExample;
    }
    if (actualClass == predictedClass) {
      hits += weightOfExample;
      sums[actualOffset + HITS] += weightOfExample;
    }
  }

  /** Multiplies all weights. */
  void scale(double factor) {
    weight *= factor;
    hits *= factor;
    for (int i = 0; i < sums.length; i++) {
      sums[i] *= factor;
    }
  }

  /** Returns one more than the highest class index seen. */
  public int classes() {
    return sums.length / SUMS;
  }

  /** Sum of the examples' weights; their number while each weighs 1. */
  public double weight() {
    return weight;
  }

  /** Weight of the examples whose actual class this is; 0 for a class not seen. */
  public double support(int classIndex) {
    return of(ACTUAL, classIndex);
  }

  /** Returns true if one class is predicted for examples of several. */
  public boolean predictsOneClass() {
    int actual = 0;
    int predicted = 0;
    for (int c = 0; c < classes(); c++) {
      actual += of(ACTUAL, c) > 0 ? 1 : 0;
      predicted += of(PREDICTED, c) > 0 ? 1 : 0;
    }
    return actual > 1 && predicted == 1;
  }

  /** Returns the share of examples whose class was predicted; NaN without examples. */
  public double accuracy() {
    return hits / weight;
  }

  /** Returns the mean recall of the classes that examples are of; NaN without examples. */
  public double balancedAccuracy() {
    double sum = 0;
    int occurring = 0;
    for (int c = 0; c < classes(); c++) {
      if (of(ACTUAL, c) > 0) {
        sum += recall(c);
        occurring++;
      }
    }
    return sum / occurring;
  }

  /**
   * Returns the geometric mean of the recalls of the classes that examples are of (Kubat and Matwin
   * 1997); NaN without examples.
   */
  public double geometricMean() {
    double logarithms = 0;
    int occurring = 0;
    for (int c = 0; c < classes(); c++) {
      if (of(ACTUAL, c) > 0) {
        logarithms += StrictMath.log(recall(c));
        occurring++;
      }
    }
    return StrictMath.exp(logarithms / occurring);
  }

  /** Returns the share of hits among examples predicted as this class. */
  public double precision(int classIndex) {
    return ratio(of(HITS, classIndex), of(PREDICTED, classIndex));
  }

  /** Returns the share of hits among examples of this class. */
  public double recall(int classIndex) {
    return ratio(of(HITS, classIndex), of(ACTUAL, classIndex));
  }

  /** Harmonic mean of precision and recall. */
  public double f1(int classIndex) {
    return fBeta(classIndex, 1);
  }

  /**
   * Harmonic mean of precision and recall, recall weighing beta² times as much: (1 + beta²) hits /
   * (beta² actual + predicted).
   */
  public double fBeta(int classIndex, double beta) {
    double square = beta * beta;
    return ratio(
        (1 + square) * of(HITS, classIndex),
        square * of(ACTUAL, classIndex) + of(PREDICTED, classIndex));
  }

  /** Returns the mean score of the classes that occur, actual or predicted; NaN if none does. */
  double macro(IntToDoubleFunction score) {
    double sum = 0;
    int occurring = 0;
    for (int c = 0; c < classes(); c++) {
      if (of(ACTUAL, c) + of(PREDICTED, c) > 0) {
        sum += score.applyAsDouble(c);
        occurring++;
      }
    }
    return sum / occurring;
  }

  /** Returns the mean score of the classes, weighted by their examples; NaN without examples. */
  double weighted(IntToDoubleFunction score) {
    double sum = 0;
    for (int c = 0; c < classes(); c++) {
      sum += of(ACTUAL, c) * score.applyAsDouble(c);
    }
    return sum / weight;
  }

  /**
   * Cohen's kappa: agreement beyond that of chance, (p - e) / (1 - e) with p the accuracy and e the
   * agreement expected of these class frequencies (Cohen 1960). NaN if only one class occurs.
   */
  public double kappa() {
    double all = weight * weight;
    double expected = products(ACTUAL, PREDICTED);
    double left = all - expected;
    return left <= ROUNDING * all ? Double.NaN : (hits * weight - expected) / left;
  }

  /**
   * Matthews' correlation coefficient, for any number of classes (Gorodkin 2004); 0 if only one
   * class is predicted or only one is actual, NaN without examples.
   */
  public double mcc() {
    if (weight == 0) {
      return Double.NaN;
    }
    double all = weight * weight;
    double actualVariance = all - products(ACTUAL, ACTUAL);
    double predictedVariance = all - products(PREDICTED, PREDICTED);
    double covariance = hits * weight - products(ACTUAL, PREDICTED);
    return Math.min(actualVariance, predictedVariance) <= ROUNDING * all
        ? 0
        : covariance / Math.sqrt(actualVariance * predictedVariance);
  }

  /** Returns the sum over the classes of the products of two sums. */
  private double products(int one, int other) {
    double sum = 0;
    for (int c = 0; c < classes(); c++) {
      sum += of(one, c) * of(other, c);
    }
    return sum;
  }

  private static double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }

  private double of(int sum, int classIndex) {
    return classIndex < classes() ? sums[classIndex * SUMS + sum] : 0;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    weight = v.packed(weight);
    hits = v.packed(hits);
    sums =
        v.packedSized("numbers of classes in the metrics", sums, MetricsInput.MAX_CLASSES * SUMS);
  }
}
