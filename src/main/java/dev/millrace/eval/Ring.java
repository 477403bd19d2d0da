package dev.millrace.eval;

/**
 * Where the entries of a ring stand: the last of a sequence, up to a limit. Room is taken by
 * doubling as they come, so that a key with few examples stays small. Not thread-safe.
 */
abstract sealed class Ring permits DoubleRing, IntRing {

  private static final int FIRST_ROOM = 8;

  private final int limit;
  private int size;
  private int next; // slot of the next entry: the oldest one's once the ring is full

  /**
   * @throws IllegalArgumentException if the limit is below 1
   */
  Ring(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("a window must hold 1 example or more, not " + limit);
    }
    this.limit = limit;
  }

  Ring(Ring other) {
    limit = other.limit;
    size = other.size;
    next = other.next;
  }

  /** Entries that there is room for now. */
  abstract int room();

  final int size() {
    return size;
  }

  final boolean full() {
    return size == limit;
  }

  /** Slot to write the next entry to; in a full ring that of the oldest, which goes. */
  final int advance() {
    int slot = next;
    next = slot + 1 == limit ? 0 : slot + 1;
    if (size < limit) {
      size++;
    }
    return slot;
  }

  /** Slot of the entry at a place from 0, the oldest, to size - 1, the newest. */
  final int slot(int place) {
    if (!full()) {
      return place; // not wrapped round yet
    }
    int toEnd = limit - next;
    return place < toEnd ? next + place : place - toEnd;
  }

  /** Slots to have when those there are do not suffice; the entries keep theirs. */
  final int largerRoom(int room) {
    return (int) Math.min(limit, Math.max(FIRST_ROOM, 2L * room));
  }
}
