package dev.millrace.flink.chunk;

import dev.millrace.data.Chunk;
import dev.millrace.data.SipHash;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The chunks that are being filled, by key and by age. Not thread-safe.
 *
 * <p>A hash table with open addressing (linear probing, at most half full) whose entries are the
 * chunks themselves: with many keys each step to another object is a cache miss, and the hashes are
 * close together. Producers choose the keys: when one lies far from its place, the table goes over
 * to a hash under a secret key, for good. Chunks leave in the order of their age alone, whatever
 * the hash.
 */
final class OpenChunks {
  private static final int FIRST_SLOTS = 64;
  // Reached by 4 keys in a million when the table is fullest.
  private static final int MAX_PROBES = 64;

  /** A chunk that is being filled, since a moment of processing time. */
  static final class Filling {
    final Chunk chunk = new Chunk();
    long since;
    long capacity = chunk.capacityBytes();
    private String key = "";
    private int hash;
    private @Nullable Filling older;
    private @Nullable Filling newer;
  }

  // Null while String.hashCode spreads the keys well enough.
  private @Nullable SipHash sipHash;
  private int[] hashes = new int[FIRST_SLOTS];
  // Null where the slot is free.
  private @Nullable Filling[] fillings = new Filling[FIRST_SLOTS];
  private int size;
  private @Nullable Filling oldest;
  private @Nullable Filling newest;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Returns the open chunk that was opened first; there has to be one. */
  Filling oldest() {
    return Objects.requireNonNull(oldest);
  }

  /** Returns the open chunk of a key; null if it has none. */
  @Nullable Filling find(String key) {
    int hash = hash(key);
    int mask = fillings.length - 1;
    for (int slot = hash & mask; fillings[slot] != null; slot = slot + 1 & mask) {
      if (hashes[slot] == hash && fillings[slot].key.equals(key)) {
        return fillings[slot];
      }
    }
    return null;
  }

  /** Opens a chunk for a key that has none, as the newest. */
  void add(String key, Filling filling) {
    if (2 * size >= fillings.length) {
      resize(2 * fillings.length);
    }
    filling.key = key;
    filling.hash = hash(key);
    if (place(filling) > MAX_PROBES && sipHash == null) {
      sipHash = new SipHash();
      filling.hash = hash(key);
      for (Filling other = oldest; other != null; other = other.newer) {
        other.hash = hash(other.key);
      }
      resize(fillings.length);
      place(filling);
    }
    size++;
    filling.older = newest;
    filling.newer = null;
    if (newest == null) {
      oldest = filling;
    } else {
      newest.newer = filling;
    }
    newest = filling;
  }

  /** Removes an open chunk. */
  void remove(Filling filling) {
    int mask = fillings.length - 1;
    int free = filling.hash & mask;
    while (fillings[free] != filling) {
      free = free + 1 & mask;
    }
    // Later ones move up, unless that puts them in front of their own slots (Knuth 6.4 R).
    for (int slot = free + 1 & mask; fillings[slot] != null; slot = slot + 1 & mask) {
      if ((slot - hashes[slot] & mask) >= (slot - free & mask)) {
        fillings[free] = fillings[slot];
        hashes[free] = hashes[slot];
        free = slot;
      }
    }
    fillings[free] = null;
    size--;
    unlink(filling);
  }

  private void unlink(Filling filling) {
    if (filling.older == null) {
      oldest = filling.newer;
    } else {
      filling.older.newer = filling.newer;
    }
    if (filling.newer == null) {
      newest = filling.older;
    } else {
      filling.newer.older = filling.older;
    }
    filling.older = null;
    filling.newer = null;
    filling.key = "";
  }

  /** Puts a chunk into its slot, and returns how many others were in the way. */
  private int place(Filling filling) {
    int mask = fillings.length - 1;
    int slot = filling.hash & mask;
    int probes = 0;
    for (; fillings[slot] != null; probes++) {
      slot = slot + 1 & mask;
    }
    fillings[slot] = filling;
    hashes[slot] = filling.hash;
    return probes;
  }

  private void resize(int slots) {
    hashes = new int[slots];
    fillings = new Filling[slots];
    for (Filling filling = oldest; filling != null; filling = filling.newer) {
      place(filling);
    }
  }

  private int hash(String key) {
    if (sipHash != null) {
      return (int) sipHash.hash(key);
    }
    // The low bits decide, and keys often differ in little: all bits of their hash take part.
    int product = key.hashCode() * 0x9E3779B9;
    return product ^ product >>> 16;
  }
}
