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

  // Of each class, side by side, for an example of it counts in all three.
  private static final int ACTUAL = 0;
  private static final int PREDICTED = 1;
  private static final int HITS = 2;
  private static final int COUNTS = 3;

  private long examples;
  private long hits;
  private long[] counts = {}; // [classes x COUNTS]

  public ClassTally() {}

  /** A deep copy. */
  protected ClassTally(ClassTally other) {
    examples = other.examples;
    hits = other.hits;
    counts = other.counts.clone();
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
    int ofActual = actualClass * COUNTS;
    counts[ofActual + ACTUAL] += times;
    if (predictedClass != NO_PREDICTION) {
      counts[predictedClass * COUNTS + PREDICTED] += times;
    }
    if (actualClass == predictedClass) {
      hits += times;
      counts[ofActual + HITS] += times;
    }
  }

  /** Makes room for at least so many classes. */
  void ensureClasses(int classes) {
    if (classes > classes()) {
      counts = Arrays.copyOf(counts, classes * COUNTS);
    }
  }

  /** One more than the highest class index seen. */
  public int classes() {
    return counts.length / COUNTS;
  }

  public long examples() {
    return examples;
  }

  /** Examples whose actual class this is; 0 for a class not seen. */
  public long support(int classIndex) {
    return of(ACTUAL, classIndex);
  }

  /** Share of examples whose class was predicted, NaN if there are none. */
  public double accuracy() {
    return examples == 0 ? Double.NaN : (double) hits / examples;
  }

  /** Of the examples predicted to be of this class, the share that is. */
  public double precision(int classIndex) {
    return ratio(of(HITS, classIndex), of(PREDICTED, classIndex));
  }

  /** Of the examples that are of this class, the share predicted to be. */
  public double recall(int classIndex) {
    return ratio(of(HITS, classIndex), of(ACTUAL, classIndex));
  }

  /** Harmonic mean of precision and recall: 2 hits / (actual + predicted). */
  public double f1(int classIndex) {
    return ratio(2 * of(HITS, classIndex), of(ACTUAL, classIndex) + of(PREDICTED, classIndex));
  }

  /**
   * Half of the F1 reached so far, which is the threshold on a class's probability that maximises
   * F1 (Lipton et al., 2014); it starts from 1/4.
   */
  double f1Threshold(int classIndex) {
    return (2.5 + of(HITS, classIndex)) / (10 + of(ACTUAL, classIndex) + of(PREDICTED, classIndex));
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
    for (int c = 0; c < classes(); c++) {
      expected += (double) of(ACTUAL, c) * of(PREDICTED, c);
    }
    // In counts rather than shares, so that a single class gives 0 / 0 exactly.
    double all = (double) examples * examples;
    return ((double) hits * examples - expected) / (all - expected);
  }

  private double macro(IntToDoubleFunction score) {
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

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  private long of(int count, int classIndex) {
    return classIndex < classes() ? counts[classIndex * COUNTS + count] : 0;
  }

  void write(DataOutput out) throws IOException {
    VarLong.write(out, examples);
    for (int count = 0; count < COUNTS; count++) {
      VarLong.write(out, classes());
      for (int c = 0; c < classes(); c++) {
        VarLong.write(out, of(count, c));
      }
    }
  }

  static ClassTally read(DataInput in) throws IOException {
    ClassTally tally = new ClassTally();
    tally.examples = VarLong.read(in);
    for (int count = 0; count < COUNTS; count++) {
      long[] ofClasses = VarLong.readArray(in);
      tally.ensureClasses(ofClasses.length);
      for (int c = 0; c < ofClasses.length; c++) {
        tally.counts[c * COUNTS + count] = ofClasses[c];
        tally.hits += count == HITS ? ofClasses[c] : 0;
      }
    }
    return tally;
  }
}
