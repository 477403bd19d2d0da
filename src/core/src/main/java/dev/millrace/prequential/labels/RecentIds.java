package dev.millrace.prequential.labels;

import dev.millrace.data.SizeChecks;
import dev.millrace.data.SlotIndex;
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
  // Of the objects; and of a place of the ring with its part of the index.
  private static final int OBJECT_BYTES = 160;
  private static final int BYTES_EACH = Long.BYTES + 2 * Integer.BYTES;

  // A ring once it is full; it doubles until then.
  private long[] hashes;
  private int size;
  private int oldest;
  private final SlotIndex index =
      new SlotIndex() {
        @Override
        protected long hash(int position) {
          return hashes[position];
        }
      };

  RecentIds() {
    hashes = new long[FIRST_CAPACITY];
  }

  private RecentIds(RecentIds other) {
    hashes = other.hashes.clone();
    size = other.size;
    oldest = other.oldest;
    index.copy(other.index);
  }

  /** Returns true if the id is among the last; else adds it, and forgets the oldest of too many. */
  boolean isKnownOrAdd(long hash) {
    if (index.find(hash) != SlotIndex.NONE) {
      return true;
    }
    int position = size;
    if (size == CAPACITY) {
      position = oldest;
      oldest = (oldest + 1) % CAPACITY;
      index.remove(position);
    } else {
      if (size == hashes.length) {
        hashes = Arrays.copyOf(hashes, 2 * hashes.length);
      }
      size++;
    }
    hashes[position] = hash;
    index.add(position);
    return false;
  }

  /** Returns the estimated bytes in memory. */
  long memoryBytes() {
    return OBJECT_BYTES + (long) hashes.length * BYTES_EACH;
  }

  /** Returns a copy. It is by hand, as a new index would take several times longer. */
  RecentIds copy() {
    return new RecentIds(this);
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
