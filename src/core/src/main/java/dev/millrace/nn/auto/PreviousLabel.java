package dev.millrace.nn.auto;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Predicts a class by how often it followed the previous label: a Markov chain that forgets slowly.
 * Each label counts as if it had been followed once before, by all classes in their frequencies.
 */
final class PreviousLabel implements State {

  static final String NAME = "previous-label";

  /**
   * Max number of classes to count; of more it predicts the frequencies. A table of more would be
   * large, and what predicts while a label is waited for would not be remembered in every tier.
   */
  static final int MAX_CLASSES = 30;

  private static final float KEPT = 0.999f;

  private static final int NONE = -1;

  private int classes;
  // [previous x next], decaying weights of the examples where it followed; empty if not counted.
  private float[] counts;
  // Index of the class; NONE before the first.
  private int previous = NONE;

  PreviousLabel(int classes) {
    this.classes = classes;
    counts = new float[floats(classes)];
  }

  /** Returns the floats of its table. */
  static int floats(int classes) {
    return classes <= MAX_CLASSES ? classes * classes : 0;
  }

  /**
   * Writes the probability of each class.
   *
   * @param frequencies of the classes
   */
  void predict(float[] frequencies, float[] out, int offset) {
    int row = Math.max(0, previous) * classes;
    boolean isCounted = previous != NONE && counts.length > 0;
    float prior = MixtureConstant.PREVIOUS_LABEL_PRIOR.value;
    float sum = prior;
    for (int j = 0; isCounted && j < classes; j++) {
      sum += counts[row + j];
    }
    for (int j = 0; j < classes; j++) {
      float count = isCounted ? counts[row + j] : 0f;
      out[offset + j] = (count + prior * frequencies[j]) / sum;
    }
  }

  /** Returns the index of the previous label, -1 before the first. */
  int previous() {
    return previous;
  }

  /** Sets the previous label to the one that the label to be learned was predicted from. */
  void recall(int label) {
    previous = label >= 0 && label < classes ? label : NONE;
  }

  void learn(int label, float weight) {
    if (previous != NONE && counts.length > 0) {
      int row = previous * classes;
      for (int j = 0; j < classes; j++) {
        counts[row + j] *= KEPT;
      }
      counts[row + label] += weight;
    }
    previous = label;
  }

  void addClass() {
    int all = classes + 1;
    float[] grown = new float[floats(all)];
    for (int i = 0; grown.length > 0 && i < classes; i++) {
      System.arraycopy(counts, i * classes, grown, i * all, classes);
    }
    counts = grown;
    classes = all;
  }

  /** Visits the label; the counts are visited as those of a member. */
  void visitPrevious(StateVisitor v) throws IOException {
    previous = v.number("stored previous class", previous, NONE, classes - 1);
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    v.numbers(counts);
  }
}
