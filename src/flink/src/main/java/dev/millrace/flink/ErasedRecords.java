package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.data.IdWords;
import dev.millrace.input.CarriedColumn;
import dev.millrace.input.ErasedId;
import dev.millrace.input.IdColumns;
import dev.millrace.input.InputSpec;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.streaming.api.TimerService;
import org.jspecify.annotations.Nullable;

/**
 * Records that commands have erased and that arrive after the command: those of a key, or with an
 * id, whose timestamp is not after that of the command. They are not learned. So an erased id does
 * not come back when the job lags behind, or continues from a snapshot and reads the command before
 * records that were learned before it.
 *
 * <p>Each command leaves a mark for that, until {@link #HELD} of processing time after it: by
 * default brokers have deleted all older records by then. Marks of all keys are in a state that
 * every subtask has. Not thread-safe.
 */
final class ErasedRecords {
  /** Name of the keyed state; never changes. */
  static final String STATE_NAME = "erased";

  /** Name of the operator state of marks of all keys; never changes. */
  static final String ALL_KEYS_STATE_NAME = "erased-from-all-keys";

  /** Min time for which a mark is held. */
  static final Duration HELD = Duration.ofDays(7);

  // Marks are dropped at multiples of it, so a key has few timers.
  private static final long DROP_INTERVAL = Duration.ofHours(1).toMillis();
  private static final long NEVER = Long.MIN_VALUE;
  // Instead of the hash of an id: all records of the key. No id has this hash.
  private static final long ALL_IDS = 0;

  /** Until when records are erased, in milliseconds since the epoch, by the hashes of their ids. */
  private static final class Marks {
    // Until when, and the processing time at which the mark is dropped.
    private final Map<Long, long[]> ids = new HashMap<>();
    private long latest = NEVER;
    private long nextDrop = Long.MAX_VALUE;

    void add(long id, long[] mark) {
      ids.put(id, mark);
      latest = Math.max(latest, mark[0]);
      nextDrop = Math.min(nextDrop, mark[1]);
    }

    long until(long id) {
      long[] mark = ids.get(id);
      return mark == null ? NEVER : mark[0];
    }

    /** Drops the marks whose time is over from here and from their state. */
    void expire(long now, DroppedMark dropped) throws Exception {
      if (now < nextDrop) {
        return;
      }
      latest = NEVER;
      nextDrop = Long.MAX_VALUE;
      for (Iterator<Map.Entry<Long, long[]>> all = ids.entrySet().iterator(); all.hasNext(); ) {
        Map.Entry<Long, long[]> each = all.next();
        if (now >= each.getValue()[1]) {
          all.remove();
          dropped.accept(each.getKey());
        } else {
          latest = Math.max(latest, each.getValue()[0]);
          nextDrop = Math.min(nextDrop, each.getValue()[1]);
        }
      }
    }
  }

  /** Receives the id of a mark that is dropped. */
  private interface DroppedMark {
    void accept(long id) throws Exception;
  }

  private final MapState<Long, long[]> stored;
  private final BroadcastState<Long, long[]> storedOfAllKeys;
  private final List<IdColumns.Column> columns;
  private final int[] carried;
  private final int width;
  // All marks of the subtask: few keys have one, and no other key costs an access to the state.
  private final Map<String, Marks> marksByKey = new HashMap<>();
  private final Marks marksOfAllKeys = new Marks();
  private float[] row = {};

  ErasedRecords(
      RuntimeContext context, BroadcastState<Long, long[]> storedOfAllKeys, InputSpec input) {
    stored = context.getMapState(descriptor(STATE_NAME));
    this.storedOfAllKeys = storedOfAllKeys;
    columns = IdColumns.of(input).columns();
    List<CarriedColumn> values = input.carried();
    carried = IntStream.range(0, values.size()).filter(c -> !values.get(c).isNumber()).toArray();
    width = input.width();
  }

  static MapStateDescriptor<Long, long[]> descriptor(String name) {
    return new MapStateDescriptor<>(
        name, Types.LONG, PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO);
  }

  /** Returns the processing time at which a mark that is set now is dropped. */
  static long droppedAt(long now) {
    return Math.floorDiv(now + HELD.toMillis() + DROP_INTERVAL - 1, DROP_INTERVAL) * DROP_INTERVAL;
  }

  /**
   * Reads all marks.
   *
   * @param backend its current key changes
   */
  void load(KeyedStateBackend<String> backend) throws Exception {
    for (Map.Entry<Long, long[]> mark : storedOfAllKeys.immutableEntries()) {
      marksOfAllKeys.add(mark.getKey(), mark.getValue());
    }
    BackendKeys.forEach(backend, STATE_NAME, this::load);
  }

  private void load(String key) throws Exception {
    Marks marks = marksByKey.computeIfAbsent(key, none -> new Marks());
    for (Map.Entry<Long, long[]> mark : stored.entries()) {
      marks.add(mark.getKey(), mark.getValue());
    }
  }

  /**
   * Erases the records of the current key up to a timestamp.
   *
   * @param id null for all records
   */
  void add(String key, @Nullable ErasedId id, long until, TimerService timers) throws Exception {
    long slot = id == null ? ALL_IDS : id.hash();
    Marks marks = marksByKey.computeIfAbsent(key, none -> new Marks());
    long[] mark = {Math.max(until, marks.until(slot)), droppedAt(timers.currentProcessingTime())};
    timers.registerProcessingTimeTimer(mark[1]);
    marks.add(slot, mark);
    stored.put(slot, mark);
  }

  /** Erases the records of all keys with an id up to a timestamp. */
  void addToAllKeys(ErasedId id, long until, long now) throws Exception {
    long[] mark = {Math.max(until, marksOfAllKeys.until(id.hash())), droppedAt(now)};
    marksOfAllKeys.add(id.hash(), mark);
    storedOfAllKeys.put(id.hash(), mark);
  }

  /** Drops the marks of the current key whose time is over. */
  void expire(String key, long now) throws Exception {
    Marks marks = marksByKey.get(key);
    if (marks == null) {
      return;
    }
    marks.expire(now, stored::remove);
    if (marks.ids.isEmpty()) {
      marksByKey.remove(key);
    }
  }

  /** Drops the marks of all keys whose time is over. */
  void expireOfAllKeys(long now) throws Exception {
    marksOfAllKeys.expire(now, storedOfAllKeys::remove);
  }

  /** Returns the rows of a chunk that are not erased. */
  Chunk without(Chunk chunk, TimerService timers) throws Exception {
    if (marksByKey.isEmpty() && marksOfAllKeys.ids.isEmpty()) {
      return chunk;
    }
    expireOfAllKeys(timers.currentProcessingTime());
    Marks keyMarks = marksByKey.get(chunk.key());
    long latest = Math.max(marksOfAllKeys.latest, keyMarks == null ? NEVER : keyMarks.latest);
    BitSet erased = new BitSet();
    for (int r = 0; r < chunk.size(); r++) {
      long timestamp = chunk.timestamp(r);
      boolean isOlder = timestamp >= 0 && timestamp <= latest;
      erased.set(r, isOlder && isErased(chunk, r, timestamp, keyMarks));
    }
    return erased.isEmpty() ? chunk : chunk.without(erased);
  }

  private boolean isErased(Chunk chunk, int r, long timestamp, @Nullable Marks keyMarks) {
    if (keyMarks != null && timestamp <= keyMarks.until(ALL_IDS)) {
      return true;
    }
    if (isErased(chunk.group(r), timestamp, keyMarks)) {
      return true;
    }
    int values = chunk.carriedCount(r);
    for (int c : carried) {
      if (c < values && isErased(chunk.carried(r, c), timestamp, keyMarks)) {
        return true;
      }
    }
    return !columns.isEmpty()
        && chunk.width() == width
        && chunk.kind(r).hasFeatures()
        && hasErasedFeature(chunk, r, timestamp, keyMarks);
  }

  private boolean hasErasedFeature(Chunk chunk, int r, long timestamp, @Nullable Marks keyMarks) {
    row = row.length == width ? row : new float[width];
    chunk.copyFeatures(r, r + 1, row);
    for (IdColumns.Column column : columns) {
      for (int place = column.start();
          place < column.end() && IdWords.isPresent(row, place);
          place += column.width()) {
        if (isErased(IdWords.read(row, place), timestamp, keyMarks)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isErased(long id, long timestamp, @Nullable Marks keyMarks) {
    return id != ALL_IDS
        && (timestamp <= marksOfAllKeys.until(id)
            || (keyMarks != null && timestamp <= keyMarks.until(id)));
  }
}
