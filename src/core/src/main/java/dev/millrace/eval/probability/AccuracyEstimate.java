package dev.millrace.eval.probability;

import dev.millrace.report.MetricsReport.Estimate;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Estimates the accuracy and F1 of the last predictions before their labels come: a prediction is
 * right with the share of right ones among the last labelled predictions of such a probability
 * (confidence-based performance estimation). Not thread-safe.
 *
 * <p>It holds while labels are related to features as before. It follows inputs that became harder
 * or easier to predict, but no other relation, which only labels show.
 */
public final class AccuracyEstimate implements State {
  /** Max number of predictions, and of labelled ones, that count. */
  static final int MAX_WINDOW = 10_000;

  private static final int BINS = 20;
  private static final int POSITIVE = BINS; // added to the bin of a prediction of that class
  private static final int CELLS = 2 * BINS;
  private static final int HIT = 64; // added to the bin of a labelled prediction that was right
  // Labelled predictions that the probability itself counts for.
  private static final double PRIOR = 5;

  private final Ring predictions;
  private final Ring labelled;
  private final int[] counts = new int[CELLS];
  private final int[] labels = new int[CELLS];
  private final int[] hits = new int[CELLS];

  /**
   * @param window number of predictions
   */
  public AccuracyEstimate(int window) {
    int size = Math.min(window, MAX_WINDOW);
    predictions = new Ring(size);
    labelled = new Ring(size);
  }

  /**
   * Adds a prediction whose label has not come.
   *
   * @param confidence probability of the predicted class
   * @param isPositive true if that is the positive one of two classes
   */
  public void predict(float confidence, boolean isPositive) {
    int bin = bin(confidence, isPositive);
    int replaced = predictions.add(bin);
    counts[bin]++;
    if (replaced >= 0) {
      counts[replaced]--;
    }
  }

  /** Adds the outcome of a prediction whose label has come. */
  public void label(float confidence, boolean isPositive, boolean isRight) {
    int bin = bin(confidence, isPositive);
    int replaced = labelled.add(isRight ? bin + HIT : bin);
    count(isRight ? bin + HIT : bin, 1);
    if (replaced >= 0) {
      count(replaced, -1);
    }
  }

  private void count(int outcome, int change) {
    int bin = outcome % HIT;
    labels[bin] += change;
    hits[bin] += outcome >= HIT ? change : 0;
  }

  // A probability that is no number is the worst one.
  private static int bin(float confidence, boolean isPositive) {
    int bin = (int) Math.max(0, Math.min(BINS - 1, confidence * BINS));
    return isPositive ? bin + POSITIVE : bin;
  }

  /**
   * Reports the estimate.
   *
   * @param isOfTwo true if one of two classes is the positive one
   */
  public Estimate report(boolean isOfTwo) {
    if (labelled.size == 0 || predictions.size == 0) {
      return new Estimate(predictions.size, Double.NaN, Double.NaN);
    }
    double right = 0;
    double rightPositives = 0;
    double positives = 0;
    double wrong = 0;
    for (int bin = 0; bin < CELLS; bin++) {
      double expected = counts[bin] * share(bin);
      right += expected;
      wrong += counts[bin] - expected;
      if (bin >= POSITIVE) {
        rightPositives += expected;
        positives += counts[bin];
      }
    }
    // Positives that were missed, and others taken for positive, are the wrong ones together.
    double f1 = isOfTwo && positives > 0 ? 2 * rightPositives / (2 * rightPositives + wrong) : 0;
    return new Estimate(predictions.size, right / predictions.size, isOfTwo ? f1 : Double.NaN);
  }

  /** Returns the share of right ones among predictions of a bin. */
  private double share(int bin) {
    double center = (bin % POSITIVE + 0.5) / BINS;
    return (hits[bin] + PRIOR * center) / (labels[bin] + PRIOR);
  }

  /** Returns the estimated bytes in memory. */
  public long memoryBytes() {
    return 3L * CELLS * Integer.BYTES + predictions.bins.length + labelled.bins.length;
  }

  /** Visits the state. If the window is smaller now, its newest predictions stay. */
  @Override
  public void visit(StateVisitor v) throws IOException {
    predictions.visit(v, CELLS - 1);
    labelled.visit(v, HIT + CELLS - 1);
    if (v.isFilling()) {
      for (int i = 0; i < predictions.size; i++) {
        counts[predictions.get(i)]++;
      }
      for (int i = 0; i < labelled.size; i++) {
        count(labelled.get(i), 1);
      }
    }
  }

  /** The last bins, one byte each. */
  private static final class Ring {
    private static final int FIRST_ROOM = 64;

    private final int capacity;
    private byte[] bins;
    private int size;
    private int next;

    Ring(int capacity) {
      this.capacity = capacity;
      bins = new byte[Math.min(FIRST_ROOM, capacity)];
    }

    /** Adds a bin; returns the one that it replaces, -1 if there is room. */
    int add(int bin) {
      if (size == bins.length && size < capacity) {
        bins = Arrays.copyOf(bins, (int) Math.min(capacity, 2L * size));
      }
      int replaced = size == capacity ? bins[next] : -1;
      bins[next] = (byte) bin;
      size = Math.max(size, next + 1);
      next = next + 1 == capacity ? 0 : next + 1;
      return replaced;
    }

    /** Returns a bin, 0 for the oldest. */
    int get(int index) {
      int first = size == capacity ? next : 0;
      int place = first + index;
      return bins[place < size ? place : place - size];
    }

    private byte[] inOrder() {
      byte[] ordered = new byte[size];
      int first = size == capacity ? next : 0;
      System.arraycopy(bins, first, ordered, 0, size - first);
      System.arraycopy(bins, 0, ordered, size - first, first);
      return ordered;
    }

    /** Visits the bins in order, so that the oldest is replaced first. */
    void visit(StateVisitor v, int maxBin) throws IOException {
      byte[] stored = v.sized("estimated predictions", inOrder(), MAX_WINDOW);
      if (v.isFilling()) {
        for (byte bin : stored) {
          add((int) v.require("bin of a prediction", bin, 0, maxBin));
        }
      }
    }
  }
}
