package dev.millrace.state;

import dev.millrace.data.PublicApi;

/** A part of a key's state that can forget its least recently used entries. */
@PublicApi
public interface Evictable {
  /** Returns the estimated bytes in memory, which follow from the number of entries alone. */
  long memoryBytes();

  /**
   * Forgets the entries that were used least recently, until the others take at most that many
   * bytes.
   *
   * @return number of entries forgotten
   */
  int shrink(long maxBytes);
}
