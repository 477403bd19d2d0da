package dev.millrace.codec;

/**
 * What belongs to the schema ids met so far, found without an object or a lock: a hash table with
 * open addressing, at most half full. It starts anew when it has its limit. Not thread-safe.
 */
public final class IdTable<T> {
  private final int most;
  private int[] ids = new int[16];
  // Null where the slot is free.
  private Object[] values = new Object[16];
  private int size;

  /**
   * @param most entries at most
   */
  public IdTable(int most) {
    this.most = most;
  }

  /** The value of an id, or null. */
  @SuppressWarnings("unchecked") // put there as T
  public T get(int id) {
    return (T) values[slot(id)];
  }

  /** Adds an id that is not there yet. */
  public void put(int id, T value) {
    if (size == most) {
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
    Object[] oldValues = values;
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
