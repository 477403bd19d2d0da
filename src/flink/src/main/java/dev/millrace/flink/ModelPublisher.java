package dev.millrace.flink;

import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.models.ModelParts;
import dev.millrace.codec.models.ModelSegments;
import dev.millrace.prequential.TrainState;
import dev.millrace.prequential.spec.TrainSpec;
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

  /** Name of the keyed state of models with ids; never changes. */
  static final String SEGMENTS_NAME = "model-segments";

  private final TrainSpec spec;
  private final long period;
  // Parts of the last snapshot, if there were several.
  private final ValueState<Integer> parts;
  // Segments of the last snapshot, if any.
  private final ValueState<Integer> segments;

  ModelPublisher(TrainSpec spec, RuntimeContext context) {
    this.spec = spec;
    period = spec.publish().snapshots().maxIntervalMillis();
    parts = context.getState(new ValueStateDescriptor<>(STATE_NAME, Types.INT));
    segments =
        spec.input().mayHaveIds()
            ? context.getState(new ValueStateDescriptor<>(SEGMENTS_NAME, Types.INT))
            : new NoState<>();
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
    BackendKeys.forEach(
        backend,
        TrainStateSerializer.STATE_NAME,
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

  /**
   * Publishes the model, unless it is known to have learned nothing since the last time, or has
   * learned too little.
   */
  void publishUnpublished(TrainState state, String key, SideOutputs out) throws IOException {
    long examples = state.examples();
    if (examples > state.marks.published && spec.publish().snapshots().allows(examples)) {
      publish(state, key, out);
    }
  }

  /** Publishes the model of a key, whose state is usable. */
  void publish(TrainState state, String key, SideOutputs out) throws IOException {
    long timestamp = state.timestamp();
    ModelSegments model =
        ModelSegments.of(spec, state.modelWithPages(), state.marks.publishedPages);
    write(model.records(spec, key, timestamp), out);
    write(
        ModelParts.tombstones(
            spec, key, timestamp, ModelParts.count(spec, model.head()), count(parts, 1)),
        out);
    keep(parts, ModelParts.count(spec, model.head()), 1);
    write(
        ModelParts.tombstonesOfSegments(
            spec, key, timestamp, model.count() + 1, count(segments, 0)),
        out);
    keep(segments, model.count(), 0);
    state.marks.publishedPages = model.pages();
    state.marks.published = state.examples();
  }

  /** Publishes that the key has no model any more. */
  void forget(String key, long timestamp, SideOutputs out) throws IOException {
    write(ModelParts.tombstones(spec, key, timestamp, 0, count(parts, 1)), out);
    keep(parts, 1, 1);
    write(ModelParts.tombstonesOfSegments(spec, key, timestamp, 1, count(segments, 0)), out);
    keep(segments, 0, 0);
  }

  /**
   * Publishes tombstones behind the segments that the key is known to have: a job that failed may
   * have written more than its last snapshot says.
   */
  void forgetUnknownSegments(String key, long timestamp, SideOutputs out) throws IOException {
    if (spec.input().mayHaveIds()) {
      int known = count(segments, 0);
      int most = ModelSegments.MAX_ADDITIONS + 3 * known;
      write(ModelParts.tombstonesOfSegments(spec, key, timestamp, known + 1, most), out);
    }
  }

  private static void write(List<OutputRecord> records, SideOutputs out) {
    for (OutputRecord record : records) {
      out.output(OutputTags.MODELS, record);
    }
  }

  private static int count(ValueState<Integer> state, int usual) throws IOException {
    Integer count = state.value();
    return count == null ? usual : count;
  }

  private static void keep(ValueState<Integer> state, int count, int usual) throws IOException {
    if (count == count(state, usual)) {
      return;
    }
    if (count == usual) {
      state.clear();
    } else {
      state.update(count);
    }
  }
}
