package dev.millrace.prequential;

import dev.millrace.data.PublicApi;
import dev.millrace.input.ErasedId;
import dev.millrace.report.ModelEvent.Erased;
import java.util.HexFormat;

/** A command that erases an id, and what it has erased so far. Not thread-safe. */
@PublicApi
public final class IdErasure {
  private final ErasedId id;
  private final long until;
  private long keys;
  private boolean foundInKey;
  private long ids;
  private long pending;

  /**
   * @param until timestamp of the command
   */
  public IdErasure(ErasedId id, long until) {
    this.id = id;
    this.until = until;
  }

  /** Returns the id. */
  public ErasedId id() {
    return id;
  }

  /** Returns the hash of the id in 16 hexadecimal digits. */
  public String hash() {
    return HexFormat.of().toHexDigits(id.hash());
  }

  /** Returns the timestamp of the command. */
  public long until() {
    return until;
  }

  /** Returns the number of keys that had the id. */
  public long keys() {
    return keys;
  }

  /** Returns the number of ids that were erased, with crosses and groups. */
  public long ids() {
    return ids;
  }

  /** Returns the number of features that waited for their label and were dropped. */
  public long pending() {
    return pending;
  }

  /** Begins with the next key. */
  void beginKey() {
    foundInKey = false;
  }

  /** Returns true if the last key had the id. */
  public boolean foundInLastKey() {
    return foundInKey;
  }

  /** Adds what a key, or one of its outputs, had, and returns the event of it. */
  Erased add(long erasedIds, long erasedPending) {
    keys += foundInKey ? 0 : 1;
    foundInKey = true;
    ids += erasedIds;
    pending += erasedPending;
    return new Erased(id.column(), hash(), erasedIds, erasedPending, until);
  }

  /** Returns the event of a key that has nothing of the id. */
  Erased nothing() {
    return new Erased(id.column(), hash(), 0, 0, until);
  }
}
