package dev.millrace.eval;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Confusion matrix: weight of the examples by actual class (row) and predicted class (column). Not
 * thread-safe.
 */
public final class ConfusionMatrix implements State {

  private int classes;
  private double[] cells = {}; // [classes x classes], row-major

  /** Adds an example. */
  public void add(int actualClass, int predictedClass, double weight) {
    int needed = Math.max(actualClass, predictedClass) + 1;
    if (needed > classes) {
      grow(needed);
    }
    cells[actualClass * classes + predictedClass] += weight;
  }

  /** Multiplies all weights. */
  void scale(double factor) {
    for (int i = 0; i < cells.length; i++) {
      cells[i] *= factor;
    }
  }

  /** Returns one more than the highest class index seen. */
  public int classes() {
    return classes;
  }

  /** Returns the weight of examples of one class predicted as another; 0 for unknown classes. */
  public double get(int actualClass, int predictedClass) {
    boolean seen = actualClass < classes && predictedClass < classes;
    return seen ? cells[actualClass * classes + predictedClass] : 0;
  }

  /** Returns the sums of rows, columns and the diagonal. */
  public ClassCounts counts() {
    ClassCounts counts = new ClassCounts();
    for (int a = 0; a < classes; a++) {
      for (int p = 0; p < classes; p++) {
        counts.add(a, p, cells[a * classes + p]);
      }
    }
    return counts;
  }

  /** Returns the cells as rows of a number of classes, seen or not. */
  public double[][] toRows(int rowsAndColumns) {
    double[][] rows = new double[rowsAndColumns][rowsAndColumns];
    for (int a = 0; a < rowsAndColumns; a++) {
      for (int p = 0; p < rowsAndColumns; p++) {
        rows[a][p] = get(a, p);
      }
    }
    return rows;
  }

  private void grow(int needed) {
    double[] grown = new double[Math.multiplyExact(needed, needed)];
    for (int a = 0; a < classes; a++) {
      System.arraycopy(cells, a * classes, grown, a * needed, classes);
    }
    cells = grown;
    classes = needed;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    int stored = (int) v.packed("class in the metrics", classes, 0, MetricsInput.MAX_CLASSES);
    v.requireBytes("confusion matrix", (long) stored * stored);
    if (v.isFilling()) {
      grow(stored);
    }
    v.packed(cells, 0, cells.length);
  }
}
