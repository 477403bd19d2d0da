package dev.millrace.nn.auto;

import dev.millrace.data.PublicApi;
import dev.millrace.simd.Elementary;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Predicts a set of labels from the probability of each, and learns which labels come together.
 *
 * <p>The models of the labels see the same features, but not each other's labels. With p(S) the
 * product of their probabilities, f(S) the frequency of a set so far and g(S) the product of the
 * frequencies of its labels, a set has the probability p(S)·(f(S)/g(S))^a up to a factor: a = 0 is
 * independence, and a = 1 would be right if the features said nothing of what labels have in
 * common. The exponent is learned from the log-likelihood of the sets, by Newton steps. Frequencies
 * fade, those of rare sets are smoothed towards independence, and sets beyond the {@value
 * #MAX_SETS} most frequent count as such.
 *
 * <p>A label is predicted where its probability under these sets is above a threshold of its own,
 * half of the F1 reached so far, which is where F1 is highest (Lipton, Elkan and Naryanaswamy, ECML
 * 2014): F1 of the label, smoothed towards that of all labels. Not thread-safe.
 */
@PublicApi
public final class LabelSetModel implements State {
  static final int MAX_SETS = 256;

  private static final int MAX_LABELS = 2_000;
  private static final double KEPT = 0.9995;
  // Examples' worth of independence.
  private static final double PRIOR = 10;
  // Of a set beyond which smoothing changes nothing.
  private static final double MAX_RATIO = 1e9;
  // Curvature before the first example.
  private static final double START_CURVATURE = 2;
  private static final float MIN_PROBABILITY = 1e-4f;
  // Of all labels: the threshold starts at 0.35.
  private static final double START_HITS = 7;
  private static final double START_EXAMPLES = 20;
  // Labels' worth of all labels in the threshold of one.
  private static final double SHARED = 200;

  private final boolean hasThresholds;
  private final Map<BitSet, double[]> sets = new LinkedHashMap<>();
  private double total;
  private double exponent;
  private double curvature = START_CURVATURE;
  private double allHits = START_HITS;
  private double allExamples = START_EXAMPLES;
  // [labels]: hits, and predicted plus actual ones.
  private double[] hits = {};
  private double[] counts = {};

  // Of the last prediction: [labels], and of each label log(f/(1 - f)) and log(g/(1 - g)).
  private double[] marginals = {};
  private float[] logs = {};
  // Logarithms of f and g of the empty set.
  private double logNone;
  private double logNoneBefore;

  /** The moments of log(f/g) over all sets. */
  private static final class Ratios {
    double shares;
    private double sum;
    private double squares;

    void add(double share, double ratio) {
      shares += share;
      sum += share * ratio;
      squares += share * ratio * ratio;
    }

    double mean() {
      return sum / shares;
    }

    double variance() {
      double mean = mean();
      return squares / shares - mean * mean;
    }
  }

  /**
   * @param hasThresholds false to predict the labels above one half
   */
  public LabelSetModel(boolean hasThresholds) {
    this.hasThresholds = hasThresholds;
  }

  /** Returns a deep copy. */
  public LabelSetModel copy() {
    return State.copy(this, new LabelSetModel(hasThresholds));
  }

  /**
   * Predicts a set.
   *
   * @param probabilities [labels], 0 to 1, each by itself; 0 for an output that is no label
   * @return the numbers of the labels
   */
  public BitSet predict(float[] probabilities) {
    int labels = probabilities.length;
    fit(labels);
    combine(probabilities, null);
    BitSet predicted = new BitSet(labels);
    for (int k = 0; k < labels; k++) {
      if (marginals[k] >= threshold(k)) {
        predicted.set(k);
      }
    }
    return predicted;
  }

  private double threshold(int label) {
    if (!hasThresholds) {
      return 0.5;
    }
    double all = allHits / allExamples;
    return (hits[label] + SHARED * all) / (counts[label] + SHARED);
  }

  /**
   * Learns the set of an example. Which labels come together is learned if all of them are known.
   *
   * @param probabilities that the set was predicted from
   * @param predicted what {@link #predict} returned
   * @param actual the set; it may have labels that were not known
   * @param known labels of which it is known whether they are in the set
   * @param weight of the example, finite, at least 0
   */
  public void learn(
      float[] probabilities, BitSet predicted, BitSet actual, BitSet known, double weight) {
    int labels = Math.max(probabilities.length, actual.length());
    fit(labels);
    if (weight == 0) {
      return;
    }
    boolean isComplete = true;
    for (int k = 0; k < probabilities.length; k++) {
      if (!known.get(k)) {
        isComplete &= probabilities[k] == 0;
        continue;
      }
      int ofBoth = predicted.get(k) && actual.get(k) ? 1 : 0;
      int ofEach = (predicted.get(k) ? 1 : 0) + (actual.get(k) ? 1 : 0);
      hits[k] += ofBoth;
      counts[k] += ofEach;
      allHits += ofBoth;
      allExamples += ofEach;
    }
    if (isComplete) {
      combine(probabilities, actual);
      count(actual);
    }
  }

  private void fit(int labels) {
    if (hits.length < labels) {
      hits = Arrays.copyOf(hits, labels);
      counts = Arrays.copyOf(counts, labels);
    }
    if (marginals.length < labels) {
      marginals = new double[labels];
      logs = new float[4 * labels];
    }
  }

  /**
   * Writes the probability of each label under the sets.
   *
   * @param actual moves the exponent towards what makes this set more likely; null to leave it
   */
  private void combine(float[] probabilities, @Nullable BitSet actual) {
    int labels = probabilities.length;
    double otherRatio = -Elementary.log((float) ((total + PRIOR) / PRIOR));
    double otherFactor = exp(exponent * otherRatio);
    begin(probabilities, otherFactor);
    Ratios ratios = new Ratios();
    double seen = 0;
    double actualRatio = otherRatio;
    for (Map.Entry<BitSet, double[]> each : sets.entrySet()) {
      BitSet set = each.getKey();
      if (set.length() > labels) {
        continue; // a label of it is not predicted yet
      }
      double logLikelihood = logNone;
      double logBefore = logNoneBefore;
      for (int k = set.nextSetBit(0); k >= 0; k = set.nextSetBit(k + 1)) {
        logLikelihood += logs[2 * k];
        logBefore += logs[2 * k + 1];
      }
      double ratio = ratio(each.getValue()[0], logBefore);
      double likelihood = exp(logLikelihood);
      double share = exp(logLikelihood + exponent * ratio);
      seen += likelihood;
      ratios.add(share, ratio);
      for (int k = set.nextSetBit(0); k >= 0; k = set.nextSetBit(k + 1)) {
        marginals[k] += share - otherFactor * likelihood;
      }
      if (set.equals(actual)) {
        actualRatio = ratio;
      }
    }
    ratios.add(otherFactor * Math.max(0, 1 - seen), otherRatio);
    for (int k = 0; k < labels; k++) {
      marginals[k] /= ratios.shares;
    }
    if (actual != null) {
      curvature = KEPT * curvature + Math.max(0, ratios.variance());
      exponent = Math.max(0, Math.min(1, exponent + (actualRatio - ratios.mean()) / curvature));
    }
  }

  /** Sets the logarithms of all labels, and the marginals to what they are without any set. */
  private void begin(float[] probabilities, double otherFactor) {
    int labels = probabilities.length;
    double[] frequencies = frequencies(labels);
    logNone = 0;
    logNoneBefore = 0;
    for (int k = 0; k < labels; k++) {
      float p = limited(probabilities[k]);
      float before = limited((float) frequencies[k]);
      float logNot = Elementary.log(1 - p);
      float logNotBefore = Elementary.log(1 - before);
      logNone += logNot;
      logNoneBefore += logNotBefore;
      logs[2 * k] = Elementary.log(p) - logNot;
      logs[2 * k + 1] = Elementary.log(before) - logNotBefore;
      marginals[k] = p * otherFactor;
    }
  }

  /** Returns log(f/g) of a set, smoothed towards 0. */
  private double ratio(double count, double logIndependent) {
    double independent = exp(logIndependent);
    return count > independent * MAX_RATIO
        ? Elementary.log((float) (count / (total + PRIOR))) - logIndependent
        : Elementary.log((float) ((count / independent + PRIOR) / (total + PRIOR)));
  }

  private double[] frequencies(int labels) {
    double[] frequencies = new double[labels];
    for (Map.Entry<BitSet, double[]> each : sets.entrySet()) {
      BitSet set = each.getKey();
      for (int k = set.nextSetBit(0); k >= 0 && k < labels; k = set.nextSetBit(k + 1)) {
        frequencies[k] += each.getValue()[0];
      }
    }
    for (int k = 0; k < labels; k++) {
      frequencies[k] = (frequencies[k] + 1) / (total + 4);
    }
    return frequencies;
  }

  private static float limited(float probability) {
    return Math.max(MIN_PROBABILITY, Math.min(1 - MIN_PROBABILITY, probability));
  }

  private static double exp(double x) {
    return Elementary.exp((float) x);
  }

  private void count(BitSet actual) {
    total = total * KEPT + 1;
    sets.values().forEach(count -> count[0] *= KEPT);
    double[] count = sets.get(actual);
    if (count != null) {
      count[0] += 1;
      return;
    }
    if (sets.size() == MAX_SETS) {
      dropRarest();
    }
    sets.put((BitSet) actual.clone(), new double[] {1});
  }

  private void dropRarest() {
    double least = Double.POSITIVE_INFINITY;
    for (double[] count : sets.values()) {
      least = Math.min(least, count[0]);
    }
    Iterator<double[]> counts = sets.values().iterator();
    while (counts.next()[0] != least) {
      // the first of the rarest is dropped
    }
    counts.remove();
  }

  /** Returns the exponent: 0 if labels are independent of each other given the features. */
  public double exponent() {
    return exponent;
  }

  /** Returns the estimated bytes in memory. */
  public long memoryBytes() {
    long words = 0;
    for (BitSet set : sets.keySet()) {
      words += (set.length() + Long.SIZE - 1) / Long.SIZE;
    }
    return words * Long.BYTES + 160L * sets.size() + 2L * hits.length * Double.BYTES;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    int size = v.count("sets of labels", sets.size(), MAX_SETS, Integer.BYTES + Double.BYTES);
    if (v.isFilling()) {
      for (int s = 0; s < size; s++) {
        BitSet set = visitSet(v, new BitSet());
        double[] count = new double[1];
        v.numbers(count);
        sets.put(set, count);
      }
    } else {
      for (Map.Entry<BitSet, double[]> each : sets.entrySet()) {
        visitSet(v, each.getKey());
        v.numbers(each.getValue());
      }
    }
    total = v.number(total);
    exponent = v.number(exponent);
    curvature = v.number(curvature);
    allHits = v.number(allHits);
    allExamples = v.number(allExamples);
    int labels = v.count("labels of sets", hits.length, MAX_LABELS, 2 * Double.BYTES);
    if (v.isFilling()) {
      hits = new double[labels];
      counts = new double[labels];
    }
    v.alternating(hits, counts);
  }

  private static BitSet visitSet(StateVisitor v, BitSet set) throws IOException {
    return BitSet.valueOf(v.sized("words of a set", set.toLongArray(), MAX_LABELS / Long.SIZE + 1));
  }
}
