package dev.millrace.codec;

import org.jspecify.annotations.Nullable;

/**
 * Maps schema ids to values without allocation and locks: a hash table with open addressing, at
 * most half full. It is cleared when it reaches its limit. Not thread-safe.
 */
public final class SchemaIdMap<T> {
  private final int maxEntries;
  private int[] ids = new int[16];
  // Null if the slot is free.
  private @Nullable Object[] values = new Object[16];
  private int size;

  /**
   * @param maxEntries max number of entries
   */
  public SchemaIdMap(int maxEntries) {
    this.maxEntries = maxEntries;
  }

  /** Returns the value of an id, null if there is none. */
  @SuppressWarnings("unchecked") // put there as T
  public @Nullable T get(int id) {
    return (T) values[slot(id)];
  }

  /** Adds an id that is not in the table. */
  public void put(int id, T value) {
    if (size == maxEntries) {
      size = 0;
      values = new Object[values.length];
    }
    if (2 * ++size > ids.length) {
      grow();
    }
    int slot = slot(id);
    ids[slot] = id;
    values[slot] = value;
  }

  private int slot(int id) {
    int mask = ids.length - 1;
    int slot = (id ^ id >>> 16) & mask;
    while (values[slot] != null && ids[slot] != id) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    int[] oldIds = ids;
    @Nullable Object[] oldValues = values;
    ids = new int[2 * oldIds.length];
    values = new Object[2 * oldValues.length];
    for (int i = 0; i < oldIds.length; i++) {
      if (oldValues[i] != null) {
        int slot = slot(oldIds[i]);
        ids[slot] = oldIds[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
