package dev.millrace.eval;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Running class frequencies, and the two baselines that follow from them. One predicts the class of
 * the largest weight, the lowest index of equal ones; the other predicts each class with its
 * frequency as probability. Not thread-safe.
 */
final class ClassFrequencies implements State {

  private double[] weights = {};
  private double sum;
  private int majority = ClassCounts.NO_PREDICTION;

  /** Returns the class of the largest weight, or {@link ClassCounts#NO_PREDICTION}. */
  int majority() {
    return majority;
  }

  /**
   * Returns the log-loss of the running class frequencies, {@code -ln p(actual)}. With Laplace's
   * add-one smoothing {@code p(c) = (weight of c + 1) / (weight of all + known classes)}; a class
   * that is not known yet has a probability of 0, which counts as for a model.
   *
   * @param knownClasses classes that the model knew before it saw the label
   */
  double logLoss(int actual, int knownClasses) {
    int known = Math.max(knownClasses, weights.length);
    if (actual >= known) {
      return ScoredClass.logLoss(0);
    }
    return ScoredClass.logLoss((weight(actual) + 1) / (sum + known));
  }

  /** Returns the probability of each class, see {@link #logLoss}. */
  float[] probabilities(int knownClasses) {
    float[] probabilities = new float[Math.max(knownClasses, weights.length)];
    for (int c = 0; c < probabilities.length; c++) {
      probabilities[c] = (float) ((weight(c) + 1) / (sum + probabilities.length));
    }
    return probabilities;
  }

  void learn(int label, double weight) {
    if (label >= weights.length) {
      weights = Arrays.copyOf(weights, label + 1);
    }
    weights[label] += weight;
    sum += weight;
    // Only this class has grown, so only it can overtake.
    if (majority == ClassCounts.NO_PREDICTION
        || weights[label] > weights[majority]
        || (weights[label] == weights[majority] && label < majority)) {
      majority = label;
    }
  }

  /** Returns one more than the highest class index seen. */
  int classes() {
    return weights.length;
  }

  /** Returns the weight of a class, 0 for one that was not seen. */
  double weight(int label) {
    return label < weights.length ? weights[label] : 0;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    weights = v.packedSized("numbers of classes in the metrics", weights, MetricsInput.MAX_CLASSES);
    sum = v.packed(sum);
    majority = visitClass(v, majority);
    v.require("majority class in the metrics", majority, -1, weights.length - 1);
  }

  /** Visits a class index or {@link ClassCounts#NO_PREDICTION}, stored as 0. */
  static int visitClass(StateVisitor v, int classIndex) throws IOException {
    return (int) v.packed("class in the metrics", classIndex + 1L, 0, MetricsInput.MAX_CLASSES) - 1;
  }
}
