package dev.millrace.eval;

import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What the baselines predict, from the labels that were known when the features of an example came.
 *
 * @param last the last label: the value, or the index of the class; NaN before the first
 * @param usual mean of all values, or index of the class of the largest weight; NaN before the
 *     first label
 * @param frequencies probability of each class that was known; empty for values
 */
public record KnownLabels(double last, double usual, float[] frequencies) {
  private static final float[] NONE = {};

  // Of the objects.
  private static final int OBJECT_BYTES = 64;

  static KnownLabels ofValues(double last, double mean) {
    return new KnownLabels(last, mean, NONE);
  }

  static KnownLabels ofClasses(int last, int majority, float[] frequencies) {
    return new KnownLabels(orNaN(last), orNaN(majority), frequencies);
  }

  private static double orNaN(int classIndex) {
    return classIndex == ClassCounts.NO_PREDICTION ? Double.NaN : classIndex;
  }

  private static int orNone(double classIndex) {
    return Double.isNaN(classIndex) ? ClassCounts.NO_PREDICTION : (int) classIndex;
  }

  int lastClass() {
    return orNone(last);
  }

  int majority() {
    return orNone(usual);
  }

  /** Returns the log-loss of the frequencies; a class that was not known had none. */
  double logLoss(int actual) {
    return ScoredClass.logLoss(actual < frequencies.length ? frequencies[actual] : 0);
  }

  /** Returns the estimated bytes in memory. */
  public long memoryBytes() {
    return OBJECT_BYTES + (long) frequencies.length * Float.BYTES;
  }

  /** Writes what {@link #read} reads. */
  public void write(DataOutput out) throws IOException {
    out.writeDouble(last);
    out.writeDouble(usual);
    out.writeInt(frequencies.length);
    for (float frequency : frequencies) {
      out.writeFloat(frequency);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param maxClasses number of classes now
   * @throws IOException if there are more classes, or the bytes are damaged
   */
  public static KnownLabels read(DataInput in, int maxClasses) throws IOException {
    double last = in.readDouble();
    double usual = in.readDouble();
    float[] frequencies =
        new float[SizeChecks.read(in, "frequencies of classes", maxClasses, Float.BYTES)];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = in.readFloat();
    }
    if (maxClasses > 0) {
      requireClassOrNone(last, maxClasses);
      requireClassOrNone(usual, maxClasses);
    }
    return new KnownLabels(last, usual, frequencies);
  }

  private static void requireClassOrNone(double label, int classes) throws IOException {
    if (!Double.isNaN(label)) {
      SizeChecks.requireIndex("class known to a baseline", label, classes);
    }
  }
}
