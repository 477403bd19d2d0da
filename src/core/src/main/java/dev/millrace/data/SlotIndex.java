package dev.millrace.data;

import java.util.Arrays;

/**
 * Finds the slot of a 64-bit hash, such as that of an id: open addressing with linear probing, at
 * most half full. The owner keeps the hash of each slot. Not thread-safe.
 *
 * <p>Strangers choose what is hashed, so a hash is placed by {@link SipHash} under the secret key
 * of this process: hashes that collide cannot be made, and a search looks at two or three places.
 * No output and no stored state may depend on the places; the index of stored slots is built again.
 */
public abstract class SlotIndex {
  /** No slot. */
  public static final int NONE = -1;

  private static final int FIRST_PLACES = 8;

  private final SipHash sipHash = new SipHash();
  // Slot + 1, 0 for none.
  private int[] places = new int[FIRST_PLACES];
  private int size;

  /** Returns the hash of a slot that is in the index. */
  protected abstract long hash(int slot);

  /** Returns the slot of a hash, {@link #NONE} if there is none. */
  public final int find(long hash) {
    int mask = places.length - 1;
    for (int place = home(hash); ; place = place + 1 & mask) {
      int slot = places[place] - 1;
      if (slot < 0 || hash(slot) == hash) {
        return slot;
      }
    }
  }

  /** Adds a slot, whose hash is not in the index. */
  public final void add(int slot) {
    if (2 * (size + 1) > places.length) {
      int[] before = places;
      places = new int[2 * before.length];
      for (int entry : before) {
        if (entry != 0) {
          put(entry);
        }
      }
    }
    put(slot + 1);
    size++;
  }

  private void put(int entry) {
    int mask = places.length - 1;
    int place = home(hash(entry - 1));
    while (places[place] != 0) {
      place = place + 1 & mask;
    }
    places[place] = entry;
  }

  /**
   * Removes a slot that is in the index, and moves those behind it up that would no longer be found
   * (Knuth, vol. 3, 6.4, algorithm R).
   */
  public final void remove(int slot) {
    int mask = places.length - 1;
    int gap = home(hash(slot));
    while (places[gap] != slot + 1) {
      gap = gap + 1 & mask;
    }
    for (int place = gap + 1 & mask; places[place] != 0; place = place + 1 & mask) {
      int distance = place - home(hash(places[place] - 1)) & mask;
      if (distance >= (place - gap & mask)) {
        places[gap] = places[place];
        gap = place;
      }
    }
    places[gap] = 0;
    size--;
  }

  private int home(long hash) {
    return (int) sipHash.hash(hash) & places.length - 1;
  }

  /** Removes all slots, and makes room for a number of them. */
  public final void clear(int slots) {
    long needed = 2L * slots;
    int length = FIRST_PLACES;
    while (length < needed && length < 1 << 30) {
      length *= 2;
    }
    if (length == places.length) {
      Arrays.fill(places, 0);
    } else {
      places = new int[length];
    }
    size = 0;
  }

  /** Copies an index whose owner has the same hash for each slot. */
  public final void copy(SlotIndex other) {
    places = other.places.clone();
    size = other.size;
  }
}
