package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The last class indexes of a sequence, up to a limit; {@link ClassTally#NO_PREDICTION} may be
 * among them.
 */
final class IntRing extends Ring {

  private int[] values = {};

  IntRing(int limit) {
    super(limit);
  }

  private IntRing(IntRing other) {
    super(other);
    values = other.values.clone();
  }

  @Override
  int room() {
    return values.length;
  }

  IntRing copy() {
    return new IntRing(this);
  }

  /** Adds an index; in a full ring the oldest one goes. */
  void add(int value) {
    int slot = advance();
    if (slot == values.length) {
      values = Arrays.copyOf(values, largerRoom(values.length));
    }
    values[slot] = value;
  }

  /** The index at a place from 0, the oldest, to size - 1, the newest. */
  int get(int place) {
    return values[slot(place)];
  }

  void write(DataOutput out) throws IOException {
    VarLong.write(out, size());
    for (int i = 0; i < size(); i++) {
      VarLong.write(out, get(i) + 1L); // NO_PREDICTION becomes 0
    }
  }

  /** Reads a ring of any limit; of more indexes than the limit now allows, the newest stay. */
  static IntRing read(DataInput in, int limit) throws IOException {
    IntRing ring = new IntRing(limit);
    int count = VarLong.readSize(in);
    for (int i = 0; i < count; i++) {
      ring.add(VarLong.readSize(in) - 1);
    }
    return ring;
  }
}
