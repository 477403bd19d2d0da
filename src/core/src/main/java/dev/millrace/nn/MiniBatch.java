package dev.millrace.nn;

import dev.millrace.data.SizeChecks;
import dev.millrace.simd.Kernels;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** Examples of one step, as the network saw them when they arrived. */
final class MiniBatch {

  private static final float[] EMPTY = {};

  private int inputs;
  private int stride;
  private int capacity;
  private int size;
  // [size x inputs], normalised, rows a stride apart, from the first on.
  private float[] rows = EMPTY;
  private int first;
  private float[] targets = EMPTY;
  private float[] weights = EMPTY;

  /** Room for the arrays is made when rows come. */
  MiniBatch(int inputs, int capacity) {
    shape(inputs, capacity);
  }

  private MiniBatch(MiniBatch other) {
    inputs = other.inputs;
    stride = other.stride;
    capacity = other.capacity;
    size = other.size;
    rows = Arrays.copyOf(other.rows, size * stride);
    targets = Arrays.copyOf(other.targets, size);
    weights = Arrays.copyOf(other.weights, size);
  }

  /** Empties it for rows of another model. */
  void shape(int inputs, int capacity) {
    this.inputs = inputs;
    this.capacity = capacity;
    stride = Kernels.stride(inputs);
    size = 0;
  }

  /** Takes its rows from where they are already, {@code from} on, until it is full. */
  void use(float[] there, int from) {
    fitTargets(capacity);
    rows = there;
    first = from;
  }

  MiniBatch copy() {
    return new MiniBatch(this);
  }

  int size() {
    return size;
  }

  /** How many more rows make it full. */
  int room() {
    return capacity - size;
  }

  /** Floats of a full one: its rows, and target and weight of each. */
  static long floats(int inputs, int capacity) {
    return capacity * (Kernels.stride(inputs) + 2L);
  }

  /** Floats that its arrays have room for. */
  long floats() {
    return (long) rows.length + targets.length + weights.length;
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

  /** Where the first is in {@link #rows}. */
  int first() {
    return first;
  }

  float target(int row) {
    return targets[row];
  }

  float weight(int row) {
    return weights[row];
  }

  /** Makes room for so many more rows; returns where in {@link #rows} they go, a stride apart. */
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

  /** Floats from one row to the next. */
  int stride() {
    return stride;
  }

  /** Copies so many rows, a stride apart, to where the next ones go, if it does not use them. */
  void copy(float[] from, int offset, int more) {
    if (from != rows) {
      int to = reserve(more);
      System.arraycopy(from, offset, rows, to, more * stride);
    }
  }

  /** Keeps the first of the rows that were reserved. */
  void add(float target, float weight) {
    targets[size] = target;
    weights[size] = weight;
    size++;
  }

  /** Keeps the rows of another one with as many inputs or fewer; what it has not got is 0. */
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

  /** As an empty one writes itself. */
  static void writeEmpty(DataOutput out) throws IOException {
    out.writeInt(0);
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(size);
    for (int r = 0; r < size; r++) {
      out.writeFloat(targets[r]);
      out.writeFloat(weights[r]);
      for (int i = 0; i < inputs; i++) {
        out.writeFloat(rows[r * stride + i]);
      }
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param classes that examples may be of; 0 for values
   * @throws IOException if it is damaged
   */
  void read(DataInput in, int classes) throws IOException {
    int bytesEach = (2 + inputs) * Float.BYTES;
    int pending = SizeChecks.read(in, "examples of a stored mini-batch", capacity - 1, bytesEach);
    for (int r = 0; r < pending; r++) {
      int row = reserve(1);
      float target = in.readFloat();
      if (classes > 0) {
        SizeChecks.requireIndex("class of an example of a stored mini-batch", target, classes);
      }
      float weight = in.readFloat();
      for (int i = 0; i < inputs; i++) {
        rows[row + i] = in.readFloat();
      }
      add(target, weight);
    }
  }
}
