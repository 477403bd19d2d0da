package dev.millrace.eval;

import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import dev.millrace.state.ArrayBytes;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/**
 * Scores of predicted sets of labels: of the last examples (window) and of all. Each score is
 * weighted by the examples' weights. Not thread-safe.
 *
 * <p>Of an example are known the labels that are both predicted and actual (hits), those that are
 * predicted or actual alone (false ones and missed ones), and the number of labels that can be in
 * the set. Micro averages are ratios of the sums over all examples.
 */
public final class LabelSetScores implements State {
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

  /** Returns the place of an example in the window, 0 for the oldest. */
  private int place(int example) {
    int oldest = size < windowSize ? 0 : next;
    return (oldest + example) % windowSize * STRIDE;
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
  public ScoreBlock window(double macroF1) {
    double[] sums = new double[STRIDE];
    for (int i = 0; i < size; i++) {
      int place = place(i);
      for (int s = 0; s < STRIDE; s++) {
        sums[s] += window[place + s];
      }
    }
    return block(size, sums, macroF1);
  }

  /**
   * Returns the scores of all examples.
   *
   * @param macroF1 mean F1 of the labels, NaN if there is none
   */
  public ScoreBlock total(double macroF1) {
    return block(examples, total, macroF1);
  }

  private static ScoreBlock block(long examples, double[] sums, double macroF1) {
    double hits = sums[HITS];
    double predicted = hits + sums[FALSE];
    double actual = hits + sums[MISSED];
    Map<Score, Double> scores = new EnumMap<>(Score.class);
    scores.put(Score.SET_PRECISION, hits / predicted);
    scores.put(Score.SET_RECALL, hits / actual);
    scores.put(Score.SET_F1, 2 * hits / (predicted + actual));
    scores.put(Score.SET_MACRO_F1, macroF1);
    scores.put(Score.JACCARD, hits / (predicted + sums[MISSED]));
    scores.put(Score.JACCARD_SAMPLES, sums[JACCARD] / sums[WEIGHT]);
    scores.put(Score.HAMMING_LOSS, (sums[FALSE] + sums[MISSED]) / sums[LABELS]);
    scores.put(Score.EXACT_MATCH, sums[EXACT] / sums[WEIGHT]);
    return new ScoreBlock(examples, Double.NaN, scores);
  }

  /** Returns the bytes of the arrays in memory. */
  public long memoryBytes() {
    return ArrayBytes.of(this);
  }

  /** Visits the state. If the window is smaller now, its newest examples stay. */
  @Override
  public void visit(StateVisitor v) throws IOException {
    examples = v.number(examples);
    v.numbers(total);
    if (v.isCopying()) {
      size = v.number(size);
      next = v.number(next);
      window = v.sized("sums of sets of labels", window, Integer.MAX_VALUE);
      return;
    }
    int stored = v.count("examples of sets of labels", size, MAX_WINDOW, STRIDE * Double.BYTES);
    double[] example = new double[STRIDE];
    for (int i = 0; i < stored; i++) {
      if (v.isReading()) {
        v.numbers(example);
        put(example);
      } else {
        v.numbers(window, place(i), place(i) + STRIDE);
      }
    }
  }
}
