package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A tally that also knows which class was taken for which: counts by actual class (row) and
 * predicted class (column). Every prediction must be a class. Not thread-safe.
 */
public final class ConfusionMatrix extends ClassTally {

  private long[] counts = {}; // [classes x classes], row-major

  public ConfusionMatrix() {}

  private ConfusionMatrix(ConfusionMatrix other) {
    super(other);
    counts = other.counts.clone();
  }

  @Override
  public ConfusionMatrix copy() {
    return new ConfusionMatrix(this);
  }

  @Override
  public void update(int actualClass, int predictedClass, long times) {
    super.update(actualClass, predictedClass, times);
    counts[actualClass * classes() + predictedClass] += times;
  }

  @Override
  public void revert(int actualClass, int predictedClass) {
    super.revert(actualClass, predictedClass);
    counts[actualClass * classes() + predictedClass]--;
  }

  /** Examples of the one class that were predicted to be of the other; 0 for classes not seen. */
  public long get(int actualClass, int predictedClass) {
    int classes = classes();
    boolean seen = actualClass < classes && predictedClass < classes;
    return seen ? counts[actualClass * classes + predictedClass] : 0;
  }

  /** The counts as rows of so many classes, whether seen or not. */
  public long[][] toRows(int classes) {
    long[][] rows = new long[classes][classes];
    for (int a = 0; a < classes; a++) {
      for (int p = 0; p < classes; p++) {
        rows[a][p] = get(a, p);
      }
    }
    return rows;
  }

  @Override
  void ensureClasses(int classes) {
    int before = classes();
    if (classes <= before) {
      return;
    }
    super.ensureClasses(classes);
    long[] grown = new long[Math.multiplyExact(classes, classes)];
    for (int a = 0; a < before; a++) {
      System.arraycopy(counts, a * before, grown, a * classes, before);
    }
    counts = grown;
  }

  /** Writes the cells only; the tally is their sums. */
  @Override
  void write(DataOutput out) throws IOException {
    VarLong.write(out, classes());
    for (long count : counts) {
      VarLong.write(out, count);
    }
  }

  static ConfusionMatrix read(DataInput in) throws IOException {
    ConfusionMatrix matrix = new ConfusionMatrix();
    int classes = VarLong.readSize(in);
    matrix.ensureClasses(classes);
    for (int a = 0; a < classes; a++) {
      for (int p = 0; p < classes; p++) {
        long count = VarLong.read(in);
        matrix.counts[a * classes + p] = count;
        matrix.add(a, p, count);
      }
    }
    return matrix;
  }
}
