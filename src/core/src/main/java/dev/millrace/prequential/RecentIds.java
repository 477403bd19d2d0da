package dev.millrace.prequential;

import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The last 1,024 different ids of a key, as 64-bit hashes. Two ids of one hash are taken for the
 * same, once in some 10^16 examples. Not thread-safe.
 */
final class RecentIds {
  static final int CAPACITY = 1_024;
  private static final int FIRST_CAPACITY = 16;
  private static final int OBJECT_BYTES = 80;

  // A ring once it is full; it doubles until then.
  private long[] hashes;
  private int size;
  private int oldest;
  // Open addressing with linear probing (Knuth, vol. 3, 6.4): a position + 1, 0 for a free slot.
  private short[] slots;

  RecentIds() {
    this(new long[FIRST_CAPACITY], new short[2 * FIRST_CAPACITY]);
  }

  private RecentIds(long[] hashes, short[] slots) {
    this.hashes = hashes;
    this.slots = slots;
  }

  /** Returns true if the id is among the last; else adds it, and forgets the oldest of too many. */
  boolean isKnownOrAdd(long hash) {
    int slot = slot(hash);
    if (slots[slot] != 0) {
      return true;
    }
    int position = size;
    if (size == CAPACITY) {
      position = oldest;
      oldest = (oldest + 1) % CAPACITY;
      remove(hashes[position]);
      slot = slot(hash);
    } else {
      if (size == hashes.length) {
        grow();
        slot = slot(hash);
      }
      size++;
    }
    hashes[position] = hash;
    slots[slot] = (short) (position + 1);
    return false;
  }

  /** Returns the slot of a hash, or the free one where it belongs. */
  private int slot(long hash) {
    int mask = slots.length - 1;
    int slot = home(hash);
    while (slots[slot] != 0 && hashes[slots[slot] - 1] != hash) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private int home(long hash) {
    return (int) (hash >>> 32) & slots.length - 1;
  }

  // Algorithm R there: what a probe would not find behind the gap moves into it.
  private void remove(long hash) {
    int mask = slots.length - 1;
    int gap = slot(hash);
    slots[gap] = 0;
    for (int slot = gap + 1 & mask; slots[slot] != 0; slot = slot + 1 & mask) {
      int distance = slot - home(hashes[slots[slot] - 1]) & mask;
      if (distance >= (slot - gap & mask)) {
        slots[gap] = slots[slot];
        slots[slot] = 0;
        gap = slot;
      }
    }
  }

  private void grow() {
    hashes = Arrays.copyOf(hashes, 2 * hashes.length);
    slots = new short[2 * hashes.length];
    for (int i = 0; i < size; i++) {
      slots[slot(hashes[i])] = (short) (i + 1);
    }
  }

  /** Returns the estimated bytes in memory. */
  long memoryBytes() {
    return OBJECT_BYTES + (long) hashes.length * Long.BYTES + (long) slots.length * Short.BYTES;
  }

  RecentIds copy() {
    RecentIds copy = new RecentIds(hashes.clone(), slots.clone());
    copy.size = size;
    copy.oldest = oldest;
    return copy;
  }

  /** Writes the hashes, the oldest first. */
  void write(DataOutput out) throws IOException {
    out.writeInt(size);
    for (int i = 0; i < size; i++) {
      out.writeLong(hashes[(oldest + i) % size]);
    }
  }

  static RecentIds read(DataInput in) throws IOException {
    int size = SizeChecks.read(in, "ids of a key", CAPACITY, Long.BYTES);
    RecentIds ids = new RecentIds();
    for (int i = 0; i < size; i++) {
      ids.isKnownOrAdd(in.readLong());
    }
    return ids;
  }
}
