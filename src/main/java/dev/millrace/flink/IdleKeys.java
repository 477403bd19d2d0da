package dev.millrace.flink;

import java.io.IOException;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;

/**
 * Knows when each key had its last example, in processing time, and reminds of those that had none
 * for long.
 *
 * <p>Time is divided into cells of an eighth of the allowed time: state is touched and a timer set
 * once a key and cell, and a key has one timer. Not thread-safe.
 */
final class IdleKeys {
  /** Name of the keyed state; never changes. */
  static final String STATE_NAME = "last-seen";

  /** The cell of a key of which nothing is noted. */
  static final long NEVER = -1;

  private static final int CELLS = 8;

  private final ValueState<Long> lastCells;
  private final long ttlMillis;
  private final long cellMillis;
  // Processing time of the first example or timer.
  private long began = NEVER;

  IdleKeys(RuntimeContext context, long ttlMillis) {
    lastCells = context.getState(new ValueStateDescriptor<>(STATE_NAME, Types.LONG));
    this.ttlMillis = ttlMillis;
    cellMillis = Math.max(1, ttlMillis / CELLS);
  }

  /** Notes that the key, whose state is given, has an example now. */
  void note(TrainState state, TimerService timers) throws IOException {
    long cell = begun(timers) / cellMillis;
    if (state.seenInCell == cell) {
      return;
    }
    state.seenInCell = cell;
    Long last = lastCells.value();
    if (last == null || last != cell) {
      if (last != null) {
        timers.deleteProcessingTimeTimer(end(last));
      }
      lastCells.update(cell);
      timers.registerProcessingTimeTimer(end(cell));
    }
  }

  /**
   * Whether the key has had no example for too long, asked by any of its timers.
   *
   * <p>A job that was down may find examples of its keys waiting: it has one cell's time to read
   * them before it forgets.
   */
  boolean isOver(TimerService timers) throws IOException {
    long now = begun(timers);
    Long last = lastCells.value();
    if (last == null || now < end(last)) {
      return false;
    }
    if (now < began + cellMillis) {
      timers.registerProcessingTimeTimer(began + cellMillis);
      return false;
    }
    return true;
  }

  void clear() {
    lastCells.clear();
  }

  private long begun(TimerService timers) {
    long now = timers.currentProcessingTime();
    if (began == NEVER) {
      began = now;
    }
    return now;
  }

  /** When an example in the cell is too long ago, wherever in the cell it was. */
  private long end(long cell) {
    return (cell + 1) * cellMillis + ttlMillis;
  }
}
