package dev.millrace.eval;

import dev.millrace.data.SlotIndex;
import dev.millrace.eval.probability.FdlibmLog;
import dev.millrace.report.MetricsReport.GroupScores;
import java.util.Arrays;

/**
 * Scores of two classes within groups of examples: how well the examples of one group, such as the
 * ads shown to one user, are ranked against each other. Only groups with examples of both classes
 * count; the others cannot be ranked wrong. Not thread-safe.
 *
 * <ul>
 *   <li>AUC: the mean of the groups' areas under the ROC curve, weighted by the weight of their
 *       examples (GAUC; Zhou et al., KDD 2018).
 *   <li>Hit rate at k: the share of groups with a positive example among the k of the highest
 *       scores.
 *   <li>NDCG at k: the mean of the groups' discounted gains of these k, each relative to the best
 *       order (Järvelin and Kekäläinen, 2002).
 * </ul>
 *
 * <p>Examples of equal score count as in any of their orders with equal probability, in the NDCG as
 * McSherry and Najork (2008) do, so that a model that scores all alike gains nothing by the order
 * of arrival. The sums go over the groups in the order of their oldest example.
 */
final class GroupScorer {
  private final int maxRank;
  private final double[] discounts;

  private final long[] groups;
  private final float[] scores;
  private final boolean[] positive;
  private final double[] weights;
  private int size;

  // Sums over the groups so far.
  private int count;
  private int examples;
  private double weight;
  private double auc;
  private double hits;
  private double gains;

  /**
   * @param maxRank rank up to which hits and gains count
   * @param room max number of examples
   */
  GroupScorer(int maxRank, int room) {
    this.maxRank = maxRank;
    discounts = new double[Math.min(maxRank, room)];
    for (int rank = 0; rank < discounts.length; rank++) {
      discounts[rank] = FdlibmLog.of(2) / FdlibmLog.of(rank + 2.0);
    }
    groups = new long[room];
    scores = new float[room];
    positive = new boolean[room];
    weights = new double[room];
  }

  /** Adds an example; one without group (0), score (NaN) or weight is ignored. */
  void add(long group, float score, boolean isPositive, double weightOfExample) {
    if (group == ScoredClass.NO_GROUP || Float.isNaN(score) || weightOfExample == 0) {
      return;
    }
    groups[size] = group;
    scores[size] = score + 0f; // -0 is 0
    positive[size] = isPositive;
    weights[size] = weightOfExample;
    size++;
  }

  /** Computes the scores, once; they are NaN without a group that counts. */
  GroupScores compute() {
    int[] numbers = new int[size];
    int[] starts = number(numbers);
    int[] next = starts.clone();
    long[] order = new long[size];
    for (int i = 0; i < size; i++) {
      int bits = Float.floatToRawIntBits(scores[i]);
      int rising = bits ^ (bits >> 31 & Integer.MAX_VALUE); // orders as the scores do
      order[next[numbers[i]]++] = ((long) ~rising << 32) | i;
    }
    for (int g = 0; g + 1 < starts.length; g++) {
      Arrays.sort(order, starts[g], starts[g + 1]);
      addGroup(order, starts[g], starts[g + 1]);
    }
    return new GroupScores(maxRank, count, examples, auc / weight, hits / count, gains / count);
  }

  /**
   * Numbers the groups from 0 in the order of their first example.
   *
   * @param numbers receives the number of each example's group
   * @return the number of examples before each group; the last entry is that of all
   */
  private int[] number(int[] numbers) {
    long[] known = new long[size];
    SlotIndex index =
        new SlotIndex() {
          @Override
          protected long hash(int number) {
            return known[number];
          }
        };
    int[] sizes = new int[size];
    int found = 0;
    for (int i = 0; i < size; i++) {
      numbers[i] = index.find(groups[i]);
      if (numbers[i] == SlotIndex.NONE) {
        known[found] = groups[i];
        index.add(found);
        numbers[i] = found++;
      }
      sizes[numbers[i]]++;
    }
    int[] starts = new int[found + 1];
    for (int g = 0; g < found; g++) {
      starts[g + 1] = starts[g] + sizes[g];
    }
    return starts;
  }

  /** Adds the scores of a group, whose examples are in the order of falling scores. */
  private void addGroup(long[] order, int from, int end) {
    double positives = 0;
    double negatives = 0;
    int relevant = 0;
    for (int i = from; i < end; i++) {
      int place = (int) order[i];
      if (positive[place]) {
        positives += weights[place];
        relevant++;
      } else {
        negatives += weights[place];
      }
    }
    if (positives == 0 || negatives == 0) {
      return;
    }
    count++;
    examples += end - from;
    weight += positives + negatives;
    auc +=
        (positives + negatives) * (addRanks(order, from, end, relevant) / (positives * negatives));
  }

  /**
   * Adds the hits and gains of a group.
   *
   * @param relevant number of its positive examples
   * @return the weight of its pairs of a positive and a negative example that are in order
   */
  private double addRanks(long[] order, int from, int end, int relevant) {
    double area = 0;
    double truePositives = 0;
    double gain = 0;
    double noHit = 1;
    for (int i = from; i < end; ) {
      int tied = i;
      double positivesHere = 0;
      double negativesHere = 0;
      int relevantHere = 0;
      for (; i < end && order[i] >> 32 == order[tied] >> 32; i++) {
        int place = (int) order[i];
        if (positive[place]) {
          positivesHere += weights[place];
          relevantHere++;
        } else {
          negativesHere += weights[place];
        }
      }
      area += negativesHere * (truePositives + positivesHere / 2);
      truePositives += positivesHere;
      int equal = i - tied;
      gain += (double) relevantHere / equal * discounts(tied - from, i - from);
      noHit *= probabilityOfNone(relevantHere, equal, maxRank - (tied - from));
    }
    hits += 1 - noHit;
    gains += gain / discounts(0, relevant);
    return area;
  }

  /** Returns the sum of the discounts of ranks, of those beyond the last that counts 0. */
  private double discounts(int from, int to) {
    double sum = 0;
    for (int rank = from; rank < Math.min(to, discounts.length); rank++) {
      sum += discounts[rank];
    }
    return sum;
  }

  /** Returns the probability that a draw of {@code drawn} of all examples has no relevant one. */
  private static double probabilityOfNone(int relevant, int all, int drawn) {
    double probability = 1;
    for (int d = 0; d < Math.min(drawn, all) && probability > 0; d++) {
      probability *= (double) (all - relevant - d) / (all - d);
    }
    return probability;
  }
}
