package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** The last numbers of a sequence, up to a limit. */
final class DoubleRing extends Ring {

  private double[] values = {};

  DoubleRing(int limit) {
    super(limit);
  }

  private DoubleRing(DoubleRing other) {
    super(other);
    values = other.values.clone();
  }

  @Override
  int room() {
    return values.length;
  }

  DoubleRing copy() {
    return new DoubleRing(this);
  }

  /** Adds a number; in a full ring the oldest one goes. */
  void add(double value) {
    int slot = advance();
    if (slot == values.length) {
      values = Arrays.copyOf(values, largerRoom(values.length));
    }
    values[slot] = value;
  }

  /** The number at a place from 0, the oldest, to size - 1, the newest. */
  double get(int place) {
    return values[slot(place)];
  }

  void write(DataOutput out) throws IOException {
    VarLong.write(out, size());
    for (int i = 0; i < size(); i++) {
      out.writeDouble(get(i));
    }
  }

  /** Reads a ring of any limit; of more numbers than the limit now allows, the newest stay. */
  static DoubleRing read(DataInput in, int limit) throws IOException {
    DoubleRing ring = new DoubleRing(limit);
    int count = VarLong.readSize(in);
    for (int i = 0; i < count; i++) {
      ring.add(in.readDouble());
    }
    return ring;
  }
}
