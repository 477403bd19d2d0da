package dev.millrace.nn;

import dev.millrace.simd.Kernels;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** Examples that wait for the next step, as the network saw them when they arrived. */
final class MiniBatch {

  private final int inputs;
  private final int stride;
  private final int capacity;
  private int size;
  // [size x inputs], normalised, rows a stride apart.
  private float[] rows;
  private float[] targets;
  private float[] weights;

  MiniBatch(int inputs, int capacity) {
    this.inputs = inputs;
    this.capacity = capacity;
    stride = Kernels.stride(inputs);
    rows = new float[stride];
    targets = new float[1];
    weights = new float[1];
  }

  private MiniBatch(MiniBatch other) {
    inputs = other.inputs;
    stride = other.stride;
    capacity = other.capacity;
    size = other.size;
    rows = other.rows.clone();
    targets = other.targets.clone();
    weights = other.weights.clone();
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

  boolean isFull() {
    return size == capacity;
  }

  float[] rows() {
    return rows;
  }

  float target(int row) {
    return targets[row];
  }

  float weight(int row) {
    return weights[row];
  }

  /** Where the next row goes; there is room for it in {@link #rows}. */
  int nextRow() {
    if (size == targets.length) {
      int room = Math.min(capacity, 2 * size);
      rows = Arrays.copyOf(rows, room * stride);
      targets = Arrays.copyOf(targets, room);
      weights = Arrays.copyOf(weights, room);
    }
    return size * stride;
  }

  /** Keeps the row that was written to {@link #nextRow}. */
  void add(float target, float weight) {
    targets[size] = target;
    weights[size] = weight;
    size++;
  }

  void clear() {
    size = 0;
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

  void read(DataInput in) throws IOException {
    int pending = in.readInt();
    if (pending < 0 || pending >= capacity) {
      throw new IOException(
          "the stored model has " + pending + " pending examples, of a mini-batch of " + capacity);
    }
    for (int r = 0; r < pending; r++) {
      int row = nextRow();
      float target = in.readFloat();
      float weight = in.readFloat();
      for (int i = 0; i < inputs; i++) {
        rows[row + i] = in.readFloat();
      }
      add(target, weight);
    }
  }
}
