package dev.millrace.nn.auto;

import static dev.millrace.nn.auto.FiniteNumbers.areFinite;

import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Predicts from the previous label alone: a class by how often it followed (a Markov chain that
 * forgets slowly), a value by the previous one.
 */
final class PreviousLabel {

  private static final float KEPT = 0.999f;

  private int classes;
  // [previous x next], decaying counts of how often it followed.
  private float[] counts;
  // Index of the class, or the value; NaN before the first.
  private double previous = Double.NaN;

  /**
   * Creates a predictor without labels.
   *
   * @param classes 0 for values
   */
  PreviousLabel(int classes) {
    this.classes = classes;
    counts = new float[classes * classes];
  }

  private PreviousLabel(PreviousLabel other) {
    classes = other.classes;
    counts = other.counts.clone();
    previous = other.previous;
  }

  PreviousLabel copy() {
    return new PreviousLabel(this);
  }

  /** Writes the probability of each class. */
  void predict(float[] out, int offset) {
    float share = 1f / classes;
    if (Double.isNaN(previous)) {
      Arrays.fill(out, offset, offset + classes, share);
      return;
    }
    int row = ((int) previous) * classes;
    float sum = 1f;
    for (int j = 0; j < classes; j++) {
      sum += counts[row + j];
    }
    for (int j = 0; j < classes; j++) {
      out[offset + j] = (counts[row + j] + share) / sum;
    }
  }

  /** The previous value, or {@code otherwise} before the first. */
  double value(double otherwise) {
    return !Double.isNaN(previous) ? previous : otherwise;
  }

  /** Returns the previous label, NaN before the first. */
  double previous() {
    return previous;
  }

  /** Sets the previous label to the one that the label to be learned was predicted from. */
  void recall(double label) {
    previous = label;
  }

  void learn(double label) {
    if (classes > 0 && !Double.isNaN(previous)) {
      int row = ((int) previous) * classes;
      for (int j = 0; j < classes; j++) {
        counts[row + j] *= KEPT;
      }
      counts[row + (int) label] += 1f;
    }
    previous = label;
  }

  void addClass() {
    float[] grown = new float[(classes + 1) * (classes + 1)];
    for (int i = 0; i < classes; i++) {
      System.arraycopy(counts, i * classes, grown, i * (classes + 1), classes);
    }
    counts = grown;
    classes++;
  }

  long floats() {
    return counts.length;
  }

  boolean isFinite() {
    return areFinite(counts) && !Double.isInfinite(previous);
  }

  void write(DataOutput out) throws IOException {
    out.writeDouble(previous);
    for (float count : counts) {
      out.writeFloat(count);
    }
  }

  void read(DataInput in) throws IOException {
    previous = in.readDouble();
    if (classes > 0 && !Double.isNaN(previous)) {
      SizeChecks.requireIndex("stored previous class", previous, classes);
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] = in.readFloat();
    }
  }
}
