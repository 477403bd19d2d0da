package dev.millrace.prequential;

import dev.millrace.derived.DerivedState;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.state.Evictable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keeps all that a key has within {@code limits.state-bytes}. When the bytes are used up, groups of
 * records and known ids make room: of the tables that take the most, the least recently used
 * entries are forgotten. Shared by all keys of a thread. Not thread-safe.
 *
 * <p>What is forgotten is a function of the key's records alone. Where records are learned one by
 * one, sizes are compared before each of them; where one call learns several, after every {@value
 * #ROWS_PER_CHECK} records of the key, wherever its chunks end.
 *
 * <p>With several outputs it is the budget of all of them: calls for the state of one output are
 * ignored, except for what waits there for labels.
 */
final class KeyBudget {
  private static final int ROWS_PER_CHECK = 64;

  // What is free after entries were forgotten: so they are not forgotten one by one.
  private static final int FREE_PART = 32;

  // What entries that wait leave to the tables, and what they leave free where these take less:
  // more than is free after tables were cut, or step by step they would get all of it.
  private static final int KEPT_PART = 2;
  private static final int MARGIN_PART = 8;

  private final long maxBytes;
  private final boolean hasOutputs;
  private final boolean canForget;
  private final boolean isLimited;
  private final List<Evictable> tables = new ArrayList<>();
  private final AtomicBoolean isLogged;
  // Of the last record that was learned alone.
  private @Nullable TrainState state;
  private long bytes;
  private long forgotten;

  /**
   * @param maxBytes of a key
   * @param isLogged set once a warning has said that something was forgotten
   */
  KeyBudget(TrainSpec spec, long maxBytes, AtomicBoolean isLogged) {
    this.isLogged = isLogged;
    this.maxBytes = maxBytes;
    hasOutputs = spec.input().hasOutputs();
    canForget = spec.input().hasIds() || !spec.input().derived().isEmpty();
    isLimited = canForget || spec.input().labels() != null || spec.input().forecast() != null;
  }

  /** Begins a record that is learned alone, after making room if the key has too much. */
  void begin(TrainState ofKey) {
    if (!isLimited || ofKey.usable().hasOutputs() != hasOutputs) {
      return;
    }
    state = ofKey;
    bytes = ofKey.usedBytes();
    if (bytes > maxBytes) {
      makeRoom(0, 0);
    }
  }

  /**
   * Returns how many bytes are left to an entry of the record that was begun, which waits. Groups
   * and ids make room for it while they take more than half of all bytes; where they take less, it
   * gets nothing of the last eighth either.
   *
   * @param needed bytes of the entry
   */
  long left(long needed) {
    long free = maxBytes - bytes;
    long margin = maxBytes / MARGIN_PART;
    if (!canForget || needed <= free - margin) {
      return free;
    }
    long kept = maxBytes / KEPT_PART;
    if (tableBytes() <= kept + maxBytes / FREE_PART) {
      return Math.min(free, Math.max(0, free - margin));
    }
    if (needed > free) {
      makeRoom(needed, kept);
    }
    return maxBytes - bytes;
  }

  /** Counts bytes that the record has added. */
  void add(long more) {
    bytes += more;
  }

  /** Returns how many more records of a key one call may learn before {@link #check}. */
  int rowsUntilCheck(PrequentialModel model) {
    return canForget && !hasOutputs
        ? ROWS_PER_CHECK - (int) (records(model) % ROWS_PER_CHECK)
        : Integer.MAX_VALUE;
  }

  // Also records that are rejected or have no label may add groups.
  private static long records(PrequentialModel model) {
    DerivedState derived = model.part(DerivedState.class);
    return derived == null ? model.counters.seq() : derived.records();
  }

  /**
   * Makes room if a key has too much and it is time to compare.
   *
   * @param isDue true if it is time anyway
   */
  void check(TrainState ofKey, boolean isDue) {
    if (canForget && (isDue || rowsUntilCheck(ofKey.model()) == ROWS_PER_CHECK)) {
      begin(ofKey);
    }
  }

  /** Ends a chunk: reports what was forgotten. */
  void end(String key, EngineListener listener) {
    state = null;
    tables.clear();
    if (forgotten > 0) {
      listener.forgotten(forgotten);
      forgotten = 0;
      if (isLogged.compareAndSet(false, true)) {
        listener.warning(
            key,
            "limits.state-bytes (%d) is used up; the least recently used groups and ids are"
                    .formatted(maxBytes)
                + " forgotten. Increase it, or lower limits.groups or limits.ids");
      }
    }
  }

  /** Returns the bytes that no table can free. */
  static long fixedBytes(TrainState ofKey) {
    return ofKey.usedBytes() - sum(ofKey.evictables(), Long.MAX_VALUE);
  }

  private long tableBytes() {
    tables.clear();
    Objects.requireNonNull(state, "no record was begun").addEvictables(tables);
    return sum(tables, Long.MAX_VALUE);
  }

  /**
   * Makes room, if tables take more than some bytes that are left to them.
   *
   * @param needed bytes that are needed
   */
  private void makeRoom(long needed, long kept) {
    if (!canForget) {
      return;
    }
    TrainState ofKey = Objects.requireNonNull(state, "no record was begun");
    long fixed = bytes - tableBytes();
    long level = level(tables, Math.max(kept, maxBytes - maxBytes / FREE_PART - needed - fixed));
    for (Evictable table : tables) {
      forgotten += table.shrink(level);
    }
    bytes = ofKey.usedBytes();
  }

  /** Returns the bytes that each table may take, so that all of them take no more than allowed. */
  private static long level(List<Evictable> tables, long allowed) {
    long low = 0;
    long high = allowed;
    while (low < high) {
      long middle = high - (high - low) / 2;
      if (sum(tables, middle) <= allowed) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private static long sum(List<Evictable> tables, long maxEach) {
    long sum = 0;
    for (Evictable table : tables) {
      sum += Math.min(maxEach, table.memoryBytes());
    }
    return sum;
  }
}
