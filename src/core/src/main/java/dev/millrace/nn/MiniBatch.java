package dev.millrace.nn;

import dev.millrace.data.SizeChecks;
import dev.millrace.simd.Kernels;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/** Examples of one step, with the features as they were scaled when the examples arrived. */
final class MiniBatch {

  private static final float[] EMPTY = {};

  private int inputs;
  private int stride;
  private int capacity;
  private int size;
  // [size x inputs], normalized, rows a stride apart, starting at first.
  private float[] rows = EMPTY;
  private int first;
  private float[] targets = EMPTY;
  private float[] weights = EMPTY;

  /** Creates an empty mini-batch, whose arrays are allocated with the first rows. */
  MiniBatch(int inputs, int capacity) {
    reset(inputs, capacity);
  }

  /** Clears the batch for rows of another model. */
  void reset(int inputs, int capacity) {
    this.inputs = inputs;
    this.capacity = capacity;
    stride = Kernels.stride(inputs);
    size = 0;
  }

  /** Uses the given array as rows, starting at {@code from}, until the batch is full. */
  void useRows(float[] values, int from) {
    fitTargets(capacity);
    rows = values;
    first = from;
  }

  int size() {
    return size;
  }

  /** Returns the number of rows until the batch is full. */
  int room() {
    return capacity - size;
  }

  /** Returns the floats of that many rows, with their targets and weights. */
  static long floats(int inputs, int size) {
    return size * (Kernels.stride(inputs) + 2L);
  }

  /** Returns the floats of its rows, with their targets and weights. */
  long floats() {
    return floats(inputs, size);
  }

  boolean isEmpty() {
    return size == 0;
  }

  boolean isFull() {
    return size == capacity;
  }

  float[] rows() {
    return rows;
  }

  /** Returns the offset of the first row in {@link #rows}. */
  int first() {
    return first;
  }

  float target(int row) {
    return targets[row];
  }

  float weight(int row) {
    return weights[row];
  }

  /** Reserves rows; returns the offset in {@link #rows} of the first of them. */
  int reserve(int more) {
    int needed = size + more;
    fitTargets(needed);
    if (needed * stride > rows.length) {
      rows = Arrays.copyOf(rows, targets.length * stride);
    }
    return size * stride;
  }

  private void fitTargets(int needed) {
    if (needed > targets.length) {
      int room = Math.min(capacity, Math.max(needed, 2 * targets.length));
      targets = Arrays.copyOf(targets, room);
      weights = Arrays.copyOf(weights, room);
    }
  }

  /** Returns the floats between rows. */
  int stride() {
    return stride;
  }

  /** Copies the next rows, a stride apart, unless the batch uses their array. */
  void copy(float[] from, int offset, int more) {
    if (from != rows) {
      int to = reserve(more);
      System.arraycopy(from, offset, rows, to, more * stride);
    }
  }

  /** Adds the first of the reserved rows. */
  void add(float target, float weight) {
    targets[size] = target;
    weights[size] = weight;
    size++;
  }

  /** Adds the rows of a batch with at most as many inputs; missing inputs are 0. */
  void addAll(MiniBatch other) {
    for (int r = 0; r < other.size; r++) {
      int row = reserve(1);
      System.arraycopy(other.rows, r * other.stride, rows, row, other.inputs);
      add(other.targets[r], other.weights[r]);
    }
  }

  void clear() {
    size = 0;
  }

  /**
   * Visits the rows.
   *
   * @param classes number of known classes, 0 for regression
   * @throws IOException if what is read is damaged
   */
  void visit(StateVisitor v, int classes) throws IOException {
    int bytesEach = (2 + inputs) * Float.BYTES;
    int pending = v.count("examples of a stored mini-batch", size, capacity - 1, bytesEach);
    for (int r = 0; r < pending; r++) {
      if (v.isFilling()) {
        reserve(1);
        size++;
      }
      targets[r] = v.number(targets[r]);
      if (v.isReading() && classes > 0) {
        SizeChecks.requireIndex("class of an example of a stored mini-batch", targets[r], classes);
      }
      weights[r] = v.number(weights[r]);
      v.numbers(rows, r * stride, r * stride + inputs);
    }
  }
}
