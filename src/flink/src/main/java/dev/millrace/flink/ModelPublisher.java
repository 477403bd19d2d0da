package dev.millrace.flink;

import dev.millrace.codec.ModelParts;
import dev.millrace.codec.OutputRecord;
import dev.millrace.prequential.TrainSpec;
import dev.millrace.prequential.TrainState;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.streaming.api.TimerService;

/**
 * Publishes models: by processing time, and when the engine requests one.
 *
 * <p>The engine's requests are a function of the data alone; the clock only adds. Each key is
 * reminded at times of its own, so that not all models are written at once. Not thread-safe.
 */
final class ModelPublisher {
  /** Name of the keyed state; never changes. */
  static final String STATE_NAME = "model-parts";

  private final TrainSpec spec;
  private final long period;
  // Of the last snapshot, where they were several.
  private final ValueState<Integer> parts;

  ModelPublisher(TrainSpec spec, RuntimeContext context) {
    this.spec = spec;
    period = spec.snapshots().maxIntervalMillis();
    parts = context.getState(new ValueStateDescriptor<>(STATE_NAME, Types.INT));
  }

  /** Asks for a reminder of what the key's model has learned now. */
  void remind(String key, TrainState state, TimerService timers) {
    if (period == 0) {
      return;
    }
    long next = next(key, timers);
    if (next != state.marks.reminder) {
      state.marks.reminder = next;
      timers.registerProcessingTimeTimer(next);
    }
  }

  /**
   * Asks for a reminder of every key, for what it has learned waits for one of another time, or is
   * on another topic.
   *
   * @param backend its current key changes
   */
  void remindAll(KeyedStateBackend<String> backend, TimerService timers) throws IOException {
    if (period == 0) {
      return;
    }
    TrainFunction.eachKey(
        backend,
        TrainFunction.STATE_NAME,
        key -> timers.registerProcessingTimeTimer(next(key, timers)));
  }

  private long next(String key, TimerService timers) {
    long shift = shift(key);
    return (Math.floorDiv(timers.currentProcessingTime() - shift, period) + 1) * period + shift;
  }

  /** Returns true if a timer of the key may be one of {@link #remind}. */
  boolean isReminder(String key, long timestamp) {
    return period > 0 && Math.floorMod(timestamp - shift(key), period) == 0;
  }

  private long shift(String key) {
    // Knuth's multiplicative hash: similar keys do not come at similar times.
    return Integer.toUnsignedLong(key.hashCode() * 0x9E3779B1) % period;
  }

  /** Publishes the model, unless it is known to have learned nothing since the last time. */
  void publishUnpublished(TrainState state, String key, SideOutputs out) throws IOException {
    if (state.examples() > state.marks.published) {
      publish(state, key, out);
    }
  }

  /** Publishes the model of a key, whose state is usable. */
  void publish(TrainState state, String key, SideOutputs out) throws IOException {
    byte[] bytes = state.modelBytes();
    write(ModelParts.split(spec, key, state.timestamp(), bytes), out);
    int before = partsBefore();
    int now = ModelParts.count(spec, bytes);
    bury(key, state.timestamp(), now, before, out);
    if (now != before) {
      note(now);
    }
    state.marks.published = state.examples();
  }

  /** Publishes that the key has no model any more. */
  void forget(String key, long timestamp, SideOutputs out) throws IOException {
    bury(key, timestamp, 0, partsBefore(), out);
    parts.clear();
  }

  private void bury(String key, long timestamp, int from, int to, SideOutputs out) {
    write(ModelParts.tombstones(spec, key, timestamp, from, to), out);
  }

  private static void write(List<OutputRecord> records, SideOutputs out) {
    for (OutputRecord record : records) {
      out.output(OutputTags.MODELS, record);
    }
  }

  private int partsBefore() throws IOException {
    Integer before = parts.value();
    return before == null ? 1 : before;
  }

  private void note(int now) throws IOException {
    if (now == 1) {
      parts.clear();
    } else {
      parts.update(now);
    }
  }
}
