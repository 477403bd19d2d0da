package dev.millrace.state;

import dev.millrace.data.SlotIndex;
import java.util.Arrays;

/** Slots of a table in the order of their last use, as a linked list. Not thread-safe. */
public final class UsageOrder {
  private static final int NONE = SlotIndex.NONE;
  private static final int MIN_ROOM = 4;

  // Neighbours of each slot.
  private int[] older = {};
  private int[] newer = {};
  private int oldest = NONE;
  private int newest = NONE;

  /** Sets the order of another list. */
  public void copy(UsageOrder other) {
    older = other.older.clone();
    newer = other.newer.clone();
    oldest = other.oldest;
    newest = other.newest;
  }

  /** Returns the slot used least recently; {@link SlotIndex#NONE} if there is none. */
  public int oldest() {
    return oldest;
  }

  /** Returns the slot used after another one; {@link SlotIndex#NONE} after the last. */
  public int newer(int slot) {
    return newer[slot];
  }

  /** Adds a slot as the one used last. */
  public void add(int slot) {
    makeRoom(slot);
    older[slot] = newest;
    newer[slot] = NONE;
    link(slot);
  }

  /** Adds a slot as the one used least recently. */
  public void addOldest(int slot) {
    makeRoom(slot);
    older[slot] = NONE;
    newer[slot] = oldest;
    link(slot);
  }

  /** Marks a slot as the one used last. */
  public void touch(int slot) {
    if (slot != newest) {
      remove(slot);
      add(slot);
    }
  }

  /** Removes a slot. */
  public void remove(int slot) {
    if (older[slot] == NONE) {
      oldest = newer[slot];
    } else {
      newer[older[slot]] = newer[slot];
    }
    if (newer[slot] == NONE) {
      newest = older[slot];
    } else {
      older[newer[slot]] = older[slot];
    }
  }

  /** Gives the place of a slot to another one, which is not in the list. */
  public void replace(int slot, int by) {
    older[by] = older[slot];
    newer[by] = newer[slot];
    link(by);
  }

  /** Removes all slots. */
  public void clear() {
    oldest = NONE;
    newest = NONE;
  }

  private void makeRoom(int slot) {
    if (slot >= older.length) {
      int room = Math.max(MIN_ROOM, Math.max(slot + 1, older.length + older.length / 2));
      older = Arrays.copyOf(older, room);
      newer = Arrays.copyOf(newer, room);
    }
  }

  // After its links were set to its neighbours.
  private void link(int slot) {
    if (older[slot] == NONE) {
      oldest = slot;
    } else {
      newer[older[slot]] = slot;
    }
    if (newer[slot] == NONE) {
      newest = slot;
    } else {
      older[newer[slot]] = slot;
    }
  }
}
