package dev.millrace.flink;

import dev.millrace.prequential.TrainState;
import java.io.IOException;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.streaming.api.TimerService;

/**
 * Stores the processing time of each key's last example, and sets a timer for the end of its TTL.
 *
 * <p>Time is divided into cells of an eighth of the allowed time: state is touched and a timer set
 * once a key and cell, and a key has one timer. Times are stored in milliseconds, whose meaning no
 * setting changes. Not thread-safe.
 */
final class KeyTtl {
  /** Name of the keyed state; never changes. */
  static final String STATE_NAME = "last-seen";

  // The end of the cell of a key without a stored time.
  private static final long NEVER = TrainState.Marks.NEVER;

  private static final int CELLS = 8;

  // The ends of the cells that the last examples were in, in milliseconds.
  private final ValueState<Long> lastSeen;
  private final long ttlMillis;
  private final long cellMillis;
  // Processing time of the first example or timer, of the run or after a jump of the clock.
  private long began = NEVER;
  // Processing time of the last one.
  private long observed = NEVER;

  /**
   * @param ttlMillis 0 if keys are never forgotten
   */
  KeyTtl(RuntimeContext context, long ttlMillis) {
    lastSeen =
        ttlMillis > 0
            ? context.getState(new ValueStateDescriptor<>(STATE_NAME, Types.LONG))
            : new NoState<>();
    this.ttlMillis = ttlMillis;
    cellMillis = Math.max(1, ttlMillis / CELLS);
  }

  /**
   * Sets the timers of all keys after a change of the TTL.
   *
   * @param backend its current key changes
   * @param hasTimes true if the previous run had a TTL; otherwise each key gets the whole TTL
   */
  void watchAll(KeyedStateBackend<String> backend, TimerService timers, boolean hasTimes)
      throws IOException {
    String stateName = hasTimes ? STATE_NAME : TrainStateSerializer.STATE_NAME;
    BackendKeys.forEach(
        backend,
        stateName,
        key -> {
          if (!hasTimes) {
            lastSeen.update(cellEnd(timers.currentProcessingTime()));
          }
          timers.registerProcessingTimeTimer(lastSeen.value() + ttlMillis);
        });
  }

  /** Stores that the current key, whose state is given, has an example now. */
  void markSeen(TrainState state, TimerService timers) throws IOException {
    if (ttlMillis == 0) {
      return;
    }
    long seen = cellEnd(begun(timers));
    if (state.marks.seenUntil == seen) {
      return;
    }
    state.marks.seenUntil = seen;
    Long last = lastSeen.value();
    if (last == null || last != seen) {
      if (last != null) {
        timers.deleteProcessingTimeTimer(last + ttlMillis);
      }
      lastSeen.update(seen);
      timers.registerProcessingTimeTimer(seen + ttlMillis);
    }
  }

  /**
   * Returns true if the current key has had no example for the TTL.
   *
   * <p>A job that was down may find examples of its keys waiting: it has one cell's time to read
   * them before it forgets. So has each key where the allowed time passed between two looks at the
   * clock: the host's clock may have jumped ahead, which must not forget all keys at once.
   */
  boolean isExpired(TimerService timers) throws IOException {
    long now = begun(timers);
    Long last = lastSeen.value();
    if (last == null || now < last + ttlMillis) {
      return false;
    }
    if (now < began + cellMillis) {
      timers.registerProcessingTimeTimer(began + cellMillis);
      return false;
    }
    return true;
  }

  void clear() {
    lastSeen.clear();
  }

  private long begun(TimerService timers) {
    long now = timers.currentProcessingTime();
    if (began == NEVER || now - observed > ttlMillis) {
      began = now;
    }
    observed = now;
    return now;
  }

  private long cellEnd(long time) {
    return (time / cellMillis + 1) * cellMillis;
  }
}
