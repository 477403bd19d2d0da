package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * Per class, how often it was the actual one, the predicted one, and both: enough for accuracy,
 * precision, recall, F1 and Cohen's kappa without a cell for each pair of classes.
 *
 * <p>Classes are indexes from 0; a new one may come at any time. A ratio with nothing below the
 * line is 0, as with {@code zero_division=0} in scikit-learn. Not thread-safe.
 */
public sealed class ClassTally permits ConfusionMatrix {

  /** The prediction of a baseline that has none yet; it counts as wrong. */
  public static final int NO_PREDICTION = -1;

  private long examples;
  private long hits;
  private long[] actual = {};
  private long[] predicted = {};
  private long[] hitsOfClass = {};

  public ClassTally() {}

  /** A deep copy. */
  protected ClassTally(ClassTally other) {
    examples = other.examples;
    hits = other.hits;
    actual = other.actual.clone();
    predicted = other.predicted.clone();
    hitsOfClass = other.hitsOfClass.clone();
  }

  public ClassTally copy() {
    return new ClassTally(this);
  }

  /** Adds an example; the predicted class may be {@link #NO_PREDICTION}. */
  public final void update(int actualClass, int predictedClass) {
    update(actualClass, predictedClass, 1);
  }

  /** Adds so many examples of the same kind. */
  public void update(int actualClass, int predictedClass, long times) {
    ensureClasses(Math.max(actualClass, predictedClass) + 1);
    add(actualClass, predictedClass, times);
  }

  /** Takes an example out that was added before. */
  public void revert(int actualClass, int predictedClass) {
    add(actualClass, predictedClass, -1);
  }

  /** Adds an example so many times; the classes must be there. */
  final void add(int actualClass, int predictedClass, long times) {
    examples += times;
    actual[actualClass] += times;
    if (predictedClass != NO_PREDICTION) {
      predicted[predictedClass] += times;
    }
    if (actualClass == predictedClass) {
      hits += times;
      hitsOfClass[actualClass] += times;
    }
  }

  /** Makes room for at least so many classes. */
  void ensureClasses(int classes) {
    if (classes > actual.length) {
      actual = Arrays.copyOf(actual, classes);
      predicted = Arrays.copyOf(predicted, classes);
      hitsOfClass = Arrays.copyOf(hitsOfClass, classes);
    }
  }

  /** One more than the highest class index seen. */
  public int classes() {
    return actual.length;
  }

  public long examples() {
    return examples;
  }

  /** Examples whose actual class this is; 0 for a class not seen. */
  public long support(int classIndex) {
    return of(actual, classIndex);
  }

  /** Share of examples whose class was predicted, NaN if there are none. */
  public double accuracy() {
    return examples == 0 ? Double.NaN : (double) hits / examples;
  }

  /** Of the examples predicted to be of this class, the share that is. */
  public double precision(int classIndex) {
    return ratio(of(hitsOfClass, classIndex), of(predicted, classIndex));
  }

  /** Of the examples that are of this class, the share predicted to be. */
  public double recall(int classIndex) {
    return ratio(of(hitsOfClass, classIndex), of(actual, classIndex));
  }

  /** Harmonic mean of precision and recall: 2 hits / (actual + predicted). */
  public double f1(int classIndex) {
    return ratio(
        2 * of(hitsOfClass, classIndex), of(actual, classIndex) + of(predicted, classIndex));
  }

  /**
   * Half of the F1 reached so far, which is the threshold on a class's probability that maximises
   * F1 (Lipton et al., 2014); it starts from 1/4.
   */
  double f1Threshold(int classIndex) {
    return (2.5 + of(hitsOfClass, classIndex))
        / (10 + of(actual, classIndex) + of(predicted, classIndex));
  }

  /** Mean precision of the classes that occur, actual or predicted; NaN if none does. */
  public double macroPrecision() {
    return macro(this::precision);
  }

  /** Mean recall of the classes that occur, actual or predicted; NaN if none does. */
  public double macroRecall() {
    return macro(this::recall);
  }

  /** Mean F1 of the classes that occur, actual or predicted; NaN if none does. */
  public double macroF1() {
    return macro(this::f1);
  }

  /**
   * Cohen's kappa: agreement beyond that of chance, (p - e) / (1 - e) with p the accuracy and e the
   * agreement expected of these class frequencies (Cohen 1960). NaN if only one class occurs.
   */
  public double kappa() {
    double expected = 0;
    for (int c = 0; c < actual.length; c++) {
      expected += (double) actual[c] * predicted[c];
    }
    // In counts rather than shares, so that a single class gives 0 / 0 exactly.
    double all = (double) examples * examples;
    return ((double) hits * examples - expected) / (all - expected);
  }

  private double macro(IntToDoubleFunction score) {
    double sum = 0;
    int occurring = 0;
    for (int c = 0; c < actual.length; c++) {
      if (actual[c] + predicted[c] > 0) {
        sum += score.applyAsDouble(c);
        occurring++;
      }
    }
    return sum / occurring;
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  private static long of(long[] counts, int classIndex) {
    return classIndex < counts.length ? counts[classIndex] : 0;
  }

  void write(DataOutput out) throws IOException {
    VarLong.write(out, examples);
    VarLong.writeArray(out, actual);
    VarLong.writeArray(out, predicted);
    VarLong.writeArray(out, hitsOfClass);
  }

  static ClassTally read(DataInput in) throws IOException {
    ClassTally tally = new ClassTally();
    tally.examples = VarLong.read(in);
    tally.actual = VarLong.readArray(in);
    tally.predicted = VarLong.readArray(in);
    tally.hitsOfClass = VarLong.readArray(in);
    for (long hitsOfOne : tally.hitsOfClass) {
      tally.hits += hitsOfOne;
    }
    return tally;
  }
}
