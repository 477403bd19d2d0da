package dev.millrace.eval.probability;

import java.util.Arrays;

/**
 * Exact areas under the ROC and the precision-recall curve, ties and weights included.
 *
 * <p>ROC: the probability that a positive example scores above a negative one, ties counting half.
 * Precision-recall: average precision, the sum over the thresholds of precision times gain in
 * recall, as scikit-learn's {@code average_precision_score}. Not thread-safe.
 */
public final class AreaUnderCurve {

  // Ascending by score: its bits, made to order as integers do, above the place in the arrays.
  private long[] order;
  private boolean[] positive;
  private double[] weights;
  private int size;

  private double positives;
  private double roc = Double.NaN;
  private double precisionRecall = Double.NaN;

  /**
   * Creates areas without examples.
   *
   * @param room number of examples before the arrays grow
   */
  public AreaUnderCurve(int room) {
    order = new long[room];
    positive = new boolean[room];
    weights = new double[room];
  }

  /** Removes all examples. */
  public void clear() {
    size = 0;
    positives = 0;
    roc = Double.NaN;
    precisionRecall = Double.NaN;
  }

  /** Adds an example by its score for the positive class; NaN is ignored. */
  public void add(float score, boolean isPositive, double weight) {
    if (Float.isNaN(score) || weight == 0) {
      return;
    }
    if (size == order.length) {
      int room = Math.max(64, size + (size >> 1));
      order = Arrays.copyOf(order, room);
      positive = Arrays.copyOf(positive, room);
      weights = Arrays.copyOf(weights, room);
    }
    int bits = Float.floatToRawIntBits(score + 0f); // -0 is 0
    int ordered = bits ^ (bits >> 31 & Integer.MAX_VALUE);
    order[size] = (long) ordered << 32 | size;
    positive[size] = isPositive;
    weights[size] = weight;
    size++;
  }

  /** Number of examples. */
  public int size() {
    return size;
  }

  /** Computes both areas, once; they are NaN if all examples are of one class. */
  public AreaUnderCurve compute() {
    RadixSort.sort(order, size);
    double negatives = 0;
    for (int i = 0; i < size; i++) {
      if (positive[i]) {
        positives += weights[i];
      } else {
        negatives += weights[i];
      }
    }
    if (positives > 0 && negatives > 0) {
      sweep(negatives);
    }
    return this;
  }

  /** Lowers the threshold from the highest score down, past all examples of equal score at once. */
  private void sweep(double negatives) {
    double truePositives = 0;
    double falsePositives = 0;
    double rocArea = 0;
    double precisionArea = 0;
    for (int i = size - 1; i >= 0; ) {
      long score = order[i] >> 32;
      double positivesHere = 0;
      double negativesHere = 0;
      for (; i >= 0 && order[i] >> 32 == score; i--) {
        int place = (int) order[i];
        if (positive[place]) {
          positivesHere += weights[place];
        } else {
          negativesHere += weights[place];
        }
      }
      rocArea += negativesHere * (truePositives + positivesHere / 2);
      truePositives += positivesHere;
      falsePositives += negativesHere;
      precisionArea += positivesHere * truePositives / (truePositives + falsePositives);
    }
    roc = rocArea / (positives * negatives);
    precisionRecall = precisionArea / positives;
  }

  /** Returns the weight of the positive examples. */
  public double positives() {
    return positives;
  }

  public double roc() {
    return roc;
  }

  public double precisionRecall() {
    return precisionRecall;
  }

  /** Sorts by the upper half of each number; equal halves keep their order. */
  private static final class RadixSort {
    private static final int BITS = 11;
    private static final int BUCKETS = 1 << BITS;
    // Below it counting costs more than comparing.
    private static final int MIN_SIZE = 256;

    static void sort(long[] values, int size) {
      if (size < MIN_SIZE) {
        Arrays.sort(values, 0, size);
        return;
      }
      long[] from = values;
      long[] to = new long[size];
      int[] starts = new int[BUCKETS];
      for (int shift = 32; shift < Long.SIZE; shift += BITS) {
        pass(from, to, size, shift, starts);
        long[] sorted = to;
        to = from;
        from = sorted;
      }
      System.arraycopy(from, 0, values, 0, size); // three passes end in the other array
    }

    private static void pass(long[] from, long[] to, int size, int shift, int[] starts) {
      Arrays.fill(starts, 0);
      for (int i = 0; i < size; i++) {
        starts[bucket(from[i], shift)]++;
      }
      int start = 0;
      for (int b = 0; b < BUCKETS; b++) {
        int count = starts[b];
        starts[b] = start;
        start += count;
      }
      for (int i = 0; i < size; i++) {
        to[starts[bucket(from[i], shift)]++] = from[i];
      }
    }

    // The sign bit is inverted, so that negative scores come first.
    private static int bucket(long value, int shift) {
      return (int) ((value ^ Long.MIN_VALUE) >>> shift) & BUCKETS - 1;
    }
  }
}
