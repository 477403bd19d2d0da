package dev.millrace.eval;

import dev.millrace.data.MetricsReport.OutputBlock;
import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Scores of predicted sets of labels: of the last examples (window) and of all. Each score is
 * weighted by the examples' weights. Not thread-safe.
 *
 * <p>Of an example are known the labels that are both predicted and actual (hits), those that are
 * predicted or actual alone (false ones and missed ones), and the number of labels that can be in
 * the set. Micro averages are ratios of the sums over all examples.
 */
public final class LabelSetScores {
  private static final int HITS = 0;
  private static final int FALSE = 1;
  private static final int MISSED = 2;
  private static final int LABELS = 3;
  private static final int JACCARD = 4;
  private static final int EXACT = 5;
  private static final int WEIGHT = 6;
  private static final int STRIDE = 7;
  private static final int MAX_WINDOW = 1 << 24;

  private final int windowSize;
  // A ring of [examples x STRIDE], which grows up to the window's size; weighted.
  private double[] window = {};
  private int size;
  private int next;
  private final double[] total = new double[STRIDE];
  private long examples;

  /**
   * @param windowSize max number of examples in the window, min 1
   */
  public LabelSetScores(int windowSize) {
    this.windowSize = windowSize;
  }

  /** Returns a deep copy. */
  public LabelSetScores copy() {
    LabelSetScores copy = new LabelSetScores(windowSize);
    copy.window = window.clone();
    copy.size = size;
    copy.next = next;
    System.arraycopy(total, 0, copy.total, 0, STRIDE);
    copy.examples = examples;
    return copy;
  }

  /**
   * Scores an example.
   *
   * @param hits labels predicted and actual
   * @param falseOnes labels predicted and not actual
   * @param missed labels actual and not predicted
   * @param labels that are known to be in the set or not, at least 1
   * @param weight finite, at least 0
   */
  public void add(int hits, int falseOnes, int missed, int labels, double weight) {
    int union = hits + falseOnes + missed;
    double[] example = new double[STRIDE];
    example[HITS] = weight * hits;
    example[FALSE] = weight * falseOnes;
    example[MISSED] = weight * missed;
    example[LABELS] = weight * labels;
    example[JACCARD] = weight * (union == 0 ? 1 : (double) hits / union);
    example[EXACT] = falseOnes + missed == 0 ? weight : 0;
    example[WEIGHT] = weight;
    for (int s = 0; s < STRIDE; s++) {
      total[s] += example[s];
    }
    examples++;
    put(example);
  }

  private void put(double[] example) {
    int room = window.length / STRIDE;
    if (size == room && room < windowSize) {
      // It has not wrapped before it is full.
      double[] grown = new double[Math.min(windowSize, Math.max(16, 2 * room)) * STRIDE];
      System.arraycopy(window, 0, grown, 0, window.length);
      window = grown;
    }
    System.arraycopy(example, 0, window, next * STRIDE, STRIDE);
    next = (next + 1) % windowSize;
    size = Math.min(windowSize, size + 1);
  }

  /** Returns the number of scored examples. */
  public long examples() {
    return examples;
  }

  /** Returns the max number of examples in the window. */
  public int windowSize() {
    return windowSize;
  }

  /**
   * Returns the scores of the window.
   *
   * @param macroF1 mean F1 of the labels, NaN if there is none
   */
  public OutputBlock window(double macroF1) {
    double[] sums = new double[STRIDE];
    int oldest = size < windowSize ? 0 : next;
    for (int i = 0; i < size; i++) {
      int at = (oldest + i) % windowSize * STRIDE;
      for (int s = 0; s < STRIDE; s++) {
        sums[s] += window[at + s];
      }
    }
    return block(size, sums, macroF1);
  }

  /**
   * Returns the scores of all examples.
   *
   * @param macroF1 mean F1 of the labels, NaN if there is none
   */
  public OutputBlock total(double macroF1) {
    return block(examples, total, macroF1);
  }

  private static OutputBlock block(long examples, double[] sums, double macroF1) {
    double hits = sums[HITS];
    double predicted = hits + sums[FALSE];
    double actual = hits + sums[MISSED];
    return new OutputBlock(
        examples,
        hits / predicted,
        hits / actual,
        2 * hits / (predicted + actual),
        macroF1,
        hits / (predicted + sums[MISSED]),
        sums[JACCARD] / sums[WEIGHT],
        (sums[FALSE] + sums[MISSED]) / sums[LABELS],
        sums[EXACT] / sums[WEIGHT]);
  }

  /** Returns the bytes of the arrays in memory. */
  public long memoryBytes() {
    return (window.length + STRIDE) * (long) Double.BYTES;
  }

  /** Writes the complete state. */
  public void write(DataOutput out) throws IOException {
    out.writeLong(examples);
    for (double sum : total) {
      out.writeDouble(sum);
    }
    out.writeInt(size);
    int oldest = size < windowSize ? 0 : next;
    for (int i = 0; i < size; i++) {
      int at = (oldest + i) % windowSize * STRIDE;
      for (int s = 0; s < STRIDE; s++) {
        out.writeDouble(window[at + s]);
      }
    }
  }

  /** Reads what {@link #write} wrote. If the window is smaller now, its newest examples stay. */
  public static LabelSetScores read(DataInput in, int windowSize) throws IOException {
    LabelSetScores scores = new LabelSetScores(windowSize);
    scores.examples = in.readLong();
    for (int s = 0; s < STRIDE; s++) {
      scores.total[s] = in.readDouble();
    }
    int stored =
        SizeChecks.read(in, "examples of sets of labels", MAX_WINDOW, STRIDE * Double.BYTES);
    double[] example = new double[STRIDE];
    for (int i = 0; i < stored; i++) {
      for (int s = 0; s < STRIDE; s++) {
        example[s] = in.readDouble();
      }
      scores.put(example);
    }
    return scores;
  }
}
