package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.data.ErasedId;
import dev.millrace.data.IdColumns;
import dev.millrace.data.IdWords;
import dev.millrace.data.InputSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.streaming.api.TimerService;
import org.jspecify.annotations.Nullable;

/**
 * Records that commands have erased and that arrive after the command: those of a key, or with an
 * id, whose timestamp is not after that of the command. They are not learned. So an erased id does
 * not come back when the job lags behind, or continues from a snapshot and reads the command before
 * records that were learned before it.
 *
 * <p>A key has a mark for that, until {@link #HELD} of processing time after its last command: by
 * default brokers have deleted all older records by then. Not thread-safe.
 */
final class ErasedRecords {
  /** Name of the keyed state; never changes. */
  static final String STATE_NAME = "erased";

  /** Time for which a mark is held. */
  static final Duration HELD = Duration.ofDays(7);

  private static final long NEVER = Long.MIN_VALUE;
  // Of the stored numbers: when the mark is dropped, until when the key is erased; pairs follow.
  private static final int FIRST_ID = 2;

  /** Holds until when records of a key are erased, in milliseconds since the epoch. */
  private static final class Mark {
    long droppedAt;
    long key = NEVER;
    long latest = NEVER;
    // By the hash of the id.
    final Map<Long, Long> ids = new HashMap<>();

    static Mark read(long[] stored) {
      Mark mark = new Mark();
      mark.droppedAt = stored[0];
      mark.key = stored[1];
      mark.latest = mark.key;
      for (int i = FIRST_ID; i < stored.length; i += 2) {
        mark.add(stored[i], stored[i + 1]);
      }
      return mark;
    }

    void add(long id, long until) {
      ids.merge(id, until, Math::max);
      latest = Math.max(latest, until);
    }

    long[] stored() {
      long[] stored = new long[FIRST_ID + 2 * ids.size()];
      stored[0] = droppedAt;
      stored[1] = key;
      long[] inOrder = ids.keySet().stream().mapToLong(id -> id).sorted().toArray();
      for (int i = 0; i < inOrder.length; i++) {
        stored[FIRST_ID + 2 * i] = inOrder[i];
        stored[FIRST_ID + 2 * i + 1] = ids.getOrDefault(inOrder[i], NEVER);
      }
      return stored;
    }
  }

  private final ValueState<long[]> stored;
  private final IdColumns columns;
  private final int width;
  // All marks of the subtask: few keys have one, and no other key costs an access to the state.
  private final Map<String, Mark> marks = new HashMap<>();
  private float[] row = {};

  ErasedRecords(RuntimeContext context, InputSpec input) {
    stored =
        context.getState(
            new ValueStateDescriptor<>(
                STATE_NAME, PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
    columns = IdColumns.of(input);
    width = input.width();
  }

  /**
   * Reads the marks of all keys.
   *
   * @param backend its current key changes
   */
  void load(KeyedStateBackend<String> backend) throws IOException {
    TrainFunction.eachKey(backend, STATE_NAME, key -> marks.put(key, Mark.read(stored.value())));
  }

  /**
   * Erases the records of the current key up to a timestamp.
   *
   * @param id null for all records
   */
  void add(String key, @Nullable ErasedId id, long until, TimerService timers) throws IOException {
    long now = timers.currentProcessingTime();
    Mark mark = marks.computeIfAbsent(key, none -> new Mark());
    // Or a key of which an id is erased every week would keep all of them.
    mark.ids.values().removeIf(older -> older < now - HELD.toMillis());
    if (id == null) {
      mark.key = Math.max(mark.key, until);
      mark.latest = Math.max(mark.latest, until);
      mark.ids.values().removeIf(older -> older <= until);
    } else {
      mark.add(id.hash(), until);
    }
    mark.droppedAt = now + HELD.toMillis();
    timers.registerProcessingTimeTimer(mark.droppedAt);
    stored.update(mark.stored());
  }

  /** Drops the mark of the current key if its time is over. */
  void expire(String key, long now) {
    Mark mark = marks.get(key);
    if (mark != null && now >= mark.droppedAt) {
      marks.remove(key);
      stored.clear();
    }
  }

  /** Returns the rows of a chunk that are not erased. */
  Chunk without(Chunk chunk) {
    Mark mark = marks.isEmpty() ? null : marks.get(chunk.key());
    if (mark == null) {
      return chunk;
    }
    BitSet erased = new BitSet();
    for (int r = 0; r < chunk.size(); r++) {
      long timestamp = chunk.timestamp(r);
      boolean isOlder = timestamp >= 0 && timestamp <= mark.latest;
      erased.set(r, isOlder && (timestamp <= mark.key || hasErasedId(chunk, r, timestamp, mark)));
    }
    return erased.isEmpty() ? chunk : chunk.without(erased);
  }

  private boolean hasErasedId(Chunk chunk, int r, long timestamp, Mark mark) {
    if (mark.ids.isEmpty() || chunk.width() != width || !chunk.kind(r).hasFeatures()) {
      return false;
    }
    row = row.length == width ? row : new float[width];
    chunk.copyFeatures(r, r + 1, row);
    for (IdColumns.Column column : columns.columns()) {
      for (int at = column.start();
          at < column.end() && IdWords.isPresent(row, at);
          at += column.width()) {
        if (timestamp <= mark.ids.getOrDefault(IdWords.read(row, at), NEVER)) {
          return true;
        }
      }
    }
    return false;
  }
}
